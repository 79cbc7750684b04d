#ifndef QUIESCE_DAEMON_RPC_REMEDIES_H_
#define QUIESCE_DAEMON_RPC_REMEDIES_H_

#include <string>
#include <vector>

#include "daemon/core/decide.h"
#include "daemon/rpc/instance_view.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// What can be done about the verdict, the likeliest first; commands are ready to paste, with words
// in capitals to fill in.
std::vector<v1::Remedy> RemediesFor(const InstanceView& view, const core::Decision& decision);

// How a command names the instance: by its name in the cloud where a shell and a reader take that
// as it is and no other instance has it, as ALIAS/NAME where only other projects have it, else by
// its id.
std::string CommandNameOf(const InstanceView& view);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_REMEDIES_H_
