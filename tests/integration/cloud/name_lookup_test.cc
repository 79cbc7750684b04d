#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <cstring>
#include <future>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/cloud/client_fixture.h"
#include "tests/support/hostile_server.h"
#include "tests/support/test_certificates.h"

namespace {

// Every host of example.net is 127.0.0.1. The look-up of this one hangs until the gate opens.
constexpr char kDomain[] = ".example.net";
constexpr char kStalledHost[] = "stalled.example.net";
std::promise<void>* entered = nullptr;
std::shared_future<void> gate;

}  // namespace

// Takes the place of the C library's, for every library of the process.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** result) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node != nullptr && std::strcmp(node, kStalledHost) == 0) {
    entered->set_value();
    gate.wait();
  }
  if (node != nullptr && absl::EndsWith(node, kDomain)) node = "127.0.0.1";
  // As on a machine without /etc/hosts.
  if (node != nullptr && std::strcmp(node, "localhost") == 0) return EAI_NONAME;
  return real(node, service, hints, result);
}

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::CallResult;
using core::Outcome;
using support::HostileServer;
using ::testing::HasSubstr;

class NameLookupTest : public ClientFixture {};

TEST_F(NameLookupTest, AHostThatIsNotFoundIsNotSent) {
  Connect("https://nowhere.invalid");
  const CallResult result = Stop();
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_EQ(result.call_class, CallClass::kTransient);
  EXPECT_THAT(result.message, HasSubstr("cannot look up the host of https://nowhere.invalid"));
}

TEST_F(NameLookupTest, LocalhostIsThisMachineWithoutALookUp) {
  HostileServer server(AnswerAll(Accepted()));
  Connect(absl::StrCat("http://localhost:", server.port()));
  EXPECT_EQ(Stop().outcome, Outcome::kAccepted);
}

// The library's own matcher takes one in any place.
TEST_F(NameLookupTest, AWildcardStandsForOneWholeLabel) {
  const struct {
    const char* name;
    bool accepted;
  } rows[] = {{"DNS:*.cloud.example.net", true},
              {"DNS:db*.cloud.example.net", false},
              {"DNS:dbss.*.example.net", false},
              {"DNS:*.example.net", false},
              {"DNS:dbss.cloud.example.net.evil.com", false}};
  support::TestAuthority authority;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    support::CertificateRequest request;
    request.alternative_names = row.name;
    const support::TestIdentity identity = authority.Issue(request);
    HostileServer server(AnswerAll(Accepted()), &identity);
    Connect(absl::StrCat("https://DBSS.Cloud.example.net:", server.port()), 1, authority.file());
    const CallResult result = Stop();
    EXPECT_EQ(result.outcome, row.accepted ? Outcome::kAccepted : Outcome::kNotSent);
    client_.reset();
    EXPECT_EQ(server.requests(), row.accepted ? 1 : 0);
  }
}

// Nothing can interrupt a look-up. The caller has its word in time all the same, and the word
// holds: when the look-up ends at last, nothing is sent.
TEST_F(NameLookupTest, ALookUpThatHangsEndsAtTheDeadlineNotSent) {
  HostileServer server([](support::Peer& peer, int) { peer.ReadRequest(); });
  std::promise<void> look_up_entered;
  std::promise<void> open_gate;
  entered = &look_up_entered;
  gate = open_gate.get_future().share();
  Connect(absl::StrCat("https://", kStalledHost, ":", server.port()), 1);

  const CallResult result = Stop(absl::Milliseconds(100));
  EXPECT_EQ(result.outcome, Outcome::kNotSent);
  EXPECT_EQ(result.call_class, CallClass::kTransient);
  EXPECT_THAT(result.message, HasSubstr("host name"));
  look_up_entered.get_future().wait();

  open_gate.set_value();
  client_.reset();
  EXPECT_EQ(server.connections(), 0);
  EXPECT_EQ(done_, 1);
}

}  // namespace
}  // namespace quiesce::cloud
