#include <vector>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "gtest/gtest.h"
#include "tests/unit/core/transition_facts.h"

namespace quiesce::core {
namespace {

TEST(BeginAttempt, OpensAnIntentOfTheCurrentGeneration) {
  InstanceRecord record = Called(Rejected(CallClass::kTransient));
  record.attempt.message = "an old message";
  record.desired->generation = 4;
  BeginAttempt(record, "attempt-2", 8, 111, kNow);
  const Attempt& a = record.attempt;
  EXPECT_EQ(a.id, "attempt-2");
  EXPECT_EQ(a.fence, 8);
  EXPECT_EQ(a.generation, 4);
  EXPECT_EQ(a.based_on_seq, 111);
  EXPECT_EQ(a.outcome, Outcome::kOpen);
  EXPECT_EQ(a.call_class, CallClass::kNone);
  EXPECT_FALSE(a.resolved);
  EXPECT_EQ(a.started, kNow);
  EXPECT_EQ(a.message, "") << "nothing of the attempt before";
  EXPECT_EQ(record.history.intents.back(), kNow);
}

TEST(BeginAttempt, KeepsTheIntentsOfTheLastHourOnly) {
  InstanceRecord record = Adopted();
  const SteadyTime young = kNow - absl::Hours(1) + absl::Microseconds(1);
  record.history.intents = {kNow - absl::Hours(2), kNow - absl::Hours(1), young};
  BeginAttempt(record, "attempt-1", 7, 101, kNow);
  EXPECT_EQ(record.history.intents, (std::vector<SteadyTime>{young, kNow}));
}

struct FinishRow {
  const char* name;
  CallResult result;
  bool resolved;
  int failures;
  absl::Duration at_least;  // until the next call
  absl::Duration at_most;
};

std::vector<FinishRow> FinishRows() {
  const absl::Duration settle = ProjectSettings().timing.settle;
  const absl::Duration base = limits::kBackoffBase;
  return {
      {"accepted may turn out to be a failure", Accepted(), false, 1, settle + base / 2,
       settle + base},
      {"unknown", Unknown(), false, 1, settle + base / 2, settle + base},
      {"malformed, so unknown", Result(Outcome::kUnknown, CallClass::kMalformed), false, 1,
       settle + base / 2, settle + base},
      {"already in state is opaque", Rejected(CallClass::kAlreadyInState), false, 1,
       settle + base / 2, settle + base},
      {"blocked is opaque as well", Rejected(CallClass::kBlocked), false, 1, settle + base / 2,
       settle + base},
      {"transient", Rejected(CallClass::kTransient), true, 1, base / 2, base},
      {"not authenticated", Rejected(CallClass::kAuth), true, 1, base / 2, base},
      {"forbidden", Rejected(CallClass::kForbidden), true, 1, limits::kSlowRetry,
       limits::kSlowRetry},
      {"not found", Rejected(CallClass::kNotFound), true, 1, limits::kSlowRetry,
       limits::kSlowRetry},
      {"permanent", Rejected(CallClass::kPermanent), true, 1, limits::kSlowRetry,
       limits::kSlowRetry},
      {"throttled is nobody's failure", Rejected(CallClass::kThrottled), true, 0,
       limits::kDefaultThrottlePause, limits::kDefaultThrottlePause},
      {"not sent because the cloud was not reached",
       Result(Outcome::kNotSent, CallClass::kTransient), true, 1, base / 2, base},
      {"not sent because of ourselves", Result(Outcome::kNotSent, CallClass::kNone), true, 0, base,
       base},
  };
}

TEST(FinishAttempt, SettlesWhatCameOfTheCallAndWhenTheNextMayBe) {
  for (const FinishRow& row : FinishRows()) {
    const InstanceRecord record = Called(row.result);
    EXPECT_EQ(record.attempt.outcome, row.result.outcome) << row.name;
    EXPECT_EQ(record.attempt.call_class, row.result.call_class) << row.name;
    EXPECT_EQ(record.attempt.resolved, row.resolved) << row.name;
    EXPECT_EQ(record.attempt.floor_seq, 110) << row.name;
    EXPECT_EQ(record.attempt.ended, kNow) << row.name;
    EXPECT_EQ(record.attempt.started, kNow - absl::Seconds(2)) << row.name;
    EXPECT_EQ(record.history.failures, row.failures) << row.name;
    EXPECT_GE(record.history.next_attempt - kNow, row.at_least) << row.name;
    EXPECT_LE(record.history.next_attempt - kNow, row.at_most) << row.name;
    const size_t counted = row.result.outcome == Outcome::kNotSent ? 0 : 1;
    EXPECT_EQ(record.history.intents.size(), counted) << row.name;
  }
}

TEST(FinishAttempt, RecordsWhatTheCloudSaid) {
  CallResult result = Rejected(CallClass::kPermanent);
  result.http_status = 400;
  result.error_code = "DBSS.10020021";
  result.message = "Invalid request parameter ID.";
  result.cloud_request_id = "5f3a";
  const InstanceRecord record = Called(result);
  EXPECT_EQ(record.attempt.http_status, 400);
  EXPECT_EQ(record.attempt.error_code, "DBSS.10020021");
  EXPECT_EQ(record.attempt.message, "Invalid request parameter ID.");
  EXPECT_EQ(record.attempt.cloud_request_id, "5f3a");
}

TEST(FinishAttempt, WaitsAsLongAsTheCloudAsksButNotForEver) {
  CallResult throttled = Rejected(CallClass::kThrottled);
  throttled.retry_after = absl::Seconds(7);
  EXPECT_EQ(Called(throttled).history.next_attempt - kNow, absl::Seconds(7));
  throttled.retry_after = absl::Hours(1000);
  EXPECT_EQ(Called(throttled).history.next_attempt - kNow, limits::kMaxThrottlePause);
}

TEST(FinishAttempt, WaitsLongerAfterEachFailure) {
  InstanceRecord record = Adopted();
  absl::Duration last = absl::ZeroDuration();
  for (int i = 1; i <= 8; ++i) {
    BeginAttempt(record, "attempt", 7, 101, kNow);
    FinishAttempt(record, Rejected(CallClass::kTransient), ProjectSettings(), 110, kNow);
    EXPECT_EQ(record.history.failures, i);
    EXPECT_GE(record.history.next_attempt - kNow, last);
    last = record.history.next_attempt - kNow;
  }
  EXPECT_GT(last, absl::Minutes(1));
}

TEST(FinishAttempt, GivesBackTheIntentOfTheVeryCallThatWasNotSent) {
  InstanceRecord record = Adopted();
  record.history.intents = {kNow - absl::Minutes(3), kNow - absl::Minutes(2)};
  BeginAttempt(record, "attempt-1", 7, 101, kNow);
  FinishAttempt(record, Result(Outcome::kNotSent, CallClass::kNone), ProjectSettings(), 110,
                kNow + absl::Seconds(1));
  EXPECT_EQ(record.history.intents,
            (std::vector<SteadyTime>{kNow - absl::Minutes(3), kNow - absl::Minutes(2)}));
}

// A call given up as UNKNOWN, answered after all.
TEST(FinishAttempt, ALateDefiniteAnswerReplacesUnknown) {
  for (const CallResult& late : {Accepted(), Rejected(CallClass::kForbidden)}) {
    InstanceRecord record = Called(Unknown());
    const InstanceRecord before = record;
    FinishAttempt(record, late, ProjectSettings(), 140, kNow + absl::Minutes(1));
    EXPECT_EQ(record.attempt.outcome, late.outcome);
    EXPECT_EQ(record.attempt.call_class, late.call_class);
    EXPECT_EQ(record.attempt.resolved, late.outcome == Outcome::kRejected);
    // It says what came of the call, not when it ended: what was measured from there stays.
    EXPECT_EQ(record.attempt.ended, before.attempt.ended);
    EXPECT_EQ(record.attempt.floor_seq, before.attempt.floor_seq);
    EXPECT_EQ(record.history.failures, before.history.failures);
    EXPECT_EQ(record.history.next_attempt, before.history.next_attempt);
    EXPECT_EQ(record.history.intents, before.history.intents);
  }
}

TEST(FinishAttempt, ALateAnswerDoesNotReopenWhatAListHasSettled) {
  InstanceRecord record = Called(Unknown());
  Latch(record);
  FinishAttempt(record, Accepted(), ProjectSettings(), 140, kNow + absl::Minutes(1));
  EXPECT_TRUE(record.attempt.resolved);
  EXPECT_EQ(record.attempt.outcome, Outcome::kAccepted);
  EXPECT_EQ(record.history.failures, 0);
}

TEST(Latch, RecordsTheGenerationAndSettlesTheAttempt) {
  InstanceRecord record = Called(Accepted());
  record.desired->generation = 4;
  Latch(record);
  EXPECT_EQ(record.history.stopped_generation, 4);
  EXPECT_TRUE(record.attempt.resolved);
  EXPECT_EQ(record.attempt.outcome, Outcome::kAccepted) << "what the cloud said stays a fact";
  EXPECT_EQ(record.history.failures, 0);
  EXPECT_LE(record.history.next_attempt, kNow);
  EXPECT_EQ(record.history.intents.size(), 1u);
}

}  // namespace
}  // namespace quiesce::core
