#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gtest/gtest.h"
#include "tests/contract/state_store_contract.h"

// Declaring single instances, requests to act now, and requests that are repeated.
namespace quiesce::store {
namespace {

using core::Change;
using core::Effect;
using core::Enforcement;
using core::PowerState;
using core::Reason;

// --- SetDesired ----------------------------------------------------------------------------------

TEST_P(StateStoreContract, AdoptionCreatesWorkspaceAndRecord) {
  List({{Key(1)}});
  core::Policy policy;
  policy.asserted_name = "om-0001";
  SetDesired set = SetOne(Key(1), policy);
  set.request.request_id = "r1";
  const Declared declared = Do(set).at(0);
  EXPECT_EQ(declared.change, Change::kAdopt);
  EXPECT_EQ(declared.effect, Effect::kStop);
  const core::InstanceRecord record = Read(Key(1));
  ASSERT_TRUE(record.desired.has_value());
  EXPECT_EQ(record.desired->uid.size(), 32u);
  EXPECT_EQ(record.desired->generation, 1);
  EXPECT_EQ(record.desired->workspace, kWorkspace);
  EXPECT_EQ(record.desired->policy, policy);
  EXPECT_EQ(record.desired->adopted_floor_seq, Do(BeginList{}) - 1);
  EXPECT_EQ(record.desired->authority.kind, core::Authority::Kind::kDirect);
  EXPECT_EQ(record.desired->authority.principal, "alice");
  EXPECT_EQ(record.desired->authority.reference, "r1");
  EXPECT_EQ(record.desired->authority.at, now().wall);
}

TEST_P(StateStoreContract, RepeatedWriteChangesNothing) {
  MakeDue(Key(1));
  const std::string before = Describe(Read(Key(1)));
  const size_t feed = FeedSize();
  const Declared again = Declare(Key(1));
  EXPECT_EQ(again.change, Change::kNone);
  EXPECT_EQ(again.effect, Effect::kStop);
  EXPECT_EQ(FeedSize(), feed);
  EXPECT_EQ(Describe(Read(Key(1))), before);
}

TEST_P(StateStoreContract, ChangedPolicyIsANewGenerationAndKeepsTheLatch) {
  Stop(Key(1));
  core::Policy policy;
  policy.start_grace = absl::Minutes(1);
  const Declared declared = Declare(Key(1), policy);
  EXPECT_EQ(declared.change, Change::kUpdate);
  EXPECT_EQ(declared.effect, Effect::kNone);
  const core::InstanceRecord record = Read(Key(1));
  EXPECT_EQ(record.desired->generation, 2);
  EXPECT_EQ(record.history.stopped_generation, 2);
}

TEST_P(StateStoreContract, DeclaringADriftedInstanceAgainStopsItWithoutItsGrace) {
  Stop(Key(1));
  List({{Key(1)}});
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kStartGrace);
  const Declared declared = Declare(Key(1));
  EXPECT_EQ(declared.change, Change::kNone);
  EXPECT_EQ(declared.effect, Effect::kStop);
  EXPECT_EQ(Read(Key(1)).desired->generation, 2);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, ReadoptionInheritsTheAttemptUnderANewUid) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  const std::string uid = Read(Key(1)).desired->uid;
  Do(Release{{}, Key(1), ""});
  Declare(Key(1));
  const core::InstanceRecord record = Read(Key(1));
  EXPECT_NE(record.desired->uid, uid);
  EXPECT_EQ(record.attempt.id, call.attempt_id);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kCallInFlight);
}

TEST_P(StateStoreContract, BatchIsAllOrNothing) {
  Declare(Key(1));
  SetDesired batch = SetOne(Key(2));
  batch.owner = "somebody-else";
  for (int i = 3; i < 50; ++i) batch.writes.push_back({core::Spec{Key(i), {}, ""}, ""});
  batch.writes.push_back({core::Spec{Key(1), {}, ""}, "no-such-etag"});
  const size_t feed = FeedSize();
  const absl::Status refused = Execute(batch).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(refused), "ETAG_MISMATCH");
  EXPECT_EQ(FeedSize(), feed);
  for (int i = 2; i < 50; ++i) EXPECT_FALSE(Exists(Key(i)));
  // Its revisions are given again: the feed has no gap, and goes on.
  const int64_t last = Read(Key(1)).revision;
  EXPECT_EQ(Declare(Key(2)).record.revision, last + 1);
  batch.writes.back().etag = core::EtagOf(Read(Key(1)));
  EXPECT_EQ(Do(batch).size(), 49u);
}

TEST_P(StateStoreContract, EtagOfAnUndeclaredInstanceMatchesNone) {
  List({{Key(1)}});
  SetDesired set = SetOne(Key(1));
  set.writes[0].etag = "0123456789abcdef-1";
  EXPECT_EQ(ReasonOf(Execute(set).status()), "ETAG_MISMATCH");
}

TEST_P(StateStoreContract, EtagChangesWithEveryWriteThatCounts) {
  const std::string adopted = core::EtagOf(Declare(Key(1)).record);
  core::Policy policy;
  policy.is_protected = true;
  const std::string updated = core::EtagOf(Declare(Key(1), policy).record);
  EXPECT_NE(updated, adopted);
  EXPECT_EQ(core::EtagOf(Declare(Key(1), policy).record), updated);
  Do(Release{{}, Key(1), ""});
  EXPECT_NE(core::EtagOf(Declare(Key(1)).record), adopted);
}

TEST_P(StateStoreContract, NewWorkspaceNeedsAnOwner) {
  SetDesired set = SetOne(Key(1));
  set.contact.clear();
  EXPECT_EQ(ReasonOf(Execute(set).status()), "WORKSPACE_NEEDS_OWNER");
  EXPECT_FALSE(Exists(Key(1)));
  Declare(Key(1));
  set.owner.clear();
  Do(set);  // It has one now.
}

TEST_P(StateStoreContract, OwnerAndContactCanBeReplaced) {
  Declare(Key(1));
  SetDesired set = SetOne(Key(1));
  set.owner = "risk";
  set.contact.clear();
  const size_t feed = FeedSize();
  Do(set);
  const std::vector<store::Change> changes = FeedSince(feed);
  ASSERT_EQ(changes.size(), 1u);
  const auto* changed = std::get_if<WorkspaceChanged>(&changes[0]);
  ASSERT_NE(changed, nullptr);
  EXPECT_EQ(changed->workspace.header.owner, "risk");
  EXPECT_EQ(changed->workspace.header.contact, "#billing");
  EXPECT_EQ(changed->workspace.kind, WriterKind::kDirect);
}

TEST_P(StateStoreContract, InstanceOfAnotherWorkspaceIsRefusedNamingItsOwner) {
  Declare(Key(1));
  SetDesired set = SetOne(Key(1));
  set.workspace = "risk";
  set.owner = "risk-team";
  const absl::Status refused = Execute(set).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "INSTANCE_CLAIMED");
  EXPECT_NE(refused.message().find("billing-platform"), absl::string_view::npos) << refused;
  EXPECT_EQ(Read(Key(1)).desired->workspace, kWorkspace);
}

TEST_P(StateStoreContract, ValidateOnlyTellsAndWritesNothing) {
  List({{Key(1)}});
  SetDesired set = SetOne(Key(1));
  set.request.request_id = "r1";
  set.validate_only = true;
  const size_t feed = FeedSize();
  const Declared told = Do(set).at(0);
  EXPECT_EQ(told.change, Change::kAdopt);
  EXPECT_EQ(told.effect, Effect::kStop);
  EXPECT_FALSE(told.record.desired.has_value());
  EXPECT_EQ(FeedSize(), feed);
  set.validate_only = false;
  set.request.body_hash = "the real one";
  EXPECT_EQ(Do(set).at(0).change, Change::kAdopt) << "a validation is not remembered";
}

TEST_P(StateStoreContract, DeclarationSurvivesAKill) {
  MakeDue(Key(1));
  const std::string before = Describe(Read(Key(1)));
  harness_->Restart(Ending::kKilled);
  EXPECT_EQ(Describe(Read(Key(1))), before);
}

// --- Release -------------------------------------------------------------------------------------

TEST_P(StateStoreContract, ReleaseKeepsTheFactsAndEndsTheDeclaration) {
  Stop(Key(1));
  const core::InstanceRecord before = Read(Key(1));
  Do(Release{{}, Key(1), core::EtagOf(before)});
  const core::InstanceRecord after = Read(Key(1));
  EXPECT_FALSE(after.desired.has_value());
  EXPECT_EQ(after.attempt.id, before.attempt.id);
  EXPECT_EQ(after.observation.state, PowerState::kStopped);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kUnmanaged);
}

TEST_P(StateStoreContract, ReleaseIsRefusedWhereThereIsNothingToRelease) {
  EXPECT_EQ(ReasonOf(Execute(Release{{}, Key(1), ""}).status()), "INSTANCE_NOT_FOUND");
  List({{Key(1)}});
  EXPECT_EQ(ReasonOf(Execute(Release{{}, Key(1), ""}).status()), "NOT_DECLARED");
  Declare(Key(1));
  EXPECT_EQ(ReasonOf(Execute(Release{{}, Key(1), "x-1"}).status()), "ETAG_MISMATCH");
  EXPECT_TRUE(Read(Key(1)).desired.has_value());
}

// --- RequestReconcile ----------------------------------------------------------------------------

RequestReconcile Request(const core::InstanceKey& key) {
  RequestReconcile request;
  request.request.principal = "alice";
  request.request.method = "RequestReconcile";
  request.key = key;
  return request;
}

TEST_P(StateStoreContract, ReconcileWaitsForTheGraceUnlessItIsSkipped) {
  Stop(Key(1));
  List({{Key(1)}});
  const size_t feed = FeedSize();
  const Declared waits = Do(Request(Key(1)));
  EXPECT_EQ(waits.effect, Effect::kNone);
  EXPECT_EQ(waits.reason, Reason::kStartGrace);
  EXPECT_EQ(FeedSize(), feed);
  RequestReconcile skipping = Request(Key(1));
  skipping.skip_start_grace = true;
  const Declared stops = Do(skipping);
  EXPECT_EQ(stops.effect, Effect::kStop);
  EXPECT_EQ(stops.change, Change::kNone);
  EXPECT_EQ(stops.record.desired->generation, 2);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, ReconcileKeepsBackoffUnlessItIsSkipped) {
  MakeDue(Key(1));
  FinishIt(ClaimIt(Key(1)), Rejected(core::CallClass::kForbidden));
  List({});
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kForbidden);
  const Declared waits = Do(Request(Key(1)));
  EXPECT_EQ(waits.effect, Effect::kBlocked);
  EXPECT_EQ(waits.reason, Reason::kForbidden);
  EXPECT_EQ(Read(Key(1)).desired->generation, 1);
  RequestReconcile skipping = Request(Key(1));
  skipping.skip_backoff = true;
  EXPECT_EQ(Do(skipping).effect, Effect::kStop);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, ReconcileWithinABackoffPromisesAStopLater) {
  MakeDue(Key(1));
  FinishIt(ClaimIt(Key(1)), Rejected(core::CallClass::kTransient));
  const SteadyTime due = Read(Key(1)).history.next_attempt;
  const Declared later = Do(Request(Key(1)));
  EXPECT_EQ(later.effect, Effect::kStop);
  EXPECT_EQ(later.reason, Reason::kBackoff);
  EXPECT_EQ(Read(Key(1)).history.next_attempt, due);
}

TEST_P(StateStoreContract, ReconcileIsBlockedByWordsAgainstTheCall) {
  core::Policy policy;
  policy.is_protected = true;
  Declare(Key(1), policy);
  Declare(Key(2));
  List({{Key(1)}, {Key(2)}});
  Do(HoldOn(Key(2)));
  for (const auto& [key, reason] :
       {std::pair(Key(1), Reason::kProtected), std::pair(Key(2), Reason::kHeld)}) {
    RequestReconcile request = Request(key);
    request.skip_start_grace = true;
    request.skip_backoff = true;
    const size_t feed = FeedSize();
    const Declared blocked = Do(request);
    EXPECT_EQ(blocked.reason, reason);
    EXPECT_NE(blocked.effect, Effect::kStop);
    EXPECT_EQ(FeedSize(), feed);
  }
}

TEST_P(StateStoreContract, ReconcileStopsOnceMoreWithEnforcementOnce) {
  core::Policy once;
  once.enforcement = Enforcement::kOnce;
  Stop(Key(1));
  Declare(Key(1), once);
  List({{Key(1)}});
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kReportOnly);
  EXPECT_EQ(Do(Request(Key(1))).effect, Effect::kStop);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, ReconcileOfAnObservedOnlyOrStoppedInstanceDoesNothing) {
  core::Policy observe;
  observe.enforcement = Enforcement::kObserve;
  Declare(Key(1), observe);
  Stop(Key(2));
  List({{Key(1)}});
  const size_t feed = FeedSize();
  EXPECT_EQ(Do(Request(Key(1))).reason, Reason::kReportOnly);
  EXPECT_EQ(Do(Request(Key(2))).effect, Effect::kNone);
  EXPECT_EQ(FeedSize(), feed);
}

TEST_P(StateStoreContract, ReconcileWithoutAFreshListIsAcceptedAndLooksFirst) {
  Stop(Key(1));
  Advance(absl::Hours(1));
  const Declared unknown = Do(Request(Key(1)));
  EXPECT_EQ(unknown.effect, Effect::kUnknown);
  EXPECT_EQ(unknown.record.desired->generation, 2);
}

// What it leads to cannot be told, so it is accepted; the next list shows a start that has its
// grace.
TEST_P(StateStoreContract, ReconcileWithoutAFreshListShortensNobodysGrace) {
  Stop(Key(1));
  List({{Key(1)}});
  const SteadyTime ends = Read(Key(1)).observation.start_seen + absl::Minutes(15);
  Advance(absl::Minutes(10));
  EXPECT_EQ(Do(Request(Key(1))).effect, Effect::kUnknown);
  List({{Key(1)}});
  const core::Decision waits = WhyNotClaimed(Key(1));
  EXPECT_EQ(waits.reason, Reason::kStartGrace);
  EXPECT_EQ(waits.valid_until, ends);
  Advance(absl::Minutes(5));
  List({{Key(1)}});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, ReconcileWithoutAFreshListSkipsTheGraceIfAskedTo) {
  Stop(Key(1));
  List({{Key(1)}});
  Advance(absl::Minutes(10));
  RequestReconcile skipping = Request(Key(1));
  skipping.skip_start_grace = true;
  EXPECT_EQ(Do(skipping).effect, Effect::kUnknown);
  List({{Key(1)}});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, ReconcileAssertsAgainWhereNothingIsObserved) {
  const core::InstanceKey key = Key(1, kUnlisted);
  Declare(key);
  FinishIt(ClaimIt(key), Accepted());
  EXPECT_EQ(Do(Latch{{key}}).size(), 1u);
  EXPECT_EQ(WhyNotClaimed(key).reason, Reason::kAssumed);
  EXPECT_EQ(Declare(key).effect, Effect::kNone) << "a write that changes nothing asserts nothing";
  core::Policy policy;
  policy.start_grace = absl::Minutes(1);
  EXPECT_EQ(Declare(key, policy).effect, Effect::kNone);
  EXPECT_EQ(Declare(key, policy).effect, Effect::kNone);
  EXPECT_EQ(Do(Request(key)).effect, Effect::kStop);
  Advance(absl::Minutes(10));
  EXPECT_EQ(ClaimIt(key).generation, 3);
}

TEST_P(StateStoreContract, ReconcileIsRefusedForAnUndeclaredInstance) {
  EXPECT_EQ(ReasonOf(Execute(Request(Key(1))).status()), "INSTANCE_NOT_FOUND");
  List({{Key(1)}});
  EXPECT_EQ(ReasonOf(Execute(Request(Key(1))).status()), "NOT_DECLARED");
  Declare(Key(1));
  RequestReconcile request = Request(Key(1));
  request.etag = "x-1";
  EXPECT_EQ(ReasonOf(Execute(request).status()), "ETAG_MISMATCH");
}

// --- requests that are repeated ------------------------------------------------------------------

TEST_P(StateStoreContract, RepeatedRequestGetsTheFirstAnswerAndHasNoSecondEffect) {
  List({{Key(1)}});
  SetDesired set = SetOne(Key(1));
  set.request.request_id = "r1";
  set.request.body_hash = "h1";
  EXPECT_EQ(Do(set).at(0).change, Change::kAdopt);
  Do(Release{{}, Key(1), ""});
  harness_->Restart(Ending::kKilled);
  const Declared repeated = Do(set).at(0);
  EXPECT_EQ(repeated.change, Change::kAdopt);
  EXPECT_EQ(repeated.effect, Effect::kStop);
  EXPECT_FALSE(repeated.record.desired.has_value()) << "the instance as it is now";
}

TEST_P(StateStoreContract, RequestIdWithAnotherContentIsRefused) {
  SetDesired set = SetOne(Key(1));
  set.request.request_id = "r1";
  set.request.body_hash = "h1";
  Do(set);
  SetDesired other = set;
  other.request.body_hash = "h2";
  EXPECT_EQ(ReasonOf(Execute(other).status()), "REQUEST_ID_REUSED");
  Release release{set.request, Key(1), ""};
  release.request.method = "ReleaseInstance";
  EXPECT_EQ(ReasonOf(Execute(release).status()), "REQUEST_ID_REUSED");
  EXPECT_TRUE(Read(Key(1)).desired.has_value());
  release.request.principal = "bob";
  Do(release);  // Another's ids are another's.
}

TEST_P(StateStoreContract, RefusedRequestIsNotRemembered) {
  SetDesired set = SetOne(Key(1));
  set.request.request_id = "r1";
  set.writes[0].etag = "x-1";
  EXPECT_FALSE(Execute(set).ok());
  set.writes[0].etag = "";
  EXPECT_EQ(Do(set).at(0).change, Change::kAdopt);
}

TEST_P(StateStoreContract, RequestsAreForgottenAfterADay) {
  SetDesired set = SetOne(Key(1));
  set.request.request_id = "r1";
  Do(set);
  Do(Release{{}, Key(1), ""});
  Advance(absl::Hours(24) - absl::Seconds(1));
  Do(Prune{});
  EXPECT_FALSE(Do(set).at(0).record.desired.has_value());
  Advance(absl::Seconds(1));
  EXPECT_TRUE(Do(set).at(0).record.desired.has_value()) << "a new request";
}

TEST_P(StateStoreContract, EveryWriteWithARequestIdIsIdempotent) {
  Stop(Key(1));
  List({{Key(1)}});
  RequestReconcile reconcile = Request(Key(1));
  reconcile.request.request_id = "r1";
  reconcile.skip_start_grace = true;
  EXPECT_EQ(Do(reconcile).record.desired->generation, 2);
  const Declared again = Do(reconcile);
  EXPECT_EQ(again.record.desired->generation, 2);
  EXPECT_EQ(again.effect, Effect::kStop);

  const ClaimedCall call = [&] {
    List({});
    return ClaimIt(Key(1));
  }();
  CreateHold hold = HoldOn(Key(1));
  hold.request.request_id = "r2";
  const CreateHold::Result held = Do(hold);
  FinishIt(call, Accepted());
  const CreateHold::Result repeated = Do(hold);
  EXPECT_EQ(repeated.hold.hold.id, held.hold.hold.id);
  ASSERT_EQ(repeated.open_calls.size(), 1u) << "as it was when the hold took effect";
  EXPECT_EQ(repeated.open_calls[0].attempt_id, call.attempt_id);

  ExtendHold extend;
  extend.request = hold.request;
  extend.request.method = "ExtendHold";
  extend.request.request_id = "r3";
  extend.id = held.hold.hold.id;
  extend.expiration = absl::Hours(2);
  const absl::Time end = Do(extend).hold.expires;
  Advance(absl::Minutes(1));
  EXPECT_EQ(Do(extend).hold.expires, end);

  Release release{extend.request, Key(1), ""};
  release.request.method = "ReleaseInstance";
  release.request.request_id = "r4";
  Do(release);
  EXPECT_FALSE(Do(release).desired.has_value());
}

// --- holds ---------------------------------------------------------------------------------------

TEST_P(StateStoreContract, HoldIsExtendedAndEndedByItsShortId) {
  const HoldRecord hold = Do(HoldOn(Key(1))).hold;
  EXPECT_EQ(hold.hold.created_by, "alice");
  EXPECT_EQ(hold.hold.expires, now().wall + absl::Hours(1));
  ExtendHold extend;
  extend.id = hold.hold.id.substr(0, 8);
  extend.expiration = now().wall + absl::Hours(2);
  EXPECT_EQ(Do(extend).hold.expires, now().wall + absl::Hours(2));
  extend.expiration = absl::Hours(1);
  EXPECT_EQ(ReasonOf(Execute(extend).status()), "INVALID_FIELD") << "not nearer";
  const HoldRecord ended = Do(EndHold{extend.id, "bob"});
  EXPECT_EQ(ended.hold.ended, now().wall);
  EXPECT_EQ(ended.ended_by, "bob");
  Advance(absl::Seconds(1));
  EXPECT_EQ(Describe(Do(EndHold{extend.id, "carol"})), Describe(ended));
  extend.expiration = absl::Hours(9);
  EXPECT_EQ(ReasonOf(Execute(extend).status()), "HOLD_ENDED");
}

TEST_P(StateStoreContract, HoldThatExpiredCannotBeExtended) {
  ExtendHold extend;
  extend.id = Do(HoldOn(Key(1))).hold.hold.id;
  extend.expiration = absl::Hours(5);
  Advance(absl::Hours(1));
  EXPECT_EQ(ReasonOf(Execute(extend).status()), "HOLD_ENDED");
}

TEST_P(StateStoreContract, HoldThatIsUnknownOrWouldEndInThePastIsRefused) {
  EXPECT_EQ(ReasonOf(Execute(EndHold{std::string(32, '1'), "a"}).status()), "HOLD_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Execute(EndHold{"1234567", "a"}).status()), "HOLD_NOT_FOUND");
  CreateHold past = HoldOn(Key(1));
  past.expiration = now().wall;
  EXPECT_EQ(ReasonOf(Execute(past).status()), "INVALID_FIELD");
}

TEST_P(StateStoreContract, HoldsCoverTheirScope) {
  Declare(Key(1));
  Declare(Key(2, kUnlisted));
  List({{Key(1)}});
  CreateHold hold = HoldOn(Key(1));
  hold.hold.scope = core::HoldScope::kProject;
  hold.hold.instance = {};
  hold.hold.project_id = kUnlisted;
  const std::string of_project = Do(hold).hold.hold.id;
  EXPECT_EQ(WhyNotClaimed(Key(2, kUnlisted)).reason, Reason::kHeld);
  hold.hold.scope = core::HoldScope::kWorkspace;
  hold.hold.project_id.clear();
  hold.hold.workspace = kWorkspace;
  Do(hold);
  Do(EndHold{of_project, "alice"});
  harness_->Restart(Ending::kKilled);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kHeld);
  EXPECT_EQ(WhyNotClaimed(Key(2, kUnlisted)).reason, Reason::kHeld);
}

}  // namespace
}  // namespace quiesce::store
