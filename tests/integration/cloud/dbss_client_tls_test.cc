#include <openssl/ssl.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "daemon/base/limits.h"
#include "daemon/cloud/dbss_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/cloud/client_fixture.h"
#include "tests/support/hostile_server.h"
#include "tests/support/test_certificates.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::CallResult;
using core::Outcome;
using support::CertificateRequest;
using support::HostileServer;
using support::Peer;
using support::TestAuthority;
using support::TestIdentity;
using ::testing::HasSubstr;

class DbssClientTlsTest : public ClientFixture {
 protected:
  CertificateRequest Good() const {
    CertificateRequest request;
    request.alternative_names = "DNS:localhost,IP:127.0.0.1";
    return request;
  }
  void ConnectTls(HostileServer& server, const std::string& host = "localhost") {
    Connect(absl::StrCat("https://", host, ":", server.port()), 1, authority_.file());
  }
  // A server with this identity gets no request.
  void ExpectRefused(const TestIdentity& identity, const std::string& host,
                     const std::string& reason) {
    SCOPED_TRACE(reason);
    HostileServer server(AnswerAll(Accepted()), &identity);
    ConnectTls(server, host);
    const CallResult result = Stop();
    EXPECT_EQ(result.outcome, Outcome::kNotSent);
    EXPECT_EQ(result.call_class, CallClass::kTransient);
    EXPECT_TRUE(result.distrusted);
    EXPECT_THAT(result.message, HasSubstr("was refused: " + reason));
    const ListResult list = List();
    EXPECT_EQ(list.call_class, CallClass::kTransient);
    EXPECT_FALSE(list.sent);
    EXPECT_TRUE(list.distrusted);
    client_.reset();
    EXPECT_EQ(server.requests(), 0);
  }

  TestAuthority authority_;
};

TEST_F(DbssClientTlsTest, AcceptsAGoodCertificate) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(AnswerAll(Accepted()), &identity);
  for (const char* host : {"localhost", "LocalHost", "127.0.0.1"}) {
    ConnectTls(server, host);
    const CallResult result = Stop();
    EXPECT_EQ(result.outcome, Outcome::kAccepted) << host << ": " << result.message;
  }
}

TEST_F(DbssClientTlsTest, AnUpdateReadsAFileOfAuthoritiesAgain) {
  const TestAuthority other;
  const std::string file = TempPath("ca.pem");
  const auto write = [&file](const TestAuthority& authority) {
    std::filesystem::copy_file(authority.file(), file,
                               std::filesystem::copy_options::overwrite_existing);
  };
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(AnswerAll(Accepted()), &identity);
  const std::string endpoint = absl::StrCat("https://localhost:", server.port());
  write(other);
  Connect(endpoint, 1, file);
  EXPECT_TRUE(Stop().distrusted);
  write(authority_);
  Update(OptionsFor(endpoint, 1, file));
  const CallResult result = Stop();
  EXPECT_EQ(result.outcome, Outcome::kAccepted) << result.message;
}

TEST_F(DbssClientTlsTest, RefusesACertificateOfAnotherHost) {
  CertificateRequest request = Good();
  request.alternative_names = "DNS:other.example";
  ExpectRefused(authority_.Issue(request), "localhost", "hostname mismatch");
  request.alternative_names = "IP:127.0.0.2";
  ExpectRefused(authority_.Issue(request), "127.0.0.1", "IP address mismatch");
  request.alternative_names = "DNS:localhos*";
  ExpectRefused(authority_.Issue(request), "localhost", "hostname mismatch");
}

TEST_F(DbssClientTlsTest, DoesNotFallBackToTheCommonName) {
  CertificateRequest request = Good();
  request.common_name = "localhost";
  request.alternative_names = "DNS:other.example";
  ExpectRefused(authority_.Issue(request), "localhost", "hostname mismatch");
  request.alternative_names = "";
  ExpectRefused(authority_.Issue(request), "localhost", "hostname mismatch");
}

TEST_F(DbssClientTlsTest, RefusesACertificateOutOfTime) {
  CertificateRequest request = Good();
  request.not_after = absl::Now() - absl::Minutes(1);
  ExpectRefused(authority_.Issue(request), "localhost", "certificate has expired");
  request = Good();
  request.not_before = absl::Now() + absl::Hours(1);
  ExpectRefused(authority_.Issue(request), "localhost", "certificate is not yet valid");
}

TEST_F(DbssClientTlsTest, RefusesACertificateOfAnAuthorityThatIsNotNamed) {
  TestAuthority other;
  ExpectRefused(other.Issue(Good()), "localhost", "unable to get local issuer certificate");
}

TEST_F(DbssClientTlsTest, AFileOfAuthoritiesThatIsGoneSaysNothingAboutThePeer) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(AnswerAll(Accepted()), &identity);
  const std::string file = TempPath("ca.pem");
  std::filesystem::copy_file(authority_.file(), file);
  Connect(absl::StrCat("https://localhost:", server.port()), 1, file);
  std::filesystem::remove(file);
  const CallResult result = Stop();
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_TRUE(result.distrusted);
  EXPECT_THAT(result.message, HasSubstr("cannot load the authorities of"));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(DbssClientTlsTest, BelievesTheSystemsAuthoritiesWhenNoneIsNamed) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(AnswerAll(Accepted()), &identity);
  Connect(absl::StrCat("https://localhost:", server.port()));
  EXPECT_THAT(Stop().message, HasSubstr("unable to get local issuer certificate"));
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(DbssClientTlsTest, RefusesOldVersionsOfTls) {
  TestIdentity identity = authority_.Issue(Good());
  identity.max_tls_version = TLS1_1_VERSION;
  HostileServer server(AnswerAll(Accepted()), &identity);
  ConnectTls(server);
  const CallResult result = Stop();
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_FALSE(result.distrusted);
  EXPECT_THAT(result.message, HasSubstr("TLS handshake"));
  server.WaitForEnds(1);
  EXPECT_EQ(server.failed_handshakes(), 1);
}

TEST_F(DbssClientTlsTest, AHandshakeThatHangsEndsAtTheDeadlineNotSent) {
  HostileServer server([](Peer& peer, int) { peer.WaitUntilPeerCloses(); });
  ConnectTls(server);
  const SteadyTime start = clock_.Read().steady;
  const CallResult result = Stop(absl::Milliseconds(200));
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_FALSE(result.distrusted);
  EXPECT_THAT(result.message, HasSubstr("in time"));
  EXPECT_GE(Since(start), absl::Milliseconds(200));
  EXPECT_LT(Since(start), limits::kConnectTimeout);
}

TEST_F(DbssClientTlsTest, APeerWithoutTlsGetsNoRequest) {
  HostileServer server([](Peer& peer, int) { peer.Send("HTTP/1.1 400 Bad Request\r\n\r\n"); });
  ConnectTls(server);
  const CallResult result = Stop();
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_FALSE(result.distrusted);
  EXPECT_THAT(result.message, HasSubstr("TLS handshake"));
}

TEST_F(DbssClientTlsTest, KeepsItsConnection) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(AnswerAll(Accepted()), &identity);
  ConnectTls(server);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(server.connections(), 1);
  for (const OpenSocket& socket : SocketsTo(server.port())) EXPECT_TRUE(socket.no_delay);
}

// The library takes the record that says so for a sign of life, and loses the next request.
TEST_F(DbssClientTlsTest, NoticesThatThePeerSaidGoodbye) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(
      [](Peer& peer, int) {
        peer.ReadRequest();
        peer.Send(Accepted());
        peer.SendCloseNotify();
        peer.WaitUntilPeerCloses();
      },
      &identity);
  ConnectTls(server);
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(Stop().outcome, Outcome::kAccepted) << i;
  EXPECT_EQ(server.requests(), 5);
  EXPECT_EQ(server.connections(), 5);
}

TEST_F(DbssClientTlsTest, NoticesThatThePeerClosedAnIdleConnection) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(
      [](Peer& peer, int) {
        peer.ReadRequest();
        peer.Send(Accepted());
      },
      &identity);
  ConnectTls(server);
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(Stop().outcome, Outcome::kAccepted) << i;
    server.WaitForEnds(i);
  }
  EXPECT_EQ(server.requests(), 5);
}

TEST_F(DbssClientTlsTest, DoesNotTakeASecondAnswerForTheNextOne) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(
      [](Peer& peer, int number) {
        // Both in one record: the second waits inside OpenSSL, where no poll sees it.
        while (peer.ReadRequest()) {
          peer.Send(number == 0 ? Accepted() + Accepted() : HttpAnswer(403, "{}"));
        }
      },
      &identity);
  ConnectTls(server);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(Stop().call_class, CallClass::kForbidden);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(DbssClientTlsTest, CutsAnAnswerThatDripsAtTheDeadline) {
  const TestIdentity identity = authority_.Issue(Good());
  HostileServer server(
      [](Peer& peer, int) {
        peer.ReadRequest();
        peer.Drip(std::string(100000, 'x'), absl::Milliseconds(2));
      },
      &identity);
  ConnectTls(server);
  const SteadyTime start = clock_.Read().steady;
  const CallResult result = Stop(absl::Milliseconds(300));
  EXPECT_EQ(result.outcome, Outcome::kUnknown);
  EXPECT_GE(Since(start), absl::Milliseconds(300));
  EXPECT_LT(Since(start), absl::Seconds(5));
  EXPECT_EQ(server.requests(), 1);
}

}  // namespace
}  // namespace quiesce::cloud
