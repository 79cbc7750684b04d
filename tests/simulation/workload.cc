#include "tests/simulation/workload.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/store/plan_operations.h"

namespace quiesce::simulation {
namespace {

core::HoldScope AnyScope(Dice& dice) {
  const int64_t roll = dice.Between(0, 9);
  if (roll == 0) return core::HoldScope::kFleet;
  if (roll <= 2) return core::HoldScope::kProject;
  return roll <= 4 ? core::HoldScope::kWorkspace : core::HoldScope::kInstance;
}

}  // namespace

Workload::Workload(SimWorld& world, const Scenario& scenario, CloudTruth& truth, Checker& checker,
                   Verdict& verdict)
    : world_(world), scenario_(scenario), truth_(truth), checker_(checker), verdict_(verdict) {}

void Workload::Disconnect() {
  process_ = nullptr;
  ++process_number_;
  open_answers_ = 0;
}

template <typename Op, typename Fn>
void Workload::Ask(Op op, Fn done) {
  ++open_answers_;
  process_->store->Submit(std::move(op), [this, number = process_number_, done = std::move(done)](
                                             absl::StatusOr<typename Op::Result> result) mutable {
    if (number != process_number_) return;
    --open_answers_;
    if (result.ok()) done(*std::move(result));
  });
}

void Workload::Act() {
  if (process_ == nullptr || process_->draining) return;
  const int64_t roll = world_.dice().Between(0, 27);
  if (roll < 7) return SetDesired();
  if (roll < 8) return Release();
  if (roll < 11) return RequestReconcile();
  if (roll < 13) return CreateHold();
  if (roll < 14) return ExtendHold();
  if (roll < 17) return EndHold();
  if (roll < 20) return MakePlan();
  if (roll < 21) return ApplyOldPlan();
  if (roll < 22) return CancelRun();
  if (roll < 25) return Wait();
  if (roll < 26) return Refresh(world_.dice().Chance(0.3));
  AskAgain();
}

void Workload::Meddle() {
  if (resting_ || process_ == nullptr || process_->draining) return;
  std::vector<core::InstanceKey> hot;
  const engine::Registry& registry = process_->engine->registry();
  for (const auto& [key, record] : checker_.committed().instances()) {
    const engine::Row* row = registry.Find(key);
    const bool open = record.attempt.outcome == core::Outcome::kOpen;
    if (record.desired && row != nullptr && (row->claiming || open)) hot.push_back(key);
  }
  if (hot.empty()) return;
  Dice& dice = world_.dice();
  const core::InstanceKey key = dice.Pick(hot);
  const core::Desired& desired = *checker_.committed().Find(key)->desired;
  const int64_t roll = dice.Between(0, 3);
  if (roll == 0) {
    core::Hold hold;
    hold.instance = key;
    world_.Hit("meddle: hold");
    return Hold(std::move(hold));
  }
  if (roll == 1) {
    store::Release release;
    release.key = key;
    world_.Hit("meddle: release");
    return Ask(std::move(release),
               [this](const core::InstanceRecord& record) { checker_.Acknowledged(record); });
  }
  store::SetDesired set;
  set.workspace = desired.workspace;
  set.writes.push_back({core::Spec{key, desired.policy, ""}, ""});
  set.writes.back().spec.policy.is_protected = roll == 2;
  if (roll == 3) set.writes.back().spec.policy.enforcement = core::Enforcement::kObserve;
  world_.Hit(roll == 2 ? "meddle: protect" : "meddle: only observe");
  Submit(std::move(set), /*again=*/false);
}

void Workload::Look() {
  if (process_ != nullptr && !process_->draining) Refresh(/*accept_absence=*/false);
}

// --- choices -------------------------------------------------------------------------------------

// Mostly one that exists, now and then one that does not.
core::InstanceKey Workload::AnyInstance() {
  const std::vector<core::InstanceKey> keys = truth_.Keys();
  core::InstanceKey key = world_.dice().Pick(keys);
  if (world_.dice().Chance(0.02)) key.instance_id[0] = 'x';
  return key;
}

std::optional<core::InstanceKey> Workload::AnyDeclared() {
  std::vector<core::InstanceKey> declared;
  for (const auto& [key, record] : checker_.committed().instances()) {
    if (record.desired) declared.push_back(key);
  }
  if (declared.empty()) return std::nullopt;
  return world_.dice().Pick(declared);
}

core::Policy Workload::AnyPolicy(const core::InstanceKey& key) {
  Dice& dice = world_.dice();
  core::Policy policy;
  const int64_t roll = dice.Between(0, 9);
  policy.enforcement = roll == 0   ? core::Enforcement::kObserve
                       : roll == 1 ? core::Enforcement::kOnce
                                   : core::Enforcement::kContinuous;
  policy.start_grace = dice.Pick(scenario_.graces);
  policy.is_protected = dice.Chance(0.1);
  const bool asserts = dice.Chance(0.1);
  const CloudView view = truth_.ViewNow(key);
  if (asserts) policy.asserted_name = view.exists ? view.name : "nobody";
  return policy;
}

store::RequestIdentity Workload::AnyIdentity(const std::string& method) {
  store::RequestIdentity identity;
  identity.principal = "user";
  identity.method = method;
  const bool has_id = world_.dice().Chance(0.5);
  if (has_id) identity.request_id = absl::StrCat("request-", ++requests_);
  identity.body_hash = identity.request_id;
  return identity;
}

// --- declarations --------------------------------------------------------------------------------

void Workload::SetDesired() {
  Dice& dice = world_.dice();
  store::SetDesired set;
  set.request = AnyIdentity("SetDesiredState");
  set.workspace = dice.Pick(scenario_.direct_workspaces);
  set.owner = "team";
  set.contact = "#team";
  const int64_t writes = dice.Chance(0.2) ? dice.Between(2, 6) : 1;
  std::set<core::InstanceKey> keys;
  for (int64_t n = 0; n < writes; ++n) keys.insert(AnyInstance());
  for (const core::InstanceKey& key : keys) {
    store::SetDesired::Write& write = set.writes.emplace_back();
    write.spec.key = key;
    write.spec.policy = AnyPolicy(key);
    const core::InstanceRecord* record = checker_.committed().Find(key);
    // Without a change, in a third of the cases.
    if (record != nullptr && record->desired && dice.Chance(0.33)) {
      write.spec.policy = record->desired->policy;
    }
  }
  Submit(std::move(set), /*again=*/false);
}

void Workload::Submit(store::SetDesired set, bool again) {
  const std::string request_id = set.request.request_id;
  if (!again && !request_id.empty()) remembered_.push_back(Remembered{set, std::nullopt});
  Ask(std::move(set), [this, request_id](const store::SetDesired::Result& result) {
    for (const store::Declared& declared : result) checker_.Acknowledged(declared.record);
    if (!request_id.empty()) CheckAnswer(request_id, result);
  });
}

// A request that is repeated gets the first answer, also from another process.
void Workload::CheckAnswer(const std::string& request_id, const store::SetDesired::Result& result) {
  std::vector<core::Change> answer;
  for (const store::Declared& declared : result) answer.push_back(declared.change);
  for (Remembered& remembered : remembered_) {
    if (remembered.set.request.request_id != request_id) continue;
    if (remembered.answer && *remembered.answer != answer) {
      verdict_.Fail("request_id", absl::StrCat(request_id, " is answered in two ways"));
    }
    if (remembered.answer) world_.Hit("request: repeated");
    remembered.answer = answer;
  }
}

// A client that got no answer, or lost it, sends the same request once more.
void Workload::AskAgain() {
  if (remembered_.empty()) return;
  Submit(world_.dice().Pick(remembered_).set, /*again=*/true);
}

void Workload::Release() {
  const auto key = AnyDeclared();
  if (!key) return;
  store::Release release;
  release.request = AnyIdentity("ReleaseInstance");
  release.key = *key;
  Ask(std::move(release),
      [this](const core::InstanceRecord& record) { checker_.Acknowledged(record); });
}

void Workload::RequestReconcile() {
  const auto key = AnyDeclared();
  if (!key) return;
  Dice& dice = world_.dice();
  store::RequestReconcile request;
  request.request = AnyIdentity("RequestReconcile");
  request.key = *key;
  request.skip_start_grace = dice.Chance(0.5);
  request.skip_backoff = dice.Chance(0.5);
  request.throttled_until = process_->engine->projects().ThrottledUntil(key->project_id);
  Ask(std::move(request),
      [this](const store::Declared& declared) { checker_.Acknowledged(declared.record); });
}

// --- holds ---------------------------------------------------------------------------------------

void Workload::CreateHold() {
  Dice& dice = world_.dice();
  store::CreateHold create;
  create.hold.scope = AnyScope(dice);
  const core::InstanceKey key = AnyInstance();
  switch (create.hold.scope) {
    case core::HoldScope::kInstance:
      create.hold.instance = key;
      break;
    case core::HoldScope::kWorkspace:
      create.hold.workspace =
          dice.Pick(dice.Chance(0.5) ? scenario_.direct_workspaces : scenario_.declared_workspaces);
      break;
    case core::HoldScope::kProject:
      create.hold.project_id = key.project_id;
      break;
    case core::HoldScope::kFleet:
      break;
  }
  Hold(std::move(create.hold));
}

void Workload::Hold(core::Hold hold) {
  store::CreateHold create;
  create.request = AnyIdentity("CreateHold");
  create.hold = std::move(hold);
  create.hold.reason = "somebody must get in";
  create.hold.owner = "on-call";
  create.expiration = world_.dice().Between(absl::Seconds(5), absl::Minutes(10));
  Ask(std::move(create), [this](const store::CreateHold::Result& result) {
    std::set<core::InstanceKey> open;
    for (const auto& call : result.open_calls) open.insert(call.key);
    if (!open.empty()) world_.Hit("hold: with calls open");
    checker_.HoldAcknowledged(result.hold.hold.id, open);
  });
}

void Workload::ExtendHold() {
  const auto& holds = checker_.committed().holds();
  if (holds.empty()) return;
  store::ExtendHold extend;
  extend.id =
      std::next(holds.begin(), world_.dice().Between(0, static_cast<int64_t>(holds.size()) - 1))
          ->first;
  extend.expiration = world_.dice().Between(absl::Seconds(5), absl::Minutes(20));
  Ask(std::move(extend), [](const store::HoldRecord&) {});
}

void Workload::EndHold() {
  const auto& holds = checker_.committed().holds();
  if (holds.empty()) return;
  store::EndHold end;
  end.id =
      std::next(holds.begin(), world_.dice().Between(0, static_cast<int64_t>(holds.size()) - 1))
          ->first;
  end.principal = "user";
  Ask(std::move(end), [](const store::HoldRecord&) {});
}

// --- plans and runs ------------------------------------------------------------------------------

void Workload::MakePlan() {
  Dice& dice = world_.dice();
  engine::PlanRequest request;
  request.workspace = dice.Pick(scenario_.declared_workspaces);
  request.header.owner = "team";
  request.header.contact = dice.Chance(0.2) ? "#other" : "#team";
  request.principal = "user";
  const bool keeps = dice.Chance(0.5);
  for (const core::InstanceKey& key : truth_.Keys()) {
    const core::InstanceRecord* record = checker_.committed().Find(key);
    const bool declared = record != nullptr && record->desired;
    const bool mine = declared && record->desired->workspace == request.workspace;
    core::Spec spec;
    spec.key = key;
    spec.policy = AnyPolicy(key);
    if (mine && keeps) spec.policy = record->desired->policy;
    // Taking over from another workspace is announced, and now and then forgotten to be.
    if (declared && !mine && !dice.Chance(0.05)) spec.move_from = record->desired->workspace;
    const bool wanted = dice.Chance(mine ? 0.9 : declared ? 0.05 : 0.4);
    if (wanted) request.specs.push_back(std::move(spec));
  }
  // A plan looks first.
  for (const ProjectPlan& project : scenario_.projects) checker_.gateway().PersonAsked(project.id);
  ++open_answers_;
  process_->executor.Post(
      [this, process = process_, number = process_number_, request = std::move(request)]() mutable {
        process->engine->planner().CreatePlan(
            std::move(request), [this, number](absl::StatusOr<store::Plan> plan) {
              if (number != process_number_) return;
              --open_answers_;
              if (!plan.ok()) return;
              plans_.push_back(plan->id);
              const bool applies = world_.dice().Chance(0.8);
              const absl::Duration thinks =
                  world_.dice().Skewed(absl::ZeroDuration(), absl::Seconds(60));
              if (!applies) return;
              world_.After(thinks, [this, id = plan->id] { ApplyPlan(id); });
            });
      });
}

void Workload::ApplyPlan(const std::string& plan_id) {
  if (resting_ || process_ == nullptr || process_->draining) return;
  store::ApplyPlan apply;
  apply.plan_id = plan_id;
  apply.principal = "user";
  Ask(std::move(apply),
      [this, plan_id](const store::Run& run) { checker_.PlanApplied(plan_id, run); });
}

void Workload::ApplyOldPlan() {
  if (!plans_.empty()) ApplyPlan(world_.dice().Pick(plans_));
}

void Workload::CancelRun() {
  std::vector<std::string> active;
  for (const auto& [id, run] : checker_.committed().runs()) {
    if (run.state != store::RunState::kDone && run.state != store::RunState::kCancelled) {
      active.push_back(id);
    }
  }
  if (active.empty()) return;
  const std::string id = world_.dice().Pick(active);
  ++open_answers_;
  process_->executor.Post([this, process = process_, number = process_number_, id] {
    process->engine->runs().Cancel(id, "user", [this, number](absl::StatusOr<store::Run> run) {
      if (number != process_number_) return;
      --open_answers_;
      const bool cancelled = run.ok() && (run->state == store::RunState::kCancelling ||
                                          run->state == store::RunState::kCancelled);
      if (!cancelled) return;
      world_.Hit("run: cancelled");
      checker_.RunCancelled(*run);
    });
  });
}

// --- waiting and looking -------------------------------------------------------------------------

void Workload::Wait() {
  const auto key = AnyDeclared();
  if (!key) return;
  const absl::Duration time = world_.dice().Between(absl::Milliseconds(1), absl::Minutes(5));
  ++open_answers_;
  process_->executor.Post([this, process = process_, number = process_number_, key = *key, time] {
    engine::Engine& engine = *process->engine;
    const engine::Row* row = engine.registry().Find(key);
    if (row == nullptr || !row->declared) {
      --open_answers_;
      return;
    }
    const std::string etag = core::EtagOf(engine.registry().Expand(*row));
    const SteadyTime until = world_.now() + time;
    engine.waits().Wait(*row, engine.Decide(*row, process->clock.Read()), etag, until,
                        [this, process, number, key, etag, until](engine::WaitResult result) {
                          if (number != process_number_) return;
                          --open_answers_;
                          const engine::Registry& registry = process->engine->registry();
                          const engine::Row* now = registry.Find(key);
                          std::optional<core::InstanceRecord> record;
                          if (now != nullptr) record = registry.Expand(*now);
                          world_.Hit(absl::StrCat("wait: ended with ", static_cast<int>(result)));
                          checker_.WaitEnded(
                              record,
                              now != nullptr ? now->project->freshness : core::ProjectFreshness(),
                              etag, result == engine::WaitResult::kConverged, world_.now() - until);
                        });
  });
}

void Workload::Refresh(bool accept_absence) {
  const std::string id = world_.dice().Pick(scenario_.projects).id;
  if (accept_absence) checker_.OperatorAcceptsAbsence(id);
  checker_.gateway().PersonAsked(id);
  process_->executor.Post([process = process_, id, accept_absence] {
    engine::ProjectState* project = process->engine->projects().Find(id);
    if (project == nullptr) return;
    process->engine->observer().Refresh(*project, accept_absence, [](absl::Status) {});
  });
}

void Workload::Mend() {
  if (process_ == nullptr || process_->draining) return;
  const absl::Time now = world_.Read().wall;
  for (const auto& [id, held] : checker_.committed().holds()) {
    if (!held.hold.InForce(now)) continue;
    store::EndHold end;
    end.id = id;
    end.principal = "operator";
    Ask(std::move(end), [](const store::HoldRecord&) {});
  }
  process_->executor.Post([this, process = process_] {
    for (const auto& project : process->engine->projects().all()) {
      if (!project->suspect) continue;
      checker_.OperatorAcceptsAbsence(project->config.settings.id);
      checker_.gateway().PersonAsked(project->config.settings.id);
      process->engine->observer().Refresh(*project, true, [](absl::Status) {});
    }
  });
}

}  // namespace quiesce::simulation
