#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/base/limits.h"
#include "gtest/gtest.h"
#include "tests/contract/state_store_contract.h"

// Calls: the intent, the outcome, and what a later process makes of an open one.
namespace quiesce::store {
namespace {

using core::CallClass;
using core::Outcome;
using core::PowerState;
using core::Reason;

// --- Claim ---------------------------------------------------------------------------------------

TEST_P(StateStoreContract, ClaimCommitsAnIntentForAnInstanceThatIsDue) {
  const core::InstanceKey key = Key(1);
  MakeDue(key);
  const ClaimedCall call = ClaimIt(key);
  const core::InstanceRecord record = Read(key);
  EXPECT_EQ(record.attempt.id, call.attempt_id);
  EXPECT_EQ(record.attempt.fence, call.fence);
  EXPECT_EQ(record.attempt.outcome, Outcome::kOpen);
  EXPECT_EQ(record.attempt.generation, call.generation);
  EXPECT_EQ(record.attempt.started, now().steady);
  EXPECT_EQ(record.history.intents.size(), 1u);
  EXPECT_EQ(call.workspace, kWorkspace);
}

TEST_P(StateStoreContract, ClaimGivesNoCallWhereNoneIsDue) {
  List({{Key(1)}, {Key(2), PowerState::kStopped}});
  Declare(Key(2));
  List({});
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kUnmanaged);
  EXPECT_EQ(WhyNotClaimed(Key(2)).reason, Reason::kConverged);
  EXPECT_EQ(WhyNotClaimed(Key(3)).reason, Reason::kUnmanaged);
  EXPECT_FALSE(Exists(Key(3))) << "a refused claim must not make a row";
  EXPECT_EQ(Read(Key(2)).attempt.outcome, Outcome::kNone);
}

TEST_P(StateStoreContract, SecondClaimFindsTheCallInFlight) {
  MakeDue(Key(1));
  ClaimIt(Key(1));
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kCallInFlight);
  MakeDue(Key(2));
  Claim twice;
  twice.candidates = {{Key(2)}, {Key(2)}};
  const Claim::Result result = Do(twice);
  EXPECT_TRUE(std::holds_alternative<ClaimedCall>(result[0]));
  EXPECT_TRUE(std::holds_alternative<NotClaimed>(result[1]));
}

TEST_P(StateStoreContract, ClaimNeedsARecentList) {
  MakeDue(Key(1));
  Advance(absl::Seconds(31));  // look_max_age is 30 s
  EXPECT_EQ(WhyNotClaimed(Key(1)).action, core::Action::kLook);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, ClaimHeedsThePauseOfTheCredential) {
  MakeDue(Key(1));
  Claim claim;
  claim.candidates.push_back({Key(1), now().steady + absl::Seconds(1)});
  const Claim::Result result = Do(claim);
  ASSERT_TRUE(std::holds_alternative<NotClaimed>(result[0]));
  EXPECT_EQ(std::get<NotClaimed>(result[0]).decision.reason, Reason::kThrottled);
}

TEST_P(StateStoreContract, ClaimOfAProjectThatIsNotConfiguredGivesNoCall) {
  const core::InstanceKey key = Key(1, std::string(32, 'c'));
  Declare(key);
  EXPECT_EQ(WhyNotClaimed(key).reason, Reason::kProjectNotConfigured);
}

TEST_P(StateStoreContract, AttemptIdsAreNeverRepeated) {
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    MakeDue(Key(i));
    ids.push_back(ClaimIt(Key(i)).attempt_id);
    EXPECT_EQ(ids.back().size(), 32u);
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::unique(ids.begin(), ids.end()), ids.end());
}

// --- Finish --------------------------------------------------------------------------------------

TEST_P(StateStoreContract, FinishRecordsWhatCameOfTheCall) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  Advance(absl::Seconds(2));
  const int64_t last_list = Do(BeginList{});
  core::CallResult result = Rejected(CallClass::kTransient);
  result.cloud_request_id = "req-1";
  EXPECT_EQ(FinishIt(call, result), Finished::kRecorded);
  const core::Attempt attempt = Read(Key(1)).attempt;
  EXPECT_EQ(attempt.outcome, Outcome::kRejected);
  EXPECT_EQ(attempt.call_class, CallClass::kTransient);
  EXPECT_EQ(attempt.http_status, 400);
  EXPECT_EQ(attempt.error_code, "DBSS.1");
  EXPECT_EQ(attempt.message, "no");
  EXPECT_EQ(attempt.cloud_request_id, "req-1");
  EXPECT_EQ(attempt.ended, now().steady);
  EXPECT_EQ(attempt.floor_seq, last_list) << "that list had begun before the call ended";
}

TEST_P(StateStoreContract, FinishOfAnotherAttemptOrFenceIsIgnored) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  ClaimedCall other = call;
  other.attempt_id = std::string(32, '0');
  EXPECT_EQ(FinishIt(other, Accepted()), Finished::kIgnored);
  other = call;
  other.fence -= 1;
  EXPECT_EQ(FinishIt(other, Accepted()), Finished::kIgnored);
  other = call;
  other.key = Key(2);
  EXPECT_EQ(FinishIt(other, Accepted()), Finished::kIgnored);
  EXPECT_EQ(Read(Key(1)).attempt.outcome, Outcome::kOpen);
  EXPECT_FALSE(Exists(Key(2)));
}

TEST_P(StateStoreContract, FirstAnswerStands) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  FinishIt(call, Accepted());
  const std::string before = Describe(Read(Key(1)));
  EXPECT_EQ(FinishIt(call, Rejected(CallClass::kTransient)), Finished::kIgnored);
  EXPECT_EQ(FinishIt(call, Unknown()), Finished::kIgnored);
  EXPECT_EQ(Describe(Read(Key(1))), before);
}

TEST_P(StateStoreContract, LateDefiniteAnswerReplacesUnknown) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  EXPECT_EQ(FinishIt(call, Unknown()), Finished::kRecorded);
  EXPECT_EQ(FinishIt(call, Unknown()), Finished::kIgnored);
  EXPECT_EQ(FinishIt(call, Rejected(CallClass::kForbidden)), Finished::kReplacedUnknown);
  EXPECT_EQ(Read(Key(1)).attempt.call_class, CallClass::kForbidden);
  EXPECT_EQ(FinishIt(call, Accepted()), Finished::kIgnored);
}

TEST_P(StateStoreContract, LateAnswerCannotTouchANewerAttempt) {
  MakeDue(Key(1));
  const ClaimedCall first = ClaimIt(Key(1));
  FinishIt(first, Unknown());
  Advance(absl::Minutes(20));
  List({{Key(1)}});
  const ClaimedCall second = ClaimIt(Key(1));
  EXPECT_NE(second.attempt_id, first.attempt_id);
  EXPECT_EQ(FinishIt(first, Accepted()), Finished::kIgnored);
  EXPECT_EQ(Read(Key(1)).attempt.outcome, Outcome::kOpen);
}

TEST_P(StateStoreContract, FinishComparesTheAttemptNotTheGeneration) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  core::Policy policy;
  policy.start_grace = absl::Minutes(1);
  EXPECT_EQ(Declare(Key(1), policy).record.desired->generation, call.generation + 1);
  EXPECT_EQ(FinishIt(call, Accepted()), Finished::kRecorded);
  EXPECT_EQ(Read(Key(1)).attempt.generation, call.generation);
}

TEST_P(StateStoreContract, OutcomeIsRecordedAfterARelease) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  Do(Release{{}, Key(1), ""});
  EXPECT_EQ(FinishIt(call, Accepted()), Finished::kRecorded);
  EXPECT_EQ(Read(Key(1)).attempt.outcome, Outcome::kAccepted);
}

// --- Latch ---------------------------------------------------------------------------------------

TEST_P(StateStoreContract, LatchNeedsEvidenceFromAfterTheDeclaration) {
  List({{Key(1), PowerState::kStopped}});
  Declare(Key(1));
  EXPECT_TRUE(Do(Latch{{Key(1)}}).empty()) << "that list is older than the declaration";
  List({});
  EXPECT_EQ(Do(Latch{{Key(1)}}).size(), 1u);
  EXPECT_EQ(Read(Key(1)).history.stopped_generation, 1);
  const size_t feed = FeedSize();
  EXPECT_TRUE(Do(Latch{{Key(1), Key(2)}}).empty());
  EXPECT_EQ(FeedSize(), feed) << "nothing changed";
}

TEST_P(StateStoreContract, LatchNeedsEvidenceFromAfterTheCall) {
  MakeDue(Key(1));
  const ClaimedCall call = ClaimIt(Key(1));
  const int64_t seq = Do(BeginList{});
  FinishIt(call, Accepted());
  // Began before the call ended.
  Observe observe;
  observe.project_id = kProject;
  observe.list = core::ListInfo{seq, now().steady};
  observe.present.push_back(Listed({Key(1), PowerState::kStopped}));
  observe.completion.emplace();
  Do(observe);
  EXPECT_TRUE(Do(Latch{{Key(1)}}).empty());
  List({});
  EXPECT_EQ(Do(Latch{{Key(1)}}).size(), 1u);
}

// --- a new process -------------------------------------------------------------------------------

TEST_P(StateStoreContract, RecoverGivesOpenAttemptsUpAsUnknown) {
  MakeDue(Key(1));
  MakeDue(Key(2));
  const ClaimedCall open = ClaimIt(Key(1));
  FinishIt(ClaimIt(Key(2)), Accepted());
  Advance(absl::Hours(1));
  EXPECT_EQ(RestartAndRecover(Ending::kKilled).attempts, 1);
  const core::Attempt attempt = Read(Key(1)).attempt;
  EXPECT_EQ(attempt.id, open.attempt_id);
  EXPECT_EQ(attempt.outcome, Outcome::kUnknown);
  EXPECT_EQ(attempt.ended, now().steady) << "settle counts from the start of the process";
  EXPECT_FALSE(attempt.resolved);
  EXPECT_EQ(Read(Key(2)).attempt.outcome, Outcome::kAccepted);
  EXPECT_EQ(RestartAndRecover(Ending::kOrderly).attempts, 0);
}

TEST_P(StateStoreContract, NothingIsFreshAfterARestart) {
  MakeDue(Key(1));
  RestartAndRecover(Ending::kOrderly);
  const core::Decision decision = WhyNotClaimed(Key(1));
  EXPECT_EQ(decision.action, core::Action::kLook);
  EXPECT_EQ(Read(Key(1)).observation.state, PowerState::kRunning) << "still there, for display";
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, FenceGrowsWithEveryProcess) {
  MakeDue(Key(1));
  const ClaimedCall before = ClaimIt(Key(1));
  RestartAndRecover(Ending::kKilled);
  // The answer of a call of the last process, as if it came through after all.
  EXPECT_EQ(FinishIt(before, Accepted()), Finished::kIgnored);
  MakeDue(Key(2));
  const ClaimedCall now = ClaimIt(Key(2));
  EXPECT_GT(now.fence, before.fence);
  ClaimedCall mixed = before;
  mixed.fence = now.fence;
  EXPECT_EQ(FinishIt(mixed, Accepted()), Finished::kIgnored);
}

TEST_P(StateStoreContract, RecoverRefusesAChangedEndpoint) {
  RestartAndRecover(Ending::kOrderly);
  Recover recover;
  recover.projects = {{kProject, "billing-cn", "https://other.example"}};
  const absl::Status refused = Execute(recover).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(refused), "ENDPOINT_CHANGED");
  EXPECT_EQ(ReadProjectRow(kProject).endpoint, "https://one.example");
  recover.projects.front().moved_from = "https://one.example";
  EXPECT_EQ(Do(recover).moved.size(), 1u);
  EXPECT_EQ(ReadProjectRow(kProject).endpoint, "https://other.example");
}

TEST_P(StateStoreContract, ConfiguredProjectsAreRememberedAllOrNone) {
  RestartAndRecover(Ending::kOrderly);
  const std::string third(32, 'c');
  ConfigureProjects configure;
  configure.projects = {{third, "new", "https://three.example"},
                        {kProject, "renamed", "https://other.example", "https://wrong.example"}};
  EXPECT_EQ(ReasonOf(Execute(configure).status()), "ENDPOINT_CHANGED");
  EXPECT_EQ(ReadProjectRow(third).endpoint, "");
  EXPECT_EQ(ReadProjectRow(kProject).alias, "billing-cn");
  configure.projects[1].moved_from = "https://one.example";
  const auto moved = Do(configure);
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0].from, "https://one.example");
  EXPECT_EQ(ReadProjectRow(third).endpoint, "https://three.example");
  EXPECT_EQ(ReadProjectRow(kProject).alias, "renamed");
}

TEST_P(StateStoreContract, AProjectThatMovedIsListedBeforeItIsCalled) {
  RestartAndRecover(Ending::kOrderly);
  MakeDue(Key(1));
  ConfigureProjects configure;
  configure.projects = {{kProject, "billing-cn", "https://other.example", "https://one.example"}};
  Do(configure);
  EXPECT_EQ(WhyNotClaimed(Key(1)).action, core::Action::kLook);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, AProjectThatIsReadOtherwiseIsListedBeforeItIsCalled) {
  RestartAndRecover(Ending::kOrderly);
  MakeDue(Key(1));
  ConfigureProjects configure;
  configure.projects = {{kProject, "billing-cn", "https://one.example"}};
  configure.projects[0].read_otherwise = true;
  EXPECT_TRUE(Do(configure).empty());
  EXPECT_EQ(WhyNotClaimed(Key(1)).action, core::Action::kLook);
  List({});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, AProjectConfiguredAsBeforeStaysFresh) {
  RestartAndRecover(Ending::kOrderly);
  MakeDue(Key(1));
  ConfigureProjects configure;
  configure.projects = {{kProject, "renamed", "https://one.example"}};
  EXPECT_TRUE(Do(configure).empty());
  ClaimIt(Key(1));
}

// --- holds and calls -----------------------------------------------------------------------------

TEST_P(StateStoreContract, HoldCommittedBeforeTheClaimIsRespected) {
  MakeDue(Key(1));
  const CreateHold::Result hold = Do(HoldOn(Key(1)));
  EXPECT_EQ(hold.open_call_count, 0);
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kHeld);
  Do(EndHold{hold.hold.hold.id, "alice"});
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, HoldNamesTheCallsThatItCameTooLateFor) {
  MakeDue(Key(1));
  MakeDue(Key(2));
  const ClaimedCall second = ClaimIt(Key(2));
  Advance(absl::Milliseconds(1));
  const ClaimedCall first = ClaimIt(Key(1));
  CreateHold freeze = HoldOn(Key(1));
  freeze.hold.scope = core::HoldScope::kFleet;
  const CreateHold::Result result = Do(freeze);
  ASSERT_EQ(result.open_calls.size(), 2u);
  EXPECT_EQ(result.open_call_count, 2);
  EXPECT_EQ(result.open_calls[0].attempt_id, second.attempt_id) << "oldest first";
  EXPECT_EQ(result.open_calls[1].attempt_id, first.attempt_id);
  EXPECT_EQ(Do(HoldOn(Key(1))).open_calls.size(), 1u);
  EXPECT_TRUE(Do(HoldOn(Key(3))).open_calls.empty());
}

// Whichever comes first, the hold knows every call that it does not keep back.
TEST_P(StateStoreContract, HoldAndClaimSubmittedTogetherAgree) {
  for (int i = 0; i < 20; ++i) {
    MakeDue(Key(i));
    Claim claim;
    claim.candidates.push_back({Key(i)});
    std::optional<Claim::Result> claimed;
    std::optional<CreateHold::Result> held;
    harness_->store().Submit(claim, [&](auto result) { claimed = *std::move(result); });
    harness_->store().Submit(HoldOn(Key(i)), [&](auto result) { held = *std::move(result); });
    harness_->executor().RunUntil([&] { return claimed.has_value() && held.has_value(); });
    const auto* call = std::get_if<ClaimedCall>(&claimed->at(0));
    ASSERT_EQ(held->open_calls.size(), call == nullptr ? 0u : 1u);
    if (call != nullptr) {
      EXPECT_EQ(held->open_calls[0].attempt_id, call->attempt_id);
    }
  }
}

TEST_P(StateStoreContract, HoldEndsByItself) {
  MakeDue(Key(1));
  Do(HoldOn(Key(1), absl::Seconds(10)));
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kHeld);
  Advance(absl::Seconds(10));
  ClaimIt(Key(1));
}

TEST_P(StateStoreContract, HoldSurvivesARestart) {
  MakeDue(Key(1));
  Do(HoldOn(Key(1)));
  RestartAndRecover(Ending::kKilled);
  List({});
  EXPECT_EQ(WhyNotClaimed(Key(1)).reason, Reason::kHeld);
}

}  // namespace
}  // namespace quiesce::store
