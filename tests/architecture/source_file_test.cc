#include "tests/architecture/source_file.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Line> Lines(std::string_view text) { return Parse("a.cc", text).lines; }

TEST(SourceFile, HasItsLinesAsTheyAre) {
  const SourceFile file = Parse("doc.md", "first // # \"\n\nlast");
  EXPECT_EQ(file.path, "doc.md");
  ASSERT_EQ(file.lines.size(), 3u);
  EXPECT_EQ(file.lines[0].text, "first // # \"");
  EXPECT_EQ(file.lines[0].comment, "");
  EXPECT_EQ(file.lines[2].text, "last");
}

TEST(SourceFile, ALastNewlineBeginsNoLine) { EXPECT_EQ(Lines("one\ntwo\n").size(), 2u); }

TEST(SourceFile, FindsIncludes) {
  EXPECT_EQ(Lines("#include \"daemon/base/time.h\"")[0].include, "daemon/base/time.h");
  EXPECT_EQ(Lines("#include <sys/stat.h>")[0].include, "sys/stat.h");
  EXPECT_EQ(Lines("  #  include\t<a>  // b")[0].include, "a");
  EXPECT_EQ(Lines("#include <a>  // b")[0].comment, " b");
  EXPECT_EQ(Lines("#define include")[0].include, "");
}

TEST(SourceFile, TakesNoIncludeFromCommentsAndStrings) {
  for (const Line& line : Lines("// #include <a>\n"
                                "/*\n"
                                "#include <b>\n"
                                "*/\n"
                                "auto x = R\"(\n"
                                "#include <c>\n"
                                ")\";\n")) {
    EXPECT_EQ(line.include, "") << line.text;
  }
}

TEST(SourceFile, TellsCommentsFromCode) {
  const auto lines = Lines("a(); // b();\nc(/* d, */ e);\nf; /* g\nh */ i;");
  EXPECT_EQ(lines[0].code, "a(); ");
  EXPECT_EQ(lines[0].comment, " b();");
  EXPECT_EQ(lines[1].code, "c( e);");
  EXPECT_EQ(lines[1].comment, " d, ");
  EXPECT_EQ(lines[2].code, "f; ");
  EXPECT_EQ(lines[2].comment, " g");
  EXPECT_EQ(lines[3].code, " i;");
  EXPECT_EQ(lines[3].comment, "h ");
}

TEST(SourceFile, TakesLiteralsOutOfTheCode) {
  const auto lines = Lines(R"cpp(f("a // b", "\"c\\", "", '"', '\'');  // "d")cpp");
  EXPECT_EQ(lines[0].code, R"(f("", "", "", '', '');  )");
  EXPECT_THAT(lines[0].literals, ElementsAre("a // b", R"(\"c\\)", ""));
  EXPECT_EQ(lines[0].comment, " \"d\"");
}

TEST(SourceFile, ARawStringBelongsToItsFirstLine) {
  const auto lines = Lines("f(R\"x(a \" // b\nc)\" d)x\", 1);  // e\ng();");
  EXPECT_EQ(lines[0].code, "f(\"\"");
  EXPECT_THAT(lines[0].literals, ElementsAre("a \" // b\nc)\" d"));
  EXPECT_THAT(lines[1].literals, IsEmpty());
  EXPECT_EQ(lines[1].code, ", 1);  ");
  EXPECT_EQ(lines[1].comment, " e");
  EXPECT_EQ(lines[2].code, "g();");
}

TEST(SourceFile, AMarkWithinANumberIsNoQuote) {
  EXPECT_EQ(Lines("x = 1'000; // y")[0].code, "x = 1'000; ");
}

TEST(SourceFile, SurvivesQuotesThatAreNeverClosed) {
  EXPECT_THAT(Lines("f(\"a\ng()")[0].literals, ElementsAre("a"));
  EXPECT_EQ(Lines("f(\"a\ng()")[1].code, "g()");
  EXPECT_EQ(Lines("'\\")[0].code, "''");
  EXPECT_EQ(Lines("R\"")[0].code, "\"\"");
  EXPECT_EQ(Lines("#include <a")[0].include, "");
}

TEST(SourceFile, ProtoHasTheCommentsOfCpp) {
  EXPECT_EQ(Parse("a.proto", "// b").lines[0].comment, " b");
}

TEST(SourceFile, OtherLanguagesHaveCommentsBehindAHash) {
  const auto lines = Parse("a.sh", "#!/bin/sh\necho ${x#y} $# # z").lines;
  EXPECT_EQ(lines[0].comment, "!/bin/sh");
  EXPECT_EQ(lines[1].code, "echo ${x#y} $# ");
  EXPECT_EQ(lines[1].comment, " z");
  EXPECT_EQ(Parse("a/BUILD.bazel", "# b").lines[0].comment, " b");
  EXPECT_EQ(Parse("WORKSPACE", "# b").lines[0].comment, " b");
}

TEST(Mentions, FindsAWholeName) {
  EXPECT_TRUE(Mentions("std::thread t;", "std::thread"));
  EXPECT_TRUE(Mentions("std::thread", "std::thread"));
  EXPECT_TRUE(Mentions("::sleep(1)", "sleep("));
  EXPECT_TRUE(Mentions("asleep(1); sleep(1)", "sleep("));
  EXPECT_FALSE(Mentions("std::thread_x t;", "std::thread"));
  EXPECT_FALSE(Mentions("my_std::thread t;", "std::thread"));
  EXPECT_FALSE(Mentions("", "std::thread"));
}

TEST(Mentions, AMemberIsSomethingElse) {
  EXPECT_FALSE(Mentions("env.sleep(1)", "sleep("));
  EXPECT_FALSE(Mentions("env->sleep(1)", "sleep("));
  EXPECT_TRUE(Mentions("client->Delete(path)", "->Delete("));
}

}  // namespace
}  // namespace quiesce::architecture
