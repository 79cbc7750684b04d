#ifndef QUIESCE_CLIENT_CLI_RENDER_INSTANCE_H_
#define QUIESCE_CLIENT_CLI_RENDER_INSTANCE_H_

#include <string>

#include "client/cli/view.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::cli {

// Why an instance is where it is, who must act, what to paste, and the facts behind it.
std::string RenderExplanation(const v1::Explanation& explanation, const View& view);

// One record: all facts of an instance and the verdict on them.
std::string RenderInstance(const v1::Instance& instance, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_INSTANCE_H_
