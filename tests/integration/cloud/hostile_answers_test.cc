#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/cloud/dbss_client.h"
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

constexpr char kSuccess[] = "{\"result\":\"success\"}";

// Answers the first request with `bytes` and closes.
HostileServer::Script AnswerAndClose(std::string bytes) {
  return [bytes = std::move(bytes)](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send(bytes);
  };
}

struct Row {
  const char* name;
  HostileServer::Script script;
  Outcome outcome;
  CallClass call_class;
  const char* message;  // part of it
};

std::vector<Row> Rows() {
  const std::string big(limits::kMaxStopResponseBytes + 1, ' ');
  return {
      // --- no whole answer ---
      {"resets after the request",
       [](Peer& peer, int) {
         peer.ReadRequest();
         peer.Reset();
       },
       Outcome::kUnknown, CallClass::kUnknown, "broke before a whole answer"},
      {"closes after the request", AnswerAndClose(""), Outcome::kUnknown, CallClass::kUnknown,
       "broke before a whole answer"},
      {"closes within the status line", AnswerAndClose("HTTP/1.1 20"), Outcome::kUnknown,
       CallClass::kUnknown, "broke"},
      {"closes within the headers", AnswerAndClose("HTTP/1.1 200 OK\r\nContent-Le"),
       Outcome::kUnknown, CallClass::kUnknown, "broke"},
      {"closes before the body", AnswerAndClose("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"),
       Outcome::kUnknown, CallClass::kUnknown, "(HTTP 200)"},
      {"closes within the body",
       AnswerAndClose(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n", kSuccess)),
       Outcome::kUnknown, CallClass::kUnknown, "(HTTP 200)"},
      {"closes within a refusal",
       AnswerAndClose("HTTP/1.1 403 No\r\nContent-Length: 100\r\n\r\n{\"error_code\":"),
       Outcome::kUnknown, CallClass::kUnknown, "(HTTP 403)"},
      {"closes within a chunk",
       AnswerAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n{\"res"),
       Outcome::kUnknown, CallClass::kUnknown, "broke"},
      {"closes before the last chunk",
       AnswerAndClose(absl::StrCat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n",
                                   kSuccess, "\r\n")),
       Outcome::kUnknown, CallClass::kUnknown, "broke"},
      {"sends garbage for chunks",
       AnswerAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
       Outcome::kUnknown, CallClass::kUnknown, "broke"},
      {"sends a chunk of negative size",
       AnswerAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n"),
       Outcome::kUnknown, CallClass::kUnknown, "broke"},
      {"speaks another protocol", AnswerAndClose("SSH-2.0-OpenSSH_9.2\r\n"), Outcome::kUnknown,
       CallClass::kUnknown, "broke"},
      {"speaks HTTP/0.9", AnswerAndClose(kSuccess), Outcome::kUnknown, CallClass::kUnknown,
       "broke"},
      {"sends a header line over the limit",
       AnswerAndClose(absl::StrCat("HTTP/1.1 200 OK\r\nX: ", std::string(9000, 'x'), "\r\n",
                                   "Content-Length: 20\r\n\r\n", kSuccess)),
       Outcome::kUnknown, CallClass::kUnknown, "broke"},

      // --- an answer, but not one to believe ---
      {"sends nothing as a body", AnswerAndClose(HttpAnswer(200, "")), Outcome::kUnknown,
       CallClass::kMalformed, "empty body"},
      {"sends a web page", AnswerAndClose(HttpAnswer(200, "<html>Sign in</html>")),
       Outcome::kUnknown, CallClass::kMalformed, "web page"},
      {"sends half of the JSON", AnswerAndClose(HttpAnswer(200, "{\"result\":\"succ")),
       Outcome::kUnknown, CallClass::kMalformed, "not whole JSON"},
      {"sends JSON of another form", AnswerAndClose(HttpAnswer(200, "[\"success\"]")),
       Outcome::kUnknown, CallClass::kMalformed, "another form"},
      {"sends another result", AnswerAndClose(HttpAnswer(200, "{\"result\":\"maybe\"}")),
       Outcome::kUnknown, CallClass::kMalformed, "neither success nor failed"},
      {"sends an error with 200",
       AnswerAndClose(HttpAnswer(200, R"({"error_code":"DBSS.11000000","error_msg":"oh"})")),
       Outcome::kUnknown, CallClass::kMalformed, "oh"},
      {"sends too large a body", AnswerAndClose(HttpAnswer(200, kSuccess + big)), Outcome::kUnknown,
       CallClass::kMalformed, "over the size limit"},
      {"sends a length that is no number",
       AnswerAndClose(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n", kSuccess)),
       Outcome::kUnknown, CallClass::kMalformed, "empty body"},
      {"sends a length that is too short",
       AnswerAndClose(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n", kSuccess)),
       Outcome::kUnknown, CallClass::kMalformed, "not whole JSON"},
      {"sends compressed what was not asked for",
       AnswerAndClose("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
                      "\x1f\x8b\x08\x02"),
       Outcome::kUnknown, CallClass::kMalformed, "not whole JSON"},
      {"ends a half body by closing",
       AnswerAndClose("HTTP/1.1 200 OK\r\n\r\n{\"result\":\"success\""), Outcome::kUnknown,
       CallClass::kMalformed, "not whole JSON"},

      // The library takes this for the end of the last chunk.
      {"closes between the line end of a chunk",
       AnswerAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"result\r"),
       Outcome::kUnknown, CallClass::kMalformed, "not whole JSON"},
      {"ends a chunk with something else",
       AnswerAndClose(
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"result\":1}\r\n"),
       Outcome::kUnknown, CallClass::kMalformed, "not whole JSON"},

      // --- an answer ---
      {"ends a whole body by closing",
       AnswerAndClose(absl::StrCat("HTTP/1.1 200 OK\r\n\r\n", kSuccess)), Outcome::kAccepted,
       CallClass::kAccepted, ""},
      {"answers as HTTP/1.0", AnswerAndClose(absl::StrCat("HTTP/1.0 200 OK\r\n\r\n", kSuccess)),
       Outcome::kAccepted, CallClass::kAccepted, ""},
      {"answers in chunks",
       AnswerAndClose(absl::StrCat("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n",
                                   kSuccess, "\r\n0\r\n\r\n")),
       Outcome::kAccepted, CallClass::kAccepted, ""},
      {"says 100 first", AnswerAndClose(absl::StrCat("HTTP/1.1 100 Continue\r\n\r\n", Accepted())),
       Outcome::kAccepted, CallClass::kAccepted, ""},
      {"says failed", AnswerAndClose(HttpAnswer(200, "{\"result\":\"failed\"}")),
       Outcome::kRejected, CallClass::kBlocked, "does not say why"},
      {"is in that state already",
       AnswerAndClose(HttpAnswer(
           400, R"({"error_code":"DBSS.10020131","error_msg":"Failed to stop DBSS instance."})")),
       Outcome::kRejected, CallClass::kAlreadyInState, "Failed to stop DBSS instance."},
      {"refuses with a web page", AnswerAndClose(HttpAnswer(403, "<html>no</html>")),
       Outcome::kRejected, CallClass::kForbidden, "the credential may not do this"},
      {"refuses at length", AnswerAndClose(HttpAnswer(403, "<html>" + big + big)),
       Outcome::kRejected, CallClass::kForbidden, "the credential may not do this"},
      {"challenges the client",
       AnswerAndClose(
           HttpAnswer(401, "{}", "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n")),
       Outcome::kRejected, CallClass::kAuth, "the credential was not accepted"},
      {"sends the client elsewhere",
       AnswerAndClose(HttpAnswer(307, "", "Location: http://127.0.0.1:99999999999/\r\n")),
       Outcome::kUnknown, CallClass::kTransient, "unmapped answer HTTP 307"},
      {"is a teapot",
       AnswerAndClose(HttpAnswer(418, R"({"error_code":"TEA.1","error_msg":"hot"})")),
       Outcome::kRejected, CallClass::kTransient, "unmapped answer HTTP 418: hot"},
      {"has nothing to say", AnswerAndClose("HTTP/1.1 204 No Content\r\n\r\n"), Outcome::kUnknown,
       CallClass::kTransient, "unmapped answer HTTP 204"},
      {"has a fault", AnswerAndClose(HttpAnswer(500, "")), Outcome::kUnknown, CallClass::kUnknown,
       "fault inside the cloud"},
      {"times out behind",
       AnswerAndClose(
           HttpAnswer(504, R"({"error_code":"APIGW.0201","error_msg":"Backend timeout."})")),
       Outcome::kUnknown, CallClass::kUnknown, "Backend timeout."},
  };
}

class HostileAnswersTest : public ClientFixture {};

TEST_F(HostileAnswersTest, EachIsOneRequestAndOneVerdict) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.name);
    HostileServer server(row.script);
    Connect(server);
    done_ = 0;
    const CallResult result = Stop();
    client_.reset();
    EXPECT_EQ(result.outcome, row.outcome);
    EXPECT_EQ(result.call_class, row.call_class) << result.message;
    EXPECT_THAT(result.message, HasSubstr(row.message));
    EXPECT_LE(result.message.size(), limits::kMaxCloudMessageBytes);
    EXPECT_EQ(server.requests(), 1);
    EXPECT_EQ(server.connections(), 1);
    EXPECT_EQ(done_, 1);
  }
}

TEST_F(HostileAnswersTest, AListIsNeverOkUnlessItIsWhole) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.name);
    HostileServer server(row.script);
    Connect(server);
    const ListResult list = List();
    client_.reset();
    EXPECT_FALSE(list.ok);
    EXPECT_THAT(list.instances, IsEmpty());
    EXPECT_NE(list.call_class, CallClass::kNone);
    EXPECT_NE(list.call_class, CallClass::kAccepted);
    EXPECT_NE(list.call_class, CallClass::kUnknown);
    EXPECT_FALSE(list.message.empty());
    EXPECT_EQ(server.requests(), 1);
  }
}

// The connection may break before the client knows that it was made: both words are true then.
TEST_F(HostileAnswersTest, AResetBeforeTheRequestIsReadIsNeverRepeated) {
  HostileServer server([](Peer& peer, int) { peer.Reset(); });
  Connect(server);
  for (int i = 1; i <= 20; ++i) {
    const CallResult result = Stop();
    EXPECT_TRUE(result.outcome == Outcome::kUnknown || result.outcome == Outcome::kNotSent);
    EXPECT_EQ(server.connections(), i);
  }
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(HostileAnswersTest, AnAnswerThatIsNotFramedEndsItsConnection) {
  for (const std::string& answer :
       {absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 20\r\nContent-Length: 20\r\n\r\n",
                     kSuccess),
        absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 20x\r\n\r\n", kSuccess),
        absl::StrCat(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n",
            kSuccess, "\r\n0\r\n\r\n")}) {
    SCOPED_TRACE(answer);
    HostileServer server(AnswerAll(answer));
    Connect(server, 1);
    Stop();
    Stop();
    EXPECT_EQ(server.connections(), 2);
    EXPECT_EQ(server.requests(), 2);
  }
}

TEST_F(HostileAnswersTest, PassesOnHowLongToPause) {
  HostileServer server(AnswerAll(HttpAnswer(
      429, R"({"error_code":"APIGW.0308","error_msg":"policy user over ratelimit,limit:60"})",
      "Retry-After: 7\r\n")));
  Connect(server);
  const CallResult stop = Stop();
  EXPECT_EQ(stop.outcome, Outcome::kRejected);
  EXPECT_EQ(stop.call_class, CallClass::kThrottled);
  EXPECT_EQ(stop.retry_after, absl::Seconds(7));
  EXPECT_EQ(stop.error_code, "APIGW.0308");
  const ListResult list = List();
  EXPECT_EQ(list.call_class, CallClass::kThrottled);
  EXPECT_EQ(list.retry_after, absl::Seconds(7));
}

TEST_F(HostileAnswersTest, AListOverTheLimitIsCutThere) {
  HostileServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = absl::StrCat("100000\r\n", std::string(1 << 20, ' '), "\r\n");
    while (peer.Send(chunk)) {
    }
  });
  Connect(server);
  const ListResult list = List();
  EXPECT_FALSE(list.ok);
  EXPECT_EQ(list.call_class, CallClass::kMalformed);
  EXPECT_THAT(list.message, HasSubstr("over the size limit"));
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(HostileAnswersTest, ALongRefusalOfAListIsNotReadToTheEnd) {
  HostileServer server([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 403 No\r\nContent-Length: 10000000\r\n\r\n");
    peer.Send(std::string(limits::kMaxErrorResponseBytes + 1, ' '));
    peer.WaitUntilPeerCloses();  // for the rest one would wait for long
  });
  Connect(server);
  EXPECT_EQ(List().call_class, CallClass::kForbidden);
}

}  // namespace
}  // namespace quiesce::cloud
