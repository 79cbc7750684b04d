#include "daemon/cloud/auth/stored_secret_authenticator.h"

#include <future>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cloud/auth/stub_parts.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Kind = CredentialStatus::Kind;
using State = CredentialStatus::State;

constexpr char kPair[] = "access_key: AKAKAK\nsecret_key: hunter2\n";
constexpr char kOtherPair[] = "access_key: BKBKBK\nsecret_key: hunter3\n";

class StoredSecretAuthenticatorTest : public ::testing::Test {
 protected:
  void SetUp() override { holder_->Hold(Secret()); }

  virtual Kind kind() const { return Kind::kTokenFile; }
  std::string Secret() const { return kind() == Kind::kTokenFile ? "token-a\n" : kPair; }

  absl::StatusOr<Authorization> Authorize(const OutgoingRequest& request) {
    return authenticator().Authorize(request, clock_.Read().steady);
  }
  absl::Status Call(const OutgoingRequest& request, const StubAnswer& answer) {
    auto authorization = Authorize(request);
    if (!authorization.ok()) return authorization.status();
    Report(authenticator(), *authorization, request, answer);
    return absl::OkStatus();
  }
  CredentialStatus Status(const char* project = "p") { return authenticator().Status(project); }
  StoredSecretAuthenticator& authenticator() {
    if (!made_) {
      made_ = std::make_unique<StoredSecretAuthenticator>(
          kind(), std::make_unique<StubSource>(holder_), &clock_);
    }
    return *made_;
  }

  StubClock clock_;
  std::shared_ptr<StubSource::Holder> holder_ = std::make_shared<StubSource::Holder>();
  std::unique_ptr<StoredSecretAuthenticator> made_;
};

class TokenTest : public StoredSecretAuthenticatorTest {};

class AccessKeyTest : public StoredSecretAuthenticatorTest {
 protected:
  Kind kind() const override { return Kind::kAccessKey; }
};

TEST_F(TokenTest, SendsTheTokenAlone) {
  EXPECT_EQ(Status().state, State::kUnused);
  const auto authorization = Authorize(ListOf("p"));
  ASSERT_TRUE(authorization.ok());
  EXPECT_EQ(authorization->headers.size(), 1u);
  EXPECT_EQ(HeaderOf(*authorization, "X-Auth-Token"), "token-a");
}

TEST_F(TokenTest, BelongsToOneProject) {
  EXPECT_TRUE(Call(ListOf("p"), {}).ok());
  EXPECT_TRUE(Call(ListOf("q"), Expired()).ok());
  EXPECT_TRUE(Call(ListOf("p"), {}).ok());
  EXPECT_FALSE(Call(ListOf("q"), {}).ok());
  EXPECT_EQ(Status("p").state, State::kOk);
  EXPECT_EQ(Status("q").state, State::kRejected);
}

TEST_F(TokenTest, AChangedOneIsTriedByOneListWhileTheOldOneStays) {
  ASSERT_TRUE(Call(ListOf("p"), {}).ok());
  holder_->Hold("token-b");
  EXPECT_EQ(HeaderOf(*Authorize(StopIn("p")), "X-Auth-Token"), "token-a");
  EXPECT_EQ(Status().state, State::kTrying);
  const auto trial = Authorize(ListOf("p"));
  EXPECT_EQ(HeaderOf(*trial, "X-Auth-Token"), "token-b");
  EXPECT_EQ(HeaderOf(*Authorize(ListOf("p")), "X-Auth-Token"), "token-a");
  clock_.Advance(absl::Seconds(5));
  Report(authenticator(), *trial, ListOf("p"), {});
  EXPECT_EQ(HeaderOf(*Authorize(StopIn("p")), "X-Auth-Token"), "token-b");
  EXPECT_EQ(Status().state, State::kOk);
  EXPECT_EQ(Status().changed_at, clock_.Read().wall - absl::Seconds(5));
  EXPECT_EQ(Status().last_success_at, clock_.Read().wall);
}

TEST_F(TokenTest, AChangedOneThatIsRefusedKeepsTheOldOne) {
  ASSERT_TRUE(Call(ListOf("p"), {}).ok());
  holder_->Hold("token-b");
  ASSERT_TRUE(Call(ListOf("p"), Expired()).ok());
  EXPECT_EQ(HeaderOf(*Authorize(ListOf("p")), "X-Auth-Token"), "token-a");
  const CredentialStatus status = Status();
  EXPECT_EQ(status.state, State::kTrying);
  EXPECT_THAT(status.detail, HasSubstr("the one before is in use"));
  EXPECT_THAT(status.detail, HasSubstr("token expires"));
  EXPECT_EQ(status.next_probe_at, clock_.Read().wall + limits::kRejectedProbe);
}

TEST_F(TokenTest, ARefusedOneIsNotSentBeforeItsProbe) {
  ASSERT_TRUE(Call(ListOf("p"), Expired()).ok());
  const absl::Status refused = Call(ListOf("p"), {});
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("does not accept the token of /the/source"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("APIGW.0301: token expires"));
  EXPECT_EQ(Status().state, State::kRejected);
  EXPECT_EQ(Status().next_probe_at, clock_.Read().wall + limits::kRejectedProbe);
  clock_.Advance(limits::kRejectedProbe);
  EXPECT_TRUE(Call(ListOf("p"), {}).ok());
  EXPECT_EQ(Status().state, State::kOk);
  EXPECT_EQ(Status().next_probe_at, std::nullopt);
}

TEST_F(TokenTest, ARemovedOneIsNotUsedAnyMore) {
  ASSERT_TRUE(Call(ListOf("p"), {}).ok());
  holder_->Hold(absl::NotFoundError("token file /the/source is gone"));
  EXPECT_EQ(Authorize(StopIn("p")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Status().state, State::kMissing);
  EXPECT_EQ(Status().detail, "token file /the/source is gone");
  holder_->Hold("no token at all");
  EXPECT_EQ(Authorize(StopIn("p")).status().code(), absl::StatusCode::kFailedPrecondition);
  holder_->Hold("token-a");
  EXPECT_TRUE(Call(StopIn("p"), {}).ok());
  EXPECT_EQ(Status().state, State::kOk);
}

TEST_F(TokenTest, ATokenIsNeverInAText) {
  ASSERT_TRUE(Call(ListOf("p"), {core::CallClass::kAuth, "APIGW.0301", "bad token-a"}).ok());
  const absl::Status refused = Call(ListOf("p"), {});
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr("token-a")));
  EXPECT_THAT(Status().detail, Not(HasSubstr("token-a")));
  holder_->Hold("token-b");
  (void)Authorize(ListOf("p"));
  EXPECT_EQ(authenticator().Redact("token-a token-b token-c"), "[secret] [secret] token-c");
}

TEST_F(AccessKeyTest, SignsEachRequest) {
  const auto authorization = Authorize(ListOf("p"));
  ASSERT_TRUE(authorization.ok()) << authorization.status();
  EXPECT_EQ(HeaderOf(*authorization, "X-Sdk-Date"), "20260101T000000Z");
  EXPECT_EQ(HeaderOf(*authorization, "X-Project-Id"), "p");
  EXPECT_THAT(HeaderOf(*authorization, "Authorization"),
              StartsWith("SDK-HMAC-SHA256 Access=AKAKAK, "
                         "SignedHeaders=host;x-project-id;x-sdk-date, Signature="));
  EXPECT_EQ(HeaderOf(*authorization, "X-Auth-Token"), "");
  EXPECT_EQ(HeaderOf(*authorization, "X-Security-Token"), "");
}

TEST_F(AccessKeyTest, SendsTheSecurityTokenOfATemporaryKey) {
  holder_->Hold(std::string(kPair) + "security_token: TEMPTEMP\n");
  const auto authorization = Authorize(ListOf("p"));
  EXPECT_EQ(HeaderOf(*authorization, "X-Security-Token"), "TEMPTEMP");
  EXPECT_THAT(HeaderOf(*authorization, "Authorization"), HasSubstr("x-security-token"));
  EXPECT_EQ(authenticator().Redact("TEMPTEMP hunter2 AKAKAK"), "[secret] [secret] [secret]");
}

TEST_F(AccessKeyTest, AfterTwoWrongSignaturesThereIsSilence) {
  ASSERT_TRUE(Call(ListOf("p"), WrongSignature()).ok());
  EXPECT_EQ(Status().state, State::kRejected);
  ASSERT_TRUE(Call(ListOf("q"), WrongSignature()).ok());
  EXPECT_EQ(Status().state, State::kLocked);
  const absl::Status locked = Call(ListOf("p"), {});
  EXPECT_EQ(locked.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(locked.message()), HasSubstr("refused 2 signatures of /the/source"));
  EXPECT_THAT(std::string(locked.message()), Not(HasSubstr("hunter2")));
  EXPECT_FALSE(Call(StopIn("q"), {}).ok());
  clock_.Advance(limits::kRejectedProbe);
  ASSERT_TRUE(Call(ListOf("p"), WrongSignature()).ok());
  EXPECT_FALSE(Call(ListOf("p"), {}).ok());
  holder_->Hold(kOtherPair);
  EXPECT_TRUE(Call(ListOf("p"), {}).ok());
  EXPECT_EQ(Status().state, State::kOk);
}

TEST_F(AccessKeyTest, OthersWaitForTheOneThatTriesAKey) {
  const auto trial = Authorize(ListOf("p"));
  ASSERT_TRUE(trial.ok());
  const absl::Status too_late = Authorize(StopIn("p")).status();
  EXPECT_EQ(too_late.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(too_late.message()), HasSubstr("other requests are under way"));
  std::vector<std::future<bool>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(std::async(std::launch::async, [this] {
      return authenticator().Authorize(StopIn("p"), SteadyTime::Infinite()).ok();
    }));
  }
  Report(authenticator(), *trial, ListOf("p"), {});
  for (auto& one : waiting) EXPECT_TRUE(one.get());
}

TEST_F(AccessKeyTest, CloseEndsTheWaiting) {
  const auto trial = Authorize(ListOf("p"));
  ASSERT_TRUE(trial.ok());
  auto waiting = std::async(std::launch::async, [this] {
    return authenticator().Authorize(StopIn("p"), SteadyTime::Infinite()).status();
  });
  authenticator().Close();
  EXPECT_EQ(waiting.get().code(), absl::StatusCode::kUnavailable);
}

TEST_F(AccessKeyTest, ABadFileIsNamedWithItsLine) {
  holder_->Hold("access_key: hunter2\nhunter2\n");
  const absl::Status bad = Call(ListOf("p"), {});
  EXPECT_THAT(std::string(bad.message()), StartsWith("/the/source:2: "));
  EXPECT_EQ(Status().state, State::kMissing);
  EXPECT_THAT(Status().detail, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace quiesce::cloud::auth
