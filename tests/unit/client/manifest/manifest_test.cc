#include "client/manifest/manifest.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace quiesce::manifest {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kId1[] = "a8c37c9be61ffd4ee8aacab7bae74e91";
constexpr char kId2[] = "f19b543c-b22a-4da8-b43d-a9003aaec146";

template <typename Message>
void ExpectProto(const Message& got, const std::string& want_text) {
  Message want;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(want_text, &want)) << want_text;
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(got, want))
      << got.ShortDebugString();
}

std::string Document(const std::string& workspace, const std::string& id,
                     const std::string& project = "cn") {
  return absl::StrCat("apiVersion: quiesce/v1\nworkspace: ", workspace,
                      "\nowner: team\ncontact: chat\ninstances: [{id: ", id, ", project: ", project,
                      "}]\n");
}

TEST(ParseTest, KeepsDefaultsAsTheyStand) {
  const Input input = Parse(R"(
apiVersion: quiesce/v1
workspace: billing-prod
owner: billing-platform
contact: "#billing-oncall"
labels: {tier: prod}
defaults: {project: billing-cn, enforcement: observe, start_grace: 15m}
instances:
  - {id: a8c37c9be61ffd4ee8aacab7bae74e91, name: billing-om-1}
  - id: f19b543c-b22a-4da8-b43d-a9003aaec146
    project: billing-sg
    protected: true
    enforcement: once
    start_grace: 0s
    move_from: ledger
)",
                            "prod.yaml");
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  ASSERT_EQ(input.manifests.size(), 1u);
  const Manifest& manifest = input.manifests[0];
  ExpectProto(manifest.header, R"(
    workspace: "billing-prod" owner: "billing-platform" contact: "#billing-oncall"
    labels { key: "tier" value: "prod" }
    defaults { project: "billing-cn" enforcement: ENFORCEMENT_OBSERVE start_grace { seconds: 900 } })");
  ASSERT_EQ(manifest.specs.size(), 2u);
  ExpectProto(manifest.specs[0], R"(
    instance_id: "a8c37c9be61ffd4ee8aacab7bae74e91" asserted_name: "billing-om-1")");
  ExpectProto(manifest.specs[1], R"(
    instance_id: "f19b543c-b22a-4da8-b43d-a9003aaec146" project: "billing-sg" protected: true
    enforcement: ENFORCEMENT_ONCE start_grace {} move_from: "ledger")");
  EXPECT_EQ(ToString(manifest.at), "prod.yaml:3:12");
}

TEST(ParseTest, ReadsJson) {
  const Input input = Parse(
      "{\n\t\"apiVersion\": \"quiesce/v1\", \"workspace\": \"w\", \"owner\": \"o\\u00e9\",\n"
      "\t\"contact\": \"a\\/b\", \"instances\": [{\"id\": \"a8c37c9be61ffd4ee8aacab7bae74e91\","
      "\"project\":\"cn\",\"protected\":true,\"start_grace\":\"1h30m\"}]}",
      "x.json");
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  ExpectProto(input.manifests[0].header, R"(workspace: "w" owner: "oé" contact: "a/b")");
  ExpectProto(input.manifests[0].specs[0], R"(
    instance_id: "a8c37c9be61ffd4ee8aacab7bae74e91" project: "cn" protected: true
    start_grace { seconds: 5400 })");
}

TEST(ParseTest, ScalarsAreWhatTheirFieldWants) {
  const Input input = Parse(
      "apiVersion: quiesce/v1\nworkspace: 007\nowner: yes\ncontact: 0x10\n"
      "instances: [{id: 01234567890123456789012345678901, project: 1e3, name: 1.50}]\n",
      "x.yaml");
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  ExpectProto(input.manifests[0].header, R"(workspace: "007" owner: "yes" contact: "0x10")");
  ExpectProto(input.manifests[0].specs[0], R"(
    instance_id: "01234567890123456789012345678901" project: "1e3" asserted_name: "1.50")");
}

TEST(ParseTest, AnEmptySetMustBeWritten) {
  const std::string head = "apiVersion: quiesce/v1\nworkspace: w\nowner: o\ncontact: c\n";
  const Input empty = Parse(head + "instances: []\n", "x.yaml");
  ASSERT_TRUE(empty.ok()) << FormatErrors(empty);
  EXPECT_TRUE(empty.manifests[0].specs.empty());
  EXPECT_FALSE(Parse(head + "instances:\n", "x.yaml").ok());
  EXPECT_FALSE(Parse(head + "instances: null\n", "x.yaml").ok());
  EXPECT_FALSE(Parse(head, "x.yaml").ok());
}

TEST(ParseTest, DocumentsOfOneWorkspaceAreOneSet) {
  const Input input = Parse(
      absl::StrCat("---\n", Document("a", kId1), "---\n# nothing\n---\n", Document("b", kId1, "sg"),
                   "...\n---\napiVersion: quiesce/v1\nworkspace: a\ninstances: [{id: ", kId2,
                   ", project: cn}]\n"),
      "x.yaml");
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  ASSERT_EQ(input.manifests.size(), 2u);
  EXPECT_EQ(input.manifests[0].header.workspace(), "a");
  EXPECT_EQ(input.manifests[0].header.owner(), "team");
  ASSERT_EQ(input.manifests[0].specs.size(), 2u);
  EXPECT_EQ(input.manifests[0].specs[1].instance_id(), kId2);
  EXPECT_EQ(input.manifests[1].header.workspace(), "b");
}

TEST(ParseTest, DifferentDefaultsAreFilledIn) {
  const std::string text = absl::StrFormat(R"(
apiVersion: quiesce/v1
workspace: a
owner: o
contact: c
defaults: {project: cn, start_grace: 1m}
instances: [{id: %s}, {id: %s, start_grace: 2m}]
---
apiVersion: quiesce/v1
workspace: a
defaults: {project: sg, enforcement: once}
instances: [{id: %s}]
)",
                                           kId1, kId2, kId1);
  const Input input = Parse(text, "x.yaml");
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  ASSERT_EQ(input.manifests.size(), 1u);
  EXPECT_FALSE(input.manifests[0].header.has_defaults());
  const auto& specs = input.manifests[0].specs;
  ASSERT_EQ(specs.size(), 3u);
  EXPECT_EQ(specs[0].project(), "cn");
  EXPECT_EQ(specs[0].start_grace().seconds(), 60);
  EXPECT_EQ(specs[1].start_grace().seconds(), 120);
  EXPECT_EQ(specs[2].project(), "sg");
  EXPECT_EQ(specs[2].enforcement(), v1::ENFORCEMENT_ONCE);
  EXPECT_FALSE(specs[2].has_start_grace());
}

TEST(ParseTest, NothingIsNoManifest) {
  for (const char* text : {"", "# only a comment\n", "---\n---\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(FormatErrors(Parse(text, "x.yaml")), "x.yaml: contains no manifest\n") << text;
  }
}

class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  std::string Write(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  Input LoadPaths(const std::vector<std::string>& paths) { return Load(paths, standard_input_); }
  static std::vector<std::string> Workspaces(const Input& input) {
    std::vector<std::string> names;
    for (const Manifest& m : input.manifests) names.push_back(m.header.workspace());
    return names;
  }

  fs::path folder_;
  std::istringstream standard_input_;
};

TEST_F(FolderTest, IsReadInOrderWithItsSubfolders) {
  Write("c.yaml", Document("c", kId1, "p1"));
  Write("a.yml", Document("a", kId1, "p2"));
  Write("b/x.json",
        "{\"apiVersion\": \"quiesce/v1\", \"workspace\": \"b\", \"owner\": \"o\", "
        "\"contact\": \"c\", \"instances\": []}");
  Write("b/README.md", "no manifest");
  Write(".git/y.yaml", "broken: [");
  Write(".z.yaml", "broken: [");
  const Input input = LoadPaths({folder_.string()});
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  EXPECT_THAT(Workspaces(input), ElementsAre("a", "b", "c"));
}

TEST_F(FolderTest, SeveralPathsAreOneInput) {
  const std::string a = Write("a.yaml", Document("a", kId1));
  const std::string b = Write("b.txt", Document("b", kId1));
  standard_input_.str(Document("c", kId2));
  EXPECT_EQ(FormatErrors(LoadPaths({a, "-", b})),
            absl::StrCat(b, ":5:18: instance \"", kId1, "\" is declared twice, first at ", a,
                         ":5:18 in workspace \"a\"; an instance belongs to one workspace\n"));
  standard_input_.clear();
  standard_input_.str(Document("c", "x"));
  EXPECT_EQ(FormatErrors(LoadPaths({"-"})),
            "<stdin>:5:18: instances[0].id: \"x\" has 1 character, an instance id has 32 to 64\n");
}

TEST_F(FolderTest, SaysWhatCannotBeRead) {
  const std::string a = Write("a.yaml", Document("a", kId1));
  const std::string missing = (folder_ / "missing.yaml").string();
  EXPECT_EQ(FormatErrors(LoadPaths({missing})),
            missing + ": cannot be read: No such file or directory\n");
  EXPECT_EQ(FormatErrors(LoadPaths({a, a})), a + ": is given twice\n");
  EXPECT_EQ(FormatErrors(LoadPaths({a, folder_.string()})), a + ": is given twice\n");
  fs::create_directories(folder_ / "empty");
  EXPECT_THAT(FormatErrors(LoadPaths({(folder_ / "empty").string()})),
              HasSubstr("contains no *.yaml, *.yml or *.json"));
  EXPECT_FALSE(LoadPaths({}).ok());
}

TEST_F(FolderTest, FollowsLinksToFilesOnly) {
  Write("..data/a.yaml", Document("a", kId1));
  fs::create_symlink("..data/a.yaml", folder_ / "a.yaml");  // as Kubernetes mounts a ConfigMap
  const Input input = LoadPaths({folder_.string()});
  ASSERT_TRUE(input.ok()) << FormatErrors(input);
  fs::create_directory_symlink(".", folder_ / "loop");
  EXPECT_THAT(FormatErrors(LoadPaths({folder_.string()})),
              HasSubstr("loop: is a link to a folder"));
}

}  // namespace
}  // namespace quiesce::manifest
