#include <chrono>
#include <cstdio>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/cloud/dbss_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/integration/cloud/client_fixture.h"
#include "tests/support/hostile_server.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::CallResult;
using core::Outcome;
using dbss_sim::DbssSim;
using dbss_sim::Op;
using support::HostileServer;
using ::testing::HasSubstr;
using ::testing::Not;
using State = CredentialStatus::State;

constexpr char kAccessKey[] = "AKAKAKAKAKAKAKAKAKAK";
constexpr char kSecretKey[] = "hunter2hunter2hunter2";

// Against the simulated cloud, which knows nothing of the daemon's code.
class CredentialsTest : public ClientFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sim_.Start());
    sim_.cloud().AddProject({kProject, "cn-north-4"});
    sim_.cloud().AddInstance(kProject, {kInstance, "billing-om-01"});
    sim_.tokens().PutUser({"quiesced", "hunter2", "acme"});
    iam_ = ParseEndpoint(sim_.endpoint()).value();
    credential_.file = TempPath("secret");
  }

  // By renaming, as a file is to be replaced.
  void WriteSecret(const std::string& content) {
    std::ofstream(credential_.file + ".new", std::ios::trunc) << content;
    ASSERT_EQ(std::rename((credential_.file + ".new").c_str(), credential_.file.c_str()), 0);
  }
  void ConnectByPassword(const std::string& password) {
    credential_.kind = CredentialStatus::Kind::kPassword;
    credential_.user = "quiesced";
    credential_.domain = "acme";
    WriteSecret(password);
    Connect(sim_.endpoint(), 16);
  }
  static std::string Pair(const std::string& secret, const std::string& more = "") {
    return absl::StrCat("access_key: ", kAccessKey, "\nsecret_key: ", secret, "\n", more);
  }
  void PutKey(const std::string& secret, const std::string& security_token = "") {
    dbss_sim::AccessKey key;
    key.access = kAccessKey;
    key.secret = secret;
    if (!security_token.empty()) key.security_token = security_token;
    sim_.keys().Put(key);
  }
  void ConnectByKey(const std::string& pair) {
    credential_.kind = CredentialStatus::Kind::kAccessKey;
    WriteSecret(pair);
    Connect(sim_.endpoint(), 16);
  }
  void ConnectByToken(const std::string& token) {
    WriteSecret(token);
    Connect(sim_.endpoint(), 16);
  }

  int64_t TokenRequests() { return sim_.log().CountsOf(Op::kToken).requests; }
  int64_t Lists() { return sim_.log().CountsOf(Op::kList).requests; }
  int64_t Refusals(Op op) { return sim_.log().CountsOf(op).replies_by_status[401]; }
  void WaitForTokenRequests(int64_t count) {
    while (TokenRequests() < count) std::this_thread::yield();
  }
  CredentialStatus Status() { return client_->CredentialOf(kProject); }

  DbssSim sim_;
};

// --- passwords ----------------------------------------------------------------------------------

TEST_F(CredentialsTest, SixteenCallsAtTheStartFetchOneToken) {
  ConnectByPassword("hunter2\n");
  std::vector<std::future<CallResult>> stops;
  for (int i = 0; i < 16; ++i) stops.push_back(StartStop());
  for (auto& stop : stops) EXPECT_NE(stop.get().call_class, CallClass::kAuth);
  const ListResult list = List();
  EXPECT_TRUE(list.ok) << list.message;
  EXPECT_EQ(TokenRequests(), 1);
  EXPECT_EQ(sim_.log().CountsOf(kProject, kInstance).stops_with_effect, 1);
  EXPECT_EQ(Status().state, State::kOk);
  ASSERT_TRUE(Status().expires_at);
  EXPECT_GT(*Status().expires_at, clock_.Read().wall + absl::Hours(23));
}

TEST_F(CredentialsTest, ATokenIsRenewedAheadOfItsEnd) {
  ConnectByPassword("hunter2");
  ASSERT_TRUE(List().ok);
  clock_.Advance(absl::Hours(22));
  sim_.Advance(std::chrono::hours(22));
  EXPECT_TRUE(List().ok);  // with the old one
  while (*Status().changed_at < clock_.Read().wall - absl::Hours(1)) std::this_thread::yield();
  clock_.Advance(absl::Hours(3));
  sim_.Advance(std::chrono::hours(3));
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_EQ(Refusals(Op::kList), 0);
}

TEST_F(CredentialsTest, SixteenCallsWithARefusedTokenRenewItOnce) {
  ConnectByPassword("hunter2");
  ASSERT_TRUE(List().ok);
  clock_.Advance(absl::Hours(1));
  sim_.tokens().ForgetIssued();
  std::vector<std::future<CallResult>> stops;
  for (int i = 0; i < 16; ++i) stops.push_back(StartStop());
  for (auto& stop : stops) stop.wait();
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(TokenRequests(), 2);
  EXPECT_GE(Refusals(Op::kStop), 1);
}

TEST_F(CredentialsTest, AWrongPasswordIsSentOnce) {
  ConnectByPassword("wrong-password");
  const CallResult stop = Stop();
  EXPECT_EQ(stop.outcome, Outcome::kNotSent);
  for (int i = 0; i < 5; ++i) {
    const ListResult list = List();
    EXPECT_FALSE(list.ok);
    EXPECT_EQ(list.call_class, CallClass::kAuth);
    EXPECT_THAT(list.message, HasSubstr("The username or password is wrong."));
    EXPECT_THAT(list.message, Not(HasSubstr("wrong-password")));
  }
  EXPECT_EQ(TokenRequests(), 1);
  EXPECT_EQ(Lists(), 0);
  EXPECT_EQ(Status().state, State::kRejected);

  clock_.Advance(limits::kRejectedProbe);
  EXPECT_FALSE(List().ok);
  EXPECT_EQ(TokenRequests(), 2);

  WriteSecret("hunter2");
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(TokenRequests(), 3);
}

// Half a password would not be known for one, so it must not be what a cut leaves.
TEST_F(CredentialsTest, NoPartOfAPasswordThatIamRepeatsIsShown) {
  std::string words(limits::kMaxCloudMessageBytes, 'w');
  for (size_t i = 9; i < words.size(); i += 10) words[i] = ' ';
  for (size_t before = 200; before < words.size(); before += 5) {
    HostileServer iam(AnswerAll(
        HttpAnswer(401, absl::StrCat(R"({"error":{"code":401,"message":")", words.substr(0, before),
                                     R"( hunter2-hunter2"}})"))));
    iam_ = ParseEndpoint(absl::StrCat("http://127.0.0.1:", iam.port())).value();
    ConnectByPassword("hunter2-hunter2");
    const std::string message = List().message;
    client_.reset();
    ASSERT_THAT(message, HasSubstr("IAM answered HTTP 401"));
    ASSERT_THAT(message, Not(HasSubstr("hu"))) << before;
  }
}

TEST_F(CredentialsTest, AChangedPasswordThatIsWrongKeepsTheOldToken) {
  ConnectByPassword("hunter2");
  ASSERT_TRUE(List().ok);
  WriteSecret("wrong-password");
  EXPECT_TRUE(List().ok);
  WaitForTokenRequests(2);
  EXPECT_TRUE(List().ok);
  while (Status().state != State::kRejected) std::this_thread::yield();
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(TokenRequests(), 2);
}

TEST_F(CredentialsTest, AStopWaitsForATokenOnlyAMoment) {
  dbss_sim::ApiSettings settings;
  settings.token_latency = std::chrono::minutes(1);
  sim_.api().SetSettings(settings);
  ConnectByPassword("hunter2");
  const SteadyTime start = clock_.Read().steady;
  const CallResult stop = Stop();
  EXPECT_EQ(stop.outcome, Outcome::kNotSent);
  EXPECT_EQ(stop.call_class, CallClass::kNone);
  EXPECT_EQ(stop.message, "the token is being renewed");
  EXPECT_GE(Since(start), limits::kMaxHandOverDelay);
  const ListResult list = List(absl::Milliseconds(100));
  EXPECT_FALSE(list.ok);
  EXPECT_EQ(list.call_class, CallClass::kTransient);
  EXPECT_EQ(Status().state, State::kRenewing);
  EXPECT_EQ(TokenRequests(), 1);
}

TEST_F(CredentialsTest, ATokenForAProjectThatIamDoesNotKnowIsNotAskedForAgain) {
  ConnectByPassword("hunter2");
  sim_.Reset(/*keep_fleet=*/false);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(List().ok);
  EXPECT_EQ(TokenRequests(), 1);
}

// --- access keys --------------------------------------------------------------------------------

TEST_F(CredentialsTest, AnAccessKeySignsStopsAndLists) {
  PutKey(kSecretKey);
  ConnectByKey(Pair(kSecretKey));
  const ListResult list = List();
  EXPECT_TRUE(list.ok) << list.message;
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(Status().state, State::kOk);
}

TEST_F(CredentialsTest, ATemporaryKeySendsItsSecurityToken) {
  PutKey(kSecretKey, "TEMPORARY");
  ConnectByKey(Pair(kSecretKey, "security_token: TEMPORARY\n"));
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
}

TEST_F(CredentialsTest, AfterTwoWrongSignaturesThereIsSilenceAndThenAProbe) {
  PutKey(kSecretKey);
  ConnectByKey(Pair("wrong-secret-key"));
  std::vector<std::future<CallResult>> stops;
  for (int i = 0; i < 16; ++i) stops.push_back(StartStop());
  for (auto& stop : stops) EXPECT_NE(stop.get().outcome, Outcome::kAccepted);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(List().call_class, CallClass::kAuth);
  EXPECT_EQ(Refusals(Op::kStop) + Refusals(Op::kList), limits::kMaxWrongSignatures);
  EXPECT_EQ(Status().state, State::kLocked);
  const std::string message = List().message;
  EXPECT_THAT(message, HasSubstr("refused 2 signatures"));
  EXPECT_THAT(message, Not(HasSubstr("wrong-secret-key")));

  clock_.Advance(limits::kRejectedProbe);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(List().ok);
  EXPECT_EQ(Refusals(Op::kStop) + Refusals(Op::kList), limits::kMaxWrongSignatures + 1);

  WriteSecret(Pair(kSecretKey));
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(Status().state, State::kOk);
}

TEST_F(CredentialsTest, AClockThatWasWrongHealsByItself) {
  PutKey(kSecretKey);
  dbss_sim::ApiSettings settings;
  settings.wall_offset = std::chrono::minutes(20);
  sim_.api().SetSettings(settings);
  ConnectByKey(Pair(kSecretKey));
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(List().ok);
  EXPECT_LE(Lists(), limits::kMaxWrongSignatures);
  sim_.api().SetSettings({});
  EXPECT_FALSE(List().ok);
  clock_.Advance(limits::kRejectedProbe);
  EXPECT_TRUE(List().ok);
}

TEST_F(CredentialsTest, ASecretThatChangesAtTheCloudIsNotHammered) {
  PutKey(kSecretKey);
  ConnectByKey(Pair(kSecretKey));
  ASSERT_TRUE(List().ok);
  PutKey("another-secret-key");
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(List().ok);
  EXPECT_EQ(Refusals(Op::kList), limits::kMaxWrongSignatures);
}

TEST_F(CredentialsTest, ASecretThatChangesAtTheCloudDoesNotLockTheKeyHoweverManyCallsThereAre) {
  PutKey(kSecretKey);
  ConnectByKey(Pair(kSecretKey));
  ASSERT_TRUE(List().ok);
  PutKey("another-secret-key");
  std::vector<std::future<CallResult>> stops;
  for (int i = 0; i < 16; ++i) stops.push_back(StartStop());
  for (auto& stop : stops) stop.wait();
  EXPECT_GE(Refusals(Op::kStop), 1);
  EXPECT_LE(Refusals(Op::kStop), limits::kMaxSignedInFlight);
}

// --- secrets that change ------------------------------------------------------------------------

TEST_F(CredentialsTest, AChangedFileIsTriedByOneListWhileTheOldSecretStays) {
  sim_.AddToken("token-a");
  ConnectByToken("token-a");
  ASSERT_TRUE(List().ok);
  WriteSecret("token-b");  // unknown to the cloud
  EXPECT_FALSE(List().ok);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(List().ok);
  EXPECT_EQ(Refusals(Op::kList), 1);
  EXPECT_NE(Stop().call_class, CallClass::kAuth);
  EXPECT_EQ(Status().state, State::kTrying);

  WriteSecret("token-c");
  sim_.AddToken("token-c");
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(Status().state, State::kOk);
  sim_.tokens().Remove("token-a");
  EXPECT_TRUE(List().ok);
}

TEST_F(CredentialsTest, ARemovedFileWithdrawsItsSecret) {
  sim_.AddToken("token-a");
  ConnectByToken("token-a");
  ASSERT_TRUE(List().ok);
  ASSERT_EQ(std::remove(credential_.file.c_str()), 0);
  const CallResult stop = Stop();
  EXPECT_EQ(stop.outcome, Outcome::kNotSent);
  EXPECT_EQ(stop.call_class, CallClass::kAuth);
  EXPECT_THAT(stop.message, HasSubstr(credential_.file));
  EXPECT_FALSE(List().ok);
  EXPECT_EQ(Lists(), 1);
  EXPECT_EQ(Status().state, State::kMissing);
  WriteSecret("token-a");
  EXPECT_TRUE(List().ok);
}

TEST_F(CredentialsTest, ARefusedTokenRestsUntilItsProbe) {
  ConnectByToken("token-a");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(List().call_class, CallClass::kAuth);
  EXPECT_EQ(Lists(), 1);
  clock_.Advance(limits::kRejectedProbe);
  sim_.AddToken("token-a");
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(Lists(), 2);
}

}  // namespace
}  // namespace quiesce::cloud
