// The engine goes on under another configuration.

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/engine/quiet_engine.h"

namespace quiesce::engine {
namespace {

using core::Phase;
using core::Reason;

// Runs until a list has just been sent.
int ListsBeforeTheOneUnderWay(QuietEngine& quiet) {
  quiet.RunFor(absl::Seconds(5));
  const int lists = quiet.lists();
  while (quiet.lists() == lists) quiet.RunFor(absl::Milliseconds(1));
  return lists;
}

TEST(Configure, AProjectThatIsTakenAwayIsLeftAloneAndLookedAtNoMore) {
  QuietEngine quiet(1);
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  quiet.RunFor(absl::Minutes(1));
  ASSERT_EQ(quiet.stops(), 1);
  quiet.Configure({});
  EXPECT_EQ(quiet.engine().registry().Find(quiet.key(0))->reason, Reason::kProjectNotConfigured)
      << "whoever watches is told at once";
  ASSERT_TRUE(quiet.truth().Start(quiet.key(0)));
  const int lists = quiet.lists();
  quiet.RunFor(absl::Minutes(10));
  EXPECT_EQ(quiet.stops(), 1);
  EXPECT_EQ(quiet.lists(), lists);
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).reason, Reason::kProjectNotConfigured);
}

TEST(Configure, AProjectThatComesBackIsManagedAsBefore) {
  QuietEngine quiet(1);
  const std::vector<ProjectConfig> before = quiet.configs();
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  quiet.Configure({});
  quiet.RunFor(absl::Minutes(1));
  quiet.Configure(before);
  quiet.RunFor(absl::Minutes(1));
  EXPECT_TRUE(quiet.IsOff(quiet.key(0)));
  EXPECT_EQ(quiet.engine().projects().all().size(), 1u) << "it is the same one";
}

TEST(Configure, ANewProjectIsListedAtOnce) {
  QuietEngine quiet(1);
  const std::vector<ProjectConfig> configs = quiet.configs();
  quiet.Configure({});
  quiet.RunFor(absl::Minutes(1));
  const int lists = quiet.lists();
  quiet.Configure(configs);
  quiet.RunFor(absl::Seconds(1));
  EXPECT_GT(quiet.lists(), lists);
}

TEST(Configure, ACallInFlightEndsAndIsCountedWhereItBegan) {
  QuietEngine quiet(1);
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  while (quiet.project().calls_in_flight == 0) quiet.RunFor(absl::Milliseconds(1));
  CredentialState& credential = *quiet.project().credential;
  std::vector<ProjectConfig> configs = quiet.configs();
  configs.front().credential = "another";
  quiet.Configure(configs);
  ASSERT_EQ(quiet.project().calls_in_flight, 1);
  ASSERT_NE(quiet.project().credential, &credential);
  quiet.RunFor(absl::Minutes(1));
  EXPECT_EQ(quiet.project().calls_in_flight, 0);
  EXPECT_EQ(credential.in_flight, 0);
  EXPECT_EQ(credential.quota().in_flight(), 0);
  EXPECT_EQ(quiet.stops(), 1);
  EXPECT_EQ(quiet.DecisionOf(quiet.key(0)).phase, Phase::kStopped);
}

TEST(Configure, ACallThatWasClaimedForOneCredentialIsNotMadeWithAnother) {
  QuietEngine quiet(1);
  CredentialState& credential = *quiet.project().credential;
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  while (credential.claiming == 0) quiet.RunFor(absl::Microseconds(100));
  std::vector<ProjectConfig> configs = quiet.configs();
  configs.front().credential = "another";
  quiet.Configure(configs);
  while (quiet.project().calls_in_flight == 0) quiet.RunFor(absl::Milliseconds(1));
  EXPECT_EQ(credential.in_flight, 0);
  EXPECT_EQ(quiet.project().credential->in_flight, 1);
}

TEST(Configure, ACallInFlightOfAProjectThatIsTakenAwayEndsToo) {
  QuietEngine quiet(1);
  ASSERT_TRUE(quiet.Declare({quiet.key(0)}, Continuous()).ok());
  while (quiet.project().calls_in_flight == 0) quiet.RunFor(absl::Milliseconds(1));
  quiet.Configure({});
  quiet.RunFor(absl::Minutes(1));
  EXPECT_EQ(quiet.project().calls_in_flight, 0);
  EXPECT_EQ(quiet.project().credential->in_flight, 0);
  bool idle = false;
  quiet.engine().Drain([&idle] { idle = true; });
  EXPECT_TRUE(idle);
}

TEST(Configure, WhatWaitsForOneCredentialGoesOnWithAnother) {
  QuietEngine quiet(30);
  std::vector<core::InstanceKey> keys;
  for (int n = 0; n < 30; ++n) keys.push_back(quiet.key(n));
  quiet.faults().stop_throttled = 1;
  ASSERT_TRUE(quiet.Declare(keys, Continuous()).ok());
  const auto is_paused = [&quiet] {
    return quiet.project().credential->paused_until() > quiet.world().now();
  };
  while (!is_paused()) quiet.RunFor(absl::Milliseconds(10));
  quiet.faults().stop_throttled = 0;
  const SteadyTime pause = quiet.project().credential->paused_until();
  std::vector<ProjectConfig> configs = quiet.configs();
  configs.front().credential = "another";
  quiet.Configure(configs);
  const int before = quiet.stops();
  while (quiet.world().now() + absl::Seconds(1) < pause) quiet.RunFor(absl::Seconds(1));
  EXPECT_GE(quiet.stops() - before, 20) << "those that were refused have a backoff";
  quiet.RunFor(absl::Minutes(10));
  for (const core::InstanceKey& key : keys) EXPECT_TRUE(quiet.IsOff(key));
}

TEST(Configure, MoreConnectionsAreUsedWithoutForgettingTheQuota) {
  QuietEngine quiet(1);
  std::vector<ProjectConfig> configs = quiet.configs();
  CredentialState& credential = *quiet.project().credential;
  configs.front().max_in_flight = 9;
  configs.front().quota.told =
      core::QuotaWindow{core::QuotaWindow::Policy::kUser, 5, absl::Hours(1)};
  quiet.RunFor(absl::Minutes(1));
  quiet.Configure(configs);
  EXPECT_EQ(quiet.project().credential, &credential);
  EXPECT_EQ(credential.max_in_flight(), 9);
  EXPECT_EQ(credential.quota().windows().size(), 1u);
  EXPECT_GT(credential.quota().used(quiet.world().now()), 0);
}

TEST(Configure, AListUnderWayIsAskedForAgain) {
  QuietEngine quiet(1);
  const int lists = ListsBeforeTheOneUnderWay(quiet);
  const core::ProjectFreshness& freshness = quiet.project().rows->freshness;
  const int64_t seq = freshness.last_seq;
  const SteadyTime configured = quiet.world().now();
  std::vector<ProjectConfig> configs = quiet.configs();
  configs.front().fingerprint = "other words for states";
  quiet.Configure(configs);
  while (freshness.last_seq == seq) quiet.RunFor(absl::Milliseconds(1));
  EXPECT_GE(freshness.list_started, configured) << "what the one before showed is not recorded";
  EXPECT_EQ(quiet.lists(), lists + 2);
}

TEST(Configure, AListUnderWayOfAProjectThatIsLeftAsItIsGoesOn) {
  QuietEngine quiet(1);
  const int lists = ListsBeforeTheOneUnderWay(quiet);
  const core::ProjectFreshness& freshness = quiet.project().rows->freshness;
  const int64_t seq = freshness.last_seq;
  const SteadyTime configured = quiet.world().now();
  quiet.Configure(quiet.configs());
  while (freshness.last_seq == seq) quiet.RunFor(absl::Milliseconds(1));
  EXPECT_LE(freshness.list_started, configured);
  EXPECT_EQ(quiet.lists(), lists + 1);
}

TEST(Configure, WhoeverWaitsForAListOfAProjectThatGoesIsAnswered) {
  QuietEngine quiet(1);
  quiet.RunFor(absl::Seconds(5));
  std::vector<absl::Status> answers;
  quiet.engine().observer().Refresh(quiet.project(), /*accept_absence=*/false,
                                    [&](absl::Status status) { answers.push_back(status); });
  quiet.Configure({});
  quiet.RunFor(absl::Minutes(1));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers.front().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(answers.front().message(),
            "project project is configured no more; it cannot be listed");
}

TEST(Configure, ALongerListIntervalHoldsFromTheNextListOn) {
  QuietEngine quiet(1);
  quiet.RunFor(absl::Minutes(1));
  std::vector<ProjectConfig> configs = quiet.configs();
  configs.front().settings.timing.list_idle = absl::Minutes(10);
  quiet.Configure(configs);
  quiet.RunFor(absl::Seconds(10));
  const int lists = quiet.lists();
  quiet.RunFor(absl::Minutes(9));
  EXPECT_EQ(quiet.lists(), lists);
  quiet.RunFor(absl::Minutes(4));
  EXPECT_EQ(quiet.lists(), lists + 1);
}

}  // namespace
}  // namespace quiesce::engine
