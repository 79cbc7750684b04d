#include "client/cli/command_line.h"

#include <string>
#include <utility>
#include <vector>

#include "client/cli/text.h"
#include "client/cli/verbs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/golden.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

absl::StatusOr<CommandLine> Parse(const std::vector<std::string>& arguments,
                                  std::map<std::string, std::string> variables = {}) {
  ParseContext context;
  context.getenv = [&](const std::string& name) { return variables[name]; };
  context.now = absl::FromUnixSeconds(testing::kNow);
  context.zone = absl::FixedTimeZone(8 * 60 * 60);
  return ParseCommandLine(arguments, context);
}

template <typename Args>
Args ParseAs(const std::vector<std::string>& arguments,
             std::map<std::string, std::string> variables = {}) {
  const auto line = Parse(arguments, std::move(variables));
  if (!line.ok()) {
    ADD_FAILURE() << line.status();
    return Args();
  }
  return std::get<Args>(line->command);
}

std::string ErrorOf(const std::vector<std::string>& arguments) {
  const auto line = Parse(arguments);
  return line.ok() ? "no error" : std::string(line.status().message());
}

TEST(CommandLine, FlagsMayStandAnywhere) {
  const ApplyArgs args =
      ParseAs<ApplyArgs>({"-o", "json", "--server", "unix:///x", "apply", "--auto-approve", "-f",
                          "a.yaml", "-f=b.yaml", "--file", "-"});
  EXPECT_THAT(args.files, ElementsAre("a.yaml", "b.yaml", "-"));
  EXPECT_TRUE(args.auto_approve);
  const auto line = Parse({"-o", "json", "--server=unix:///x", "status"});
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->globals.output, OutputFormat::kJson);
  EXPECT_EQ(line->globals.server, "unix:///x");
}

TEST(CommandLine, AFileFlagTakesOneFile) {
  const ApplyArgs args = ParseAs<ApplyArgs>({"apply", "7c41e2a9"});
  EXPECT_EQ(args.plan, "7c41e2a9");
  EXPECT_THAT(ErrorOf({"plan", "-f", "a.yaml", "b.yaml"}),
              HasSubstr("unexpected argument \"b.yaml\": files are given with -f"));
}

TEST(CommandLine, ValuesMayLookLikeFlags) {
  EXPECT_EQ(ParseAs<StopArgs>({"stop", "x", "--reason", "--urgent--"}).reason, "--urgent--");
  EXPECT_THAT(ParseAs<GetArgs>({"get", "--", "-odd-name"}).references, ElementsAre("-odd-name"));
}

TEST(CommandLine, TheEnvironmentGivesDefaults) {
  const auto line = Parse({"status"}, {{"QUIESCE_SERVER", "127.0.0.1:7443"},
                                       {"QUIESCE_OUTPUT", "json"},
                                       {"QUIESCE_REQUEST_TIMEOUT", "3s"},
                                       {"QUIESCE_WORKSPACE", "billing-prod"}});
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->globals.server, "127.0.0.1:7443");
  EXPECT_EQ(line->globals.output, OutputFormat::kJson);
  EXPECT_EQ(line->globals.request_timeout, absl::Seconds(3));
  EXPECT_EQ(std::get<StatusArgs>(line->command).filter.filter, "workspace=billing-prod");
  const auto explicit_line = Parse({"status", "--server", "unix:///y", "-o", "table"},
                                   {{"QUIESCE_SERVER", "x"}, {"QUIESCE_OUTPUT", "json"}});
  ASSERT_TRUE(explicit_line.ok());
  EXPECT_EQ(explicit_line->globals.server, "unix:///y");
  EXPECT_EQ(explicit_line->globals.output, OutputFormat::kTable);
}

TEST(CommandLine, WaitTakesItsWorkspaceFromTheEnvironmentOnlyIfNothingIsNamed) {
  const std::map<std::string, std::string> variables = {{"QUIESCE_WORKSPACE", "w"}};
  EXPECT_EQ(ParseAs<WaitArgs>({"wait"}, variables).filter, "workspace=w");
  EXPECT_EQ(ParseAs<WaitArgs>({"wait", "x"}, variables).filter, "");
  EXPECT_EQ(ParseAs<WaitArgs>({"wait", "--all"}, variables).filter, "");
}

TEST(CommandLine, PlanAndApplyDoNotLookAtTheWorkspaceOfTheEnvironment) {
  const std::map<std::string, std::string> variables = {{"QUIESCE_WORKSPACE", "w"}};
  EXPECT_EQ(ParseAs<PlanArgs>({"plan", "-f", "x"}, variables).workspace, "");
  EXPECT_EQ(ParseAs<ApplyArgs>({"apply", "-f", "x"}, variables).workspace, "");
}

TEST(CommandLine, HelpAnywhere) {
  EXPECT_EQ(ParseAs<HelpArgs>({}).verb, "");
  EXPECT_EQ(ParseAs<HelpArgs>({"--help"}).verb, "");
  EXPECT_EQ(ParseAs<HelpArgs>({"stop", "x", "--nonsense", "-h"}).verb, "stop");
  EXPECT_EQ(ParseAs<HelpArgs>({"help", "plan"}).verb, "plan");
  EXPECT_TRUE(ParseAs<VersionArgs>({"--version"}).client_only);
}

struct Mistake {
  std::vector<std::string> arguments;
  std::string message;
};

TEST(CommandLine, EveryMistakeHasAWayOut) {
  const std::vector<Mistake> mistakes = {
      {{"aply"}, "unknown verb \"aply\" (did you mean \"apply\"?)"},
      {{"xyzzy"}, "unknown verb \"xyzzy\"; quiesce --help lists them"},
      {{"-o", "json"}, "no verb is given; quiesce --help lists them"},
      {{"plan", "-f", "x", "--detailed-exit-code"},
       "plan: unknown flag \"--detailed-exit-code\" (did you mean \"--detailed-exitcode\"?)"},
      {{"plan", "-f"}, "plan: -f needs a value"},
      {{"plan", "-f", "x", "-w", "a", "-w", "b"}, "plan: --workspace is given more than once"},
      {{"plan", "-f", "x", "-w", ""}, "plan: --workspace has an empty value, it needs WORKSPACE"},
      {{"plan", "-f", "x", "-w", "Billing"}, "plan: --workspace: \"Billing\""},
      {{"plan"}, "plan: no manifest is given"},
      {{"apply"}, "apply: what is to be applied?"},
      {{"apply", "-f", "x", "7c41e2a9"}, "apply: -f and a plan are two things to apply"},
      {{"apply", "-f", "x", "--digest", "y"}, "apply: --digest is for a plan that was reviewed"},
      {{"apply", "x", "--detach", "--timeout", "5m"}, "apply: --detach does not wait"},
      {{"apply", "x", "--timeout", "5"}, "apply: --timeout: \"5\" has no unit"},
      {{"stop"}, "stop: no instance is given"},
      {{"stop", "x", "--skip", "start-grace"}, "stop: --skip needs --reason TEXT"},
      {{"stop", "x", "--skip", "hold", "--reason", "r"}, "stop: --skip: HOLD cannot be skipped"},
      {{"stop", "x", "--skip", "start-grce", "--reason", "r"},
       "stop: --skip: \"start-grce\" is unknown (did you mean \"START_GRACE\"?)"},
      {{"list", "--phase", "stoped"},
       "list: --phase: \"stoped\" is unknown (did you mean \"STOPPED\"?)"},
      {{"list", "--needs", "x"}, "list: --needs: \"x\" is unknown; it is one of NOBODY OPERATOR"},
      {{"list", "--limit", "-1"}, "list: --limit: \"-1\" is no number of rows"},
      {{"list", "--all", "--unmanaged"}, "list: --all includes --unmanaged"},
      {{"list", "--unmanaged", "-w", "x"}, "list: what is unmanaged belongs to no workspace"},
      {{"drift", "--phase", "stalled"}, "drift: --phase has no meaning here"},
      {{"wait"}, "wait: what is to be waited for?"},
      {{"wait", "x", "--all"}, "wait: instances, -w and --all are three ways to say it"},
      {{"wait", "x", "--for", "running"}, "wait: --for: \"running\" cannot be waited for"},
      {{"refresh"}, "refresh: which project?"},
      {{"refresh", "--all", "--accept-absence"},
       "refresh: --accept-absence confirms what one list"},
      {{"hold"}, "hold: what is to be held?"},
      {{"hold", "x", "--reason", "r"}, "hold: when does it end? --for 4h, or --until 14:00"},
      {{"hold", "x", "--for", "4h"}, "hold: why? --reason TEXT is required"},
      {{"hold", "x", "--for", "4h", "--reason", "r"},
       "hold: who wants it? --owner WHO is required"},
      {{"hold", "x", "--for", "4h", "--until", "14:00", "--reason", "r"},
       "hold: --for and --until say the same"},
      {{"hold", "x", "--for", "0s", "--reason", "r"}, "hold: --for: \"0s\" is over already"},
      {{"hold", "x", "--for", "100d", "--reason", "r"},
       "hold: --for: \"100d\" is more than 92 days"},
      {{"hold", "x", "--until", "2020-01-01 00:00", "--reason", "r"},
       "hold: --until: \"2020-01-01 00:00\" is over already"},
      {{"hold", "--list", "x"}, "hold: holding, --extend and --list are three things"},
      {{"freeze", "--for", "1h"}, "freeze: why?"},
      {{"show"}, "show: which one?"},
      {{"status", "-o", "yaml"}, "status: --output: \"yaml\" is unknown, write table or json"},
      {{"status", "--request-timeout", "0s"}, "status: --request-timeout: has to be more than"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_THAT(ErrorOf(mistake.arguments), StartsWith(mistake.message));
  }
}

// --- help ----------------------------------------------------------------------------------------

std::string Help(const std::string& verb, int width = 80) {
  const auto text = HelpText({verb}, testing::SampleView(width));
  return text.ok() ? *text : std::string(text.status().message());
}

TEST(Help, Golden) {
  testing::ExpectGolden("help", Help(""));
  testing::ExpectGolden("help_apply", Help("apply"));
  testing::ExpectGolden("help_hold", Help("hold"));
}

TEST(Help, EveryVerbHasAManualThatFitsTheScreen) {
  for (const Verb& verb : Verbs()) {
    const std::string text = Help(std::string(verb.name));
    EXPECT_THAT(text, StartsWith("quiesce " + std::string(verb.name) + ": "));
    EXPECT_THAT(text, HasSubstr("Examples\n  "));
    std::stringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(DisplayWidth(line), 80) << verb.name << ": " << line;
    }
  }
}

// The words of an example, as a shell would give them; up to what is not quiesce any more.
std::vector<std::string> Words(const std::string& line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '|' && !quoted) break;
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  words.erase(std::remove(words.begin(), words.end(), ""), words.end());
  return words;
}

TEST(Help, EveryExampleIsACommandThatParses) {
  int count = 0;
  for (const Verb& verb : Verbs()) {
    EXPECT_THAT(std::string(verb.examples), HasSubstr("quiesce " + std::string(verb.name)));
    std::stringstream lines{std::string(verb.examples)};
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("quiesce ", 0) != 0) continue;
      std::vector<std::string> words = Words(line);
      words.erase(words.begin());
      const auto parsed = Parse(words, {{"USER", "ana"}});
      EXPECT_TRUE(parsed.ok()) << line << ": " << parsed.status();
      ++count;
    }
  }
  EXPECT_GT(count, 30);
}

}  // namespace
}  // namespace quiesce::cli
