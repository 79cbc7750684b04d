// The seed's plot: what happens around the daemon, when it stops happening, and how everything must
// be in the end.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulation/simulation.h"

namespace quiesce::simulation {
namespace {

// Longer than any hour of budget, any slow retry and any pause that a scenario has.
constexpr absl::Duration kLongestCalm = absl::Minutes(180);
// After everything has come to rest: nothing may happen any more but an occasional look.
constexpr absl::Duration kQuiet = absl::Minutes(5);
constexpr int64_t kMostQuietSteps = 2500;
constexpr int kLooksInCalm = 3;
// How often a reload leaves a project out, or one that was left out stays so.
constexpr double kForgottenAtReload = 0.5;

// Where nothing can be looked at, somebody may be needed for ever.
bool RestsUnobserved(const core::Decision& decision, const core::Policy& policy) {
  return decision.phase == core::Phase::kStopped || decision.phase == core::Phase::kStalled ||
         policy.is_protected || policy.enforcement == core::Enforcement::kObserve;
}

// Whether the daemon has done what it can, and says so.
bool Rests(Power power, const core::Decision& decision, const core::Policy& policy) {
  const bool misnamed =
      decision.reason == core::Reason::kNameMismatch && !policy.asserted_name.empty();
  switch (power) {
    case Power::kAbsent:
      return decision.phase == core::Phase::kGone || decision.reason == core::Reason::kNotListed;
    case Power::kOff:
      return misnamed ||
             (decision.phase == core::Phase::kStopped && decision.action == core::Action::kNone);
    case Power::kOn:
    case Power::kHalf:
      return misnamed || (decision.reason == core::Reason::kProtected && policy.is_protected) ||
             (decision.reason == core::Reason::kReportOnly &&
              policy.enforcement != core::Enforcement::kContinuous);
    case Power::kPoweringOff:
    case Power::kOther:
      return false;
  }
  return false;
}

}  // namespace

void Simulation::Every(absl::Duration mean, bool while_chaos_only, std::function<void()> what) {
  world_.After(world_.dice().Between(absl::ZeroDuration(), 2 * mean),
               [this, mean, while_chaos_only, what = std::move(what)]() mutable {
                 if (calm_ && while_chaos_only) return;
                 what();
                 Every(mean, while_chaos_only, std::move(what));
               });
}

void Simulation::SetTheScene() {
  Dice& dice = world_.dice();
  for (const ProjectPlan& project : scenario_.projects) {
    for (const std::string& id : project.instances) {
      truth_.Create({project.id, id}, dice.Chance(0.8));
    }
  }
  for (const auto& [credential, quota] : scenario_.quotas) {
    world_.Trace(absl::StrCat(credential, " may make ", quota.window.calls, " calls in ",
                              absl::FormatDuration(quota.window.period), ", and leaves ",
                              scenario_.quota_reserve, " of them to others"));
  }
  const int64_t watchers = dice.Between(0, 2);
  for (int64_t n = 0; n < watchers; ++n) {
    watchers_.push_back(std::make_unique<ModelWatcher>(world_, verdict_));
  }
  Every(scenario_.think, true, [this] { workload_.Act(); });
  Every(absl::Seconds(1), true, [this] { CloudMeddles(); });
  Every(absl::Seconds(1), true, [this] { GatewayFails(); });
  Every(absl::Seconds(1), true, [this] {
    if (world_.dice().Chance(faults_.reload / 60)) Reload(kForgottenAtReload);
  });
  const bool restarts = dice.Chance(0.3);
  if (restarts) Every(absl::Minutes(3), true, [this] { StopGracefully(); });
  world_.After(scenario_.chaos, [this] { BeginCalm(); });
}

// Rates are per minute, for the whole fleet; this is called about once a second.
void Simulation::CloudMeddles() {
  Dice& dice = world_.dice();
  const core::InstanceKey key = dice.Pick(truth_.Keys());
  const auto happens = [&dice](double per_minute) { return dice.Chance(per_minute / 60); };
  if (happens(faults_.manual_start) && truth_.Start(key)) {
    world_.Hit("fault: manual start");
    world_.Trace(absl::StrCat("somebody starts ", key.instance_id));
  }
  if (happens(faults_.odd_state) &&
      truth_.MakeOdd(key, dice.Skewed(absl::Seconds(1), scenario_.odd_time))) {
    world_.Hit("fault: odd state");
    world_.Trace(absl::StrCat("the cloud does something odd to ", key.instance_id));
  }
  if (happens(faults_.rename)) truth_.Rename(key);
  if (happens(faults_.deletion) && truth_.Delete(key)) {
    world_.Hit("fault: deletion");
    world_.Trace(absl::StrCat("somebody deletes ", key.instance_id));
  }
  if (happens(faults_.creation)) {
    core::InstanceKey fresh = key;
    const bool again = dice.Chance(0.3);
    if (!again) std::reverse(fresh.instance_id.begin(), fresh.instance_id.end());
    if (!truth_.ViewNow(fresh).exists) truth_.Create(fresh, dice.Chance(0.8));
  }
  if (happens(faults_.clock_jump)) {
    last_jump_ = world_.now();
    world_.JumpWall(dice.Between(-absl::Hours(2), absl::Hours(2)));
    world_.Hit("fault: the wall clock jumps");
    world_.Trace("the wall clock is set");
  }
}

void Simulation::GatewayFails() {
  Dice& dice = world_.dice();
  const bool fails = dice.Chance(faults_.outage / 60);
  const bool silently = dice.Chance(0.5);
  const absl::Duration time = dice.Between(absl::Seconds(1), scenario_.outage_time);
  if (!fails || gateway_.reach() != SimGateway::Reach::kAnswers) return;
  world_.Trace(silently ? "the endpoint falls silent" : "the endpoint refuses connections");
  gateway_.GoDown(silently);
  world_.After(time, [this] {
    world_.Trace("the endpoint answers again");
    gateway_.ComeBack();
  });
}

void Simulation::BeginCalm() {
  world_.Trace("--- calm");
  calm_ = true;
  faults_ = Faults();
  gateway_.ComeBack();
  workload_.Rest();
  Reload(/*forgotten_project=*/0);  // a project may be missing
  // People still look, now and then; which takes places of a small quota at any time.
  for (int looks = 0; looks < kLooksInCalm; ++looks) {
    world_.After(world_.dice().Between(absl::ZeroDuration(), absl::Minutes(10)),
                 [this] { workload_.Look(); });
  }
  Every(absl::Seconds(10), false, [this] { workload_.Mend(); });
  latest_rest_ = world_.now() + kLongestCalm + scenario_.QuotaTime();
  Every(absl::Seconds(10), false, [this] { LookForRest(); });
}

void Simulation::LookForRest() {
  checker_.gateway().CheckNoticed(gateway_.back_since());
  if (const auto unrest = Unrest()) {
    if (world_.now() > latest_rest_) verdict_.Fail("I11", *unrest);
    quiet_since_ = SteadyTime::Never();
    return;
  }
  if (quiet_since_.is_never()) {
    quiet_since_ = world_.now();
    quiet_calls_ = ObservedCalls();
    quiet_steps_ = steps_;
  }
  if (world_.now() - quiet_since_ < kQuiet) return;
  // When nothing is just under way, which may be the next time.
  bool under_way = !process_->store->idle() || !process_->executor.idle();
  for (const auto& watcher : watchers_) under_way |= watcher->connected() && !watcher->caught_up();
  if (under_way && world_.now() < latest_rest_) return;
  if (ObservedCalls() != quiet_calls_) verdict_.Fail("rest", "a stop is sent");
  // A look every few seconds at most, each of them a few tasks and commits.
  if (steps_ - quiet_steps_ > kMostQuietSteps) {
    verdict_.Fail("rest", absl::StrCat(steps_ - quiet_steps_, " steps in five quiet minutes"));
  }
  CheckAtRest();
  at_rest_ = true;
}

// Where nothing can be looked at, a call that is refused is repeated now and then for ever.
int64_t Simulation::ObservedCalls() const {
  int64_t calls = 0;
  for (const auto& [number, call] : checker_.calls().all()) {
    for (const ProjectPlan& project : scenario_.projects) {
      const bool observed = project.mode == core::ObservationMode::kList;
      if (project.id == call.key.project_id && observed && call.sent) ++calls;
    }
  }
  return calls;
}

// --- the end -------------------------------------------------------------------------------------

std::optional<std::string> Simulation::Unrest() {
  if (!process_ || process_->draining) return "no process runs";
  if (!workload_.AllAnswered()) return "somebody waits for an answer";
  for (const auto& [id, run] : checker_.committed().runs()) {
    if (run.state != store::RunState::kDone && run.state != store::RunState::kCancelled) {
      std::string items;
      for (const auto& [index, item] : checker_.committed().pending_items()) {
        if (index.first != id) continue;
        absl::StrAppend(&items, " ", item.key.instance_id,
                        " at_cancel=", static_cast<int>(item.at_cancel), " gen=", item.generation);
        const core::InstanceRecord* record = checker_.committed().Find(item.key);
        if (record != nullptr) absl::StrAppend(&items, " ", Describe(*record));
      }
      return absl::StrCat("run ", id, " is in state ", static_cast<int>(run.state), items);
    }
  }
  for (const auto& [key, record] : checker_.committed().instances()) {
    if (!record.desired) continue;
    if (const auto unrest = UnrestOf(record)) return unrest;
  }
  return std::nullopt;
}

std::optional<std::string> Simulation::UnrestOf(const core::InstanceRecord& record) {
  engine::Engine& engine = *process_->engine;
  const engine::Row* row = engine.registry().Find(record.key);
  if (row == nullptr || !row->declared)
    return absl::StrCat(record.key.instance_id, " is not known");
  const core::Decision decision = engine.Decide(*row, process_->clock.Read());
  const Power power = JudgePower(truth_.ViewNow(record.key));
  const bool noted = row->phase == decision.phase && row->reason == decision.reason;
  const bool unobserved = engine.SurroundingsOf(*row).settings.mode == core::ObservationMode::kNone;
  const core::Policy& policy = record.desired->policy;
  if (noted && (unobserved ? RestsUnobserved(decision, policy) : Rests(power, decision, policy))) {
    return std::nullopt;
  }
  return absl::StrCat(record.key.instance_id, " is ", std::string(ToString(power)), ", said to be ",
                      std::string(core::ToString(decision.phase)), "/",
                      std::string(core::ToString(decision.reason)), " and noted as ",
                      std::string(core::ToString(row->phase)), "/",
                      std::string(core::ToString(row->reason)), ": ", Describe(record));
}

void Simulation::CheckAtRest() {
  for (const auto& watcher : watchers_) watcher->CheckFinal();
  CheckRegistry();
  if (const auto problem = [this]() -> std::optional<std::string> {
        CommittedState found;
        const absl::Status status =
            process_->store->sqlite().Load([&found](std::vector<store::Change> changes) {
              for (const store::Change& change : changes) found.Apply(change);
            });
        if (!status.ok()) return std::string(status.message());
        return found.DifferenceFrom(checker_.committed());
      }()) {
    verdict_.Fail("I13", *problem);
  }
}

// The engine's memory is what was committed, no more and no less.
void Simulation::CheckRegistry() {
  const engine::Registry& registry = process_->engine->registry();
  const auto& committed = checker_.committed().instances();
  if (registry.size() != committed.size()) {
    verdict_.Fail("I9", absl::StrCat("the engine knows ", registry.size(), " instances of ",
                                     committed.size()));
  }
  for (const auto& [key, record] : committed) {
    const engine::Row* row = registry.Find(key);
    if (row != nullptr && row->revision == record.revision) continue;
    verdict_.Fail("I9", absl::StrCat("the engine knows revision ",
                                     row != nullptr ? row->revision : 0, " of ", Describe(record)));
  }
}

}  // namespace quiesce::simulation
