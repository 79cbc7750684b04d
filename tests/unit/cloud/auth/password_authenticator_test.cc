#include "daemon/cloud/auth/password_authenticator.h"

#include <deque>
#include <future>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cloud/auth/stub_parts.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using State = CredentialStatus::State;
using Result = TokenAnswer::Result;

// Answers as it is told, and waits for that. Shared by the test and the issuer.
struct IamScript {
  Mutex mu;
  CondVar changed;
  std::deque<TokenAnswer> answers ABSL_GUARDED_BY(mu);
  std::vector<TokenRequest> requests ABSL_GUARDED_BY(mu);
  int cuts ABSL_GUARDED_BY(mu) = 0;
  bool cut ABSL_GUARDED_BY(mu) = false;
  bool closed ABSL_GUARDED_BY(mu) = false;

  void Answer(Result result, const std::string& text = "") {
    TokenAnswer answer;
    answer.result = result;
    answer.token = result == Result::kToken ? text : "";
    answer.problem = result == Result::kToken ? "" : text;
    answer.lifetime = absl::Hours(24);
    answer.expires_at = absl::FromUnixSeconds(1767225600) + absl::Hours(24);
    MutexLock lock(mu);
    answers.push_back(answer);
    changed.NotifyAll();
  }
  std::vector<TokenRequest> WaitForRequests(size_t count) {
    MutexLock lock(mu);
    while (requests.size() < count) changed.Wait(mu);
    return requests;
  }
  size_t count() {
    MutexLock lock(mu);
    return requests.size();
  }
};

class ScriptedIssuer final : public TokenIssuer {
 public:
  explicit ScriptedIssuer(std::shared_ptr<IamScript> script) : script_(std::move(script)) {}
  TokenAnswer Issue(const TokenRequest& request, const Redactor& redact) override {
    MutexLock lock(script_->mu);
    if (script_->closed) return {};
    script_->cut = false;
    script_->requests.push_back(request);
    script_->changed.NotifyAll();
    while (script_->answers.empty() && !script_->cut) script_->changed.Wait(script_->mu);
    TokenAnswer answer;
    answer.problem = "cut";
    if (script_->answers.empty()) return answer;
    answer = script_->answers.front();
    answer.problem = redact(answer.problem);
    script_->answers.pop_front();
    return answer;
  }
  void Cut() override {
    MutexLock lock(script_->mu);
    ++script_->cuts;
    script_->cut = true;
    script_->changed.NotifyAll();
  }
  void Close() override {
    {
      MutexLock lock(script_->mu);
      script_->closed = true;
    }
    Cut();
  }

 private:
  const std::shared_ptr<IamScript> script_;
};

class PasswordAuthenticatorTest : public ::testing::Test {
 protected:
  PasswordAuthenticatorTest() { holder_->Hold("hunter2\n"); }

  absl::StatusOr<Authorization> Authorize(const OutgoingRequest& request,
                                          SteadyTime until = SteadyTime::Infinite()) {
    return authenticator_.Authorize(request, until);
  }
  std::string Token(const char* project = "p") {
    const auto authorization = Authorize(ListOf(project));
    return authorization.ok() ? HeaderOf(*authorization, "X-Auth-Token")
                              : std::string(authorization.status().message());
  }
  // Once the last answer was taken in.
  CredentialStatus StatusUnlike(State state) {
    while (authenticator_.Status("p").state == state) std::this_thread::yield();
    return authenticator_.Status("p");
  }

  StubClock clock_;
  SystemRandom random_;
  std::shared_ptr<IamScript> iam_ = std::make_shared<IamScript>();
  std::shared_ptr<StubSource::Holder> holder_ = std::make_shared<StubSource::Holder>();
  PasswordAuthenticator authenticator_{{"user", "domain"},
                                       std::make_unique<StubSource>(holder_),
                                       std::make_unique<ScriptedIssuer>(iam_),
                                       &random_,
                                       &clock_};
};

TEST_F(PasswordAuthenticatorTest, FetchesATokenAndKeepsIt) {
  EXPECT_EQ(authenticator_.Status("p").state, State::kUnused);
  iam_->Answer(Result::kToken, "token-1");
  EXPECT_EQ(Token(), "token-1");
  EXPECT_EQ(Token(), "token-1");
  const auto requests = iam_->WaitForRequests(1);
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].user, "user");
  EXPECT_EQ(requests[0].domain, "domain");
  EXPECT_EQ(requests[0].password, "hunter2");
  EXPECT_EQ(requests[0].project_id, "p");
  const CredentialStatus status = authenticator_.Status("p");
  EXPECT_EQ(status.state, State::kOk);
  EXPECT_EQ(status.kind, CredentialStatus::Kind::kPassword);
  EXPECT_EQ(status.source, "/the/source");
  EXPECT_EQ(status.changed_at, clock_.Read().wall);
  EXPECT_EQ(status.expires_at, clock_.Read().wall + absl::Hours(24));
}

TEST_F(PasswordAuthenticatorTest, SixteenRequestsWaitForOneFetch) {
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 16; ++i) {
    waiting.push_back(std::async(std::launch::async, [this] { return Token(); }));
  }
  iam_->WaitForRequests(1);
  iam_->Answer(Result::kToken, "token-1");
  for (auto& one : waiting) EXPECT_EQ(one.get(), "token-1");
  EXPECT_EQ(iam_->count(), 1u);
}

TEST_F(PasswordAuthenticatorTest, WhoCannotWaitIsToldThatTheTokenIsBeingRenewed) {
  const absl::Status status = Authorize(StopIn("p"), clock_.Read().steady).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(std::string(status.message()), "the token is being renewed");
  EXPECT_EQ(authenticator_.Status("p").state, State::kRenewing);
}

TEST_F(PasswordAuthenticatorTest, NobodyWaitsForAnIamThatRests) {
  iam_->Answer(Result::kNoToken, "IAM answered HTTP 503");
  (void)Authorize(StopIn("p"), clock_.Read().steady);
  iam_->WaitForRequests(1);
  const absl::Status status =
      Authorize(StopIn("p"), clock_.Read().steady + absl::Milliseconds(100)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("IAM answered HTTP 503"));
}

TEST_F(PasswordAuthenticatorTest, RenewsAheadOfTheEndWhileTheOldTokenIsInUse) {
  iam_->Answer(Result::kToken, "token-1");
  EXPECT_EQ(Token(), "token-1");
  clock_.Advance(absl::Hours(24) * limits::kRenewTokenUntil);
  EXPECT_EQ(Token(), "token-1");
  iam_->WaitForRequests(2);
  EXPECT_EQ(Token(), "token-1");
  iam_->Answer(Result::kToken, "token-2");
  while (Token() == "token-1") std::this_thread::yield();
  EXPECT_EQ(Token(), "token-2");
  EXPECT_EQ(iam_->count(), 2u);
}

TEST_F(PasswordAuthenticatorTest, SixteenRefusalsOfATokenRenewItOnce) {
  iam_->Answer(Result::kToken, "token-1");
  std::vector<Authorization> sent;
  for (int i = 0; i < 16; ++i) sent.push_back(*Authorize(StopIn("p")));
  Report(authenticator_, *Authorize(ListOf("p")), ListOf("p"), {});
  clock_.Advance(absl::Hours(1));
  for (const Authorization& one : sent) Report(authenticator_, one, StopIn("p"), Expired());
  iam_->Answer(Result::kToken, "token-2");
  EXPECT_EQ(Token(), "token-2");
  EXPECT_EQ(iam_->count(), 2u);
}

TEST_F(PasswordAuthenticatorTest, AWrongPasswordIsSentOnce) {
  iam_->Answer(Result::kWrongPassword, "the password hunter2 is wrong");
  const auto refused = Authorize(ListOf("p")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("password of /the/source"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("the password [secret] is wrong"));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(Authorize(ListOf("q")).ok());
  EXPECT_EQ(iam_->count(), 1u);
  const CredentialStatus status = authenticator_.Status("p");
  EXPECT_EQ(status.state, State::kRejected);
  EXPECT_EQ(status.next_probe_at, clock_.Read().wall + limits::kRejectedProbe);
  EXPECT_THAT(status.detail, Not(HasSubstr("hunter2")));
}

TEST_F(PasswordAuthenticatorTest, AWrongPasswordIsTriedAgainAfterTenMinutesAndWhenItChanges) {
  iam_->Answer(Result::kWrongPassword, "wrong");
  EXPECT_FALSE(Authorize(ListOf("p")).ok());
  clock_.Advance(limits::kRejectedProbe);
  iam_->Answer(Result::kWrongPassword, "wrong");
  EXPECT_FALSE(Authorize(ListOf("p")).ok());
  EXPECT_EQ(iam_->count(), 2u);
  holder_->Hold("better");
  iam_->Answer(Result::kToken, "token-1");
  EXPECT_EQ(Token(), "token-1");
  EXPECT_EQ(iam_->WaitForRequests(3)[2].password, "better");
}

TEST_F(PasswordAuthenticatorTest, AChangedPasswordIsTriedWhileTheOldTokenStays) {
  iam_->Answer(Result::kToken, "token-1");
  EXPECT_EQ(Token(), "token-1");
  holder_->Hold("changed");
  EXPECT_EQ(Token(), "token-1");
  iam_->WaitForRequests(2);
  EXPECT_EQ(authenticator_.Status("p").state, State::kTrying);
  iam_->Answer(Result::kWrongPassword, "wrong");
  EXPECT_EQ(StatusUnlike(State::kTrying).state, State::kRejected);
  EXPECT_EQ(Token(), "token-1");
  holder_->Hold("again");
  EXPECT_EQ(Token(), "token-1");
  iam_->Answer(Result::kToken, "token-2");
  while (Token() == "token-1") std::this_thread::yield();
  EXPECT_EQ(authenticator_.Status("p").state, State::kOk);
}

TEST_F(PasswordAuthenticatorTest, ARemovedPasswordTakesItsTokensAlong) {
  iam_->Answer(Result::kToken, "token-1");
  EXPECT_EQ(Token(), "token-1");
  holder_->Hold(absl::NotFoundError("password file /the/source is gone"));
  EXPECT_EQ(Token(), "password file /the/source is gone");
  EXPECT_EQ(authenticator_.Status("p").state, State::kMissing);
  holder_->Hold("two\nlines");
  EXPECT_THAT(Token(), HasSubstr("line ends"));
}

TEST_F(PasswordAuthenticatorTest, AnOverdueFetchIsCut) {
  (void)Authorize(StopIn("p"), clock_.Read().steady);
  iam_->WaitForRequests(1);
  clock_.Advance(limits::kTokenRequestDeadline);
  const absl::Status status = Authorize(StopIn("p"), clock_.Read().steady).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  MutexLock lock(iam_->mu);
  EXPECT_EQ(iam_->cuts, 1);
}

TEST_F(PasswordAuthenticatorTest, CloseEndsTheFetchAndTheWaiting) {
  auto waiting = std::async(std::launch::async, [this] { return Authorize(ListOf("p")).status(); });
  iam_->WaitForRequests(1);
  authenticator_.Close();
  EXPECT_EQ(waiting.get().code(), absl::StatusCode::kUnavailable);
}

TEST_F(PasswordAuthenticatorTest, NoSecretIsInAText) {
  iam_->Answer(Result::kToken, "token-1");
  EXPECT_EQ(Token(), "token-1");
  EXPECT_EQ(authenticator_.Redact("hunter2 token-1"), "[secret] [secret]");
}

}  // namespace
}  // namespace quiesce::cloud::auth
