#include "tests/architecture/conventions.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/findings.h"

namespace quiesce::architecture {
namespace {

using ::testing::ElementsAre;
using testing::Find;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(TopLevel, IsWhatTheDesignSays) {
  for (const char* path :
       {"BUILD.bazel", "WORKSPACE", "README.md", "proto/buf.yaml", "daemon/app/main.cc",
        "client/cli/main.cc", "tests/support/process.h", "deploy/test.sh", ".bazelrc", ".ci/run"}) {
    EXPECT_THAT(Find(CheckTopLevel, path, ""), IsEmpty()) << path;
  }
}

TEST(TopLevel, HasNothingElse) {
  EXPECT_THAT(Find(CheckTopLevel, "Makefile", ""), ElementsAre("1: Makefile"));
  EXPECT_THAT(Find(CheckTopLevel, "docs/guide.md", ""), ElementsAre("1: docs"));
  EXPECT_THAT(Find(CheckTopLevel, "README.md.orig", ""), SizeIs(1));
}

TEST(Names, SayWhatIsInAFile) {
  EXPECT_THAT(Find(CheckNames, "daemon/store/group_commit.cc", ""), IsEmpty());
  EXPECT_THAT(Find(CheckNames, "daemon/store/commonality.cc", ""), IsEmpty());
}

TEST(Names, AreNotUtilsHelpersCommonOrManager) {
  for (const char* path :
       {"daemon/utils/text.h", "daemon/store/util.h", "daemon/store/row_helpers.cc",
        "client/common/names.h", "daemon/engine/run-manager.cc", "tests/misc/BUILD.bazel",
        "tests/unit/Common.h", "deploy/helper.sh"}) {
    EXPECT_THAT(Find(CheckNames, path, ""), SizeIs(1)) << path;
  }
}

std::string LinesOfCode(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "int x;\n";
  return text;
}

TEST(Length, IsAtMostSixHundredLines) {
  EXPECT_THAT(Find(CheckLength, "daemon/core/a.cc", LinesOfCode(600)), IsEmpty());
  for (const char* path : {"daemon/core/a.cc", "tests/unit/core/a.h", "deploy/a.py", "deploy/a.sh",
                           "deploy/bazel/a.bzl"}) {
    EXPECT_THAT(Find(CheckLength, path, LinesOfCode(601)), ElementsAre("601: length")) << path;
  }
}

TEST(Length, IsNotALimitForDataAndTheApi) {
  EXPECT_THAT(Find(CheckLength, "tests/unit/a/testdata/a.txt", LinesOfCode(601)), IsEmpty());
  EXPECT_THAT(Find(CheckLength, "proto/quiesce/v1/a.proto", LinesOfCode(601)), IsEmpty());
}

TEST(IssueNumbers, AreNotInComments) {
  for (const char* comment :
       {"#12", "see #12.", "(#7)", "issue 2", "Issue #2", "fixes bug 3", "PR 14", "ticket #9"}) {
    EXPECT_THAT(Find(CheckIssueNumbers, "a.cc", std::string("int x;  // ") + comment), SizeIs(1))
        << comment;
    EXPECT_THAT(Find(CheckIssueNumbers, "a.sh", std::string("x=1 # ") + comment), SizeIs(1))
        << comment;
    EXPECT_THAT(Find(CheckIssueNumbers, "a.proto", std::string("/* ") + comment), SizeIs(1))
        << comment;
  }
}

TEST(IssueNumbers, AreNotAnyNumber) {
  for (const char* comment : {"2 issues", "at issue: 2", "sharp 12", "item#9", "#12th", "#a1",
                              "# 12", "tissue 2", "pr 2nd", "DBSS.10020131", "a bug"}) {
    EXPECT_THAT(Find(CheckIssueNumbers, "a.cc", std::string("int x;  // ") + comment), IsEmpty())
        << comment;
  }
  EXPECT_THAT(Find(CheckIssueNumbers, "a.cc", "f(\"#12\");  // a text"), IsEmpty());
  EXPECT_THAT(Find(CheckIssueNumbers, "a.md", "See #12."), IsEmpty());
}

// In two parts each, because this file is checked too.
TEST(MachinePaths, AreInNoFile) {
  for (const char* path : {"a.cc", "a.md", ".ci/run", "testdata/a.expected"}) {
    EXPECT_THAT(Find(CheckMachinePaths, path,
                     "x\ncd /work"
                     "/main\n"),
                SizeIs(1))
        << path;
    EXPECT_THAT(Find(CheckMachinePaths, path,
                     "cp /root"
                     "/.bashrc ."),
                SizeIs(1))
        << path;
    EXPECT_THAT(Find(CheckMachinePaths, path, "/var/lib/quiesced /workspace /tmp/x"), IsEmpty());
  }
}

}  // namespace
}  // namespace quiesce::architecture
