#include "client/cli/text.h"

#include "client/cli/progress_bar.h"
#include "client/cli/table.h"
#include "client/cli/times.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {
namespace {

using ::testing::ElementsAre;
using testing::SampleView;

TEST(Text, Width) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("billing"), 7);
  EXPECT_EQ(DisplayWidth("结算"), 4);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1) << "an accent on its own takes no room";
  EXPECT_EQ(DisplayWidth("…"), 1);
  EXPECT_EQ(DisplayWidth("🔥"), 2);
  EXPECT_EQ(DisplayWidth("\xff"), 1);
}

TEST(Text, ClipCutsNoCharacterInTwo) {
  EXPECT_EQ(Clip("billing", 7), "billing");
  EXPECT_EQ(Clip("billing", 6), "billi…");
  EXPECT_EQ(Clip("结算系统", 5), "结算…");
  EXPECT_EQ(Clip("结算系统", 4), "结…");
  EXPECT_EQ(Clip("x", 0), "");
}

TEST(Text, Clean) {
  EXPECT_EQ(Clean("billing 结算 é"), "billing 结算 é");
  EXPECT_EQ(Clean("a\x1b[31mb\n\t\x7f"), "a\\x1b[31mb\\n\\t\\x7f");
  EXPECT_EQ(Clean("\u009b2J"), "\\x9b2J") << "a CSI of eight bits";
  EXPECT_EQ(Clean("\u202egnp"), "\\u{202e}gnp");
  EXPECT_EQ(Clean("\xc3"), "\\xc3") << "cut off";
  EXPECT_EQ(Clean("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "half of a UTF-16 pair";
  EXPECT_EQ(Clean("\xc0\x80"), "\\xc0\\x80") << "overlong";
}

TEST(Text, WrapKeepsWordsWhole) {
  EXPECT_THAT(Wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(Wrap("an-id-that-is-longer than", 5), ElementsAre("an-id-that-is-longer", "than"));
  EXPECT_THAT(Wrap("", 5), ElementsAre(""));
  EXPECT_THAT(Wrap("a   b", 80), ElementsAre("a   b"));
}

TEST(Table, LeavesOutThenCutsThenLeavesOutMore) {
  using Drop = Table::Drop;
  const auto render = [](int width) {
    Table table({{"NAME", Table::Align::kLeft, Drop::kNever, true},
                 {"PROJECT", Table::Align::kLeft, Drop::kAfterClipping},
                 {"SINCE", Table::Align::kRight, Drop::kFirst}});
    table.Add({"a-name-of-thirty-characters-xx", "billing-cn", "2 h"});
    return table.Render(SampleView(width));
  };
  EXPECT_EQ(render(80),
            "NAME                            PROJECT     SINCE\n"
            "a-name-of-thirty-characters-xx  billing-cn    2 h\n");
  EXPECT_EQ(render(44),
            "NAME                            PROJECT\n"
            "a-name-of-thirty-characters-xx  billing-cn\n");
  EXPECT_EQ(render(38),
            "NAME                        PROJECT\n"
            "a-name-of-thirty-characte…  billing-cn\n");
  EXPECT_EQ(render(30),
            "NAME\n"
            "a-name-of-thirty-charac…\n");
}

TEST(Times, Span) {
  EXPECT_EQ(Span(absl::Milliseconds(300)), "1 s") << "nobody reads fractions";
  EXPECT_EQ(Ago(absl::Milliseconds(492)), "just now");
  View view;
  view.now = absl::FromUnixSeconds(1700000000);
  EXPECT_EQ(Left(view, view.now + absl::Minutes(60)), "1 h");
  EXPECT_EQ(Left(view, view.now + absl::Seconds(3598)), "1 h") << "asked for two seconds ago";
  EXPECT_EQ(Left(view, view.now + absl::Seconds(3590)), "59 min");
  EXPECT_EQ(Left(view, view.now + absl::Seconds(30)), "30 s");
  EXPECT_EQ(Ago(absl::Milliseconds(1900)), "1 s ago");
  EXPECT_EQ(Span(absl::ZeroDuration()), "0 s");
  EXPECT_EQ(Span(absl::Seconds(59)), "59 s");
  EXPECT_EQ(Span(absl::Seconds(899)), "14 min");
  EXPECT_EQ(Span(absl::Minutes(130)), "2 h 10 min");
  EXPECT_EQ(ShortSpan(absl::Minutes(130)), "2 h 10 m");
  EXPECT_EQ(Span(absl::Hours(28)), "1 d 4 h");
  EXPECT_EQ(Span(absl::Hours(12 * 24 + 3)), "12 d");
  EXPECT_EQ(Span(-absl::Seconds(3)), "0 s") << "clocks differ";
}

TEST(Times, ManifestDuration) {
  EXPECT_EQ(ManifestDuration(absl::ZeroDuration()), "0s");
  EXPECT_EQ(ManifestDuration(absl::Minutes(15)), "15m");
  EXPECT_EQ(ManifestDuration(absl::Minutes(90)), "1h30m");
  EXPECT_EQ(ManifestDuration(absl::Milliseconds(1500)), "1s500ms");
}

TEST(Times, ParseUntil) {
  const absl::Time now = absl::FromUnixSeconds(testing::kNow);  // 03:12:20
  const absl::TimeZone zone = absl::FixedTimeZone(8 * 60 * 60);
  const auto at = [&](const char* text) { return ParseUntil(text, now, zone).value_or(now) - now; };
  EXPECT_EQ(at("14:00"), absl::Seconds(38860));
  EXPECT_EQ(at("03:00"), absl::Hours(24) - absl::Seconds(740)) << "tomorrow";
  EXPECT_EQ(at("2026-11-24 14:00"), absl::Seconds(38860));
  EXPECT_EQ(at("2026-11-24T14:00"), absl::Seconds(38860));
  EXPECT_EQ(at("2026-11-24T06:00:00Z"), absl::Seconds(38860));
  for (const char* text : {"", "25:00", "tomorrow", "14", "2026-11-24"}) {
    EXPECT_FALSE(ParseUntil(text, now, zone).ok()) << text;
  }
}

TEST(ProgressBar, SmallPartsCanBeSeenAndAllIsFull) {
  const View view = SampleView();
  EXPECT_EQ(RenderBar({{5, '#'}, {5, '!'}}, 10, 12, view), "[#####!!!!!]");
  EXPECT_EQ(RenderBar({{9999, '#'}, {1, '!'}}, 10000, 12, view), "[#########!]");
  EXPECT_EQ(RenderBar({{9999, '#'}}, 10000, 12, view), "[######### ]") << "not all is not full";
  EXPECT_EQ(RenderBar({}, 0, 12, view), "[          ]");
  EXPECT_EQ(RenderBar({{1, 'a'}, {1, 'b'}, {1, 'c'}}, 3, 4, view).size(), 4u);
  EXPECT_EQ(Percent(9999999, 10000000), " 99.9 %");
  EXPECT_EQ(Percent(1, 1), "100.0 %");
}

}  // namespace
}  // namespace quiesce::cli
