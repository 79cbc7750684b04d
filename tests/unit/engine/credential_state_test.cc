#include "daemon/engine/credential_state.h"

#include <string>

#include "absl/time/time.h"
#include "daemon/engine/projects.h"
#include "daemon/engine/registry.h"
#include "gtest/gtest.h"

namespace quiesce::engine {
namespace {

using cloud::CallUse;
using ListFor = CredentialState::ListFor;

SteadyTime At(double seconds) {
  return SteadyTime::FromMicros(static_cast<int64_t>((1000 + seconds) * 1e6));
}

Now NowAt(double seconds) { return {absl::UnixEpoch() + absl::Seconds(seconds), At(seconds)}; }

CredentialState With(QuotaConfig quota, int max_in_flight = 16) {
  return CredentialState("main", "https://dbss.example", max_in_flight, quota);
}

QuotaConfig Quota(int64_t calls, absl::Duration period) {
  QuotaConfig config;
  config.reserve = 0;
  config.told = core::QuotaWindow{core::QuotaWindow::Policy::kUser, calls, period};
  return config;
}

cloud::ListResult Listed() {
  cloud::ListResult result;
  result.ok = true;
  result.http_status = 200;
  return result;
}

cloud::ListResult NoCredential() {
  cloud::ListResult result;
  result.sent = false;
  result.call_class = core::CallClass::kAuth;
  return result;
}

core::CallResult Lost() {
  core::CallResult result;
  result.outcome = core::Outcome::kUnknown;
  result.call_class = core::CallClass::kUnknown;
  return result;
}

// As of a project whose ca_file is wrong.
core::CallResult DistrustedStop() {
  core::CallResult result;
  result.outcome = core::Outcome::kNotSent;
  result.call_class = core::CallClass::kTransient;
  result.distrusted = true;
  return result;
}

cloud::ListResult DistrustedList() {
  cloud::ListResult result;
  result.sent = false;
  result.call_class = core::CallClass::kTransient;
  result.distrusted = true;
  return result;
}

core::CallResult Stopped() {
  core::CallResult result;
  result.outcome = core::Outcome::kAccepted;
  result.call_class = core::CallClass::kAccepted;
  result.http_status = 200;
  return result;
}

TEST(CredentialState, WhatAListPromisesHoldsWhenStopsComeToWait) {
  CredentialState credential = With(Quota(100, absl::Minutes(1)));
  credential.observed_projects = 20;
  EXPECT_EQ(credential.MinListInterval(), absl::Minutes(1)) << "20 % of 100 for 20 projects";
  EXPECT_EQ(credential.MinListIntervalWhenBusy(), absl::Minutes(10)) << "2 %";
  credential.ready.Push({std::string(32, 'a'), "x"});
  EXPECT_EQ(credential.MinListInterval(), absl::Minutes(10));
}

// Each on a connection: those of before and those of now together are no more than there are now.
TEST(CredentialState, CallsOfBeforeItWasConfiguredCountAgainstTheConnectionsOfNow) {
  CredentialState credential = With({}, /*max_in_flight=*/16);
  for (int n = 0; n < 2000; ++n) {
    credential.Started(cloud::CallUse::kStop, At(n));
    credential.Ended(cloud::CallUse::kStop, At(n), Stopped(), NowAt(n));
  }
  for (int n = 0; n < 10; ++n) {
    credential.Started(cloud::CallUse::kStop, At(3000));
    ++credential.in_flight;
  }
  credential.Configure(4, {}, At(3001));
  EXPECT_LE(credential.StopsAllowed(At(3002)), 0);
  EXPECT_FALSE(credential.ListAllowed(CredentialState::ListFor::kPerson, At(3002)));
  for (int n = 0; n < 8; ++n) {
    credential.Ended(cloud::CallUse::kStop, At(3000), Stopped(), NowAt(3003));
    --credential.in_flight;
  }
  EXPECT_EQ(credential.StopsAllowed(At(3004)), 2) << "two of four are taken";
  for (int n = 0; n < 2; ++n) {
    credential.Ended(cloud::CallUse::kStop, At(3000), Stopped(), NowAt(3005));
    --credential.in_flight;
  }
  EXPECT_EQ(credential.StopsAllowed(At(3006)), 8) << "one on each, and one that waits";
}

TEST(CredentialState, ListsLeaveConnectionsToStops) {
  CredentialState credential = With({}, /*max_in_flight=*/16);
  int lists = 0;
  while (credential.ListAllowed(ListFor::kNobody, At(0))) {
    credential.Started(CallUse::kIdleList, At(0));
    ++lists;
  }
  EXPECT_LE(lists, 4) << "a quarter of the connections";
  EXPECT_GT(credential.StopsAllowed(At(0)), 0);
  EXPECT_TRUE(credential.ListReadyAt(ListFor::kNobody, At(0)).is_infinite()) << "an end will tell";
}

TEST(CredentialState, AListForAStopWaitsUntilTheStopCanFollow) {
  CredentialState credential = With(Quota(2, absl::Minutes(5)));
  EXPECT_TRUE(credential.ListAllowed(ListFor::kDueStop, At(0)));
  credential.Started(CallUse::kNeededList, At(0));
  credential.Ended(CallUse::kNeededList, At(0), Listed(), NowAt(1));
  EXPECT_EQ(credential.StopsAllowed(At(1)), 1) << "the call that the list was for";
  EXPECT_FALSE(credential.ListAllowed(ListFor::kDueStop, At(60)))
      << "the stop could follow only when that list is old";
  EXPECT_TRUE(credential.ListAllowed(ListFor::kPerson, At(60)));
  const SteadyTime ready = credential.ListReadyAt(ListFor::kDueStop, At(60));
  EXPECT_TRUE(credential.ListAllowed(ListFor::kDueStop, ready));
}

// One place is free, the other one is in three seconds.
TEST(CredentialState, TheStopHasToFollowWithinHalfOfLookMaxAge) {
  const struct {
    absl::Duration look_max_age;
    bool allowed;
  } kCases[] = {{absl::Seconds(30), true}, {absl::Seconds(7), true}, {absl::Seconds(5), false}};
  for (const auto& c : kCases) {
    ProjectConfig config;
    config.settings.timing.look_max_age = c.look_max_age;
    config.quota = Quota(2, absl::Minutes(5));
    Registry registry;
    const Projects projects({config}, registry);
    CredentialState& credential = *projects.credentials().front();
    credential.Started(CallUse::kStop, At(0));
    credential.Ended(CallUse::kStop, At(0), Stopped(), NowAt(3));
    EXPECT_EQ(credential.ListAllowed(ListFor::kDueStop, At(300)), c.allowed) << c.look_max_age;
  }
}

// The store keeps them, and a restart must find them as they were.
TEST(CredentialState, ListsAreWholeMicrosecondsApart) {
  CredentialState credential = With(Quota(7, absl::Minutes(5)));
  credential.observed_projects = 1;
  const absl::Duration apart = credential.MinListInterval();
  EXPECT_EQ(apart, absl::Trunc(apart, absl::Microseconds(1)));
  EXPECT_NEAR(absl::ToDoubleSeconds(apart), 300.0 / 7 * 5, 1e-5);
  EXPECT_EQ(With({}).MinListInterval(), absl::ZeroDuration());
}

TEST(CredentialState, AQuotaOfOneCallIsUsedAllTheSame) {
  CredentialState credential = With(Quota(1, absl::Minutes(5)));
  EXPECT_TRUE(credential.ListAllowed(ListFor::kDueStop, At(0)));
}

TEST(CredentialState, ListsProbeADeadEndpointUnlessTheyCannotBeSent) {
  CredentialState credential = With({});
  credential.observed_projects = 1;
  for (int n = 0; n < 5; ++n) {
    credential.Started(CallUse::kStop, At(n));
    credential.Ended(CallUse::kStop, At(n), Lost(), NowAt(n));
  }
  ASSERT_TRUE(credential.endpoint_down());
  EXPECT_EQ(credential.StopsAllowed(At(60)), 0);
  EXPECT_TRUE(credential.StopsReadyAt(At(60)).is_infinite());
  EXPECT_TRUE(credential.ListAllowed(ListFor::kNobody, At(60)));
  credential.Started(CallUse::kIdleList, At(60));
  credential.Ended(CallUse::kIdleList, At(60), NoCredential(), NowAt(60));
  EXPECT_EQ(credential.StopsAllowed(At(120)), 1) << "one, as a probe";
  credential.Started(CallUse::kStop, At(120));
  EXPECT_TRUE(credential.Ended(CallUse::kStop, At(120), Stopped(), NowAt(121)).circuit_closed);
}

TEST(CredentialState, ARefusedCertificateSaysNothingAboutTheEndpointOfOthers) {
  CredentialState credential = With({});
  credential.observed_projects = 2;
  const auto one_of_each = [&](double at) {
    credential.Started(CallUse::kStop, At(at));
    credential.Ended(CallUse::kStop, At(at), DistrustedStop(), NowAt(at));
    credential.Started(CallUse::kIdleList, At(at));
    credential.Ended(CallUse::kIdleList, At(at), DistrustedList(), NowAt(at));
  };
  for (int n = 0; n < 100; ++n) one_of_each(n);
  EXPECT_FALSE(credential.endpoint_down());
  EXPECT_TRUE(credential.ListAllowed(ListFor::kNobody, At(100)));
  // It does not count between those that found nobody, and opens nothing again.
  for (int n = 0; n < 5; ++n) {
    one_of_each(100 + n);
    credential.Started(CallUse::kStop, At(100 + n));
    credential.Ended(CallUse::kStop, At(100 + n), Lost(), NowAt(100 + n));
  }
  EXPECT_TRUE(credential.endpoint_down());
  one_of_each(200);
  EXPECT_TRUE(credential.endpoint_down());
  EXPECT_EQ(credential.StopsAllowed(At(300)), 1) << "a probe, for lists tell nothing";
}

TEST(CredentialState, APlaceThatIsGivenBackIsFree) {
  CredentialState credential = With(Quota(1, absl::Minutes(5)));
  credential.Started(CallUse::kStop, At(0));
  EXPECT_EQ(credential.StopsAllowed(At(0)), 0);
  credential.NotStarted(CallUse::kStop, At(0), At(1));
  EXPECT_EQ(credential.StopsAllowed(At(1)), 1);
}

TEST(CredentialState, WaitingForQuotaIsToldWhereAQuotaIsKnown) {
  CredentialState unknown = With({});
  unknown.ready.Push({"p", "i"});
  EXPECT_TRUE(unknown.QuotaUntil(At(0)).is_never());
  CredentialState known = With(Quota(1, absl::Minutes(5)));
  known.Started(CallUse::kStop, At(0));
  known.Ended(CallUse::kStop, At(0), Stopped(), NowAt(0));
  known.ready.Push({"p", "i"});
  EXPECT_GE(known.QuotaUntil(At(1)), At(300));
}

TEST(CallQueue, ProjectsTakeTurns) {
  CallQueue queue;
  for (const char* id : {"1", "2", "3"}) queue.Push({"large", id});
  queue.Push({"small", "4"});
  std::string order;
  while (!queue.empty()) order += queue.Pop().instance_id;
  EXPECT_EQ(order, "1423");
}

}  // namespace
}  // namespace quiesce::engine
