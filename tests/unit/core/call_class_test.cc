#include "daemon/core/call_class.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

using ::testing::Contains;

constexpr char kDocument[] = "deploy/OPERATING.md";

std::vector<CallClassRule> AllRules() {
  std::vector<CallClassRule> rules;
  for (int i = 0; i < kCallClassCount; ++i) rules.push_back(RuleOf(static_cast<CallClass>(i)));
  return rules;
}

std::string Text(std::string_view text) { return std::string(text); }

std::string EffectInWords(CallEffect effect) {
  switch (effect) {
    case CallEffect::kNotReached:
      return "none, it got no further than the gateway";
    case CallEffect::kRefused:
      return "none";
    case CallEffect::kUnlikely:
      return "unlikely";
    case CallEffect::kPossible:
      return "perhaps";
  }
  return "";
}

std::string WaitInWords(const CallClassRule& rule) {
  const std::string settle = rule.effect == CallEffect::kPossible ? "`settle`, then " : "";
  switch (rule.wait) {
    case RetryWait::kSoon:
      return absl::StrCat("after ", absl::FormatDuration(limits::kBackoffBase));
    case RetryWait::kPause:
      return "after the pause that the cloud asks for";
    case RetryWait::kExponential:
      return absl::StrCat(settle, "backoff");
    case RetryWait::kSlow:
      return absl::StrCat("every ", absl::ToInt64Minutes(limits::kSlowRetry), " min");
  }
  return "";
}

std::string MeanwhileInWords(const CallClassRule& rule) {
  if (rule.call_class == CallClass::kAccepted) return "STOPPING `ACCEPTED`";
  if (rule.stalls_after == 1) return absl::StrCat("STALLED `", Text(ToString(rule.stalls_as)), "`");
  const std::string waits = absl::StrCat("RETRYING `", Text(ToString(rule.waits_as)), "`");
  return rule.effect == CallEffect::kPossible
             ? absl::StrCat("RETRYING `OUTCOME_UNKNOWN`, then ", waits)
             : waits;
}

std::string StallsInWords(const CallClassRule& rule) {
  if (!rule.is_failure) return "never";
  const std::string who = Text(ToString(NeedsOf(rule.stalls_as)));
  if (rule.stalls_after == 1) return absl::StrCat("at once, needs ", who);
  return absl::StrCat("after ", rule.stalls_after, ": `", Text(ToString(rule.stalls_as)),
                      "`, needs ", who);
}

// The row of the class in the document for operators.
std::string RowFor(const CallClassRule& rule) {
  return absl::StrCat("| `", Text(rule.name), "` | ", Text(rule.means), " | ",
                      EffectInWords(rule.effect), " | ", WaitInWords(rule), " | ",
                      MeanwhileInWords(rule), " | ", StallsInWords(rule), " |");
}

TEST(CallClassTest, IsDocumentedForOperatorsRowByRow) {
  std::ifstream file(kDocument);
  ASSERT_TRUE(file) << kDocument;
  const std::string document((std::istreambuf_iterator<char>(file)), {});
  const std::vector<std::string> lines = absl::StrSplit(document, '\n');
  std::set<std::string> rows;
  for (const CallClassRule& rule : AllRules()) {
    EXPECT_THAT(lines, Contains(RowFor(rule)));
    EXPECT_TRUE(rows.insert(Text(rule.name)).second) << "two classes of one name";
  }
}

TEST(CallClassTest, CountsNothingThatWasNotTheCallsFault) {
  for (const CallClassRule& rule : AllRules()) {
    const bool nobodys =
        rule.call_class == CallClass::kNone || rule.call_class == CallClass::kThrottled;
    EXPECT_EQ(rule.is_failure, !nobodys) << rule.name;
  }
}

TEST(CallClassTest, SaysOfEveryClassWhatHappenedAndWhoMustActWhenItStalls) {
  for (const CallClassRule& rule : AllRules()) {
    EXPECT_FALSE(rule.means.empty()) << rule.name;
    EXPECT_EQ(NeedsOf(rule.waits_as), Needs::kNobody) << rule.name;
    EXPECT_NE(NeedsOf(rule.stalls_as), Needs::kNobody) << rule.name;
  }
}

// A call may have had effect unless the cloud was clearly not asked, or clearly said no.
TEST(CallClassTest, TakesNoUnclearCallForOneWithoutEffect) {
  for (const CallClassRule& rule : AllRules()) {
    EXPECT_TRUE(MayHaveHadEffect(Outcome::kUnknown, rule.call_class)) << rule.name;
    EXPECT_TRUE(MayHaveHadEffect(Outcome::kAccepted, rule.call_class)) << rule.name;
    EXPECT_FALSE(MayHaveHadEffect(Outcome::kNotSent, rule.call_class)) << rule.name;
    EXPECT_FALSE(EndedBeforeTheService(Outcome::kUnknown, rule.call_class)) << rule.name;
    EXPECT_TRUE(EndedBeforeTheService(Outcome::kNotSent, rule.call_class)) << rule.name;
    EXPECT_FALSE(MayHaveHadEffect(Outcome::kRejected, rule.call_class) &&
                 EndedBeforeTheService(Outcome::kRejected, rule.call_class))
        << rule.name;
  }
  for (const CallClass opaque : {CallClass::kAlreadyInState, CallClass::kBlocked}) {
    EXPECT_TRUE(MayHaveHadEffect(Outcome::kRejected, opaque));
  }
}

}  // namespace
}  // namespace quiesce::core
