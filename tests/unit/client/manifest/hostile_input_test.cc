#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/manifest/manifest.h"
#include "daemon/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// Nothing that a file contains makes the loader crash, hang or accept what it did not understand.
namespace quiesce::manifest {
namespace {

using ::testing::HasSubstr;

std::string Valid() {
  std::ifstream stream("tests/unit/client/manifest/testdata/valid.yaml");
  EXPECT_TRUE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string Errors(const std::string& text) { return FormatErrors(Parse(text, "x")); }

TEST(HostileInputTest, TruncationAtEveryByte) {
  const std::string text = Valid();
  ASSERT_TRUE(Parse(text, "x").ok());
  const size_t instances = text.find("instances:") + std::string("instances:").size();
  for (size_t n = 0; n < text.size(); ++n) {
    const Input input = Parse(text.substr(0, n), "x");
    EXPECT_NE(input.ok(), input.manifests.empty()) << n;
    // Without any instance it must not pass for a set that releases all.
    if (n <= instances) {
      EXPECT_FALSE(input.ok()) << n;
    }
  }
}

TEST(HostileInputTest, EveryByteReplaced) {
  const std::string text = Valid();
  for (const char c :
       {'\0', '\x04', '\x1b', '\xff', '"', '\'', '{', ']', '&', '*', '!', '\n', ':'}) {
    for (size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = c;
      const Input input = Parse(changed, "x");
      EXPECT_NE(input.ok(), input.manifests.empty());
      const bool is_text = c == '\n' || (c >= ' ' && c <= '~');
      if (!is_text) {
        EXPECT_FALSE(input.ok()) << i;
      }
    }
  }
}

TEST(HostileInputTest, RandomPiecesOfYaml) {
  const char* const pieces[] = {"{",     "}",
                                "[",     "]",
                                "\n",    "  ",
                                "- ",    ": ",
                                ",",     "\"",
                                "'",     "&a",
                                "*a",    "!t",
                                "|\n",   ">",
                                "---\n", "...\n",
                                "? ",    "#",
                                "id",    "null",
                                "%",     "\t",
                                "é",     "workspace: x\n"};
  SeededRandom random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (uint64_t n = random.Next() % 24; n > 0; --n) {
      text += pieces[random.Next() % (sizeof(pieces) / sizeof(pieces[0]))];
    }
    EXPECT_FALSE(Parse(text, "x").ok()) << text;
  }
}

TEST(HostileInputTest, ControlCharactersAndEncodings) {
  const std::string head = "apiVersion: quiesce/v1\nworkspace: ";
  EXPECT_EQ(Errors(head + std::string(1, '\0')), "x:2:12: control character 0x00\n");
  // yaml-cpp takes 0x04 for the end of the file.
  EXPECT_EQ(Errors(Valid() + "\x04more"), "x:15:1: control character 0x04\n");
  EXPECT_EQ(Errors("a\rb"), "x:1:2: control character 0x0d\n");
  EXPECT_EQ(Errors(head + "\xC3\x28"),
            "x:2:12: byte 0xc3 is not UTF-8, save the file as UTF-8 text\n");
  EXPECT_EQ(Errors(std::string("\xFF\xFE"
                               "a\0",
                               4)),
            "x:1:1: byte 0xff is not UTF-8, save the file as UTF-8 text\n");
  for (const char* bad : {"\xC0\x80", "\xED\xA0\x80", "\xE0\x80\x80", "\xF4\x90\x80\x80",
                          "\xF0\x80\x80\x80", "\x80", "\xE6\x9D", "\xF0\x9F\x98"}) {
    EXPECT_THAT(Errors(head + bad), HasSubstr("is not UTF-8")) << bad;
  }
}

TEST(HostileInputTest, WindowsTextIsText) {
  std::string crlf;
  for (const char c : Valid()) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Input input = Parse("\xEF\xBB\xBF" + crlf, "x");
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  EXPECT_EQ(input.manifests[0].header.owner(), "billing-platform");
  EXPECT_EQ(input.manifests[0].specs[2].move_from(), "ledger");
  EXPECT_EQ(ToString(input.manifests[0].at), "x:3:12");
  // The mark at the beginning of the file does not move columns on the first line.
  EXPECT_EQ(Errors("\xEF\xBB\xBF[]"),
            "x:1:2: no manifest: a manifest begins with `apiVersion: quiesce/v1`\n");
}

TEST(HostileInputTest, AliasesAreNeverFollowed) {
  EXPECT_THAT(Errors("a: &a [*a]\n"), HasSubstr("x:1:4: anchors (&name) are not permitted"));
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= 40; ++i) {
    absl::StrAppend(&bomb, "a", i, ": &a", i, " [");
    for (int k = 0; k < 10; ++k) absl::StrAppend(&bomb, "*a", i - 1, k < 9 ? ", " : "]\n");
  }
  const Input input = Parse(bomb, "x");
  EXPECT_EQ(input.errors.size(), 20u);
  EXPECT_TRUE(input.more_errors);
}

TEST(HostileInputTest, DeepNesting) {
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string text;
    for (int i = 0; i < 100000; ++i) text += open;
    EXPECT_FALSE(Parse(text, "x").ok()) << open;
  }
  EXPECT_THAT(Errors(std::string(100000, '[')), HasSubstr("more than 32 levels"));
}

TEST(HostileInputTest, LargeInputsTakeLinearTime) {
  std::string keys = "{";
  for (int i = 0; i < 40000; ++i) absl::StrAppend(&keys, "k", i, ": 1, ");
  EXPECT_EQ(Parse(keys + "k7: 1}", "x").errors.size(), 20u);

  std::string many =
      "apiVersion: quiesce/v1\nworkspace: w\nowner: o\ncontact: c\n"
      "defaults: {project: p}\ninstances:\n";
  for (int i = 0; i < 100000; ++i) {
    absl::StrAppend(&many, "  - {id: a8c37c9be61ffd4ee8aacab7", 10000000 + i, ", name: om-", i,
                    "}\n");
  }
  const Input input = Parse(many, "x");
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  EXPECT_EQ(input.manifests[0].specs.size(), 100000u);
}

}  // namespace
}  // namespace quiesce::manifest
