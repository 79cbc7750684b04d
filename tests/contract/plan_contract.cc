#include <string>
#include <utility>
#include <vector>

#include "daemon/base/limits.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/run_operations.h"
#include "gtest/gtest.h"
#include "tests/contract/state_store_contract.h"

// Plans: stored whole, applied once, exactly as they were shown.
namespace quiesce::store {
namespace {

using core::Effect;

TEST_P(StateStoreContract, PlanIsReadAsItWasStored) {
  List({{Key(1)}});
  CreatePlan create = PlanOf({Planned(core::Change::kAdopt, Key(1))});
  core::PlanItem& item = create.items[0];
  item.reason = core::Reason::kCallDue;
  item.fields = {{"start_grace", "15m", "1m", true}, {"name", "", "x", false}};
  item.policy->enforcement = core::Enforcement::kOnce;
  item.policy->start_grace = absl::Milliseconds(1500);
  item.policy->is_protected = true;
  item.policy->asserted_name = "om-1";
  item.prior_policy.emplace();
  item.prior_workspace = "old";
  item.state = core::PowerState::kRunning;
  item.since = now().steady;
  create.plan.counts.unchanged = 7;
  create.plan.spec_count = 8;
  create.plan.header_fields = {{"owner", "a", "b", false}};
  Do(create);
  harness_->Restart(Ending::kKilled);

  const Plan plan = Do(GetPlan{create.plan.id});
  EXPECT_EQ(plan.id, create.plan.id);
  EXPECT_EQ(plan.workspace, kPlanned);
  EXPECT_EQ(plan.header, create.plan.header);
  EXPECT_EQ(plan.header_change, core::Change::kAdopt);
  ASSERT_EQ(plan.header_fields.size(), 1u);
  EXPECT_EQ(plan.header_fields[0].to, "b");
  EXPECT_EQ(plan.digest, "sha256:0");
  EXPECT_EQ(plan.spec_count, 8);
  EXPECT_EQ(plan.counts.unchanged, 7);
  EXPECT_EQ(plan.counts.kept, create.plan.counts.kept);
  EXPECT_EQ(plan.created_by, "ci");
  EXPECT_EQ(plan.created, create.plan.created);
  EXPECT_EQ(plan.expires, create.plan.expires);
  EXPECT_EQ(plan.run_id, "");

  const ListPlanItems::Result items = Do(ListPlanItems{plan.id, 0, 10});
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(core::DigestLine(items[0]), core::DigestLine(item));
  EXPECT_EQ(items[0].policy, item.policy);
  EXPECT_EQ(items[0].prior_policy, item.prior_policy);
  EXPECT_EQ(items[0].prior_workspace, "old");
  EXPECT_EQ(items[0].reason, item.reason);
  ASSERT_EQ(items[0].fields.size(), 2u);
  EXPECT_TRUE(items[0].fields[0].loosens_rail);
  EXPECT_EQ(items[0].cloud_name, "om-0001");
  EXPECT_EQ(items[0].state, core::PowerState::kRunning);
  EXPECT_EQ(items[0].since, item.since);
}

TEST_P(StateStoreContract, PlanItemsAreReadInPages) {
  std::vector<core::PlanItem> items;
  for (int i = 0; i < 25; ++i) items.push_back(Planned(core::Change::kAdopt, Key(i)));
  const Plan plan = Do(PlanOf(std::move(items)));
  std::vector<int64_t> seen;
  for (int64_t from = 0;;) {
    const ListPlanItems::Result page = Do(ListPlanItems{plan.id, from, 10});
    for (const core::PlanItem& item : page) seen.push_back(item.index);
    if (page.size() < 10) break;
    from = page.back().index + 1;
  }
  ASSERT_EQ(seen.size(), 25u);
  for (int64_t i = 0; i < 25; ++i) EXPECT_EQ(seen[static_cast<size_t>(i)], i);
}

TEST_P(StateStoreContract, PlanIsInvisibleUntilItsLastPart) {
  CreatePlan create =
      PlanOf({Planned(core::Change::kAdopt, Key(0)), Planned(core::Change::kAdopt, Key(1)),
              Planned(core::Change::kAdopt, Key(2))});
  const std::vector<core::PlanItem> items = std::move(create.items);
  create.items = {items[0]};
  create.plan.complete = false;
  Do(create);
  EXPECT_EQ(ReasonOf(Execute(GetPlan{create.plan.id}).status()), "PLAN_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Execute(ApplyPlan{create.plan.id, "alice"}).status()), "PLAN_NOT_FOUND");
  // An item that is lost makes no plan.
  EXPECT_EQ(Execute(AddPlanItems{create.plan.id, {items[1]}, true}).status().code(),
            absl::StatusCode::kInternal);
  Do(AddPlanItems{create.plan.id, {items[1]}, false});
  EXPECT_TRUE(Do(AddPlanItems{create.plan.id, {items[2]}, true}).complete);
  EXPECT_EQ(Do(ListPlanItems{create.plan.id, 0, 10}).size(), 3u);
  EXPECT_FALSE(Execute(AddPlanItems{create.plan.id, {}, true}).ok()) << "immutable";
}

TEST_P(StateStoreContract, PlanThatLacksItemsIsRefused) {
  CreatePlan create = PlanOf({Planned(core::Change::kAdopt, Key(0))});
  create.items.clear();
  EXPECT_EQ(Execute(create).status().code(), absl::StatusCode::kInternal);
  EXPECT_FALSE(Execute(GetPlan{create.plan.id}).ok());
}

TEST_P(StateStoreContract, PlanIsFoundByAUniquePrefix) {
  CreatePlan first = PlanOf({});
  CreatePlan second = PlanOf({});
  first.plan.id = "0123456789abcdef0000000000000000";
  second.plan.id = "0123456789abcdef1111111111111111";
  Do(first);
  Do(second);
  EXPECT_EQ(Do(GetPlan{"0123456789abcdef0"}).id, first.plan.id);
  const absl::Status ambiguous = Execute(GetPlan{"01234567"}).status();
  EXPECT_EQ(ReasonOf(ambiguous), "AMBIGUOUS_NAME");
  EXPECT_NE(ambiguous.message().find(second.plan.id), absl::string_view::npos);
  EXPECT_EQ(ReasonOf(Execute(GetPlan{"0123456"}).status()), "PLAN_NOT_FOUND") << "too short";
  EXPECT_EQ(ReasonOf(Execute(GetPlan{"0123456789abcdef2"}).status()), "PLAN_NOT_FOUND");
}

// --- ApplyPlan -----------------------------------------------------------------------------------

TEST_P(StateStoreContract, PlanIsAppliedAtMostOnce) {
  const Plan plan = Do(PlanOf({Planned(core::Change::kAdopt, Key(1))}));
  const store::Run run = ApplyIt(plan);
  EXPECT_EQ(run.state, RunState::kApplying);
  EXPECT_EQ(run.item_count, 1);
  EXPECT_EQ(run.created_by, "alice");
  EXPECT_EQ(ApplyIt(plan).id, run.id);
  harness_->Restart(Ending::kKilled);
  EXPECT_EQ(Do(ApplyPlan{plan.id, "bob"}).id, run.id);
  EXPECT_EQ(FinishApplying(run).state, RunState::kRunning);
  EXPECT_EQ(ApplyIt(plan).state, RunState::kRunning) << "in whatever state it is";
  EXPECT_EQ(Do(GetPlan{plan.id}).run_id, run.id);
}

TEST_P(StateStoreContract, TwoWhoApplyAtOnceGetOneRun) {
  const Plan plan = Do(PlanOf({Planned(core::Change::kAdopt, Key(1))}));
  std::vector<std::string> runs;
  for (int i = 0; i < 5; ++i) {
    harness_->store().Submit(ApplyPlan{plan.id, "alice"}, [&runs](absl::StatusOr<store::Run> run) {
      runs.push_back(run.ok() ? run->id : "");
    });
  }
  harness_->executor().RunUntil([&runs] { return runs.size() == 5; });
  EXPECT_EQ(runs, std::vector<std::string>(5, runs[0]));
}

TEST_P(StateStoreContract, ApplyingCreatesTheWorkspaceAsDeclared) {
  const store::Run run = ApplyAll({Planned(core::Change::kAdopt, Key(1))});
  const Workspace workspace = ReadWorkspaceRow(kPlanned);
  EXPECT_EQ(workspace.kind, WriterKind::kDeclared);
  EXPECT_EQ(workspace.header.owner, "billing-platform");
  EXPECT_EQ(workspace.header.labels.at("tier"), "prod");
  EXPECT_EQ(workspace.changing_run, "");
  const core::Desired desired = Read(Key(1)).desired.value();
  EXPECT_EQ(desired.workspace, kPlanned);
  EXPECT_EQ(desired.authority.kind, core::Authority::Kind::kPlan);
  EXPECT_EQ(desired.authority.reference, run.plan_id);
  EXPECT_EQ(desired.authority.principal, "alice");
}

TEST_P(StateStoreContract, PlanOfOneHeaderOnlyIsDoneAtOnce) {
  const store::Run run = ApplyIt(Do(PlanOf({})));
  EXPECT_EQ(run.state, RunState::kDone);
  EXPECT_EQ(run.ended, now().wall);
  EXPECT_EQ(ReadWorkspaceRow(kPlanned).generation, 1);
}

TEST_P(StateStoreContract, PlanIsStaleOnceTheWorkspaceChanged) {
  const Plan first = Do(PlanOf({Planned(core::Change::kAdopt, Key(1))}));
  const Plan second = Do(PlanOf({Planned(core::Change::kAdopt, Key(2))}));
  FinishApplying(ApplyIt(first));
  const absl::Status stale = Execute(ApplyPlan{second.id, "alice"}).status();
  EXPECT_EQ(stale.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(stale), "PLAN_STALE");
  EXPECT_FALSE(Exists(Key(2)));
  EXPECT_EQ(Do(GetPlan{second.id}).run_id, "") << "a refused plan is not consumed";
}

TEST_P(StateStoreContract, PlanMadeWhileARunIsAppliedCannotOvertakeIt) {
  const store::Run run = ApplyIt(Do(PlanOf({Planned(core::Change::kAdopt, Key(1))})));
  const Plan meanwhile = Do(PlanOf({Planned(core::Change::kAdopt, Key(2))}));
  EXPECT_EQ(ReasonOf(Execute(ApplyPlan{meanwhile.id, "alice"}).status()), "PLAN_STALE");
  FinishApplying(run);
  EXPECT_EQ(ReasonOf(Execute(ApplyPlan{meanwhile.id, "alice"}).status()), "PLAN_STALE")
      << "it was made from half of the set";
  FinishApplying(ApplyIt(Do(PlanOf({Planned(core::Change::kAdopt, Key(2))}))));
}

TEST_P(StateStoreContract, PlanThatStopsOnlyDoesNotMakeOthersStale) {
  ApplyAll({Planned(core::Change::kAdopt, Key(1))});
  const Plan other = Do(PlanOf({Planned(core::Change::kAdopt, Key(2))}));
  ApplyAll({Planned(core::Change::kNone, Key(1))});
  EXPECT_TRUE(Execute(ApplyPlan{other.id, "alice"}).ok());
}

TEST_P(StateStoreContract, PlanExpires) {
  const Plan plan = Do(PlanOf({Planned(core::Change::kAdopt, Key(1))}));
  Advance(limits::kPlanLifetime);
  EXPECT_EQ(ReasonOf(Execute(ApplyPlan{plan.id, "alice"}).status()), "PLAN_EXPIRED");
}

TEST_P(StateStoreContract, PlanThatWasAppliedInTimeDoesNotExpire) {
  const Plan plan = Do(PlanOf({Planned(core::Change::kAdopt, Key(1))}));
  const store::Run run = ApplyIt(plan);
  Advance(limits::kPlanLifetime * 2);
  EXPECT_EQ(ApplyIt(plan).id, run.id);
  Do(Prune{});
  EXPECT_EQ(Do(GetPlan{plan.id}).id, plan.id);
}

TEST_P(StateStoreContract, KindsOfWorkspacesDoNotMix) {
  Declare(Key(1));
  CreatePlan create = PlanOf({Planned(core::Change::kAdopt, Key(2))});
  create.plan.workspace = kWorkspace;
  create.plan.workspace_generation = ReadWorkspaceRow(kWorkspace).generation;
  Do(create);
  EXPECT_EQ(ReasonOf(Execute(ApplyPlan{create.plan.id, "alice"}).status()),
            "WORKSPACE_KIND_MISMATCH");
  ApplyAll({Planned(core::Change::kAdopt, Key(3))});
  SetDesired set = SetOne(Key(3));
  set.workspace = kPlanned;
  EXPECT_EQ(ReasonOf(Execute(set).status()), "WORKSPACE_KIND_MISMATCH");
  EXPECT_EQ(ReasonOf(Execute(Release{{}, Key(3), ""}).status()), "WORKSPACE_KIND_MISMATCH");
}

// --- pruning -------------------------------------------------------------------------------------

TEST_P(StateStoreContract, ExpiredPlansArePruned) {
  const Plan plan = Do(PlanOf({Planned(core::Change::kAdopt, Key(1))}));
  CreatePlan unfinished = PlanOf({Planned(core::Change::kAdopt, Key(2))});
  unfinished.plan.complete = false;
  Do(unfinished);
  Advance(limits::kPlanLifetime + limits::kExpiredPlanLifetime);
  Do(Prune{});
  EXPECT_TRUE(Execute(GetPlan{plan.id}).ok());
  Advance(absl::Microseconds(1));
  Do(Prune{});
  EXPECT_FALSE(Execute(GetPlan{plan.id}).ok());
  EXPECT_FALSE(Execute(AddPlanItems{unfinished.plan.id, {}, true}).ok());
  EXPECT_TRUE(Do(ListPlanItems{Do(PlanOf({})).id, 0, 10}).empty());
}

TEST_P(StateStoreContract, EndedRunsArePrunedWithTheirPlans) {
  const store::Run open = ApplyAll({Planned(core::Change::kAdopt, Key(1))});
  const store::Run ended = ApplyAll({Planned(core::Change::kRelease, Key(1))});
  ASSERT_EQ(ended.state, RunState::kDone);
  Advance(limits::kEndedRunLifetime + absl::Seconds(1));
  while (Do(Prune{}).more) {
  }
  EXPECT_EQ(ReasonOf(Execute(GetRun{ended.id}).status()), "RUN_NOT_FOUND");
  EXPECT_FALSE(Execute(GetPlan{ended.plan_id}).ok());
  EXPECT_TRUE(Execute(GetRun{open.id}).ok());
}

}  // namespace
}  // namespace quiesce::store
