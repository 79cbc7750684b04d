#ifndef TESTS_INTEGRATION_ENGINE_ENGINE_DAEMON_H_
#define TESTS_INTEGRATION_ENGINE_ENGINE_DAEMON_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "daemon/app/event_loop.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/cloud/dbss_client.h"
#include "daemon/engine/engine.h"
#include "daemon/store/group_commit.h"

namespace quiesce::support {

// A daemon without its gRPC: the engine of one project, SQLite behind group commit, and HTTP to a
// cloud. Runs from construction to destruction, which waits for the calls in flight.
class EngineDaemon {
 public:
  struct Options {
    core::ProjectSettings settings;  // of the project
    std::string endpoint;
    std::string folder;  // of the database
    std::string secret_file;
    cloud::CredentialStatus::Kind credential = cloud::CredentialStatus::Kind::kTokenFile;
    std::string user{};  // of a password
    std::string domain{};
    // Called on the loop after each group of changes that the engine was fed.
    std::function<void(engine::Engine&, const Now&)> fed{};
  };

  explicit EngineDaemon(const Options& options);
  ~EngineDaemon();

  // Runs `act` on the loop and returns when it has ended.
  void OnLoop(absl::FunctionRef<void(engine::Engine&, const Now&)> act);

  // Runs an operation of the store and returns its answer.
  template <typename Op>
  absl::StatusOr<typename Op::Result> Run(Op op) {
    absl::Notification done;
    absl::StatusOr<typename Op::Result> result = absl::UnknownError("not run");
    store_->Submit(std::move(op), [&](absl::StatusOr<typename Op::Result> r) {
      result = std::move(r);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }

 private:
  void Start(const Options& options);

  SystemClock clock_;
  SystemRandom random_;
  app::EventLoop loop_;
  std::unique_ptr<cloud::DbssClient> api_;
  std::unique_ptr<store::GroupCommitStore> store_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace quiesce::support

#endif  // TESTS_INTEGRATION_ENGINE_ENGINE_DAEMON_H_
