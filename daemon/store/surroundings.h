#ifndef QUIESCE_DAEMON_STORE_SURROUNDINGS_H_
#define QUIESCE_DAEMON_STORE_SURROUNDINGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

namespace quiesce::store {

// The settings of a project; of one that is not configured any more, such that nothing is called.
const core::ProjectSettings& SettingsOf(const OpContext& context, const std::string& project_id);

// What a decision about the instances of one project depends on, read inside the transaction.
// Valid until the operation writes a hold or ends.
class ProjectSurroundings {
 public:
  static absl::StatusOr<ProjectSurroundings> Read(Tables& tables, const OpContext& context,
                                                  const std::string& project_id,
                                                  SteadyTime throttled_until);
  core::Surroundings view() const {
    return core::Surroundings{*settings_, freshness_, *holds_, throttled_until_};
  }

 private:
  ProjectSurroundings() = default;

  const core::ProjectSettings* settings_ = nullptr;
  core::ProjectFreshness freshness_;
  const core::HoldIndex* holds_ = nullptr;
  SteadyTime throttled_until_ = SteadyTime::Never();
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SURROUNDINGS_H_
