#ifndef QUIESCE_CLIENT_CLI_RENDER_EVENT_H_
#define QUIESCE_CLIENT_CLI_RENDER_EVENT_H_

#include <optional>
#include <string>

#include "client/cli/view.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::cli {

// A line of `watch`: when, what it is now, whose, and what it was before if that is known.
std::string RenderChange(const v1::Instance& instance, std::optional<v1::Phase> before,
                         const View& view);
// `called`: what its last event called it; empty if there was none.
std::string RenderRemoved(const v1::RemovedInstance& removed, const std::string& called,
                          const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_EVENT_H_
