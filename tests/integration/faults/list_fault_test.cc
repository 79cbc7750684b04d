// The fault matrix, lists and tokens: while a fault lasts, nothing is stopped and the true cause is
// said; then the instance is stopped, by one request.

#include <memory>
#include <string>
#include <vector>

#include "daemon/core/call_class.h"
#include "gtest/gtest.h"
#include "tests/integration/faults/faulty_cloud.h"

namespace quiesce::faults {
namespace {

using core::CallClass;
using core::Phase;
using core::Reason;

constexpr int kForLong = 1000000;

enum class When { kBoth, kAfterOnly };
constexpr auto kBoth = When::kBoth;
constexpr auto kAfterOnly = When::kAfterOnly;

struct Fault {
  const char* name;
  const char* rule;  // as in fault_json.h
  When when;
  // What is said while it lasts.
  CallClass last_list;
  Phase phase;
  Reason reason;
  // It takes a new secret, too, until it goes on.
  bool needs_secret = false;
};

struct Case {
  Fault fault;
  bool after;
};

std::vector<Case> CasesOf(const std::vector<Fault>& faults) {
  std::vector<Case> cases;
  for (const Fault& fault : faults) {
    if (fault.when == When::kBoth) cases.push_back({fault, false});
    cases.push_back({fault, true});
  }
  return cases;
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  return std::string(info.param.fault.name) + (info.param.after ? "_AfterEffect" : "_BeforeEffect");
}

// Nothing is STALLED for want of a list before the cause is said.
core::ProjectSettings PatientTimings() {
  core::ProjectSettings settings = ShortTimings();
  settings.timing.call_deadline = absl::Milliseconds(300);
  settings.timing.list_idle = absl::Milliseconds(300);
  return settings;
}

class ListFaultTest : public FaultyCloud, public testing::WithParamInterface<Case> {
 protected:
  void Play(const std::string& op, cloud::CredentialStatus::Kind credential) {
    const auto& [fault, after] = GetParam();
    Spoil(op, std::string(fault.rule) + (after ? R"(,"effect":true)" : R"(,"effect":false)"),
          kForLong);
    auto daemon = Start(PatientTimings(), credential);
    ASSERT_TRUE(daemon->Declare().ok());
    EXPECT_TRUE(Says(*daemon, fault.phase, fault.reason, fault.last_list));
    EXPECT_EQ(StopRequests(), 0);

    EndFaults();
    if (fault.needs_secret) {
      sim_.AddToken("renewed");
      sim_.tokens().PutUser({kUser, "renewed", kDomain});
      WriteSecret("renewed");
    }
    EXPECT_TRUE(Converges(*daemon));
    EXPECT_EQ(StopRequests(), 1);
    EXPECT_EQ(StopsWithEffect(), 1);
  }
};

const std::vector<Fault>& ListFaults() {
  static const auto* const faults = new std::vector<Fault>{
      {"Closed", R"("kind":"close")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kEndpointDown},
      {"Reset", R"("kind":"reset")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kEndpointDown},
      {"Timeout", R"("kind":"close","reply_delay_ms":600)", kBoth, CallClass::kTransient,
       Phase::kPending, Reason::kEndpointDown},
      {"BadGateway", R"("kind":"error:APIGW.0201:backend_unavailable")", kBoth,
       CallClass::kTransient, Phase::kPending, Reason::kEndpointDown},
      {"GatewayTimeout", R"("kind":"gateway_timeout")", kBoth, CallClass::kTransient,
       Phase::kPending, Reason::kEndpointDown},
      {"ProxyPage502", R"("kind":"html")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kEndpointDown},
      {"IamIsDown", R"("kind":"error:APIGW.0613")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kEndpointDown},
      {"HalfThenReset", R"("kind":"half_then_reset")", kAfterOnly, CallClass::kTransient,
       Phase::kPending, Reason::kEndpointDown},
      {"InternalError", R"("kind":"error:DBSS.11000000")", kBoth, CallClass::kTransient,
       Phase::kPending, Reason::kAwaitingLook},
      {"NestedError", R"("kind":"nested_error")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"NoBody500", R"("kind":"no_body")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"UnknownCode", R"("kind":"unknown_code")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"NumericCode", R"("kind":"numeric_code")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"Empty200", R"("kind":"empty")", kBoth, CallClass::kMalformed, Phase::kPending,
       Reason::kAwaitingLook},
      {"Page200", R"("kind":"html","status":200)", kBoth, CallClass::kMalformed, Phase::kPending,
       Reason::kAwaitingLook},
      {"WrongType200", R"("kind":"wrong_type")", kBoth, CallClass::kMalformed, Phase::kPending,
       Reason::kAwaitingLook},
      {"NotFound", R"("kind":"error:DBSS.10021004")", kBoth, CallClass::kNotFound, Phase::kPending,
       Reason::kAwaitingLook},
      {"NoSuchApi", R"("kind":"error:APIGW.0101")", kBoth, CallClass::kPermanent, Phase::kPending,
       Reason::kAwaitingLook},
      {"Throttled", R"("kind":"throttle","period":"1 second","retry_after_s":2)", kBoth,
       CallClass::kThrottled, Phase::kPending, Reason::kThrottled},
      {"TokenMustBeUpdated", R"("kind":"unauthorized")", kBoth, CallClass::kAuth, Phase::kPending,
       Reason::kListRefused, true},
      {"ServiceRefusesToken", R"("kind":"error:DBSS.10020100")", kBoth, CallClass::kAuth,
       Phase::kPending, Reason::kListRefused, true},
      {"Forbidden", R"("kind":"error:APIGW.0302")", kBoth, CallClass::kForbidden, Phase::kPending,
       Reason::kListRefused},
      {"EmptyList", R"("kind":"empty_list")", kAfterOnly, CallClass::kNone, Phase::kStalled,
       Reason::kNotListed},
      {"UnknownState", R"("kind":"unknown_strings")", kAfterOnly, CallClass::kNone, Phase::kUnknown,
       Reason::kCloudStateUnknown},
  };
  return *faults;
}

TEST_P(ListFaultTest, SaysWhyAndStopsOnceWhenItIsOver) {
  Play("list", cloud::CredentialStatus::Kind::kTokenFile);
}

INSTANTIATE_TEST_SUITE_P(Matrix, ListFaultTest, testing::ValuesIn(CasesOf(ListFaults())), NameOf);

// A password, for which IAM issues a token.
class TokenFaultTest : public ListFaultTest {
 protected:
  TokenFaultTest() { sim_.tokens().PutUser({kUser, "token", kDomain}); }
};

const std::vector<Fault>& TokenFaults() {
  static const auto* const faults = new std::vector<Fault>{
      {"Closed", R"("kind":"close")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"Reset", R"("kind":"reset")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"InternalError", R"("kind":"error:IAM.500")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"Unavailable", R"("kind":"error:IAM.503")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"Page502", R"("kind":"html")", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"Empty", R"("kind":"empty","status":201)", kBoth, CallClass::kTransient, Phase::kPending,
       Reason::kAwaitingLook},
      {"WrongType", R"("kind":"wrong_type","status":201)", kBoth, CallClass::kTransient,
       Phase::kPending, Reason::kAwaitingLook},
      {"Throttled", R"("kind":"throttle","period":"1 second","retry_after_s":1)", kBoth,
       CallClass::kTransient, Phase::kPending, Reason::kAwaitingLook},
      {"WrongPassword", R"("kind":"error:IAM.401")", kBoth, CallClass::kAuth, Phase::kPending,
       Reason::kListRefused, true},
      {"Forbidden", R"("kind":"error:IAM.403")", kBoth, CallClass::kAuth, Phase::kPending,
       Reason::kListRefused, true},
      {"NotFound", R"("kind":"error:IAM.404")", kBoth, CallClass::kAuth, Phase::kPending,
       Reason::kListRefused, true},
      {"BadRequest", R"("kind":"numeric_code")", kBoth, CallClass::kAuth, Phase::kPending,
       Reason::kListRefused, true},
  };
  return *faults;
}

TEST_P(TokenFaultTest, SaysWhyAndStopsOnceWhenItIsOver) {
  Play("token", cloud::CredentialStatus::Kind::kPassword);
}

INSTANTIATE_TEST_SUITE_P(Matrix, TokenFaultTest, testing::ValuesIn(CasesOf(TokenFaults())), NameOf);

}  // namespace
}  // namespace quiesce::faults
