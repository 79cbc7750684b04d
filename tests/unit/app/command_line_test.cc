#include "daemon/app/command_line.h"

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Action = CommandLine::Action;

CommandLine Good(const std::vector<std::string>& arguments) {
  const auto line = ParseCommandLine(arguments);
  EXPECT_TRUE(line.ok()) << line.status();
  return line.value_or(CommandLine());
}

std::string Error(const std::vector<std::string>& arguments) {
  const auto line = ParseCommandLine(arguments);
  EXPECT_EQ(line.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(line.status().message());
}

TEST(CommandLine, HasDefaults) {
  const CommandLine line = Good({});
  EXPECT_EQ(line.action, Action::kRun);
  EXPECT_EQ(line.config_file, "/etc/quiesced/quiesced.yaml");
  EXPECT_EQ(line.log_level, observability::LogLevel::kInfo);
}

TEST(CommandLine, TakesValuesInBothForms) {
  EXPECT_EQ(Good({"--config=a.yaml"}).config_file, "a.yaml");
  EXPECT_EQ(Good({"--config", "a.yaml"}).config_file, "a.yaml");
  EXPECT_EQ(Good({"--config", "--odd"}).config_file, "--odd");
  EXPECT_EQ(Good({"--config=a=b"}).config_file, "a=b");
  EXPECT_EQ(Good({"--log-level", "debug"}).log_level, observability::LogLevel::kDebug);
  EXPECT_EQ(Good({"--log-level=error"}).log_level, observability::LogLevel::kError);
}

TEST(CommandLine, ChoosesTheAction) {
  EXPECT_EQ(Good({"--check-config", "--config", "x"}).action, Action::kCheckConfig);
  EXPECT_EQ(Good({"--version"}).action, Action::kShowVersion);
  EXPECT_EQ(Good({"--help"}).action, Action::kShowHelp);
  EXPECT_EQ(Good({"-h"}).action, Action::kShowHelp);
  EXPECT_EQ(Good({"--check-config", "--help", "--version"}).action, Action::kShowHelp);
}

TEST(CommandLine, LeavesTheArgumentsOfInitToIt) {
  const CommandLine line = Good({"init", "--project", "x", "--help"});
  EXPECT_EQ(line.action, Action::kInit);
  EXPECT_THAT(line.init_arguments, ElementsAre("--project", "x", "--help"));
  EXPECT_EQ(Error({"--config=x", "init"}), "unexpected argument \"init\"");
}

TEST(CommandLine, SaysWhatIsWrong) {
  EXPECT_EQ(Error({"--config"}), "--config needs a value");
  EXPECT_EQ(Error({"--config="}), "--config needs the name of a file");
  EXPECT_EQ(Error({"--log-level", "loud"}),
            "--log-level: \"loud\" is none of debug, info, warning, error");
  EXPECT_EQ(Error({"--check-config=yes"}), "--check-config takes no value");
  EXPECT_EQ(Error({"--confg=x"}), "unknown flag \"--confg\" (did you mean \"--config\"?)");
  EXPECT_EQ(Error({"-x"}), "unknown flag \"-x\"");
  EXPECT_EQ(Error({"start"}), "unexpected argument \"start\"");
  EXPECT_EQ(Error({""}), "unexpected argument \"\"");
}

TEST(HelpText, FitsATerminalAndNamesWhatThereIs) {
  const std::string help = HelpText();
  for (const absl::string_view line : absl::StrSplit(help, '\n')) {
    EXPECT_LE(line.size(), 80u) << line;
  }
  for (const char* word :
       {"--config", "--check-config", "--log-level", "--version", "--help", "init", "SIGTERM",
        "SIGHUP", "NOTIFY_SOCKET", "/etc/quiesced/quiesced.yaml"}) {
    EXPECT_THAT(help, HasSubstr(word));
  }
  EXPECT_THAT(help, HasSubstr("get 8 s to end"));
  EXPECT_EQ(limits::kDrainTimeout, absl::Seconds(8));
}

}  // namespace
}  // namespace quiesce::app
