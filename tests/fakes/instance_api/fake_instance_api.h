#ifndef QUIESCE_TESTS_FAKES_INSTANCE_API_FAKE_INSTANCE_API_H_
#define QUIESCE_TESTS_FAKES_INSTANCE_API_FAKE_INSTANCE_API_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/base/mutex.h"
#include "daemon/cloud/instance_api.h"

namespace quiesce::fakes {

// A cloud in memory: instances by project, with a latency for each answer. A stop that is accepted
// shows as STOPPED in the next list. Thread-safe; a test steers it while the daemon uses it.
class FakeInstanceApi final : public cloud::InstanceApi {
 public:
  FakeInstanceApi(Executor& executor, Clock& clock) : executor_(executor), clock_(clock) {}

  // --- steering ---
  void Put(const core::InstanceKey& key, const std::string& name, core::PowerState state);
  void Remove(const core::InstanceKey& key);
  void SetLatency(absl::Duration latency);
  // Every list of the project fails so, until it is given nothing.
  void FailLists(const std::string& project_id, std::optional<cloud::ListResult> failure);
  // Every stop is answered so, without effect, until it is given nothing.
  void AnswerStops(std::optional<core::CallResult> answer);
  // Stops, or lists, that arrive from now on are answered only after Release.
  void HoldStops();
  void HoldLists();
  void Release();

  // --- witness ---
  std::vector<core::InstanceKey> stops() const;  // in the order of arrival
  int64_t lists() const;
  core::PowerState StateOf(const core::InstanceKey& key) const;

  // Lists tell what the cloud's clock shows: ours and this. Without it they tell nothing of it.
  void SetClockSkew(absl::Duration skew);
  // The credential of every project stands so.
  void SetCredential(cloud::CredentialStatus status);

  // --- InstanceApi ---
  void Stop(const core::InstanceKey& key, absl::Duration deadline, cloud::StopDone done) override;
  void List(const std::string& project_id, absl::Duration deadline, cloud::ListDone done) override;
  cloud::CredentialStatus CredentialOf(const std::string& project_id) const override;

 private:
  struct Instance {
    std::string name;
    core::PowerState state;
  };
  core::CallResult Execute(const core::InstanceKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  cloud::ListResult Show(const std::string& project_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  Executor& executor_;
  Clock& clock_;
  mutable Mutex mu_;
  std::map<core::InstanceKey, Instance> instances_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, cloud::ListResult> list_failures_ ABSL_GUARDED_BY(mu_);
  std::optional<core::CallResult> stop_answer_ ABSL_GUARDED_BY(mu_);
  cloud::CredentialStatus credential_ ABSL_GUARDED_BY(mu_);
  std::optional<absl::Duration> clock_skew_ ABSL_GUARDED_BY(mu_);
  absl::Duration latency_ ABSL_GUARDED_BY(mu_) = absl::ZeroDuration();
  bool holding_stops_ ABSL_GUARDED_BY(mu_) = false;
  bool holding_lists_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<Task> held_ ABSL_GUARDED_BY(mu_);
  std::vector<core::InstanceKey> stops_ ABSL_GUARDED_BY(mu_);
  int64_t lists_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace quiesce::fakes

#endif  // QUIESCE_TESTS_FAKES_INSTANCE_API_FAKE_INSTANCE_API_H_
