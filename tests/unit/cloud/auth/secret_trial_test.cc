#include "daemon/cloud/auth/secret_trial.h"

#include "daemon/base/limits.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using Kind = SecretTrial::Choice::Kind;
using State = SecretTrial::State;

class SecretTrialTest : public ::testing::Test {
 protected:
  // Sends a request and reports what came of it. 0: nothing was sent.
  uint64_t Send(Evidence evidence, bool is_list = true) {
    const SecretTrial::Choice choice = trial_.Choose(is_list, now_);
    if (choice.kind != Kind::kSend) return 0;
    trial_.Report(choice.version, choice.trial, evidence, now_);
    return choice.version;
  }
  void Use(uint64_t version) {
    trial_.Offer(version, now_);
    ASSERT_EQ(Send(Evidence::kWorks), version);
  }
  void Pass(absl::Duration time) { now_ = now_ + time; }

  SecretTrial trial_{true};
  SteadyTime now_ = SteadyTime::FromMicros(1000000);
};

TEST_F(SecretTrialTest, WithoutAVersionNothingIsSent) {
  EXPECT_EQ(trial_.Choose(true, now_).kind, Kind::kRefuse);
  trial_.Report(0, true, Evidence::kWorks, now_);
  EXPECT_EQ(trial_.in_use().state, State::kNone);
}

TEST_F(SecretTrialTest, AnUntriedVersionIsSentByOneRequestAtATime) {
  trial_.Offer(1, now_);
  const SecretTrial::Choice first = trial_.Choose(false, now_);
  EXPECT_EQ(first.kind, Kind::kSend);
  EXPECT_TRUE(first.trial);
  EXPECT_EQ(trial_.Choose(true, now_).kind, Kind::kWait);
  trial_.Report(1, true, Evidence::kWorks, now_);
  for (int i = 0; i < 16; ++i) {
    const SecretTrial::Choice next = trial_.Choose(false, now_);
    EXPECT_EQ(next.kind, Kind::kSend);
    EXPECT_FALSE(next.trial);
    trial_.Report(next.version, next.trial, Evidence::kWorks, now_);
  }
}

// What is under way when a key is replaced at the cloud is all that can be refused.
TEST_F(SecretTrialTest, AGoodKeyIsSentByFewerThanLockItAtATime) {
  Use(1);
  for (int i = 0; i < limits::kMaxSignedInFlight; ++i) {
    EXPECT_EQ(trial_.Choose(i % 2 == 0, now_).kind, Kind::kSend);
  }
  EXPECT_EQ(trial_.Choose(false, now_).kind, Kind::kWait);
  trial_.Report(1, false, Evidence::kWrongSignature, now_);
  EXPECT_EQ(trial_.Choose(true, now_).kind, Kind::kWait) << "the others may be refused, too";
  for (int i = 1; i < limits::kMaxSignedInFlight; ++i) {
    trial_.Report(1, false, Evidence::kWrongSignature, now_);
  }
  EXPECT_EQ(trial_.in_use().state, State::kLocked);
  EXPECT_EQ(trial_.in_use().wrong_signatures, limits::kMaxSignedInFlight);
  EXPECT_EQ(trial_.Choose(false, now_).kind, Kind::kRefuse);
}

TEST_F(SecretTrialTest, WhereNobodyCountsAnUntriedVersionIsSentByAll) {
  trial_ = SecretTrial(false);
  trial_.Offer(1, now_);
  for (int i = 0; i < 16; ++i) {
    const SecretTrial::Choice choice = trial_.Choose(i % 2 == 0, now_);
    EXPECT_EQ(choice.kind, Kind::kSend);
    EXPECT_FALSE(choice.trial);
  }
  trial_.Report(1, false, Evidence::kWorks, now_);
  EXPECT_EQ(trial_.in_use().state, State::kGood);
  trial_.Report(1, false, Evidence::kRefused, now_);
  EXPECT_EQ(trial_.in_use().state, State::kRejected);
  trial_.Report(1, false, Evidence::kWorks, now_);
  EXPECT_EQ(trial_.in_use().state, State::kRejected);
}

TEST_F(SecretTrialTest, ATrialThatSaysNothingIsFollowedByAnother) {
  trial_.Offer(1, now_);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Send(Evidence::kNone), 1u);
  EXPECT_EQ(trial_.in_use().state, State::kUntried);
}

TEST_F(SecretTrialTest, EveryAnswerThatShowsItIsKnownMakesItGood) {
  for (const Evidence evidence : {Evidence::kWorks, Evidence::kKnown, Evidence::kForbidden}) {
    trial_ = SecretTrial(true);
    trial_.Offer(1, now_);
    EXPECT_EQ(Send(evidence), 1u);
    EXPECT_EQ(trial_.in_use().state, State::kGood);
    EXPECT_EQ(trial_.in_use().last_good, now_);
  }
}

TEST_F(SecretTrialTest, ARejectedVersionIsProbedEveryTenMinutes) {
  trial_.Offer(1, now_);
  EXPECT_EQ(Send(Evidence::kRefused), 1u);
  EXPECT_EQ(trial_.in_use().state, State::kRejected);
  EXPECT_EQ(trial_.NextProbe(), now_ + limits::kRejectedProbe);
  for (int probe = 0; probe < 3; ++probe) {
    EXPECT_EQ(Send(Evidence::kWorks), 0u);
    Pass(limits::kRejectedProbe - absl::Microseconds(1));
    EXPECT_EQ(Send(Evidence::kWorks), 0u);
    Pass(absl::Microseconds(1));
    EXPECT_EQ(Send(Evidence::kRefused), 1u);
  }
  Pass(limits::kRejectedProbe);
  EXPECT_EQ(Send(Evidence::kWorks), 1u);
  EXPECT_EQ(trial_.in_use().state, State::kGood);
}

TEST_F(SecretTrialTest, AProbeIsOneRequestAndTheOthersDoNotWaitForIt) {
  trial_.Offer(1, now_);
  Send(Evidence::kRefused);
  Pass(limits::kRejectedProbe);
  EXPECT_EQ(trial_.Choose(true, now_).kind, Kind::kSend);
  EXPECT_EQ(trial_.Choose(true, now_).kind, Kind::kRefuse);
}

TEST_F(SecretTrialTest, ARejectedVersionIsReplacedAtOnce) {
  trial_.Offer(1, now_);
  Send(Evidence::kRefused);
  trial_.Offer(2, now_);
  EXPECT_EQ(Send(Evidence::kWorks, /*is_list=*/false), 2u);
}

TEST_F(SecretTrialTest, TheFirstWrongSignatureLetsOneMoreThroughAndTheSecondNone) {
  Use(1);
  // As many as were under way.
  const SecretTrial::Choice early = trial_.Choose(false, now_);
  EXPECT_EQ(Send(Evidence::kWrongSignature), 1u);
  EXPECT_EQ(trial_.in_use().state, State::kUntried);
  // Sent before the wrong one, and no proof against it.
  trial_.Report(early.version, early.trial, Evidence::kWorks, now_);
  EXPECT_EQ(trial_.in_use().state, State::kUntried);
  EXPECT_EQ(Send(Evidence::kWrongSignature), 1u);
  EXPECT_EQ(trial_.in_use().state, State::kLocked);
  EXPECT_EQ(Send(Evidence::kWorks), 0u);
  Pass(limits::kRejectedProbe);
  EXPECT_EQ(Send(Evidence::kWrongSignature), 1u);
  EXPECT_EQ(Send(Evidence::kWorks), 0u);
  Pass(limits::kRejectedProbe);
  EXPECT_EQ(Send(Evidence::kWorks), 1u);
  EXPECT_EQ(trial_.in_use().state, State::kGood);
  EXPECT_EQ(trial_.in_use().wrong_signatures, 0);
}

TEST_F(SecretTrialTest, AGatewayThatHasLockedTheKeyIsLeftAlone) {
  Use(1);
  EXPECT_EQ(Send(Evidence::kLockedOut), 1u);
  EXPECT_EQ(trial_.in_use().state, State::kLocked);
  EXPECT_EQ(Send(Evidence::kWorks), 0u);
}

TEST_F(SecretTrialTest, HoweverOftenTheSourceChangesTheGatewaysLimitIsNotReached) {
  int sent = 0;
  for (uint64_t version = 1; version <= 50; ++version) {
    trial_.Offer(version, now_);
    while (Send(Evidence::kWrongSignature) != 0) ++sent;
    Pass(absl::Seconds(1));
  }
  EXPECT_EQ(sent, static_cast<int>(limits::kMaxWrongSignaturesInWindow));
  Pass(limits::kSignatureWindow);
  EXPECT_NE(Send(Evidence::kWorks), 0u);
}

TEST_F(SecretTrialTest, AChangedVersionIsTriedByOneListWhileTheOldOneStays) {
  Use(1);
  trial_.Offer(2, now_);
  EXPECT_EQ(trial_.Choose(false, now_).version, 1u);
  const SecretTrial::Choice trial = trial_.Choose(true, now_);
  EXPECT_EQ(trial.version, 2u);
  EXPECT_TRUE(trial.trial);
  EXPECT_EQ(trial_.Choose(true, now_).version, 1u);
  trial_.Report(2, true, Evidence::kWorks, now_);
  EXPECT_EQ(trial_.Choose(false, now_).version, 2u);
  EXPECT_EQ(trial_.next().version, 0u);
  // What was under way with the old one condemns nobody.
  trial_.Report(1, false, Evidence::kRefused, now_);
  EXPECT_EQ(trial_.in_use().state, State::kGood);
}

TEST_F(SecretTrialTest, AChangedVersionThatIsRefusedKeepsTheOldOne) {
  for (const Evidence evidence : {Evidence::kRefused, Evidence::kForbidden, Evidence::kLockedOut}) {
    trial_ = SecretTrial(true);
    Use(1);
    trial_.Offer(2, now_);
    EXPECT_EQ(Send(evidence), 2u);
    EXPECT_EQ(Send(Evidence::kWorks), 1u);
    Pass(limits::kRejectedProbe);
    EXPECT_EQ(Send(Evidence::kWorks, /*is_list=*/false), 1u);
    EXPECT_EQ(Send(Evidence::kWorks), 2u);
    EXPECT_EQ(trial_.in_use().version, 2u);
  }
}

TEST_F(SecretTrialTest, WhenTheOldOneIsRefusedTheChangedOneTakesItsPlace) {
  Use(1);
  trial_.Offer(2, now_);
  EXPECT_EQ(Send(Evidence::kRefused, /*is_list=*/false), 1u);
  EXPECT_EQ(trial_.in_use().version, 2u);
  EXPECT_EQ(Send(Evidence::kWorks, /*is_list=*/false), 2u);
}

TEST_F(SecretTrialTest, AChangeThatIsTakenBackIsForgotten) {
  Use(1);
  trial_.Offer(2, now_);
  trial_.Offer(1, now_);
  EXPECT_EQ(Send(Evidence::kWorks), 1u);
  EXPECT_EQ(trial_.next().version, 0u);
}

TEST_F(SecretTrialTest, AWithdrawnVersionIsNotSentAnyMore) {
  Use(1);
  trial_.Offer(2, now_);
  trial_.Offer(0, now_);
  EXPECT_EQ(Send(Evidence::kWorks), 0u);
  trial_.Report(1, false, Evidence::kWorks, now_);
  EXPECT_EQ(Send(Evidence::kWorks), 0u);
}

}  // namespace
}  // namespace quiesce::cloud::auth
