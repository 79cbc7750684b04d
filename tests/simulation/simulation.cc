#include "tests/simulation/simulation.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/limits.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/project_operations.h"

namespace quiesce::simulation {
namespace {

// Tasks, timers and operations that may wait.
constexpr size_t kMostWaiting = 150;
constexpr size_t kMostWaitingPerInstance = 4;

// Any entry, the first more often than the others; counting through a crowd takes too long.
template <typename Map>
typename Map::const_iterator AnyOf(const Map& map, Dice& dice) {
  typename Map::key_type near = map.begin()->first;
  near.instance_id = absl::StrFormat("%x", dice.Next());
  const bool from_the_last_project = dice.Chance(0.5);
  if (from_the_last_project) near.project_id = map.rbegin()->first.project_id;
  const auto it = map.lower_bound(near);
  return it == map.end() ? map.begin() : it;
}

std::string IdOf(const engine::Row& row) { return std::string(row.instance_id); }

}  // namespace

Simulation::Simulation(Options options)
    : options_(std::move(options)),
      world_(options_.seed),
      scenario_(MakeScenario(world_.dice())),
      faults_(scenario_.faults),
      truth_(world_, scenario_),
      gateway_(world_, scenario_, faults_),
      checker_(world_, scenario_, verdict_),
      cloud_(world_, scenario_, faults_, truth_, gateway_, checker_, options_.mutation),
      workload_(world_, scenario_, truth_, checker_, verdict_) {
  if (options_.trace) world_.SetTrace(options_.trace);
}

Simulation::~Simulation() {
  if (process_) {
    process_->engine.reset();
    process_->store.reset();
  }
}

Simulation::Result Simulation::Run() {
  SetTheScene();
  StartProcess();
  while (verdict_.ok() && !at_rest_) Step();
  Result result;
  result.failure = verdict_.failure();
  result.simulated = world_.elapsed();
  result.steps = steps_;
  result.calls = checker_.calls().sent_count();
  result.lists = static_cast<int64_t>(checker_.lists().size());
  result.crashes = crashes_;
  result.hits = world_.hits();
  return result;
}

// --- processes -----------------------------------------------------------------------------------

std::unique_ptr<SimStore> Simulation::OpenStore(Process& process) {
  SimStore::Hooks hooks;
  hooks.committed = [this](const std::vector<store::Change>& changes, const Now& ran,
                           bool releases) {
    if (world_.tracing()) {
      for (const store::Change& change : changes) world_.Trace(Describe(change));
    }
    checker_.Committed(changes, ran, releases);
  };
  hooks.crash = [this](const std::string& why) { crash_ = why; };
  hooks.claiming = [this] {
    if (!world_.dice().Chance(faults_.meddle)) return;
    world_.After(world_.dice().Skewed(absl::ZeroDuration(), absl::Seconds(2)),
                 [this] { workload_.Meddle(); });
  };
  hooks.answered = [this](const absl::Status& status) { checker_.Answered(status); };
  hooks.feed = [this](std::vector<store::Change> changes) {
    for (const store::Change& change : changes) {
      const bool hold = std::holds_alternative<store::HoldChanged>(change) ||
                        std::holds_alternative<store::HoldForgotten>(change);
      if (hold) ++hold_changes_;
    }
    process_->engine->OnFeed(std::move(changes));
  };
  auto store =
      SimStore::Open(absl::StrCat(options_.directory, "/quiesced.db"),
                     SimStore::Dependencies{world_, process.clock, process.executor, scenario_,
                                            process.configs, faults_, options_.mutation},
                     std::move(hooks));
  if (store.ok()) return *std::move(store);
  verdict_.Fail("start", std::string(store.status().message()));
  return nullptr;
}

std::vector<engine::ProjectConfig> Simulation::Configs(double forgotten_project) {
  std::vector<engine::ProjectConfig> configs = scenario_.Configs();
  const bool forgets = world_.dice().Chance(forgotten_project);
  if (forgets && configs.size() > 1) {
    world_.Hit("fault: a project is not configured");
    configs.pop_back();
  }
  for (engine::ProjectConfig& config : configs) {
    config = MutatedConfig(options_.mutation, std::move(config));
  }
  return configs;
}

void Simulation::NoteConfigured() {
  std::set<std::string> ids;
  for (const engine::ProjectConfig& config : process_->configs) ids.insert(config.settings.id);
  checker_.calls().SetConfigured(std::move(ids));
}

// SIGHUP, in the order of the daemon: the store first, then all the rest in one task.
void Simulation::Reload(double forgotten_project) {
  if (!process_ || process_->draining) return;
  Process& process = *process_;
  store::ConfigureProjects configure;
  std::vector<engine::ProjectConfig> configs = Configs(forgotten_project);
  for (const engine::ProjectConfig& config : configs) {
    configure.projects.push_back({config.settings.id, config.settings.alias, config.endpoint});
  }
  process.store->Submit(std::move(configure), [this, &process, configs = std::move(configs)](
                                                  const auto& configured) mutable {
    if (!configured.ok() || process.draining) return;
    world_.Trace(absl::StrCat("--- reloads, ", configs.size(), " projects"));
    world_.Hit("fault: the configuration is reloaded");
    said_.clear();
    process.configs = std::move(configs);
    NoteConfigured();
    process.store->SetProjects(process.configs);
    process.engine->Configure(process.configs);
  });
}

// In the order of the daemon: open, recover, load, decide.
void Simulation::StartProcess() {
  process_ = std::make_unique<Process>(world_, options_.mutation);
  process_->configs = Configs(faults_.forgotten_project);
  NoteConfigured();
  process_->store = OpenStore(*process_);
  if (process_->store == nullptr) return;
  SimStore& store = *process_->store;
  checker_.SetReadRow([this](const core::InstanceKey& key) -> std::optional<core::InstanceRecord> {
    const core::InstanceRecord* row = checker_.committed().Find(key);
    if (process_->store->in_group()) {
      return row != nullptr ? std::optional<core::InstanceRecord>(*row) : std::nullopt;
    }
    auto read = process_->store->ReadCommitted(key);
    return read.ok() ? *std::move(read) : std::nullopt;
  });
  const auto load_into = [&store, this](CommittedState& state) {
    const absl::Status status = store.sqlite().Load([&state](std::vector<store::Change> changes) {
      for (const store::Change& change : changes) state.Apply(change);
    });
    if (!status.ok()) verdict_.Fail("start", std::string(status.message()));
  };
  CommittedState found;
  load_into(found);
  checker_.ProcessOpened(store.fence(), found);
  checker_.gateway().SetCountBegun([this](const std::string& credential) {
    int begun = 0;
    for (const auto& state : process_->engine->projects().credentials()) {
      if (state->name == credential) begun += state->quota().in_flight();
    }
    return begun;
  });
  store::Recover recover;
  for (const engine::ProjectConfig& config : process_->configs) {
    recover.projects.push_back({config.settings.id, config.settings.alias, config.endpoint});
  }
  const auto recovered = store.RunAlone(std::move(recover));
  if (!store.sqlite().fatal().ok()) return Kill("failed COMMIT at start");
  if (!recovered.ok()) verdict_.Fail("start", std::string(recovered.status().message()));
  CommittedState loaded;
  load_into(loaded);
  checker_.ProcessStarted(loaded);
  BeginEngine();
}

void Simulation::BeginEngine() {
  Process& process = *process_;
  cloud_.Connect(&process.executor);
  process.engine = std::make_unique<engine::Engine>(process.executor, process.clock, process.random,
                                                    *process.store, cloud_, process.configs);
  const absl::Status status =
      process.store->sqlite().Load([&process](std::vector<store::Change> changes) {
        process.engine->OnFeed(std::move(changes));
      });
  if (!status.ok()) verdict_.Fail("start", std::string(status.message()));
  process.engine->registry().SetOldestResumable(
      process.store->sqlite().oldest_resumable_revision());
  process.engine->registry().SawRevision(process.store->sqlite().last_revision());
  process.executor.Post([&process] { process.engine->Start(); });
  workload_.Connect(&process);
  for (const auto& watcher : watchers_) watcher->Connect(&process);
  SendZombies();
  world_.Trace(absl::StrCat("--- process ", process.store->fence(), " starts"));
}

void Simulation::Kill(const std::string& why) {
  world_.Trace(absl::StrCat("--- killed: ", why));
  world_.Hit("killed: " + why);
  ++crashes_;
  crash_.clear();
  said_.clear();
  cloud_.Disconnect();
  checker_.ProcessKilled();
  workload_.Disconnect();
  for (const auto& watcher : watchers_) watcher->Disconnect();
  process_->engine.reset();
  process_->store.reset();
  process_.reset();
  world_.After(world_.dice().Skewed(absl::Milliseconds(1), absl::Seconds(20)),
               [this] { StartProcess(); });
}

// SIGTERM: no new calls, what is in flight may end, and then it ends in any case.
void Simulation::StopGracefully() {
  if (!process_ || process_->draining) return;
  process_->draining = true;
  const int64_t fence = process_->store->fence();
  const auto end = [this, fence](const std::string& why) {
    if (process_ && process_->store->fence() == fence) crash_ = why;
  };
  process_->executor.Post([this, end] {
    world_.Trace("--- drains");
    checker_.Draining();
    process_->engine->Drain([end] { end("drained"); });
  });
  world_.After(limits::kDrainTimeout, [end] { end("drained for too long"); });
}

// Late answers to calls of killed processes find their way to this one's store.
void Simulation::SendZombies() {
  for (const auto& [number, call] : checker_.calls().all()) {
    if (call.fence == process_->store->fence() || call.attempt_id.empty()) continue;
    const core::InstanceRecord* record = checker_.committed().Find(call.key);
    const bool current = record != nullptr && record->attempt.id == call.attempt_id;
    if (!current || !world_.dice().Chance(faults_.zombie_finish)) continue;
    world_.Hit("fault: answer to a killed process");
    store::Finish finish;
    finish.key = call.key;
    finish.attempt_id = call.attempt_id;
    const bool compared = options_.mutation != Mutation::kFenceNotCompared;
    finish.fence = compared ? call.fence : process_->store->fence();
    finish.result.outcome = core::Outcome::kAccepted;
    finish.result.call_class = core::CallClass::kAccepted;
    process_->store->Submit(std::move(finish), [this](absl::StatusOr<store::Finished> finished) {
      if (finished.ok() && *finished != store::Finished::kIgnored) {
        verdict_.Fail("I7", "an answer to a killed process is taken for one to this");
      }
    });
  }
}

// --- steps ---------------------------------------------------------------------------------------

void Simulation::Step() {
  ++steps_;
  const SteadyTime task_at = process_ ? process_->executor.NextTaskAt() : SteadyTime::Infinite();
  if (task_at < world_.NextEventAt()) {
    process_->executor.RunNextTask(scenario_.longest_task);
    AfterTask();
  } else {
    world_.RunNextEvent();
  }
  if (!process_) return;
  if (world_.dice().Chance(faults_.crash) && crash_.empty()) crash_ = "at any step";
  if (!crash_.empty()) Kill(crash_);
}

void Simulation::AfterTask() {
  if (world_.dice().Chance(faults_.pause)) {
    world_.Hit("fault: the process is paused");
    process_->executor.Pause(world_.dice().Skewed(absl::Milliseconds(10), absl::Seconds(60)));
  }
  LookAtOne();
  CheckBounds();
}

// What the daemon would tell somebody who asks about an instance just now.
void Simulation::LookAtOne() {
  engine::Engine& engine = *process_->engine;
  const auto& committed = checker_.committed().instances();
  if (committed.empty()) return;
  const core::InstanceKey& key = AnyOf(committed, world_.dice())->first;
  const engine::Row* row = engine.registry().Find(key);
  if (row == nullptr || !row->declared) return;
  const core::Decision decision = engine.Decide(*row, process_->clock.Read());
  world_.Hit(absl::StrCat("told: ", std::string(core::ToString(decision.phase)), "/",
                          std::string(core::ToString(decision.reason))));
  checker_.Told(engine.registry().Expand(*row), row->project->freshness, decision);
  CheckStillSaid(*row, decision);
}

// A decision holds until the facts change, its time comes or the list that it is based on grows too
// old. And when the loop has nothing left to do, what it noted down last is what it would say now.
void Simulation::CheckStillSaid(const engine::Row& row, const core::Decision& decision) {
  engine::Engine& engine = *process_->engine;
  const Now now = process_->clock.Read();
  const core::Surroundings around = engine.SurroundingsOf(row);
  Said& said = said_[engine.registry().KeyOf(row)];
  const bool same_facts =
      said.revision == row.revision && said.list_seq == around.freshness.last_seq &&
      said.throttled_until == around.throttled_until && said.list_refused == around.list_refused &&
      said.endpoint_down == around.endpoint_down &&
      said.waits_for_quota == (around.quota_until > now.steady) &&
      said.hold_changes == hold_changes_ && said.wall_jumped == world_.wall_jumped();
  const auto name = [](core::Phase phase, core::Reason reason) {
    return absl::StrCat(std::string(core::ToString(phase)), "/",
                        std::string(core::ToString(reason)));
  };
  const bool same = said.decision.action == decision.action &&
                    said.decision.phase == decision.phase &&
                    said.decision.reason == decision.reason;
  if (same_facts && now.steady < said.until && !same) {
    verdict_.Fail("valid_until",
                  absl::StrCat(IdOf(row), " was ", name(said.decision.phase, said.decision.reason),
                               " and is ", name(decision.phase, decision.reason),
                               ", and nothing has changed"));
  }
  const bool noted = row.phase == decision.phase && row.reason == decision.reason;
  // The end of a hold is wall time. When that is set, what was noted is corrected by the next list,
  // or where there are none when the hold would have ended.
  const bool wall_was_set = world_.now() - last_jump_ < absl::Minutes(40);
  if (process_->executor.idle() && !process_->draining && !noted && !wall_was_set &&
      decision.action != core::Action::kCall && decision.action != core::Action::kLook) {
    verdict_.Fail("index", absl::StrCat(IdOf(row), " is noted as ", name(row.phase, row.reason),
                                        " and is ", name(decision.phase, decision.reason)));
  }
  absl::Duration limit = core::FreshnessBound(around.settings, around.freshness);
  if (decision.action == core::Action::kCall) {
    limit = std::min(limit, core::LookMaxAge(around.settings, around.freshness));
  }
  const SteadyTime old_at = around.freshness.list_started + limit;
  said =
      Said{row.revision,
           around.freshness.last_seq,
           around.throttled_until,
           around.list_refused,
           around.endpoint_down,
           around.quota_until > now.steady,
           hold_changes_,
           world_.wall_jumped(),
           decision,
           std::min(decision.valid_until, old_at < now.steady ? SteadyTime::Infinite() : old_at)};
}

// Nothing grows with time: what waits is of the order of what there is.
void Simulation::CheckBounds() {
  const size_t most =
      kMostWaiting + kMostWaitingPerInstance * checker_.committed().instances().size();
  if (process_->executor.waiting() > most) {
    verdict_.Fail("I14", absl::StrCat(process_->executor.waiting(), " tasks wait"));
  }
  if (process_->store->queue_size() > most) {
    verdict_.Fail("I14", absl::StrCat(process_->store->queue_size(), " operations wait"));
  }
}

}  // namespace quiesce::simulation
