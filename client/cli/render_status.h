#ifndef QUIESCE_CLIENT_CLI_RENDER_STATUS_H_
#define QUIESCE_CLIENT_CLI_RENDER_STATUS_H_

#include <string>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::cli {

struct StatusDocument {
  v1::ServerInfo server;
  v1::SummarizeInstancesResponse summary;
  // Of the whole daemon; those without a match in a filtered summary are left out.
  std::vector<v1::Project> projects;
  // What the summary is limited to, as people say it: `workspace billing-prod`. Empty: nothing.
  std::string scope;
};

// The fleet on one screen: how much is stopped, what needs a human, what settles by itself.
std::string RenderStatus(const StatusDocument& document, const View& view);

// `302 declared: 293 stopped 3 stalled`.
std::string PhaseCountsText(const v1::SummarizeInstancesResponse& summary, const View& view);
// The bar of the summary in `width` columns, and the share that is stopped.
std::string PhaseBar(const v1::SummarizeInstancesResponse& summary, int width, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_STATUS_H_
