#ifndef QUIESCE_DAEMON_APP_APP_H_
#define QUIESCE_DAEMON_APP_APP_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/app/event_loop.h"
#include "daemon/app/logged_calls.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/cloud/dbss_client.h"
#include "daemon/config/config.h"
#include "daemon/engine/engine.h"
#include "daemon/observability/logger.h"
#include "daemon/rpc/backend.h"
#include "daemon/rpc/call_scope.h"
#include "daemon/rpc/project_directory.h"
#include "daemon/rpc/server.h"
#include "daemon/store/group_commit.h"
#include "daemon/store/sqlite_store.h"

namespace quiesce::app {

// The daemon, put together: the one place that knows all concrete types and the order in which
// they begin and end. For one thread, which is not the event loop's.
class App {
 public:
  // Opens the store, recovers it, feeds it to the engine, listens and begins to work. Clock and log
  // must outlive it; the clock goes on where the store's last process left it. Errors are for
  // people: what is in the way, and the way out.
  //
  // From then on, a store that fails ends the process at once with ExitCode::kFailure: it is not
  // known any more what is durable.
  static absl::StatusOr<std::unique_ptr<App>> Start(const config::Config& config,
                                                    SystemClock& clock, observability::Logger& log);
  // Stops, if that was not done.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // Puts another configuration in force, whole or not at all: everything but where it listens and
  // its store, which are told in the log to take a restart. Blocks until all parts go by it; calls
  // in flight end as they would have. An error, for people, says what is in the way; all is as it
  // was then:
  //   INVALID_ARGUMENT     a file that the configuration names is of no use
  //   FAILED_PRECONDITION  a project has another endpoint than the store remembers
  //   UNAVAILABLE          the store takes nothing now
  absl::Status Reload(const config::Config& config);
  // Lets people know that the configuration file is of no use, and the one before stays in force.
  void ReloadRefused(const std::string& problem);

  // Makes no further call, lets those in flight end for limits::kDrainTimeout, cuts the others
  // (their outcome is unknown; lists will tell), and closes everything. Blocks as long as the disk
  // does. Once.
  absl::Status Stop();

  // Where it listens, as clients reach it.
  const std::vector<std::string>& addresses() const { return server_->addresses(); }

  // Whether files that the configuration names, and that a start needs, are of use.
  static absl::Status CheckFiles(const config::Config& config);

 private:
  App(const config::Config& config, SystemClock& clock, observability::Logger& log);

  absl::Status StartAll(const config::Config& config);
  absl::Status OpenStore(const config::Config& config);
  absl::Status ConnectCloud(const config::Config& config);
  absl::Status LoadEngine(const config::Config& config);
  absl::Status Listen(const config::Config& config);
  void LogStart(const config::Config& config);
  void LogReload(const config::Config& config);
  // False: calls are still in flight.
  bool DrainEngine();

  SystemClock& clock_;
  observability::Logger& log_;
  config::Config config_;  // in force; where it listens and its store are those of the start
  SystemRandom random_;
  EventLoop loop_;  // outlives whatever posts to it
  LoggedRpcs rpc_log_;
  rpc::ProjectDirectory directory_;
  std::unique_ptr<store::SqliteStore> sqlite_;  // until store_ has it
  int64_t open_attempts_ = 0;                   // found at the start
  std::unique_ptr<cloud::DbssClient> cloud_;
  std::unique_ptr<LoggedInstanceApi> api_;
  std::unique_ptr<store::GroupCommitStore> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::optional<rpc::CallEnvironment> calls_;
  std::optional<rpc::Backend> backend_;
  std::unique_ptr<rpc::Server> server_;
  bool stopped_ = false;
};

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_APP_H_
