#include "tests/architecture/checker.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A finding for each line of text.
std::vector<Finding> CheckNoText(const SourceFile& file) {
  std::vector<Finding> findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& text = file.lines[i].text;
    if (!text.empty()) findings.push_back({i + 1, text, "says " + text, "Silence is golden"});
  }
  return findings;
}

constexpr Rule kRule = {"Silence", CheckNoText};

std::vector<SourceFile> Tree() { return {Parse("a/one", "\nbla\n"), Parse("b/two", "bla\nblub")}; }

TEST(Checker, SaysWhereWhatAndWhy) {
  EXPECT_THAT(Violations(Tree(), kRule, {}), ElementsAre("a/one:2: says bla. Silence is golden.",
                                                         "b/two:1: says bla. Silence is golden.",
                                                         "b/two:2: says blub. Silence is golden."));
}

TEST(Checker, IsQuietAboutAGoodTree) {
  EXPECT_THAT(Violations({Parse("a/one", "\n\n")}, kRule, {}), IsEmpty());
}

TEST(Checker, AnExemptionHoldsForItsRuleFilesAndSubject) {
  EXPECT_THAT(Violations(Tree(), kRule, {{"Silence", "b/*", "bla", ""}}),
              ElementsAre("a/one:2: says bla. Silence is golden.",
                          "b/two:2: says blub. Silence is golden."));
  EXPECT_THAT(Violations(Tree(), kRule, {{"Silence", "b/*", "", ""}}),
              ElementsAre("a/one:2: says bla. Silence is golden."));
  EXPECT_EQ(Violations(Tree(), kRule, {{"Noise", "**", "", ""}}).size(), 3u);
}

TEST(Checker, FindsExemptionsThatAreNotNeeded) {
  EXPECT_THAT(StaleExemptions(Tree(), {kRule}, {{"Silence", "b/*", "blub", ""}}), IsEmpty());
  EXPECT_THAT(StaleExemptions(Tree(), {kRule}, {{"Silence", "a/*", "blub", ""}}),
              ElementsAre("the exemption of a/* from 'Silence' is not needed: remove it from "
                          "exemptions.cc"));
}

}  // namespace
}  // namespace quiesce::architecture
