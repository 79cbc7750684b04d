#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/import_manifest.h"
#include "client/manifest/manifest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/command_fixture.h"
#include "tests/unit/client/cli/golden.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {
namespace {

using ::testing::AllOf;
using testing::At;
using testing::ExpectGolden;
using ::testing::HasSubstr;
using testing::InstanceName;
using ::testing::IsEmpty;
using testing::kCn;
using testing::kSg;
using ::testing::Not;
using testing::Proto;

v1::Instance Seen(int number, const std::string& name, const std::string& state = "RUNNING") {
  v1::Instance instance = Proto<v1::Instance>(
      absl::StrCat("name: \"", InstanceName(kCn, number), "\" project_alias: \"billing-cn\"",
                   " observation { power_state: POWER_STATE_", state, " fresh: true list_time { ",
                   At(-5), " } }"));
  instance.set_cloud_name(name);
  return instance;
}

v1::Instance Owned(v1::Instance instance, const std::string& workspace) {
  instance.mutable_desired()->set_workspace(workspace);
  instance.mutable_desired()->set_owner(workspace + "-team");
  return instance;
}

v1::Project ProjectOf(const char* id, const std::string& alias) {
  return Proto<v1::Project>(absl::StrCat("name: \"projects/", id, "\" alias: \"", alias,
                                         "\" freshness { fresh: true list_time { ", At(-5), " } }",
                                         " observation_mode: OBSERVATION_MODE_LIST"));
}

class Import : public CommandFixture {
 protected:
  Import() {
    variables_["USER"] = "ann";
    ScriptProjects({ProjectOf(kCn, "billing-cn")});
    ScriptInstances({Seen(1, "billing-om-02"), Seen(2, "billing-om-01", "STOPPED"),
                     Owned(Seen(3, "risk-om-1"), "risk")});
    ScriptDeclared(0);
  }
  void ScriptProjects(const std::vector<v1::Project>& projects) {
    server_.On("ListProjects",
               [projects](const v1::ListProjectsRequest&, v1::ListProjectsResponse& response) {
                 for (const v1::Project& project : projects) *response.add_projects() = project;
                 return grpc::Status::OK;
               });
  }
  void ScriptDeclared(int64_t count) {
    server_.On("SummarizeInstances", [count](const v1::SummarizeInstancesRequest&,
                                             v1::SummarizeInstancesResponse& response) {
      response.set_declared_count(count);
      return grpc::Status::OK;
    });
  }
  // What was printed, as plan and apply read it.
  manifest::Manifest Manifest() {
    const manifest::Input input = manifest::Parse(out(), "import");
    EXPECT_EQ(manifest::FormatErrors(input), "") << out();
    return input.manifests.empty() ? manifest::Manifest() : input.manifests[0];
  }
  std::string Folder(const std::string& name) {
    const std::string path = absl::StrCat(std::getenv("TEST_TMPDIR"), "/", name);
    std::filesystem::remove_all(path);
    return path;
  }
  static std::string Text(const std::string& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
};

TEST_F(Import, PrintsAManifestOfWhatNobodyDeclares) {
  ExpectGolden("import", Screen({"import", "--all", "--owner", "billing-platform", "--contact",
                                 "#billing-oncall"}));
}

TEST_F(Import, WhatItPrintsIsAManifestThatReportsOnly) {
  EXPECT_EQ(Run({"import", "--all", "-w", "billing"}), ExitCode::kDone);
  const manifest::Manifest manifest = Manifest();
  EXPECT_EQ(manifest.header.workspace(), "billing");
  EXPECT_EQ(manifest.header.owner(), "ann");
  EXPECT_EQ(manifest.header.contact(), "ann");
  EXPECT_EQ(manifest.header.defaults().project(), "billing-cn");
  EXPECT_EQ(manifest.header.defaults().enforcement(), v1::ENFORCEMENT_OBSERVE);
  ASSERT_EQ(manifest.specs.size(), 2u);
  EXPECT_EQ(manifest.specs[0].asserted_name(), "billing-om-01");
  EXPECT_EQ(manifest.specs[1].asserted_name(), "billing-om-02");
  EXPECT_EQ(manifest.specs[1].enforcement(), v1::ENFORCEMENT_UNSPECIFIED);
}

TEST_F(Import, OddNamesComeThroughUnchanged) {
  const std::vector<std::string> names = {
      "a: b, {c}", "#1", "\"quoted\" 'and' \\", "true",    "1e5", "运维-😀",
      "- x",       "~",  std::string(256, 'n'), "{id: x}", " a ", "é" + std::string(250, '*')};
  std::vector<v1::Instance> instances;
  for (size_t i = 0; i < names.size(); ++i) {
    instances.push_back(Seen(static_cast<int>(i) + 1, names[i]));
  }
  ScriptInstances(instances);
  EXPECT_EQ(Run({"import", "--all"}), ExitCode::kDone);
  std::vector<std::string> read;
  for (const v1::InstanceSpec& spec : Manifest().specs) read.push_back(spec.asserted_name());
  EXPECT_THAT(read, ::testing::UnorderedElementsAreArray(names));
}

TEST_F(Import, ANameThatCannotBeAssertedIsLeftOut) {
  ScriptInstances({Seen(1, ""), Seen(2, "  "),
                   Seen(3,
                        "a\xE2\x80\xAE"
                        "b\n- {id: x}")});
  EXPECT_EQ(Run({"import", "--all"}), ExitCode::kDone);
  const manifest::Manifest manifest = Manifest();
  ASSERT_EQ(manifest.specs.size(), 3u);
  for (const v1::InstanceSpec& spec : manifest.specs) EXPECT_EQ(spec.asserted_name(), "");
  EXPECT_THAT(out(), HasSubstr("has a name that cannot be asserted: a\\u{202e}b\\n- {id: x}\n"));
}

TEST_F(Import, WhatOthersDeclareStaysACommentWhateverItsName) {
  ScriptInstances({Seen(1, "mine"), Owned(Seen(2, "x\n  - {id: y}"), "risk")});
  EXPECT_EQ(Run({"import", "--all"}), ExitCode::kDone);
  EXPECT_EQ(Manifest().specs.size(), 1u);
  EXPECT_THAT(out(), HasSubstr("# workspace risk, risk-team"));
}

TEST_F(Import, WhatIsNotListedAnyMoreIsNotImported) {
  v1::Instance missing = Seen(2, "lost");
  missing.mutable_observation()->set_missing_lists(1);
  v1::Instance never = Seen(3, "never");
  never.clear_observation();
  ScriptInstances({Seen(1, "here"), missing, never, Seen(4, "gone", "ABSENT")});
  EXPECT_EQ(Run({"import", "--all"}), ExitCode::kDone);
  EXPECT_EQ(Manifest().specs.size(), 1u);
}

TEST_F(Import, AWorkspaceThatDeclaresSomethingIsNotToBeReplaced) {
  ScriptDeclared(15);
  EXPECT_EQ(Run({"import", "--all", "-w", "billing"}), ExitCode::kConflict);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_THAT(err(),
              AllOf(HasSubstr("workspace billing declares 15 instances already"), HasSubstr("-w")));
  EXPECT_EQ(server_.Requests<v1::SummarizeInstancesRequest>("SummarizeInstances").at(0).filter(),
            "workspace=billing");
}

TEST_F(Import, EachProjectIsAWorkspaceOfItsOwn) {
  ScriptProjects({ProjectOf(kCn, "billing-cn"), ProjectOf(kSg, "Billing_SG.2")});
  EXPECT_EQ(Run({"import", "--all"}), ExitCode::kDone);
  EXPECT_THAT(out(), AllOf(HasSubstr("workspace: billing-cn\n"), HasSubstr("\n---\n"),
                           HasSubstr("workspace: billing-sg-2\n")));
}

TEST_F(Import, OneProjectByItsAliasOrId) {
  ScriptProjects({ProjectOf(kCn, "billing-cn"), ProjectOf(kSg, "billing-sg")});
  EXPECT_EQ(Run({"import", "--all", "-p", kSg}), ExitCode::kDone);
  EXPECT_THAT(out(), AllOf(HasSubstr("workspace: billing-sg\n"), Not(HasSubstr("---"))));
  EXPECT_EQ(Run({"import", "--all", "-p", "nowhere"}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("there is no project nowhere"));
}

TEST_F(Import, WhatCannotBeImportedIsSaid) {
  v1::Project unseen = ProjectOf(kSg, "risk-tr");
  unseen.set_observation_mode(v1::OBSERVATION_MODE_NONE);
  v1::Project never = ProjectOf(kCn, "billing-cn");
  never.clear_freshness();
  ScriptProjects({unseen, never});
  EXPECT_EQ(Run({"import", "--all"}), ExitCode::kDone);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_THAT(err(), AllOf(HasSubstr("risk-tr: cannot be looked at"),
                           HasSubstr("billing-cn: was never listed"), HasSubstr("quiesce doctor")));
}

TEST_F(Import, WritesAFileForEachProjectAndOverwritesNone) {
  const std::string folder = Folder("manifests");
  ScriptProjects({ProjectOf(kCn, "billing-cn"), ProjectOf(kSg, "billing-sg")});
  EXPECT_EQ(Run({"import", "--all", "--output-dir", folder}), ExitCode::kDone);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_THAT(err(), AllOf(HasSubstr("wrote manifests/billing-cn.yaml"),
                           HasSubstr("next: quiesce plan -f manifests")));
  EXPECT_THAT(Text(folder + "/billing-sg.yaml"), HasSubstr("workspace: billing-sg"));
  const std::string before = Text(folder + "/billing-cn.yaml");
  EXPECT_EQ(Run({"import", "--all", "-w", "other", "--output-dir", folder}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("is there already and is not overwritten"));
  EXPECT_EQ(Text(folder + "/billing-cn.yaml"), before);
}

TEST_F(Import, AWorkspaceOfSeveralFilesIsToBeAppliedAsAWhole) {
  ScriptProjects({ProjectOf(kCn, "billing-cn"), ProjectOf(kSg, "billing-sg")});
  EXPECT_EQ(Run({"import", "--all", "-w", "all", "--output-dir", Folder("shared")}),
            ExitCode::kDone);
  EXPECT_THAT(err(), HasSubstr("workspace all is spread over 2 files: always apply them together"));
}

TEST_F(Import, MistakesOfTheCommandLine) {
  EXPECT_EQ(Run({"import"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--all"));
  EXPECT_EQ(Run({"import", "--all", "-w", "Not A Name"}), ExitCode::kUsage);
  variables_.clear();
  EXPECT_EQ(Run({"import", "--all"}), ExitCode::kUsage);
  EXPECT_THAT(err(), HasSubstr("--owner WHO is required"));
}

TEST(WorkspaceOfProject, IsANameWhateverTheAlias) {
  EXPECT_EQ(WorkspaceOfProject("billing-cn"), "billing-cn");
  EXPECT_EQ(WorkspaceOfProject("A..b_"), "a-b");
  EXPECT_EQ(WorkspaceOfProject(std::string(62, 'a') + ".b"), std::string(62, 'a'));
  EXPECT_EQ(WorkspaceOfProject(""), "imported");
}

}  // namespace
}  // namespace quiesce::cli
