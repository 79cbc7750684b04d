#ifndef QUIESCE_TESTS_UNIT_ENGINE_QUIET_ENGINE_H_
#define QUIESCE_TESTS_UNIT_ENGINE_QUIET_ENGINE_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/store/declare_operations.h"
#include "tests/simulation/cloud_truth.h"
#include "tests/simulation/process.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_cloud.h"
#include "tests/simulation/sim_gateway.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::engine {

// Keeps stopped; what was started by hand is left alone for ten seconds.
core::Policy Continuous();

// An engine over a real store and the simulated cloud, in which nothing goes wrong by itself: the
// parts of the simulation without its story. A test says what happens.
class QuietEngine final : private simulation::CloudListener {
 public:
  // So many instances, running, in one project.
  explicit QuietEngine(int instances);
  ~QuietEngine() override;

  const core::InstanceKey& key(int n) const { return keys_[static_cast<size_t>(n)]; }
  Engine& engine() { return *process_->engine; }
  simulation::SimWorld& world() { return world_; }
  simulation::CloudTruth& truth() { return truth_; }
  // What goes wrong from now on.
  simulation::Faults& faults() { return faults_; }
  // What the loop has to do, now and later.
  size_t waiting_tasks() const { return process_->executor.waiting(); }
  ProjectState& project() { return *engine().projects().all().front(); }

  void RunFor(absl::Duration time);
  // Kills the process and starts another one over the same file.
  void Restart();
  // As it is configured, and configures it otherwise, in a task of its own.
  const std::vector<ProjectConfig>& configs() const { return process_->configs; }
  void Configure(std::vector<ProjectConfig> configs);
  // From now on the process stops.
  void Drain();

  // Runs until the operation is answered.
  template <typename Op>
  absl::StatusOr<typename Op::Result> Do(Op op);
  // Runs `start`, which is to call `done` in the end, until then.
  template <typename T>
  absl::StatusOr<T> Await(absl::AnyInvocable<void(Done<T> done)> start);

  // Declares instances in workspace "direct".
  absl::Status Declare(const std::vector<core::InstanceKey>& keys, const core::Policy& policy);
  core::Decision DecisionOf(const core::InstanceKey& key);
  bool IsOff(const core::InstanceKey& key);

  // Requests that went out.
  int stops() const { return stops_; }
  int lists() const { return lists_; }

 private:
  int64_t StopHanded(const core::InstanceKey&) override { return ++handed_; }
  void StopSent(int64_t) override { ++stops_; }
  void StopProcessed(int64_t) override {}
  void StopOver(int64_t) override {}
  void StopAnswered(int64_t, const core::CallResult&) override {}
  int64_t ListHanded(const std::string&) override { return ++lists_; }
  void ListSent(int64_t) override {}
  void ListAnswered(int64_t, const cloud::ListResult&,
                    const std::map<std::string, simulation::CloudView>&) override {}

  void Start();
  void Kill();
  void Step();

  simulation::SimWorld world_{1};
  simulation::Scenario scenario_;
  simulation::Faults faults_;
  simulation::CloudTruth truth_{world_, scenario_};
  simulation::SimGateway gateway_{world_, scenario_, faults_};
  simulation::SimCloud cloud_;
  std::string directory_;
  std::vector<core::InstanceKey> keys_;
  std::unique_ptr<simulation::Process> process_;
  int handed_ = 0;
  int stops_ = 0;
  int lists_ = 0;
};

// --- implementation ------------------------------------------------------------------------------

template <typename T>
absl::StatusOr<T> QuietEngine::Await(absl::AnyInvocable<void(Done<T> done)> start) {
  std::optional<absl::StatusOr<T>> answer;
  start([&answer](absl::StatusOr<T> result) { answer = std::move(result); });
  const SteadyTime give_up = world_.now() + absl::Hours(1);
  while (!answer && world_.now() < give_up) Step();
  return answer ? *std::move(answer) : absl::DeadlineExceededError("not answered");
}

template <typename Op>
absl::StatusOr<typename Op::Result> QuietEngine::Do(Op op) {
  return Await<typename Op::Result>([this, &op](Done<typename Op::Result> done) {
    process_->store->Submit(std::move(op), std::move(done));
  });
}

}  // namespace quiesce::engine

#endif  // QUIESCE_TESTS_UNIT_ENGINE_QUIET_ENGINE_H_
