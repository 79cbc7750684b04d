#include "daemon/app/init_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/config/config_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kId[] = "0123456789abcdef0123456789abcdef";

class InitCommandTest : public ::testing::Test {
 protected:
  InitCommandTest() : folder_(*support::ScratchFolder::Make()) {}

  std::string Path(const std::string& name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  ExitCode Run(std::vector<std::string> arguments) {
    out_.clear();
    err_.clear();
    return RunInit(arguments, out_, err_);
  }
  ExitCode RunComplete(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"--project",    kId,    "--region", "cn-north-4",
                                          "--token-file", "/k/t", "--config", Path("q.yaml")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }
  // What was written; the test fails where it does not load.
  config::Config Written() {
    const config::Result result = config::Load(Path("q.yaml"));
    EXPECT_EQ(result.FormatErrors(), "");
    return result.config;
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  support::ScratchFolder folder_;
  std::string out_;
  std::string err_;
};

TEST_F(InitCommandTest, WritesAConfigurationThatLoads) {
  ASSERT_EQ(RunComplete(), ExitCode::kOk) << err_;
  const config::Config config = Written();
  ASSERT_EQ(config.projects.size(), 1u);
  EXPECT_EQ(config.projects[0].id, kId);
  EXPECT_EQ(config.projects[0].alias, "cn-north-4");
  EXPECT_EQ(config.projects[0].endpoint.ToString(), "https://dbss.cn-north-4.myhuaweicloud.com");
  ASSERT_EQ(config.credentials.size(), 1u);
  EXPECT_EQ(config.credentials[0].file, "/k/t");
  EXPECT_EQ(config.store_path, "/var/lib/quiesced/quiesced.db");
  EXPECT_THAT(Names(), ::testing::ElementsAre("q.yaml"));
}

TEST_F(InitCommandTest, SaysWhatItWroteAndWhatComesNext) {
  ASSERT_EQ(RunComplete(), ExitCode::kOk) << err_;
  EXPECT_EQ(err_, "");
  EXPECT_THAT(out_,
              AllOf(HasSubstr(Path("q.yaml") + " is written"), HasSubstr("/k/t"),
                    HasSubstr("is not there yet"), HasSubstr("quiesced --check-config --config"),
                    HasSubstr("\n  quiesce doctor\n")));
}

TEST_F(InitCommandTest, TheFileIsReadableByItsGroupWhateverTheUmask) {
  const mode_t before = umask(077);
  ASSERT_EQ(RunComplete(), ExitCode::kOk) << err_;
  umask(before);
  struct stat info;
  ASSERT_EQ(stat(Path("q.yaml").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0640u);
}

TEST_F(InitCommandTest, NeverOverwrites) {
  std::ofstream(Path("q.yaml")) << "mine";
  EXPECT_EQ(RunComplete(), ExitCode::kFailure);
  EXPECT_THAT(err_, AllOf(HasSubstr("is there already"), HasSubstr("--config")));
  std::ifstream in(Path("q.yaml"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "mine");
  EXPECT_THAT(Names(), ::testing::ElementsAre("q.yaml"));
}

TEST_F(InitCommandTest, DoesNotFollowALinkThatLeadsNowhere) {
  ASSERT_EQ(symlink(Path("elsewhere").c_str(), Path("q.yaml").c_str()), 0);
  EXPECT_EQ(RunComplete(), ExitCode::kFailure);
  EXPECT_THAT(err_, HasSubstr("is there already"));
}

TEST_F(InitCommandTest, SaysHowToMakeAFolderThatIsMissing) {
  EXPECT_EQ(Run({"--project", kId, "--region", "cn-north-4", "--token-file", "/k/t", "--config",
                 Path("no/q.yaml")}),
            ExitCode::kFailure);
  EXPECT_THAT(err_, HasSubstr(absl::StrCat("mkdir -p -m 0750 ", Path("no"))));
}

TEST_F(InitCommandTest, TakesAnEndpointAndAnAlias) {
  ASSERT_EQ(Run({"--project=" + std::string(kId), "--endpoint=http://127.0.0.1:8080",
                 "--alias=billing-cn", "--token-file=/k/t", "--config=" + Path("q.yaml")}),
            ExitCode::kOk)
      << err_;
  const config::Config config = Written();
  EXPECT_EQ(config.projects[0].alias, "billing-cn");
  EXPECT_EQ(config.projects[0].endpoint.ToString(), "http://127.0.0.1:8080");
  EXPECT_EQ(config.projects[0].region, "");
}

TEST_F(InitCommandTest, NamesAProjectAfterItsHostWhereThereIsNoRegion) {
  ASSERT_EQ(Run({"--project", kId, "--endpoint", "https://dbss.example.com", "--token-file", "/k/t",
                 "--config", Path("q.yaml")}),
            ExitCode::kOk)
      << err_;
  EXPECT_EQ(Written().projects[0].alias, "dbss.example.com");
}

TEST_F(InitCommandTest, TakesAPassword) {
  ASSERT_EQ(Run({"--project", kId, "--region", "cn-north-4", "--user", "o'brien: \"x\"", "--domain",
                 "acme", "--password-file", "/k/p w", "--config", Path("q.yaml")}),
            ExitCode::kOk)
      << err_;
  const config::Config config = Written();
  EXPECT_EQ(config.credentials[0].type, config::Credential::Type::kPassword);
  EXPECT_EQ(config.credentials[0].user, "o'brien: \"x\"");
  EXPECT_EQ(config.credentials[0].domain, "acme");
  EXPECT_EQ(config.credentials[0].file, "/k/p w");
}

TEST_F(InitCommandTest, TakesAnAccessKey) {
  ASSERT_EQ(Run({"--project", kId, "--region", "cn-north-4", "--key-file", "/k/key", "--config",
                 Path("q.yaml")}),
            ExitCode::kOk)
      << err_;
  EXPECT_EQ(Written().credentials[0].type, config::Credential::Type::kAccessKey);
}

TEST_F(InitCommandTest, TellsEveryMistakeAtOnceByItsFlag) {
  EXPECT_EQ(Run({"--project", "abc", "--regoin", "x", "--token-file", "keys/t", "--user", "u", "-x",
                 "--alias", "a b", "--config"}),
            ExitCode::kUsage);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(
      err_,
      AllOf(HasSubstr("init: --project: \"abc\" has 3 characters, a project id has 32 to 64\n"),
            HasSubstr("init: unknown flag \"--regoin\" (did you mean \"--region\"?)\n"),
            HasSubstr("init: --region R is required, like cn-north-4, or --endpoint URL\n"),
            HasSubstr("init: --token-file: is not the absolute path of a file\n"),
            HasSubstr("init: --user is for --password-file only\n"),
            HasSubstr("init: unknown flag \"-x\"\n"), HasSubstr("init: --alias: \"a b\""),
            HasSubstr("init: --config needs a value\n")));
  EXPECT_THAT(err_, HasSubstr(" mistakes, nothing was written; `quiesced init --help`"));
}

TEST_F(InitCommandTest, TellsWhatIsMissing) {
  EXPECT_EQ(Run({}), ExitCode::kUsage);
  EXPECT_THAT(err_,
              AllOf(HasSubstr("--project ID is required"), HasSubstr("--region R is required"),
                    HasSubstr("--token-file F is required"), HasSubstr("3 mistakes")));
  EXPECT_EQ(RunComplete({"--key-file", "/k/key"}), ExitCode::kUsage);
  EXPECT_THAT(err_, HasSubstr("give one of them"));
  EXPECT_EQ(Run({"--project", kId, "--endpoint", "https://a.b", "--password-file", "/k/p"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_, AllOf(HasSubstr("--user is required"), HasSubstr("--domain is required"),
                          HasSubstr("--region is required with --password-file")));
}

TEST_F(InitCommandTest, DoesNotRepeatWhatMayBeASecret) {
  EXPECT_EQ(RunComplete({"sesame"}), ExitCode::kUsage);
  EXPECT_THAT(err_, AllOf(HasSubstr("argument 9 belongs to no flag"), Not(HasSubstr("sesame"))));
  EXPECT_EQ(Run({"--project", kId, "--region", "cn-north-4", "--token-file", "sesame"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_, Not(HasSubstr("sesame")));
}

TEST_F(InitCommandTest, HelpFitsATerminal) {
  EXPECT_EQ(Run({"--project", "abc", "--help"}), ExitCode::kOk);
  for (const absl::string_view line : absl::StrSplit(out_, '\n')) {
    EXPECT_LE(line.size(), 80u) << line;
  }
  EXPECT_THAT(out_, AllOf(HasSubstr("--token-file"), HasSubstr("never overwritten")));
}

}  // namespace
}  // namespace quiesce::app
