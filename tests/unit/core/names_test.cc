#include "daemon/core/names.h"

#include <map>
#include <string>
#include <vector>

#include "daemon/base/limits.h"
#include "daemon/core/facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

using ::testing::HasSubstr;

const std::string kHexId = "a8c37c9be61ffd4ee8aacab7bae74e91";
const std::string kUuid = "f19b543c-b22a-4da8-b43d-a9003aaec146";

std::string Text(const Problem& problem) { return problem.value_or("no problem"); }

// --- ids -----------------------------------------------------------------------------------------

TEST(Id, MayBe32HexDigitsOrAUuidOrAnyOtherOfTheAlphabet) {
  for (const std::string& id :
       {kHexId, kUuid, std::string(32, 'A'), std::string(64, '_'), std::string(48, '-')}) {
    EXPECT_TRUE(IsValidId(id)) << id;
    EXPECT_EQ(InstanceIdProblem(id), std::nullopt) << id;
    EXPECT_EQ(ProjectIdProblem(id), std::nullopt) << id;
  }
}

TEST(Id, ProblemSaysWhatIsWrong) {
  struct Row {
    std::string id;
    std::string problem;
  };
  const std::vector<Row> rows = {
      {"", "is empty, an instance id is required"},
      {"a8c37c9be61f", R"("a8c37c9be61f" has 12 characters, an instance id has 32 to 64)"},
      {"x", R"("x" has 1 character, an instance id has 32 to 64)"},
      {std::string(31, 'a'), "has 31 characters, an instance id has 32 to 64"},
      {std::string(65, 'a'), "has 65 characters, an instance id has 32 to 64"},
      {kHexId + "/x",
       "contains \"/\" at character 33, an instance id consists of letters, "
       "digits, '_' and '-'"},
      {kHexId + " ", "contains \" \" at character 33"},
      {" " + kHexId, "contains \" \" at character 1,"},
      {kHexId + "\n", R"(contains "\n" at character 33)"},
      {"é" + kHexId, "contains \"é\" at character 1,"},
      {kHexId + "\xff", R"(contains "\xff" at character 33)"},
      {kHexId + std::string(1, '\0'), R"(contains "\x00" at character 33)"},
      {kHexId + "..", "contains \".\" at character 33"},
      {kHexId + "%2f", "contains \"%\" at character 33"},
  };
  for (const Row& row : rows) {
    EXPECT_FALSE(IsValidId(row.id)) << row.id;
    EXPECT_THAT(Text(InstanceIdProblem(row.id)), HasSubstr(row.problem));
  }
  EXPECT_THAT(Text(ProjectIdProblem("abc")), HasSubstr("a project id has 32 to 64"));
}

TEST(Id, ProblemStaysShortForAHugeText) {
  EXPECT_LT(Text(InstanceIdProblem(std::string(1 << 20, 'a'))).size(), 200u);
  EXPECT_LT(Text(InstanceIdProblem(std::string(1 << 20, '\x01'))).size(), 200u);
}

// --- workspaces, requests ------------------------------------------------------------------------

TEST(WorkspaceName, IsWhatADnsLabelMayBe) {
  for (const std::string& name :
       {std::string("a"), std::string("7"), std::string("billing-prod"), std::string("a--b"),
        std::string(limits::kMaxWorkspaceLength, 'w')}) {
    EXPECT_EQ(WorkspaceNameProblem(name), std::nullopt) << name;
  }
  EXPECT_EQ(Text(WorkspaceNameProblem("")), "is empty, a workspace name is required");
  EXPECT_THAT(Text(WorkspaceNameProblem("Billing")), HasSubstr("contains \"B\" at character 1"));
  EXPECT_THAT(Text(WorkspaceNameProblem("a_b")), HasSubstr("contains \"_\""));
  EXPECT_THAT(Text(WorkspaceNameProblem("-a")), HasSubstr("begins or ends with '-'"));
  EXPECT_THAT(Text(WorkspaceNameProblem("a-")), HasSubstr("begins or ends with '-'"));
  EXPECT_THAT(Text(WorkspaceNameProblem(std::string(64, 'w'))),
              HasSubstr("has 64 characters, a workspace name has at most 63"));
}

TEST(RequestId, IsPrintableAsciiWithoutSpaces) {
  EXPECT_EQ(RequestIdProblem(kUuid), std::nullopt);
  EXPECT_EQ(RequestIdProblem("run:7/apply#3"), std::nullopt);
  EXPECT_EQ(RequestIdProblem(std::string(limits::kMaxRequestIdLength, 'x')), std::nullopt);
  EXPECT_THAT(Text(RequestIdProblem("")), HasSubstr("is empty"));
  EXPECT_THAT(Text(RequestIdProblem("a b")), HasSubstr("contains \" \" at character 2"));
  EXPECT_THAT(Text(RequestIdProblem("a\x7f")), HasSubstr(R"(contains "\x7f" at character 2)"));
  EXPECT_THAT(Text(RequestIdProblem("aü")), HasSubstr("contains \"ü\""));
  EXPECT_THAT(Text(RequestIdProblem(std::string(65, 'x'))),
              HasSubstr("has 65 characters, a request id has at most 64"));
}

// --- texts ---------------------------------------------------------------------------------------

TEST(Texts, MayBeInAnyScript) {
  for (const char* text : {"INC-4711", "someone must get in now", "数据库维护", "Störung an der Ü",
                           "می‌خواهم", "🚒 fire", "\"quoted\" \\ back"}) {
    EXPECT_EQ(ReasonProblem(text), std::nullopt) << text;
    EXPECT_EQ(OwnerProblem(text), std::nullopt) << text;
    EXPECT_EQ(ContactProblem(text), std::nullopt) << text;
    EXPECT_EQ(AssertedNameProblem(text), std::nullopt) << text;
  }
}

TEST(Texts, RefuseWhatALineOnATerminalMustNotContain) {
  struct Row {
    std::string text;
    std::string problem;
  };
  const std::vector<Row> rows = {
      {"", "is empty, a reason is required"},
      {"   ", "\"   \" is blank, a reason is required"},
      {"a\nb", R"("a\nb" contains the control or invisible character "\n", a reason is one line)"},
      {"a\tb", R"(character "\t")"},
      {"a\x1b[31mred", R"(character "\x1b")"},
      {std::string("a\0b", 3), R"(character "\x00")"},
      {"a\x7f", R"(character "\x7f")"},
      {"a\xc2\x85", R"(character "\x85")"},          // next line, of the C1 controls
      {"a\xe2\x80\xae", R"(character "\u{202e}")"},  // right-to-left override
      {"a\xe2\x80\xa8", R"(character "\u{2028}")"},  // line separator
      {"a\xe2\x80\x8b", R"(character "\u{200b}")"},  // zero-width space
      {"a\xef\xbb\xbf", R"(character "\u{feff}")"},  // byte order mark
      {"a\xff", "is not valid UTF-8 at byte 2"},
      {"ab\xc3", "is not valid UTF-8 at byte 3"},            // cut short
      {"\xc0\xaf", "is not valid UTF-8 at byte 1"},          // overlong '/'
      {"\xe0\x80\xaf", "is not valid UTF-8 at byte 1"},      // overlong in three bytes
      {"\xf0\x80\x80\xaf", "is not valid UTF-8 at byte 1"},  // overlong in four bytes
      {"\xed\xa0\x80", "is not valid UTF-8 at byte 1"},      // half of a UTF-16 pair
      {"\xf4\x90\x80\x80", "is not valid UTF-8 at byte 1"},  // beyond Unicode
      {"\xf8\x88\x80\x80\x80", "is not valid UTF-8 at byte 1"},
      {"a\x80", "is not valid UTF-8 at byte 2"},
  };
  for (const Row& row : rows) EXPECT_THAT(Text(ReasonProblem(row.text)), HasSubstr(row.problem));
}

TEST(Texts, AreBoundedInCharactersNotBytes) {
  std::string owner;
  for (size_t i = 0; i < limits::kMaxOwnerLength; ++i) owner += "数";
  EXPECT_EQ(OwnerProblem(owner), std::nullopt);
  EXPECT_THAT(Text(OwnerProblem(owner + "据")),
              HasSubstr("has 129 characters, an owner has at most 128"));
  EXPECT_THAT(Text(ContactProblem(owner + "据")), HasSubstr("a contact has at most 128"));
  EXPECT_THAT(Text(ReasonProblem(std::string(513, 'r'))), HasSubstr("a reason has at most 512"));
  EXPECT_THAT(Text(AssertedNameProblem(std::string(257, 'n'))),
              HasSubstr("an instance name has at most 256"));
}

TEST(Labels, HavePlainKeysAndPrintableValues) {
  EXPECT_EQ(LabelsProblem({}), std::nullopt);
  EXPECT_EQ(LabelsProblem({{"tier", "prod"}, {"example.com/cost_centre", "Köln 7"}, {"x", ""}}),
            std::nullopt);
  EXPECT_THAT(Text(LabelsProblem({{"", "x"}})), HasSubstr("empty key"));
  EXPECT_THAT(Text(LabelsProblem({{"Tier", "x"}})), HasSubstr("\"Tier\" contains \"T\""));
  EXPECT_THAT(Text(LabelsProblem({{"a=b", "x"}})), HasSubstr("contains \"=\""));
  EXPECT_THAT(Text(LabelsProblem({{".a", "x"}})), HasSubstr("begins or ends with '.'"));
  EXPECT_THAT(Text(LabelsProblem({{std::string(64, 'k'), "x"}})),
              HasSubstr("a label's key has at most 63"));
  EXPECT_THAT(Text(LabelsProblem({{"tier", "a\nb"}})), HasSubstr("label \"tier\": \"a\\nb\""));
  EXPECT_THAT(Text(LabelsProblem({{"tier", std::string(64, 'v')}})),
              HasSubstr("a label's value has at most 63"));
}

TEST(Labels, AreBoundedInNumber) {
  std::map<std::string, std::string> labels;
  for (size_t i = 0; i < limits::kMaxLabels; ++i) labels["k" + std::to_string(i)] = "v";
  EXPECT_EQ(LabelsProblem(labels), std::nullopt);
  labels["one-more"] = "v";
  EXPECT_EQ(Text(LabelsProblem(labels)), "has 65 labels, a workspace has at most 64");
}

// --- resource names ------------------------------------------------------------------------------

TEST(InstanceName, ReadsBackWhatIsFormatted) {
  const InstanceKey key{kHexId, kUuid};
  const std::string name = FormatInstanceName(key);
  EXPECT_EQ(name, "projects/" + kHexId + "/instances/" + kUuid);
  InstanceKey parsed;
  EXPECT_EQ(ParseInstanceName(name, parsed), std::nullopt);
  EXPECT_EQ(parsed, key);
}

TEST(InstanceName, ProblemSaysWhatIsWrongAndLeavesTheKeyAlone) {
  struct Row {
    std::string name;
    std::string problem;
  };
  const std::string good = "projects/" + kHexId + "/instances/" + kUuid;
  const std::vector<Row> rows = {
      {"", "is empty, the name of an instance is required"},
      {kUuid, "is not of the form projects/{project_id}/instances/{instance_id}"},
      {"/" + good, "is not of the form"},
      {"projects/" + kHexId, "is not of the form"},
      {"projects/" + kHexId + "/Instances/" + kUuid, "is not of the form"},
      {"instances/" + kUuid, "is not of the form"},
      {"project/" + kHexId + "/instances/" + kUuid, "is not of the form"},
      {"projects/instances/" + kUuid, "is not of the form"},
      {"projects//instances/" + kUuid, "project_id is empty"},
      {"projects/" + kHexId + "/instances/", "instance_id is empty"},
      {"projects/billing-cn/instances/" + kUuid, "project_id \"billing-cn\" has 10 characters"},
      {"projects/" + kHexId + "/instances/a8c3", "instance_id \"a8c3\" has 4 characters"},
      {good + "/", "contains \"/\" at character 37, an instance id consists of"},
      {good + "/instances/" + kUuid, "instance_id"},
      {good + "\n", R"(contains "\n")"},
  };
  const InstanceKey before{"untouched", "untouched"};
  for (const Row& row : rows) {
    InstanceKey key = before;
    EXPECT_THAT(Text(ParseInstanceName(row.name, key)), HasSubstr(row.problem)) << row.name;
    EXPECT_EQ(key, before) << row.name;
  }
}

}  // namespace
}  // namespace quiesce::core
