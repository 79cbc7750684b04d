#include "daemon/base/text.h"

#include <string>

#include "gtest/gtest.h"

namespace quiesce {
namespace {

TEST(FirstCodePoint, ReadsOneCharacter) {
  for (const char* text : {"a", "\xc2\xa7", "\xe6\x95\xb0", "\xf0\x9f\x9b\x91"}) {
    EXPECT_EQ(FirstCodePoint(std::string(text) + "rest").length, std::string(text).size()) << text;
  }
  EXPECT_EQ(FirstCodePoint("\xe6\x95\xb0").value, 0x6570u);
  EXPECT_EQ(FirstCodePoint("\xf0\x9f\x9b\x91").value, 0x1F6D1u);
}

TEST(FirstCodePoint, RefusesWhatIsNotUtf8) {
  for (const char* text : {"\x80", "\xc0\x80", "\xc3", "\xc3(", "\xe0\x80\x80", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(FirstCodePoint(text).length, 0u) << Quoted(text);
  }
}

TEST(Quoted, EscapesWhatCouldDeceive) {
  EXPECT_EQ(Quoted("plain"), "\"plain\"");
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(Quoted("a\r\n\t\x1b"), R"("a\r\n\t\x1b")");
  EXPECT_EQ(Quoted("数据库"), "\"数据库\"");
  EXPECT_EQ(Quoted("a\xe2\x80\xae"), R"("a\u{202e}")");
  EXPECT_EQ(Quoted("\xff\xc3"), R"("\xff\xc3")");
}

TEST(Quoted, CutsBetweenCharacters) {
  EXPECT_EQ(Quoted("abcdefgh", 5), "\"abcd...\"");
  EXPECT_EQ(Quoted("abcd", 5), "\"abcd\"");
  EXPECT_EQ(Quoted("数据库", 8), "\"数据...\"");
  EXPECT_EQ(Quoted("a\n\n", 4), R"("a\n...")");
}

TEST(Truncated, KeepsUtf8Valid) {
  EXPECT_EQ(Truncated("abcdef", 6), "abcdef");
  EXPECT_EQ(Truncated("abcdefg", 6), "abc...");
  EXPECT_EQ(Truncated("数据库", 9), "数据库");
  EXPECT_EQ(Truncated("数据库", 8), "数...");
  EXPECT_EQ(Truncated("数据库", 6), "数...");
  EXPECT_EQ(Truncated("数据库", 5), "...");
}

TEST(Truncated, NeverExceedsTheLimit) {
  for (size_t max = 0; max < 20; ++max) {
    EXPECT_LE(Truncated("数据库 abc 数据库 abc", max).size(), max);
  }
}

}  // namespace
}  // namespace quiesce
