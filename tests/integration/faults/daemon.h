#ifndef TESTS_INTEGRATION_FAULTS_DAEMON_H_
#define TESTS_INTEGRATION_FAULTS_DAEMON_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "daemon/cloud/credential_status.h"
#include "daemon/core/call_class.h"
#include "daemon/core/facts.h"
#include "daemon/core/reason.h"
#include "tests/integration/engine/engine_daemon.h"

namespace quiesce::faults {

inline constexpr char kProject[] = "0123456789abcdef0123456789abcdef";
inline constexpr char kInstance[] = "12f1ad6ef77e4545b8f0463a0f5ce4f1";
inline constexpr char kUser[] = "quiesced";
inline constexpr char kDomain[] = "acme";

core::ProjectSettings ShortTimings();
core::InstanceKey Key();

// What is known of the instance at one moment: what `quiesce explain` would say.
struct Told {
  core::Phase phase = core::Phase::kUnknown;
  core::Reason reason = core::Reason::kStale;
  core::CallClass last_call = core::CallClass::kNone;  // of the last stop; none while it is open
  core::CallClass last_list = core::CallClass::kNone;  // of the last list, if it failed
};

// A daemon without its gRPC that looks after the one instance of this test.
class Daemon {
 public:
  struct Options {
    std::string folder;  // of its database, and of the file "secret" with its credential
    std::string endpoint;
    cloud::CredentialStatus::Kind credential = cloud::CredentialStatus::Kind::kTokenFile;
    core::ProjectSettings settings = ShortTimings();
  };

  explicit Daemon(const Options& options);

  // Declares the instance to be stopped.
  absl::Status Declare();
  // `quiesce stop --skip backoff`.
  absl::Status StopNow();

  // Now.
  Told Tell();
  // At each commit that changed what is said, in order: nothing that was committed is missed.
  std::vector<Told> History();

 private:
  Told TellOnLoop(engine::Engine& engine, const Now& now);
  void Record(const Told& told);

  absl::Mutex mutex_;
  std::vector<Told> history_ ABSL_GUARDED_BY(mutex_);
  support::EngineDaemon daemon_;  // last: it tells the others
};

}  // namespace quiesce::faults

#endif  // TESTS_INTEGRATION_FAULTS_DAEMON_H_
