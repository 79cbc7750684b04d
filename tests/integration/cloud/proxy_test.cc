#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "daemon/cloud/dbss_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/cloud/client_fixture.h"
#include "tests/support/connect_proxy.h"
#include "tests/support/hostile_server.h"
#include "tests/support/test_certificates.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::CallResult;
using core::Outcome;
using support::ConnectProxy;
using support::HostileServer;
using support::Peer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kHost[] = "dbss.example.com";

class ProxyTest : public ClientFixture {
 protected:
  ProxyTest()
      : identity_(Identity()), server_([this](Peer& peer, int) { Serve(peer); }, &identity_) {}

  support::TestIdentity Identity() {
    support::CertificateRequest request;
    request.alternative_names = absl::StrCat("DNS:", kHost, ",DNS:localhost");
    return authority_.Issue(request);
  }
  void Serve(Peer& peer) {
    while (peer.ReadRequest()) {
      {
        MutexLock lock(mu_);
        heads_ += peer.request();
      }
      if (!peer.Send(Accepted())) return;
    }
  }
  void ConnectThrough(const std::string& proxy, const std::string& no_proxy = "",
                      const std::string& host = kHost) {
    proxies_ = ProxySettings::Parse(proxy, no_proxy).value();
    Connect(absl::StrCat("https://", host, ":", server_.port()), 1, authority_.file());
  }
  void ExpectNotSent(const std::string& problem) {
    const CallResult result = Stop();
    EXPECT_EQ(result.outcome, Outcome::kNotSent) << result.message;
    EXPECT_EQ(result.call_class, CallClass::kTransient);
    EXPECT_THAT(result.message, HasSubstr(problem));
    EXPECT_THAT(result.message, Not(HasSubstr("hunter2")));
    EXPECT_EQ(server_.requests(), 0);
  }

  support::TestAuthority authority_;
  support::TestIdentity identity_;
  Mutex mu_;
  std::string heads_ ABSL_GUARDED_BY(mu_);
  HostileServer server_;
};

TEST_F(ProxyTest, ConnectsThroughItAndVerifiesTheHostBehindIt) {
  ConnectProxy proxy;
  ConnectThrough(absl::StrCat("http://127.0.0.1:", proxy.port()));
  for (int i = 0; i < 3; ++i) {
    const CallResult result = Stop();
    EXPECT_EQ(result.outcome, Outcome::kAccepted) << result.message;
  }
  ASSERT_THAT(proxy.heads(), SizeIs(1));  // one tunnel for all
  EXPECT_THAT(proxy.heads()[0],
              StartsWith(absl::StrCat("CONNECT ", kHost, ":", server_.port(), " HTTP/1.1\r\n")));
  EXPECT_THAT(proxy.heads()[0], Not(HasSubstr(kToken)));
  EXPECT_EQ(server_.requests(), 3);
}

TEST_F(ProxyTest, RefusesTheCertificateOfAnotherHostBehindIt) {
  ConnectProxy proxy;
  ConnectThrough(absl::StrCat("http://127.0.0.1:", proxy.port()), "", "other.example.com");
  ExpectNotSent("hostname mismatch");
}

TEST_F(ProxyTest, GivesItsPasswordToTheProxyAlone) {
  ConnectProxy proxy(200, absl::StrCat("Basic ", absl::Base64Escape("user:hunter2")));
  ConnectThrough(absl::StrCat("http://user:hunter2@127.0.0.1:", proxy.port()));
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  {
    MutexLock lock(mu_);
    EXPECT_THAT(heads_, Not(HasSubstr("Proxy-Authorization")));
  }
  // And again when the connection is made anew.
  clock_.Advance(limits::kMaxConnectionIdle + absl::Seconds(1));
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_THAT(proxy.heads(), SizeIs(2));
}

TEST_F(ProxyTest, AProxyThatWantsAPasswordIsNoAnswerOfTheCloud) {
  ConnectProxy proxy(200, "Basic x");
  ConnectThrough(absl::StrCat("http://user:hunter2@127.0.0.1:", proxy.port()));
  ExpectNotSent("wants another user or password");
}

TEST_F(ProxyTest, AProxyThatRefusesIsNotSent) {
  for (const int status : {403, 502, 504}) {
    ConnectProxy proxy(status);
    ConnectThrough(absl::StrCat("http://127.0.0.1:", proxy.port()));
    ExpectNotSent(absl::StrCat("through the proxy http://127.0.0.1:", proxy.port()));
    client_.reset();
  }
}

TEST_F(ProxyTest, AProxyThatHangsUpIsNotSent) {
  HostileServer proxy([](Peer& peer, int) {
    peer.ReadRequest();
    peer.Close();
  });
  ConnectThrough(absl::StrCat("http://127.0.0.1:", proxy.port()));
  ExpectNotSent("made no connection");
}

TEST_F(ProxyTest, AProxyThatSaysNothingEndsAtTheDeadlineNotSent) {
  HostileServer proxy([](Peer& peer, int) {
    peer.ReadRequest();
    peer.WaitUntilPeerCloses();
  });
  ConnectThrough(absl::StrCat("http://127.0.0.1:", proxy.port()));
  const CallResult result = Stop(absl::Milliseconds(150));
  EXPECT_EQ(result.outcome, Outcome::kNotSent) << result.message;
  EXPECT_THAT(result.message, HasSubstr("in time"));
}

TEST_F(ProxyTest, AProxyThatIsNotThereIsNotSent) {
  support::ClosedPort port;
  ConnectThrough(absl::StrCat("http://127.0.0.1:", port.port()));
  ExpectNotSent("cannot connect to");
}

TEST_F(ProxyTest, IsNotUsedForThisMachine) {
  ConnectProxy proxy;
  ConnectThrough(absl::StrCat("http://127.0.0.1:", proxy.port()), "", "localhost");
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
  EXPECT_THAT(proxy.heads(), IsEmpty());
}

}  // namespace
}  // namespace quiesce::cloud
