#ifndef QUIESCE_DAEMON_STORE_PROJECT_OPERATIONS_H_
#define QUIESCE_DAEMON_STORE_PROJECT_OPERATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/base/time.h"
#include "daemon/store/records.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"

namespace quiesce::store {

// A project as the configuration has it.
struct ConfiguredProject {
  std::string id;
  std::string alias;
  std::string endpoint;
  std::string moved_from{};     // the endpoint that it may have had; empty: none but `endpoint`
  bool read_otherwise = false;  // what it showed so far would be understood otherwise now
};

// A project whose endpoint was another one, as its configuration says.
struct MovedProject {
  std::string alias;
  std::string from;
  std::string to;
};

// Remembers the configured projects, all or none. What was seen of a project that is new, that
// moved or that is read otherwise decides nothing any more: it is listed first.
//
// FAILED_PRECONDITION (ENDPOINT_CHANGED) when a project's endpoint is neither the one it had nor
// was moved from there: instances of the same ids elsewhere are other instances.
struct ConfigureProjects {
  using Result = std::vector<MovedProject>;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return true; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);

  std::vector<ConfiguredProject> projects;
};

// What an earlier process saw is shown with its age, and decides nothing.
void MakeStale(Project& project, int64_t last_list_seq, SteadyTime now);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_PROJECT_OPERATIONS_H_
