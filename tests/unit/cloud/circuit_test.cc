#include "daemon/cloud/circuit.h"

#include <vector>

#include "daemon/base/limits.h"
#include "gtest/gtest.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::Outcome;
using Evidence = Circuit::Evidence;

constexpr SteadyTime kStart = SteadyTime::FromMicros(1'000'000);

// A circuit that opened at kStart.
Circuit Opened() {
  Circuit circuit;
  for (int i = 0; i < limits::kCircuitFailures; ++i) {
    circuit.Started(kStart);
    circuit.Ended(kStart, Evidence::kDead, kStart);
  }
  return circuit;
}

TEST(Circuit, StaysClosedWhileOneOfSoManyCallsIsAnswered) {
  Circuit circuit;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < limits::kCircuitFailures - 1; ++i) {
      circuit.Ended(kStart, Evidence::kDead, kStart);
    }
    circuit.Ended(kStart, Evidence::kAlive, kStart);
    ASSERT_FALSE(circuit.is_open());
    ASSERT_TRUE(circuit.Allows(kStart));
    ASSERT_TRUE(circuit.NextProbe().is_never());
  }
}

TEST(Circuit, OpensWhenSoManyCallsInARowFindNobody) {
  const Circuit circuit = Opened();
  EXPECT_TRUE(circuit.is_open());
  EXPECT_EQ(circuit.opened_at(), kStart);
  EXPECT_FALSE(circuit.Allows(kStart));
  EXPECT_EQ(circuit.NextProbe(), kStart + limits::kCircuitProbeMin);
}

TEST(Circuit, IsNotOpenedByCallsThatWereNotMade) {
  Circuit circuit;
  for (int i = 0; i < 100; ++i) circuit.Ended(kStart, Evidence::kNone, kStart);
  EXPECT_FALSE(circuit.is_open());
}

TEST(Circuit, CostsOneProbeAtATimeAtGrowingIntervals) {
  Circuit circuit = Opened();
  std::vector<absl::Duration> pauses;
  SteadyTime now = kStart;
  for (int i = 0; i < 8; ++i) {
    const SteadyTime due = circuit.NextProbe();
    pauses.push_back(due - now);
    EXPECT_FALSE(circuit.Allows(due - absl::Microseconds(1)));
    ASSERT_TRUE(circuit.Allows(due));
    circuit.Started(due);
    EXPECT_FALSE(circuit.Allows(due + absl::Hours(1)));
    EXPECT_TRUE(circuit.NextProbe().is_infinite());
    now = due + absl::Seconds(10);  // it waits for its deadline
    circuit.Ended(due, Evidence::kDead, now);
  }
  const std::vector<absl::Duration> expected = {
      absl::Seconds(1),  absl::Seconds(2),  absl::Seconds(4),  absl::Seconds(8),
      absl::Seconds(16), absl::Seconds(30), absl::Seconds(30), absl::Seconds(30)};
  EXPECT_EQ(pauses, expected);
}

TEST(Circuit, ClosesAtTheFirstAnswer) {
  Circuit circuit = Opened();
  const SteadyTime probe = circuit.NextProbe();
  circuit.Started(probe);
  circuit.Ended(probe, Evidence::kAlive, probe);
  EXPECT_FALSE(circuit.is_open());
  EXPECT_TRUE(circuit.Allows(probe));
  EXPECT_TRUE(circuit.opened_at().is_never());
  // And takes as many failures to open as at first.
  circuit.Ended(probe, Evidence::kDead, probe);
  EXPECT_FALSE(circuit.is_open());
}

TEST(Circuit, ClosesAtTheAnswerOfACallThatWasUnderWayWhenItOpened) {
  Circuit circuit = Opened();
  circuit.Ended(kStart - absl::Seconds(1), Evidence::kAlive, kStart + absl::Milliseconds(1));
  EXPECT_FALSE(circuit.is_open());
}

TEST(Circuit, DoesNotTakeTheEndOfAnOlderCallForThatOfItsProbe) {
  Circuit circuit = Opened();
  const SteadyTime probe = circuit.NextProbe();
  circuit.Started(probe);
  for (int i = 0; i < 20; ++i) circuit.Ended(kStart, Evidence::kDead, probe);
  EXPECT_FALSE(circuit.Allows(probe + absl::Hours(1)));
  circuit.Ended(probe, Evidence::kDead, probe + absl::Seconds(1));
  EXPECT_EQ(circuit.NextProbe(), probe + absl::Seconds(1) + 2 * limits::kCircuitProbeMin);
}

TEST(Circuit, IsNotDelayedByOlderCallsThatEndDead) {
  Circuit circuit = Opened();
  const SteadyTime due = circuit.NextProbe();
  circuit.Ended(kStart, Evidence::kDead, due - absl::Milliseconds(1));
  EXPECT_EQ(circuit.NextProbe(), due);
}

TEST(Circuit, TriesAgainAfterAProbeThatWasNotMade) {
  Circuit circuit = Opened();
  const SteadyTime probe = circuit.NextProbe();
  circuit.Started(probe);
  circuit.Ended(probe, Evidence::kNone, probe);
  EXPECT_TRUE(circuit.is_open());
  EXPECT_EQ(circuit.NextProbe(), probe + limits::kCircuitProbeMin);
}

TEST(Circuit, TakesForDeadWhatDoesNotAnswerOrHasNothingBehindIt) {
  EXPECT_TRUE(IsEndpointFailure(Outcome::kNotSent, CallClass::kTransient, 0));
  EXPECT_TRUE(IsEndpointFailure(Outcome::kUnknown, CallClass::kUnknown, 0));
  EXPECT_TRUE(IsEndpointFailure(Outcome::kUnknown, CallClass::kTransient, 0));    // of a list
  EXPECT_TRUE(IsEndpointFailure(Outcome::kUnknown, CallClass::kTransient, 200));  // broke off
  for (const int status : {502, 503, 504}) {
    EXPECT_TRUE(IsEndpointFailure(Outcome::kUnknown, CallClass::kUnknown, status));
    EXPECT_TRUE(IsEndpointFailure(Outcome::kRejected, CallClass::kTransient, status));
  }
}

TEST(Circuit, DoesNotTakeForDeadWhatRefusesOrWasNotAsked) {
  EXPECT_FALSE(IsEndpointFailure(Outcome::kNotSent, CallClass::kNone, 0));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kNotSent, CallClass::kAuth, 0));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kNotSent, CallClass::kPermanent, 0));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kAccepted, CallClass::kAccepted, 200));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kUnknown, CallClass::kMalformed, 200));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kRejected, CallClass::kAlreadyInState, 400));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kRejected, CallClass::kAuth, 401));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kRejected, CallClass::kThrottled, 429));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kUnknown, CallClass::kUnknown, 500));
  EXPECT_FALSE(IsEndpointFailure(Outcome::kUnknown, CallClass::kTransient, 500));
}

}  // namespace
}  // namespace quiesce::cloud
