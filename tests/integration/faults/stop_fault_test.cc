// The fault matrix, stops: each fault x {before the stop took effect, after} ends with the instance
// stopped, and with one stop request where the first took effect, and two where it did not.

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/core/call_class.h"
#include "gtest/gtest.h"
#include "tests/integration/faults/faulty_cloud.h"
#include "tests/support/wait.h"

namespace quiesce::faults {
namespace {

using core::CallClass;
using core::Phase;
using core::Reason;

enum class At { kBefore, kAfter };
enum class When { kBoth, kBeforeOnly, kAfterOnly };
// What it takes until it goes on.
enum class Then { kRetries, kNeedsSomebody, kNeedsSecret };

struct Fault {
  const char* name;
  const char* rule;  // as in fault_json.h
  When when;
  // What is said as soon as the call has ended.
  CallClass call_class;
  Phase phase;
  Reason reason;
  Then then = Then::kRetries;
};

constexpr auto kBoth = When::kBoth;
constexpr auto kBeforeOnly = When::kBeforeOnly;
constexpr auto kAfterOnly = When::kAfterOnly;

const Fault kFaults[] = {
    // Nobody knows what came of it.
    {"Closed", R"("kind":"close")", kBoth, CallClass::kUnknown, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"Reset", R"("kind":"reset")", kBoth, CallClass::kUnknown, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"Timeout", R"("kind":"close","reply_delay_ms":900)", kBeforeOnly, CallClass::kUnknown,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    // Lists show it off before the call ends; one that starts after that has to agree.
    {"Timeout", R"("kind":"close","reply_delay_ms":900)", kAfterOnly, CallClass::kUnknown,
     Phase::kPending, Reason::kAwaitingLook},
    {"TakesEffectAfterTheTimeout", R"("kind":"delay","effect_delay_ms":650)", kAfterOnly,
     CallClass::kUnknown, Phase::kRetrying, Reason::kOutcomeUnknown},
    {"BadGateway", R"("kind":"error:APIGW.0201:backend_unavailable")", kBoth, CallClass::kUnknown,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    {"GatewayTimeout", R"("kind":"gateway_timeout")", kBoth, CallClass::kUnknown, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"ProxyPage502", R"("kind":"html")", kBoth, CallClass::kUnknown, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"InternalError", R"("kind":"error:DBSS.11000000")", kBoth, CallClass::kUnknown,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    {"NestedError", R"("kind":"nested_error")", kBoth, CallClass::kUnknown, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"NoBody500", R"("kind":"no_body")", kBoth, CallClass::kUnknown, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"GatewayFault500", R"("kind":"error:APIGW.0601")", kBoth, CallClass::kUnknown,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    // Opaque refusals: looked at before anything else.
    {"OpaqueRefusal", R"("kind":"error:DBSS.10020131")", kBoth, CallClass::kAlreadyInState,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    {"OpaqueRefusalNested", R"("kind":"error:DBSS.10020131:nested")", kBoth,
     CallClass::kAlreadyInState, Phase::kRetrying, Reason::kOutcomeUnknown},
    {"ResultFailed", R"("kind":"result_failed")", kBoth, CallClass::kBlocked, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"SpeaksOfAStart", R"("kind":"error:DBSS.10020130")", kBoth, CallClass::kBlocked,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    {"SpeaksOfAReboot", R"("kind":"error:DBSS.10020132")", kBoth, CallClass::kBlocked,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    // 200, and no answer.
    {"Empty200", R"("kind":"empty")", kBoth, CallClass::kMalformed, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"Page200", R"("kind":"html","status":200)", kBoth, CallClass::kMalformed, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"WrongType200", R"("kind":"wrong_type")", kBoth, CallClass::kMalformed, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"Gigabyte200", R"("kind":"huge")", kBoth, CallClass::kMalformed, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"Truncated", R"("kind":"truncate")", kAfterOnly, CallClass::kUnknown, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"HalfThenReset", R"("kind":"half_then_reset")", kAfterOnly, CallClass::kUnknown,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    // Codes that no row knows, and faults behind a code.
    {"UnknownCode", R"("kind":"unknown_code")", kBoth, CallClass::kTransient, Phase::kRetrying,
     Reason::kOutcomeUnknown},
    {"FaultBehind400", R"("kind":"error:DBSS.10020102")", kBoth, CallClass::kTransient,
     Phase::kRetrying, Reason::kOutcomeUnknown},
    // Refusals that are clear; after an effect that nobody expects, a list tells all the same.
    {"NumericCode", R"("kind":"numeric_code")", kBoth, CallClass::kTransient, Phase::kRetrying,
     Reason::kBackoff},
    {"IamIsDown", R"("kind":"error:APIGW.0613")", kBoth, CallClass::kTransient, Phase::kRetrying,
     Reason::kBackoff},
    {"Throttled", R"("kind":"throttle","period":"1 second","retry_after_s":1)", kBoth,
     CallClass::kThrottled, Phase::kRetrying, Reason::kThrottled},
    {"TokenMustBeUpdated", R"("kind":"unauthorized")", kBoth, CallClass::kAuth, Phase::kRetrying,
     Reason::kBackoff, Then::kNeedsSecret},
    {"ServiceRefusesToken", R"("kind":"error:DBSS.10020100")", kBoth, CallClass::kAuth,
     Phase::kRetrying, Reason::kBackoff, Then::kNeedsSecret},
    {"ForbiddenByGateway", R"("kind":"error:APIGW.0302")", kBoth, CallClass::kForbidden,
     Phase::kStalled, Reason::kForbidden, Then::kNeedsSomebody},
    {"ForbiddenByService", R"("kind":"error:DBSS.10020100:forbidden")", kBoth,
     CallClass::kForbidden, Phase::kStalled, Reason::kForbidden, Then::kNeedsSomebody},
    {"NotFound", R"("kind":"error:DBSS.10021004")", kBoth, CallClass::kNotFound, Phase::kRetrying,
     Reason::kBackoff, Then::kNeedsSomebody},
    {"NoSuchApi", R"("kind":"error:APIGW.0101")", kBoth, CallClass::kPermanent, Phase::kStalled,
     Reason::kPermanentError, Then::kNeedsSomebody},
    {"InvalidId", R"("kind":"error:DBSS.10020021")", kBoth, CallClass::kPermanent, Phase::kStalled,
     Reason::kPermanentError, Then::kNeedsSomebody},
};

struct Case {
  Fault fault;
  At at;
};

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const Fault& fault : kFaults) {
    if (fault.when != When::kAfterOnly) cases.push_back({fault, At::kBefore});
    if (fault.when != When::kBeforeOnly) cases.push_back({fault, At::kAfter});
  }
  return cases;
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  return std::string(info.param.fault.name) +
         (info.param.at == At::kBefore ? "_BeforeEffect" : "_AfterEffect");
}

class StopFaultTest : public FaultyCloud, public testing::WithParamInterface<Case> {
 protected:
  // What was said as soon as the first call had ended.
  static Told AfterTheFirstCall(Daemon& daemon) {
    for (const Told& told : daemon.History()) {
      if (told.last_call != CallClass::kNone) return told;
    }
    return {};
  }
};

TEST_P(StopFaultTest, EndsStoppedWithTheRightNumberOfCalls) {
  const auto& [fault, at] = GetParam();
  const bool after = at == At::kAfter;
  Spoil("stop", std::string(fault.rule) + (after ? R"(,"effect":true)" : R"(,"effect":false)"), 1);
  auto daemon = Start();
  ASSERT_TRUE(daemon->Declare().ok());
  ASSERT_TRUE(
      support::WaitUntil([&] { return AfterTheFirstCall(*daemon).last_call != CallClass::kNone; }));

  const Told told = AfterTheFirstCall(*daemon);
  EXPECT_EQ(RuleOf(told.last_call).name, RuleOf(fault.call_class).name);
  // On a slow machine a list that began before the call ended may show its effect first.
  const bool seen_early = after && told.reason == core::Reason::kAwaitingLook;
  if (!seen_early) {
    EXPECT_EQ(ToString(told.phase), ToString(fault.phase));
    EXPECT_EQ(ToString(told.reason), ToString(fault.reason));
  }

  if (fault.then == Then::kNeedsSecret) {
    sim_.AddToken("renewed");
    WriteSecret("renewed");
  }
  if (fault.then == Then::kNeedsSomebody && !after) {
    ASSERT_TRUE(daemon->StopNow().ok());
  }
  EXPECT_TRUE(Converges(*daemon));
  EXPECT_EQ(StopRequests(), after ? 1 : 2);
  EXPECT_TRUE(support::WaitUntil([this] { return StopsWithEffect() == 1; }));
  EXPECT_EQ(Counts().redundant_stops, 0);
}

INSTANTIATE_TEST_SUITE_P(Matrix, StopFaultTest, testing::ValuesIn(AllCases()), NameOf);

}  // namespace
}  // namespace quiesce::faults
