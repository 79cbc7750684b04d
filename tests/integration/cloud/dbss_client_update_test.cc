// Other options while calls are in flight.

#include <chrono>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <utility>
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
using ::testing::HasSubstr;

// Answers the first request of each connection when it is told to.
class SlowServer {
 public:
  SlowServer()
      : server_([this](support::Peer& peer, int) {
          while (peer.ReadRequest()) {
            arrived_.set_value();
            go_.get_future().wait();
            if (!peer.Send(Accepted())) return;
          }
        }) {}

  void WaitForRequest() { arrived_.get_future().wait(); }
  void Answer() { go_.set_value(); }
  std::string endpoint() { return absl::StrCat("http://127.0.0.1:", server_.port()); }

 private:
  std::promise<void> arrived_;
  std::promise<void> go_;
  support::HostileServer server_;
};

class DbssClientUpdateTest : public ClientFixture {
 protected:
  std::string EndpointOf(support::HostileServer& server) {
    return absl::StrCat("http://127.0.0.1:", server.port());
  }
};

TEST_F(DbssClientUpdateTest, ACallInFlightEndsWhereItBeganAndTheNextGoesElsewhere) {
  SlowServer before;
  support::HostileServer after(AnswerAll(Accepted()));
  Connect(before.endpoint(), 1);
  auto first = StartStop();
  before.WaitForRequest();
  Update(OptionsFor(EndpointOf(after), 1));
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted) << "it does not wait for the one before";
  before.Answer();
  EXPECT_EQ(first.get().outcome, Outcome::kAccepted);
}

TEST_F(DbssClientUpdateTest, ALineThatIsLeftAsItIsKeepsItsConnection) {
  support::HostileServer server(AnswerAll(Accepted()));
  Connect(server, 1);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  DbssOptions options = OptionsFor(EndpointOf(server), 1);
  options.projects.front().status_map = {{"NAPPING", core::PowerState::kStopped}};
  Update(options);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(server.connections(), 1);
  options = OptionsFor(EndpointOf(server), 2);
  Update(options);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(server.connections(), 2) << "other workers, other connections";
}

TEST_F(DbssClientUpdateTest, ANewStatusMapIsUsedForTheNextList) {
  support::HostileServer server(AnswerAll(
      HttpAnswer(200, absl::StrCat(R"({"clusters":[{"instance_id":")", kInstance,
                                   R"(","detail":{"server":[{"status":"napping"}]}}]})"))));
  Connect(server, 1);
  const ListResult before = List();
  DbssOptions options = OptionsFor(EndpointOf(server), 1);
  options.projects.front().status_map = {{"NAPPING", core::PowerState::kStopped}};
  Update(options);
  const ListResult after = List();
  if (!before.ok || !after.ok) GTEST_FAIL() << before.message << after.message;
  EXPECT_EQ(before.instances.at(0).state, core::PowerState::kUnknown);
  EXPECT_EQ(after.instances.at(0).state, core::PowerState::kStopped);
}

TEST_F(DbssClientUpdateTest, AProjectThatIsTakenAwayIsNotCalled) {
  support::HostileServer server(AnswerAll(Accepted()));
  Connect(server, 1);
  Update({});
  const CallResult stop = Stop();
  EXPECT_EQ(stop.outcome, Outcome::kNotSent);
  EXPECT_THAT(stop.message, HasSubstr("not configured"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(DbssClientUpdateTest, OptionsOfNoUseChangeNothing) {
  support::HostileServer server(AnswerAll(Accepted()));
  Connect(server, 1);
  DbssOptions options = OptionsFor("http://127.0.0.1:1", 1);
  options.projects.front().credential = "nobody's";
  EXPECT_EQ(client_->Prepare(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = OptionsFor("https://dbss.example", 1, TempPath("missing.pem"));
  EXPECT_THAT(std::string(client_->Prepare(options).status().message()), HasSubstr("missing.pem"));
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
}

TEST_F(DbssClientUpdateTest, DrainCutsWhatAnEarlierUpdateLeftInFlight) {
  SlowServer before;
  support::HostileServer after(AnswerAll(Accepted()));
  Connect(before.endpoint(), 1);
  auto first = StartStop();
  before.WaitForRequest();
  Update(OptionsFor(EndpointOf(after), 1));
  const SteadyTime start = clock_.Read().steady;
  client_->Drain(absl::ZeroDuration());
  EXPECT_EQ(first.get().outcome, Outcome::kUnknown);
  EXPECT_LT(Since(start), limits::kDrainTimeout) << "though the update let it take its time";
  before.Answer();
}

TEST_F(DbssClientUpdateTest, ManyUpdatesUnderLoadLoseNoCall) {
  support::HostileServer servers[] = {support::HostileServer(AnswerAll(Accepted())),
                                      support::HostileServer(AnswerAll(Accepted()))};
  Connect(servers[0], 4);
  std::vector<std::future<CallResult>> stops;
  for (int round = 0; round < 40; ++round) {
    for (int n = 0; n < 4; ++n) stops.push_back(StartStop());
    Update(OptionsFor(EndpointOf(servers[round % 2]), 1 + round % 3));
  }
  int accepted = 0;
  for (auto& stop : stops) {
    const CallResult result = stop.get();
    accepted += result.outcome == Outcome::kAccepted;
    EXPECT_TRUE(result.outcome == Outcome::kAccepted || result.outcome == Outcome::kNotSent)
        << result.message;
  }
  EXPECT_GT(accepted, 0);
}

// --- what is known of secrets --------------------------------------------------------------------

class SecretsOverUpdatesTest : public DbssClientUpdateTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sim_.Start());
    sim_.cloud().AddProject({kProject, "cn-north-4"});
    sim_.tokens().PutUser({"quiesced", "hunter2", "acme"});
    iam_ = ParseEndpoint(sim_.endpoint()).value();
    credential_.file = TempPath("secret");
  }
  void WriteSecret(const std::string& content) {
    std::ofstream(credential_.file, std::ios::trunc) << content;
  }
  void UpdateOtherwise() { Update(OptionsFor(sim_.endpoint(), 2 + updates_++ % 2)); }

  DbssSim sim_;
  int updates_ = 0;
};

TEST_F(SecretsOverUpdatesTest, ARefusedKeyIsNotTriedAgainForAnUpdate) {
  credential_.kind = CredentialStatus::Kind::kAccessKey;
  WriteSecret("access_key: AKAKAKAKAKAKAKAKAKAK\nsecret_key: wrongwrongwrong\n");
  Connect(sim_.endpoint(), 4);
  for (int n = 0; n < 6; ++n) {
    EXPECT_FALSE(List().ok);
    UpdateOtherwise();
  }
  EXPECT_LE(sim_.log().CountsOf(Op::kList).requests, 2) << "five lock the key at the gateway";
}

TEST_F(SecretsOverUpdatesTest, ATokenIsFetchedOnceOverUpdatesThatLeaveTheUserAsItIs) {
  credential_.kind = CredentialStatus::Kind::kPassword;
  credential_.user = "quiesced";
  credential_.domain = "acme";
  WriteSecret("hunter2\n");
  Connect(sim_.endpoint(), 4);
  for (int n = 0; n < 4; ++n) {
    const ListResult list = List();
    EXPECT_TRUE(list.ok) << list.message;
    UpdateOtherwise();
  }
  EXPECT_EQ(sim_.log().CountsOf(Op::kToken).requests, 1);
  credential_.domain = "elsewhere";
  UpdateOtherwise();
  EXPECT_FALSE(List().ok) << "another user's password";
  EXPECT_GT(sim_.log().CountsOf(Op::kToken).requests, 1);
}

TEST_F(SecretsOverUpdatesTest, ARefusedKeyIsTheSameByAnotherNameAndAfterItWasAway) {
  credential_.kind = CredentialStatus::Kind::kAccessKey;
  WriteSecret("access_key: AKAKAKAKAKAKAKAKAKAK\nsecret_key: wrongwrongwrong\n");
  Connect(sim_.endpoint(), 4);
  for (int n = 0; n < 6; ++n) {
    EXPECT_FALSE(List().ok);
    Update({});
    DbssOptions options = OptionsFor(sim_.endpoint(), 4);
    options.credentials.front().name = absl::StrCat("name ", n);
    options.projects.front().credential = absl::StrCat("name ", n);
    Update(options);
  }
  EXPECT_LE(sim_.log().CountsOf(Op::kList).requests, 2);
}

TEST_F(SecretsOverUpdatesTest, ARefusedPasswordIsNotTriedAgainForAProjectThatIsAdded) {
  credential_.kind = CredentialStatus::Kind::kPassword;
  credential_.user = "quiesced";
  credential_.domain = "acme";
  WriteSecret("wrong\n");
  Connect(sim_.endpoint(), 4);
  for (int n = 0; n < 4; ++n) {
    EXPECT_FALSE(List().ok);
    DbssOptions options = OptionsFor(sim_.endpoint(), 4);
    for (int added = 0; added <= n; ++added) {
      options.projects.push_back(options.projects.front());
      options.projects.back().id = std::string(32, static_cast<char>('a' + added));
    }
    Update(options);
  }
  EXPECT_EQ(sim_.log().CountsOf(Op::kToken).requests, 1) << "a few lock the account";
}

TEST_F(SecretsOverUpdatesTest, AProjectThatIsAddedGetsATokenOfTheSameUser) {
  const std::string added(32, 'a');
  credential_.kind = CredentialStatus::Kind::kPassword;
  credential_.user = "quiesced";
  credential_.domain = "acme";
  WriteSecret("hunter2\n");
  sim_.cloud().AddProject({added, "cn-north-4"});
  Connect(sim_.endpoint(), 4);
  EXPECT_TRUE(List().ok);
  DbssOptions options = OptionsFor(sim_.endpoint(), 4);
  options.projects.push_back(options.projects.front());
  options.projects.back().id = added;
  Update(options);
  std::promise<ListResult> listed;
  client_->List(added, absl::Minutes(1),
                [&listed](ListResult result) { listed.set_value(std::move(result)); });
  const ListResult list = listed.get_future().get();
  EXPECT_TRUE(list.ok) << list.message;
  EXPECT_TRUE(List().ok);
  EXPECT_EQ(sim_.log().CountsOf(Op::kToken).requests, 2) << "one for each project";
}

TEST_F(SecretsOverUpdatesTest, AnotherFileIsAnotherSecret) {
  credential_.kind = CredentialStatus::Kind::kAccessKey;
  WriteSecret("access_key: AKAKAKAKAKAKAKAKAKAK\nsecret_key: wrongwrongwrong\n");
  Connect(sim_.endpoint(), 4);
  EXPECT_FALSE(List().ok);
  dbss_sim::AccessKey key;
  key.access = "AKAKAKAKAKAKAKAKAKAK";
  key.secret = "rightrightright";
  sim_.keys().Put(key);
  credential_.file = TempPath("other");
  WriteSecret("access_key: AKAKAKAKAKAKAKAKAKAK\nsecret_key: rightrightright\n");
  UpdateOtherwise();
  const ListResult list = List();
  EXPECT_TRUE(list.ok) << list.message;
}

}  // namespace
}  // namespace quiesce::cloud
