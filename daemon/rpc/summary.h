#ifndef QUIESCE_DAEMON_RPC_SUMMARY_H_
#define QUIESCE_DAEMON_RPC_SUMMARY_H_

#include <string>

#include "absl/time/time.h"
#include "daemon/core/decide.h"
#include "daemon/rpc/instance_view.h"

namespace quiesce::rpc {

// The verdict as one sentence for people: without times of day, because it is read later, and
// without the name of the instance, which stands before it.
std::string SummaryOf(const InstanceView& view, const core::Decision& decision);

// What the verdict rests on, in one or two sentences: which list, begun before or after which
// call, and what it can tell. With ages, as of now.
std::string EvidenceOf(const InstanceView& view, const core::Decision& decision);

// `15m`, `1h30m`, to the second: as a manifest writes it and a person reads it.
std::string ShortDuration(absl::Duration duration);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_SUMMARY_H_
