#include "tests/contract/state_store_contract.h"

#include "absl/strings/str_format.h"
#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "daemon/core/error.h"
#include "daemon/store/read_operations.h"
#include "daemon/store/run_operations.h"

namespace quiesce::store {
namespace {

ProjectMap Projects(const std::string& listed, const std::string& unlisted) {
  ProjectMap projects;
  projects[listed].id = listed;
  projects[listed].alias = "billing-cn";
  projects[unlisted].id = unlisted;
  projects[unlisted].alias = "billing-blind";
  projects[unlisted].mode = core::ObservationMode::kNone;
  return projects;
}

}  // namespace

const std::string StateStoreContract::kProject = std::string(32, 'a');
const std::string StateStoreContract::kUnlisted = std::string(32, 'b');

StateStoreContract::StateStoreContract() : harness_(GetParam()(Projects(kProject, kUnlisted))) {}

Recover::Result StateStoreContract::RestartAndRecover(Ending ending) {
  harness_->Restart(ending);
  Recover recover;
  recover.projects = {{kProject, "billing-cn", "https://one.example"},
                      {kUnlisted, "billing-blind", "https://two.example"}};
  return Do(recover);
}

core::InstanceKey StateStoreContract::Key(int i, const std::string& project) {
  return core::InstanceKey{project, absl::StrFormat("%032x", i)};
}

SetDesired StateStoreContract::SetOne(const core::InstanceKey& key, core::Policy policy) {
  SetDesired set;
  set.request.principal = "alice";
  set.request.method = "SetDesiredState";
  set.workspace = kWorkspace;
  set.owner = "billing-platform";
  set.contact = "#billing";
  set.writes.push_back(SetDesired::Write{core::Spec{key, std::move(policy), ""}, ""});
  return set;
}

Declared StateStoreContract::Declare(const core::InstanceKey& key, core::Policy policy) {
  SetDesired::Result result = Do(SetOne(key, std::move(policy)));
  return result.empty() ? Declared() : result[0];
}

core::ListedInstance StateStoreContract::Listed(const Shown& shown) {
  core::ListedInstance listed;
  listed.instance_id = shown.key.instance_id;
  listed.cloud_name = "om-" + shown.key.instance_id.substr(28);
  listed.state = shown.state;
  listed.nodes = {core::Node{"node-1", "ACTIVE", "NO_TASK", ""}};
  return listed;
}

Observe::Result StateStoreContract::List(const std::vector<Shown>& shown,
                                         const std::vector<core::InstanceKey>& missing) {
  Advance(absl::Seconds(1));
  Observe observe;
  observe.project_id = kProject;
  observe.list = core::ListInfo{Do(BeginList{}), now().steady};
  for (const Shown& one : shown) observe.present.push_back(Listed(one));
  for (const core::InstanceKey& key : missing) observe.missing.push_back(key.instance_id);
  observe.completion.emplace();
  observe.completion->listed_at = now().wall;
  return Do(observe);
}

void StateStoreContract::MakeDue(const core::InstanceKey& key) {
  Declare(key);
  List({{key}});
}

std::optional<ClaimedCall> StateStoreContract::TryClaim(const core::InstanceKey& key) {
  Claim claim;
  claim.candidates.push_back({key});
  const Claim::Result result = Do(claim);
  const auto* call = std::get_if<ClaimedCall>(&result.at(0));
  return call == nullptr ? std::nullopt : std::optional<ClaimedCall>(*call);
}

ClaimedCall StateStoreContract::ClaimIt(const core::InstanceKey& key) {
  std::optional<ClaimedCall> call = TryClaim(key);
  EXPECT_TRUE(call.has_value()) << Describe(Read(key));
  return call.value_or(ClaimedCall());
}

core::Decision StateStoreContract::WhyNotClaimed(const core::InstanceKey& key) {
  Claim claim;
  claim.candidates.push_back({key});
  const Claim::Result result = Do(claim);
  const auto* refused = std::get_if<NotClaimed>(&result.at(0));
  EXPECT_NE(refused, nullptr) << "a call was granted";
  return refused == nullptr ? core::Decision() : refused->decision;
}

Finished StateStoreContract::FinishIt(const ClaimedCall& call, core::CallResult result) {
  return Do(Finish{call.key, call.attempt_id, call.fence, std::move(result)});
}

core::CallResult StateStoreContract::Accepted() {
  core::CallResult result;
  result.outcome = core::Outcome::kAccepted;
  result.call_class = core::CallClass::kAccepted;
  result.http_status = 200;
  return result;
}

core::CallResult StateStoreContract::Unknown() {
  core::CallResult result;
  result.http_status = 504;
  return result;
}

core::CallResult StateStoreContract::Rejected(core::CallClass call_class) {
  core::CallResult result;
  result.outcome = core::Outcome::kRejected;
  result.call_class = call_class;
  result.http_status = 400;
  result.error_code = "DBSS.1";
  result.message = "no";
  return result;
}

void StateStoreContract::Stop(const core::InstanceKey& key) {
  MakeDue(key);
  FinishIt(ClaimIt(key), Accepted());
  List({{key, core::PowerState::kStopped}});
  EXPECT_EQ(Do(Latch{{key}}).size(), 1u) << Describe(Read(key));
  Advance(absl::Minutes(1));
}

// --- plans ---------------------------------------------------------------------------------------

core::PlanItem StateStoreContract::Planned(core::Change change, const core::InstanceKey& key,
                                           core::Effect effect, core::Policy policy) {
  core::PlanItem item;
  item.key = key;
  item.change = change;
  item.effect = effect;
  if (change != core::Change::kRelease) item.policy = std::move(policy);
  if (!Exists(key)) return item;
  const core::InstanceRecord record = Read(key);
  item.expected_etag = core::EtagOf(record);
  item.cloud_name = record.observation.cloud_name;
  if (record.desired) {
    item.prior_policy = record.desired->policy;
    item.prior_workspace = record.desired->workspace;
  }
  return item;
}

CreatePlan StateStoreContract::PlanOf(std::vector<core::PlanItem> items) {
  SystemRandom random;
  CreatePlan create;
  create.plan.id = NewId(random);
  create.plan.workspace = kPlanned;
  create.plan.header = core::WorkspaceHeader{"billing-platform", "#billing", {{"tier", "prod"}}};
  create.plan.workspace_generation = ReadWorkspaceRow(kPlanned).generation;
  if (create.plan.workspace_generation == 0) create.plan.header_change = core::Change::kAdopt;
  create.plan.digest = "sha256:0";
  create.plan.created_by = "ci";
  create.plan.created = now().wall;
  create.plan.expires = now().wall + limits::kPlanLifetime;
  for (core::PlanItem& item : items) {
    item.index = static_cast<int64_t>(create.items.size());
    create.plan.counts.kept[{item.change, item.effect}] += 1;
    create.items.push_back(std::move(item));
  }
  create.plan.spec_count = static_cast<int64_t>(create.items.size());
  return create;
}

store::Run StateStoreContract::ApplyIt(const Plan& plan) { return Do(ApplyPlan{plan.id, "alice"}); }

store::Run StateStoreContract::FinishApplying(store::Run run) {
  while (run.state == RunState::kApplying) run = Do(ApplyRunSlice{run.id});
  return run;
}

store::Run StateStoreContract::ApplyAll(std::vector<core::PlanItem> items) {
  return FinishApplying(ApplyIt(Do(PlanOf(std::move(items)))));
}

store::Run StateStoreContract::ApplyDue(const std::vector<core::InstanceKey>& keys) {
  std::vector<core::PlanItem> items;
  std::vector<Shown> shown;
  for (const core::InstanceKey& key : keys) {
    items.push_back(Planned(core::Change::kAdopt, key));
    shown.push_back({key});
  }
  store::Run run = ApplyAll(std::move(items));
  List(shown);
  return run;
}

RunItem StateStoreContract::Item(const std::string& run_id, int64_t index) {
  const ListRunItems::Result items = Do(ListRunItems{run_id, index, 1});
  EXPECT_EQ(items.size(), 1u);
  return items.empty() ? RunItem() : items[0].item;
}

Workspace StateStoreContract::ReadWorkspaceRow(const std::string& name) {
  Workspace found;
  for (const Change& change : harness_->feed()) {
    const auto* workspace = std::get_if<WorkspaceChanged>(&change);
    if (workspace != nullptr && workspace->workspace.name == name) found = workspace->workspace;
  }
  return found;
}

CreateHold StateStoreContract::HoldOn(const core::InstanceKey& key, absl::Duration ttl) {
  CreateHold create;
  create.request.principal = "alice";
  create.request.method = "CreateHold";
  create.hold.scope = core::HoldScope::kInstance;
  create.hold.instance = key;
  create.hold.reason = "INC-4711";
  create.hold.owner = "on-call";
  create.expiration = ttl;
  return create;
}

core::InstanceRecord StateStoreContract::Read(const core::InstanceKey& key) {
  return Do(ReadInstance{key}).record;
}

bool StateStoreContract::Exists(const core::InstanceKey& key) {
  return Execute(ReadInstance{key}).ok();
}

Project StateStoreContract::ReadProjectRow(const std::string& id) {
  // Through the feed: nobody reads a project otherwise.
  Project found;
  for (const Change& change : harness_->feed()) {
    const auto* project = std::get_if<ProjectChanged>(&change);
    if (project != nullptr && project->project.id == id) found = project->project;
  }
  return found;
}

std::vector<Change> StateStoreContract::FeedSince(size_t size) const {
  const std::vector<Change>& feed = harness_->feed();
  return std::vector<Change>(feed.begin() + static_cast<ptrdiff_t>(size), feed.end());
}

std::string ReasonOf(const absl::Status& status) {
  const std::optional<core::ErrorDetail> detail = core::DetailOf(status);
  return detail ? detail->reason : "";
}

}  // namespace quiesce::store
