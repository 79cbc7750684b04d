#include "tests/unit/engine/quiet_engine.h"

#include <stdlib.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "daemon/store/attempt_operations.h"
#include "gtest/gtest.h"

namespace quiesce::engine {
namespace {

simulation::Scenario Quiet(int instances) {
  simulation::Scenario scenario;
  scenario.gateway_timeout = absl::Seconds(1);
  scenario.stop_lag = absl::Milliseconds(10);
  scenario.list_lag = absl::Milliseconds(10);
  scenario.power_off_time = absl::Seconds(5);
  scenario.timing.call_deadline = absl::Seconds(2);
  scenario.timing.settle = absl::Seconds(5);
  scenario.timing.list_idle = absl::Seconds(30);
  scenario.timing.list_active = absl::Seconds(2);
  scenario.timing.look_max_age = absl::Seconds(10);
  scenario.longest_task = absl::Microseconds(100);
  scenario.longest_commit = absl::Milliseconds(5);
  simulation::ProjectPlan& project = scenario.projects.emplace_back();
  project.id = std::string(32, 'a');
  project.alias = "project";
  project.credential = "credential";
  for (int n = 0; n < instances; ++n) {
    const std::string id = std::to_string(n);
    project.instances.push_back(std::string(32 - id.size(), '0') + id);
  }
  return scenario;
}

}  // namespace

core::Policy Continuous() {
  core::Policy policy;
  policy.start_grace = absl::Seconds(10);
  return policy;
}

QuietEngine::QuietEngine(int instances)
    : scenario_(Quiet(instances)),
      cloud_(world_, scenario_, faults_, truth_, gateway_, *this, simulation::Mutation::kNone) {
  const char* const parent = std::getenv("TEST_TMPDIR");
  directory_ = absl::StrCat(parent != nullptr ? parent : "/tmp", "/engine.XXXXXX");
  if (mkdtemp(directory_.data()) == nullptr) std::abort();
  for (const std::string& id : scenario_.projects.front().instances) {
    keys_.push_back({scenario_.projects.front().id, id});
    truth_.Create(keys_.back(), /*running=*/true);
  }
  Start();
}

QuietEngine::~QuietEngine() {
  Kill();
  std::filesystem::remove_all(directory_);
}

void QuietEngine::Start() {
  process_ = std::make_unique<simulation::Process>(world_, simulation::Mutation::kNone);
  simulation::Process& process = *process_;
  process.configs = scenario_.Configs();
  simulation::SimStore::Hooks hooks;
  hooks.committed = [](const std::vector<store::Change>&, const Now&, bool) {};
  hooks.crash = [](const std::string& why) { ADD_FAILURE() << why; };
  hooks.answered = [](const absl::Status&) {};
  hooks.claiming = [] {};
  hooks.feed = [&process](std::vector<store::Change> changes) {
    process.engine->OnFeed(std::move(changes));
  };
  auto store = simulation::SimStore::Open(absl::StrCat(directory_, "/quiesced.db"),
                                          {world_, process.clock, process.executor, scenario_,
                                           process.configs, faults_, simulation::Mutation::kNone},
                                          std::move(hooks));
  ASSERT_TRUE(store.ok()) << store.status();
  process.store = *std::move(store);
  store::Recover recover;
  for (const ProjectConfig& config : process.configs) {
    recover.projects.push_back({config.settings.id, config.settings.alias, config.endpoint});
  }
  ASSERT_TRUE(process.store->RunAlone(std::move(recover)).ok());
  cloud_.Connect(&process.executor);
  process.engine = std::make_unique<Engine>(process.executor, process.clock, process.random,
                                            *process.store, cloud_, process.configs);
  const absl::Status loaded =
      process.store->sqlite().Load([&process](std::vector<store::Change> changes) {
        process.engine->OnFeed(std::move(changes));
      });
  ASSERT_TRUE(loaded.ok()) << loaded;
  process.executor.Post([&process] { process.engine->Start(); });
}

void QuietEngine::Kill() {
  cloud_.Disconnect();
  process_->engine.reset();
  process_->store.reset();
  process_.reset();
}

void QuietEngine::Restart() {
  Kill();
  Start();
}

void QuietEngine::Configure(std::vector<ProjectConfig> configs) {
  process_->configs = std::move(configs);
  process_->store->SetProjects(process_->configs);
  process_->executor.Post([this] { process_->engine->Configure(process_->configs); });
  RunFor(absl::Milliseconds(1));
}

void QuietEngine::Drain() {
  process_->executor.Post([this] { process_->engine->Drain([] {}); });
  RunFor(absl::Milliseconds(10));
}

void QuietEngine::Step() {
  if (process_->executor.NextTaskAt() < world_.NextEventAt()) {
    process_->executor.RunNextTask(scenario_.longest_task);
  } else if (!world_.NextEventAt().is_infinite()) {
    world_.RunNextEvent();
  } else {
    world_.AdvanceTo(world_.now() + absl::Seconds(1));
  }
}

void QuietEngine::RunFor(absl::Duration time) {
  const SteadyTime end = world_.now() + time;
  while (std::min(process_->executor.NextTaskAt(), world_.NextEventAt()) <= end) Step();
  world_.AdvanceTo(end);
}

absl::Status QuietEngine::Declare(const std::vector<core::InstanceKey>& keys,
                                  const core::Policy& policy) {
  store::SetDesired set;
  set.request.principal = "test";
  set.workspace = "direct";
  set.owner = "team";
  set.contact = "#team";
  for (const core::InstanceKey& key : keys) set.writes.push_back({core::Spec{key, policy, ""}, ""});
  return Do(std::move(set)).status();
}

core::Decision QuietEngine::DecisionOf(const core::InstanceKey& key) {
  const Row* row = engine().registry().Find(key);
  return row != nullptr ? engine().Decide(*row, process_->clock.Read()) : core::Decision();
}

bool QuietEngine::IsOff(const core::InstanceKey& key) {
  return simulation::JudgePower(truth_.ViewNow(key)) == simulation::Power::kOff;
}

}  // namespace quiesce::engine
