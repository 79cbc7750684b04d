#include "daemon/cloud/dbss_client.h"

#include <chrono>
#include <fstream>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/cloud/client_fixture.h"
#include "tests/support/hostile_server.h"
#include "tests/unit/cloud/published_example.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::CallResult;
using core::Outcome;
using support::HostileServer;
using support::Peer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What a deadline may be late by on a machine that does other things as well.
constexpr absl::Duration kMargin = absl::Seconds(5);

class DbssClientTest : public ClientFixture {};

int CountOf(const std::string& text, const std::string& part) {
  int count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// --- what goes out ------------------------------------------------------------------------------

TEST_F(DbssClientTest, SendsOneStopAsDocumented) {
  std::promise<std::string> seen;
  HostileServer server([&](Peer& peer, int) {
    ASSERT_TRUE(peer.ReadRequest());
    seen.set_value(peer.request());
    peer.Send(Accepted());
    peer.WaitUntilPeerCloses();
  });
  Connect(server);
  const CallResult result = Stop();
  EXPECT_EQ(result.outcome, Outcome::kAccepted);
  EXPECT_EQ(result.call_class, CallClass::kAccepted);
  EXPECT_EQ(result.http_status, 200);
  EXPECT_EQ(result.error_code, "");
  EXPECT_EQ(result.message, "");
  EXPECT_EQ(result.cloud_request_id, "0123456789abcdef");
  EXPECT_EQ(server.requests(), 1);

  const std::string head = seen.get_future().get();
  EXPECT_THAT(head, StartsWith(absl::StrCat("POST /v1/", kProject, "/db-om/", kInstance,
                                            "/stop HTTP/1.1\r\n")));
  for (const std::string& header :
       {absl::StrCat("X-Auth-Token: ", kToken), std::string("Content-Type: application/json"),
        std::string("Accept: application/json"), std::string("User-Agent: quiesced/1.2.3"),
        std::string("Content-Length: 0"), absl::StrCat("Host: 127.0.0.1:", server.port())}) {
    EXPECT_EQ(CountOf(head, absl::StrCat("\r\n", header, "\r\n")), 1) << header << "\n" << head;
  }
  EXPECT_THAT(head, Not(HasSubstr("Accept-Encoding")));
  EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(head, Not(HasSubstr("Connection: close")));
}

TEST_F(DbssClientTest, SendsOneListAsDocumented) {
  std::promise<std::string> seen;
  HostileServer server([&](Peer& peer, int) {
    ASSERT_TRUE(peer.ReadRequest());
    seen.set_value(peer.request());
    peer.Send(HttpAnswer(200, kPublishedList));
    peer.WaitUntilPeerCloses();
  });
  Connect(server);
  const ListResult list = List();
  EXPECT_TRUE(list.ok) << list.message;
  ASSERT_THAT(list.instances, SizeIs(1));
  EXPECT_EQ(list.instances[0].instance_id, kInstance);
  EXPECT_EQ(list.instances[0].state, core::PowerState::kRunning);
  EXPECT_THAT(seen.get_future().get(),
              StartsWith(absl::StrCat("POST /v2/", kProject, "/db-om/instances HTTP/1.1\r\n")));
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(DbssClientTest, TellsWhatTheClockOfTheCloudShows) {
  HostileServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send(HttpAnswer(200, kPublishedList, "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"));
    peer.ReadRequest();
    peer.Send(HttpAnswer(503, "{}", "Date: now\r\n"));
  });
  Connect(server, 1);
  EXPECT_EQ(List().server_time, absl::FromUnixSeconds(1767225600));
  EXPECT_EQ(List().server_time, std::nullopt);
}

TEST_F(DbssClientTest, TellsTheQuotaThatA429Names) {
  HostileServer server(AnswerAll(HttpAnswer(
      429, R"({"error_code":"APIGW.0308","error_msg":"The throttling threshold has been reached: )"
           R"(policy user over ratelimit,limit:200,time:5 minute"})")));
  Connect(server);
  core::QuotaWindow window;
  window.policy = core::QuotaWindow::Policy::kUser;
  window.calls = 200;
  window.period = absl::Minutes(5);
  EXPECT_EQ(Stop().quota, window);
  EXPECT_EQ(List().quota, window);
}

TEST_F(DbssClientTest, FoldsAListAsConfigured) {
  HostileServer server(AnswerAll(
      HttpAnswer(200, absl::StrCat(R"({"clusters":[{"instance_id":")", kInstance,
                                   R"(","detail":{"server":[{"status":"sleeping"}]}}]})"))));
  Connect(server);
  const ListResult list = List();
  ASSERT_TRUE(list.ok) << list.message;
  EXPECT_EQ(list.instances.at(0).state, core::PowerState::kStopped);
}

TEST_F(DbssClientTest, KeepsItsConnectionAndDoesNotWaitForDelayedAcknowledgements) {
  HostileServer server(AnswerAll(Accepted()));
  Connect(server, 1);
  ASSERT_EQ(Stop().outcome, Outcome::kAccepted);
  const auto sockets = SocketsTo(server.port());
  ASSERT_THAT(sockets, Not(IsEmpty()));
  for (const OpenSocket& socket : sockets) EXPECT_TRUE(socket.no_delay);

  const SteadyTime start = clock_.Read().steady;
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Stop().outcome, Outcome::kAccepted);
  // With Nagle's algorithm each would wait 40 ms for an acknowledgement.
  EXPECT_LT(Since(start), absl::Milliseconds(50 * 40) / 2);
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests(), 51);
}

TEST_F(DbssClientTest, RunsCallsAtTheSameTime) {
  std::atomic<int> waiting = 0;
  std::promise<void> all_there;
  std::shared_future<void> go = all_there.get_future().share();
  HostileServer server([&](Peer& peer, int) {
    if (!peer.ReadRequest()) return;
    if (++waiting == 3) all_there.set_value();
    go.wait();
    peer.Send(Accepted());
    peer.WaitUntilPeerCloses();
  });
  Connect(server, 4);
  std::vector<std::future<CallResult>> stops;
  for (int i = 0; i < 3; ++i) stops.push_back(StartStop());
  for (auto& stop : stops) EXPECT_EQ(stop.get().outcome, Outcome::kAccepted);
}

// --- tokens -------------------------------------------------------------------------------------

TEST_F(DbssClientTest, TriesANewTokenWithTheNextListAndThenUsesIt) {
  std::vector<std::string> heads;
  HostileServer server([&](Peer& peer, int) {
    while (peer.ReadRequest()) {
      heads.push_back(peer.request());
      const bool is_list = peer.request().find("/db-om/instances ") != std::string::npos;
      peer.Send(is_list ? HttpAnswer(200, kPublishedList) : Accepted());
    }
  });
  Connect(server, 1);
  Stop();
  WriteToken("another-token");
  Stop();
  List();
  Stop();
  client_.reset();
  ASSERT_THAT(heads, SizeIs(4));
  for (const int old : {0, 1}) {
    EXPECT_THAT(heads[static_cast<size_t>(old)],
                HasSubstr(absl::StrCat("X-Auth-Token: ", kToken, "\r\n")));
  }
  for (const int changed : {2, 3}) {
    EXPECT_THAT(heads[static_cast<size_t>(changed)], HasSubstr("X-Auth-Token: another-token\r\n"));
  }
}

TEST_F(DbssClientTest, SendsNothingWithoutAToken) {
  HostileServer server(AnswerAll(Accepted()));
  Connect(server);
  for (const char* content : {"", "two words", "evil\r\nX-Injected: yes"}) {
    WriteToken(content);
    const CallResult result = Stop();
    EXPECT_EQ(result.outcome, Outcome::kNotSent);
    EXPECT_EQ(result.call_class, CallClass::kAuth);
    EXPECT_THAT(result.message, HasSubstr(token_file_));
    const ListResult list = List();
    EXPECT_FALSE(list.ok);
    EXPECT_EQ(list.call_class, CallClass::kAuth);
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(DbssClientTest, NeverShowsTheToken) {
  HostileServer server(AnswerAll(HttpAnswer(
      401, absl::StrCat(R"({"error_code":"APIGW.0301","error_msg":"bad token )", kToken, R"("})"),
      absl::StrCat("X-Request-Id: ", kToken, "\r\n"))));
  Connect(server);
  const CallResult stop = Stop();
  EXPECT_EQ(stop.call_class, CallClass::kAuth);
  EXPECT_EQ(stop.message, "the credential was not accepted: bad token [secret]");
  EXPECT_EQ(stop.cloud_request_id, "[secret]");
  EXPECT_THAT(List().message, Not(HasSubstr(kToken)));
}

// Half a token would not be known for one, so it must not be what a cut leaves.
TEST_F(DbssClientTest, NeverShowsTheBeginningOfTheToken) {
  const std::string token = "MIID" + std::string(80, 'x');
  WriteToken(token);
  std::string words(limits::kMaxCloudMessageBytes, 'w');
  for (size_t i = 9; i < words.size(); i += 10) words[i] = ' ';
  for (const int status : {200, 401}) {
    for (size_t before = 150; before < words.size(); before += 5) {
      HostileServer server(AnswerAll(
          HttpAnswer(status, absl::StrCat(R"({"error_code":"APIGW.0301","error_msg":")",
                                          words.substr(0, before), " ", token, R"("})"))));
      Connect(server);
      ASSERT_THAT(List().message, Not(HasSubstr("MI"))) << status << " " << before;
      ASSERT_THAT(Stop().message, Not(HasSubstr("MI"))) << status << " " << before;
      client_.reset();
    }
  }
}

// --- refusals -----------------------------------------------------------------------------------

TEST_F(DbssClientTest, SendsNothingForWhatIsNoKey) {
  HostileServer server(AnswerAll(Accepted()));
  Connect(server);
  for (const char* id :
       {"", "..", "short", "../../../../../../../../../../../../../x",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/bbbb", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nX"}) {
    const CallResult result = StartStop(absl::Minutes(1), id).get();
    EXPECT_EQ(result.outcome, Outcome::kNotSent) << id;
    EXPECT_EQ(result.call_class, CallClass::kPermanent) << id;
  }
  std::promise<CallResult> promise;
  client_->Stop({"ffffffffffffffffffffffffffffffff", kInstance}, absl::Minutes(1),
                [&](CallResult result) { promise.set_value(std::move(result)); });
  const CallResult result = promise.get_future().get();
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_THAT(result.message, HasSubstr("not configured"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(DbssClientTest, RefusesOptionsThatContradictThemselves) {
  const auto endpoint = ParseEndpoint("https://example.com").value();
  const DbssProject good{kProject, endpoint, "", "main", {}};
  const auto create = [&](std::vector<DbssCredential> credentials,
                          std::vector<DbssProject> projects) {
    const auto client =
        DbssClient::Create({std::move(credentials), std::move(projects), "1"}, &clock_, &loop_);
    return client.ok() ? std::string("ok") : std::string(client.status().message());
  };
  const DbssCredential main{"main", "/token", 1};
  EXPECT_EQ(create({main}, {good}), "ok");
  EXPECT_THAT(create({{"main", "", 1}}, {good}), HasSubstr("does not say where its token is"));
  EXPECT_THAT(create({{"main", "/token", 0}}, {good}), HasSubstr("max_in_flight"));
  EXPECT_THAT(create({{"main", "/token", 257}}, {good}), HasSubstr("max_in_flight"));
  EXPECT_THAT(create({main, main}, {good}), HasSubstr("twice"));
  EXPECT_THAT(create({main}, {good, good}), HasSubstr("twice"));
  EXPECT_THAT(create({}, {good}), HasSubstr("not configured"));
  EXPECT_THAT(create({main}, {{"x", endpoint, "", "main", {}}}), HasSubstr("32 to 64"));
  EXPECT_THAT(create({main}, {{kProject, endpoint, "/nonexistent.pem", "main", {}}}),
              HasSubstr("PEM"));
  DbssCredential password = main;
  password.kind = CredentialStatus::Kind::kPassword;
  EXPECT_THAT(create({password}, {good}), HasSubstr("no IAM endpoint"));
  password.file = "";
  DbssProject with_iam = good;
  with_iam.iam_endpoint = endpoint;
  EXPECT_THAT(create({password}, {with_iam}), HasSubstr("does not say where its password is"));
  DbssCredential key{"main", "", 1, CredentialStatus::Kind::kAccessKey};
  key.access_key_env = "AK";
  EXPECT_THAT(create({key}, {good}), HasSubstr("does not say where its key pair is"));
  key.secret_key_env = "SK";
  EXPECT_EQ(create({key}, {good}), "ok");
  Endpoint plain = endpoint;
  plain.tls = false;
  EXPECT_THAT(create({main}, {{kProject, plain, "", "main", {}}}), HasSubstr("loopback only"));
}

// --- no connection ------------------------------------------------------------------------------

TEST_F(DbssClientTest, ARefusedConnectionIsNotSent) {
  support::ClosedPort port;
  Connect(absl::StrCat("http://127.0.0.1:", port.port()));
  const CallResult result = Stop();
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_EQ(result.call_class, CallClass::kTransient);
  EXPECT_THAT(result.message,
              HasSubstr(absl::StrCat("cannot connect to http://127.0.0.1:", port.port())));
  const ListResult list = List();
  EXPECT_FALSE(list.ok);
  EXPECT_EQ(list.call_class, CallClass::kTransient);
}

TEST_F(DbssClientTest, AConnectThatHangsEndsAtTheDeadlineNotSent) {
  support::DeafPort port;
  Connect(absl::StrCat("http://127.0.0.1:", port.port()));
  const SteadyTime start = clock_.Read().steady;
  const CallResult result = Stop(absl::Milliseconds(200));
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_EQ(result.call_class, CallClass::kTransient);
  EXPECT_THAT(result.message, HasSubstr("in time"));
  EXPECT_GE(Since(start), absl::Milliseconds(200));
  EXPECT_LT(Since(start), limits::kConnectTimeout);
}

TEST_F(DbssClientTest, AFullHouseIsNotSent) {
  HostileServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.WaitUntilPeerCloses();
  });
  Connect(server, 1);
  auto first = StartStop();
  server.WaitForConnections(1);
  auto second = StartStop();
  auto third = StartStop();
  const CallResult refused = third.get();
  EXPECT_EQ(refused.outcome, Outcome::kNotSent);
  EXPECT_EQ(refused.call_class, CallClass::kNone);
  // In the queue, but no connection came free.
  const CallResult late = second.get();
  EXPECT_EQ(late.outcome, Outcome::kNotSent);
  EXPECT_EQ(late.call_class, CallClass::kNone);
  EXPECT_THAT(late.message, HasSubstr("no connection was free in time"));
  client_->Drain(absl::ZeroDuration());
  EXPECT_EQ(first.get().outcome, Outcome::kUnknown);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(DbssClientTest, AnEndpointThatHangsHoldsUpNoOther) {
  constexpr char kElsewhere[] = "fedcba9876543210fedcba9876543210";
  HostileServer hangs([](Peer& peer, int) {
    peer.ReadRequest();
    peer.WaitUntilPeerCloses();
  });
  HostileServer answers(AnswerAll(Accepted()));
  DbssOptions options;
  options.credentials = {{"main", token_file_, 1}};
  for (const auto& [id, server] : {std::pair(kProject, &hangs), std::pair(kElsewhere, &answers)}) {
    const std::string endpoint = absl::StrCat("http://127.0.0.1:", server->port());
    options.projects.push_back({id, ParseEndpoint(endpoint).value(), "", "main", {}});
  }
  client_ = DbssClient::Create(std::move(options), &clock_, &loop_).value();
  auto first = StartStop();
  hangs.WaitForConnections(1);
  std::promise<CallResult> promise;
  client_->Stop({kElsewhere, kInstance}, absl::Minutes(1),
                [&](CallResult result) { promise.set_value(std::move(result)); });
  EXPECT_EQ(promise.get_future().get().outcome, Outcome::kAccepted);
  client_->Drain(absl::ZeroDuration());
  EXPECT_EQ(first.get().outcome, Outcome::kUnknown);
}

// --- deadlines ----------------------------------------------------------------------------------

class DeadlineTest : public DbssClientTest {
 protected:
  void ExpectCutAtTheDeadline(HostileServer::Script script) {
    constexpr absl::Duration kDeadline = absl::Milliseconds(150);
    HostileServer server(std::move(script));
    Connect(server);
    const SteadyTime start = clock_.Read().steady;
    const CallResult result = Stop(kDeadline);
    EXPECT_GE(Since(start), kDeadline);
    EXPECT_LT(Since(start), kDeadline + kMargin);
    EXPECT_EQ(result.outcome, Outcome::kUnknown);
    EXPECT_EQ(result.call_class, CallClass::kUnknown);
    EXPECT_THAT(result.message, HasSubstr("no whole answer"));
    server.WaitForEnds(1);
    client_.reset();
    EXPECT_EQ(server.requests(), 1);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(done_, 1);
  }
};

TEST_F(DeadlineTest, CutsAPeerThatNeverAnswers) {
  ExpectCutAtTheDeadline([](Peer& peer, int) {
    peer.ReadRequest();
    peer.WaitUntilPeerCloses();
  });
}

TEST_F(DeadlineTest, CutsAHeadThatDrips) {
  ExpectCutAtTheDeadline([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Drip(absl::StrCat("HTTP/1.1 200 OK\r\nX-Slow: ", std::string(100000, 'x')),
              absl::Milliseconds(2));
  });
}

TEST_F(DeadlineTest, CutsABodyThatDrips) {
  ExpectCutAtTheDeadline([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n{\"result\":\"success\"");
    peer.Drip(std::string(60000, ' '), absl::Milliseconds(2));
  });
}

TEST_F(DeadlineTest, CutsChunksThatDrip) {
  ExpectCutAtTheDeadline([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string chunks;
    for (int i = 0; i < 10000; ++i) chunks += "1\r\n \r\n";
    peer.Drip(chunks, absl::Milliseconds(2));
  });
}

TEST_F(DeadlineTest, CutsABodyWithoutEnd) {
  // Here the cut looks like the end of the body, which must not make it one.
  ExpectCutAtTheDeadline([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\n\r\n{\"result\":\"success\"}");
    peer.WaitUntilPeerCloses();
  });
}

TEST_F(DeadlineTest, CutsAnEndlessRowOfEarlyAnswers) {
  ExpectCutAtTheDeadline([](Peer& peer, int) {
    peer.ReadRequest();
    std::string early;
    for (int i = 0; i < 10000; ++i) early += "HTTP/1.1 100 Continue\r\n\r\n";
    peer.Drip(early, absl::Milliseconds(2));
  });
}

TEST_F(DeadlineTest, EndsAListToo) {
  HostileServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n{\"clusters\":[]}");
    peer.WaitUntilPeerCloses();
  });
  Connect(server);
  const ListResult list = List(absl::Milliseconds(150));
  EXPECT_FALSE(list.ok);
  EXPECT_EQ(list.call_class, CallClass::kTransient);
  EXPECT_THAT(list.instances, IsEmpty());
}

TEST_F(DeadlineTest, TheNextCallIsNotCutForTheLastOne) {
  HostileServer server([](Peer& peer, int number) {
    if (number == 0) {
      peer.ReadRequest();
      peer.WaitUntilPeerCloses();
      return;
    }
    while (peer.ReadRequest() && peer.Send(Accepted())) {
    }
  });
  Connect(server, 1);
  EXPECT_EQ(Stop(absl::Milliseconds(50)).outcome, Outcome::kUnknown);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(server.requests(), 21);
  EXPECT_EQ(server.connections(), 2);
}

// --- stale connections --------------------------------------------------------------------------

TEST_F(DbssClientTest, NoticesThatThePeerClosedAnIdleConnection) {
  HostileServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send(Accepted());
  });
  Connect(server, 1);
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(Stop().outcome, Outcome::kAccepted) << i;
    server.WaitForEnds(i);
  }
  EXPECT_EQ(server.requests(), 5);
  EXPECT_EQ(server.connections(), 5);
}

TEST_F(DbssClientTest, DoesAsThePeerAsksAndCloses) {
  HostileServer server([](Peer& peer, int) {
    while (peer.ReadRequest()) {
      peer.Send(HttpAnswer(200, "{\"result\":\"success\"}", "Connection: Close\r\n"));
    }
  });
  Connect(server, 1);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(DbssClientTest, DoesNotTrustAConnectionThatWasIdleForLong) {
  HostileServer server(AnswerAll(Accepted()));
  Connect(server, 1);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  clock_.Advance(limits::kMaxConnectionIdle - absl::Seconds(10));
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(server.connections(), 1);
  clock_.Advance(limits::kMaxConnectionIdle + absl::Seconds(1));
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(DbssClientTest, DoesNotTakeASecondAnswerForTheNextOne) {
  HostileServer server([](Peer& peer, int number) {
    peer.ReadRequest();
    peer.Send(number == 0 ? Accepted() + Accepted() : HttpAnswer(403, "{}"));
    while (peer.ReadRequest() && peer.Send(HttpAnswer(403, "{}"))) {
    }
  });
  Connect(server, 1);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(Stop().call_class, CallClass::kForbidden);
  EXPECT_EQ(server.requests(), 2);
}

// --- the end ------------------------------------------------------------------------------------

TEST_F(DbssClientTest, DrainCutsWhatIsLeftAndTakesNothingMore) {
  HostileServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.WaitUntilPeerCloses();
  });
  Connect(server, 1);
  auto running = StartStop();
  server.WaitForConnections(1);
  auto waiting = StartStop();
  client_->Drain(absl::Milliseconds(50));
  EXPECT_EQ(running.get().outcome, Outcome::kUnknown);
  const CallResult dropped = waiting.get();
  EXPECT_EQ(dropped.outcome, Outcome::kNotSent);
  EXPECT_EQ(dropped.call_class, CallClass::kNone);
  const CallResult late = Stop();
  EXPECT_EQ(late.outcome, Outcome::kNotSent);
  EXPECT_EQ(late.call_class, CallClass::kNone);
  EXPECT_THAT(late.message, HasSubstr("stopping"));
  EXPECT_FALSE(List().ok);
}

TEST_F(DbssClientTest, DrainWaitsForAnAnswerUnderWay) {
  std::promise<void> go;
  HostileServer server([&](Peer& peer, int) {
    peer.ReadRequest();
    go.get_future().wait();
    peer.Send(Accepted());
    peer.WaitUntilPeerCloses();
  });
  Connect(server, 1);
  auto running = StartStop();
  server.WaitForConnections(1);
  auto drained = std::async(std::launch::async, [&] { client_->Drain(absl::Minutes(10)); });
  go.set_value();
  drained.wait();
  EXPECT_EQ(running.get().outcome, Outcome::kAccepted);
}

TEST_F(DbssClientTest, LeavesNoSocketBehind) {
  HostileServer server(AnswerAll(Accepted()));
  Connect(server, 4);
  std::vector<std::future<CallResult>> stops;
  for (int i = 0; i < 3; ++i) stops.push_back(StartStop());
  for (auto& stop : stops) stop.wait();
  client_.reset();
  EXPECT_THAT(SocketsTo(server.port()), IsEmpty());
}

}  // namespace
}  // namespace quiesce::cloud
