#ifndef QUIESCE_CLIENT_CLI_RENDER_LIST_H_
#define QUIESCE_CLIENT_CLI_RENDER_LIST_H_

#include <map>
#include <string>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/hold.pb.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::cli {

// One row for each instance: those first that need somebody, then by name.
std::string RenderInstances(const std::vector<v1::Instance>& instances, const View& view);

// What `drift` says: the drifted instances, and how many of the rest cannot be told.
struct DriftDocument {
  std::vector<v1::Instance> drifted;
  // Declared instances of which nothing is known now.
  std::vector<v1::Instance> unknown;
  int64_t declared_count = 0;
};
std::string RenderDrift(const DriftDocument& document, const View& view);

// Holds, in the order given. `names`: what instances among their scopes are called.
std::string RenderHolds(const std::vector<v1::Hold>& holds,
                        const std::map<std::string, std::string>& names, const View& view);
// A hold just created, with the calls that may still take effect. `called`: what the user called
// its scope; empty: as the hold says it.
std::string RenderCreatedHold(const v1::CreateHoldResponse& response, const std::string& called,
                              const View& view);
// `held project/billing-cn until 14:00 CST, for 4 h  (hold 1a2b3c4d, ana: INC-4711)`.
// Of a freeze `the whole fleet is frozen until ...`; of one that has ended `no longer held: ...`.
std::string RenderHoldLine(const v1::Hold& hold, const std::string& called, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_RENDER_LIST_H_
