#include "tests/support/process.h"

#include <signal.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::support {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

std::unique_ptr<Process> Shell(const std::string& script, Process::Options options = {}) {
  options.command = {"sh", "-c", script};
  auto process = Process::Start(options);
  EXPECT_TRUE(process.ok()) << process.status();
  return process.ok() ? *std::move(process) : nullptr;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ProcessTest, TellsTheExitStatusEachTime) {
  const auto process = Shell("exit 7");
  EXPECT_EQ(process->Wait(), 7);
  EXPECT_EQ(process->Wait(), 7);
  EXPECT_FALSE(process->IsRunning());
}

TEST(ProcessTest, TellsTheSignalThatEndedIt) {
  const auto process = Shell("kill -TERM $$");
  EXPECT_EQ(process->Wait(), 128 + SIGTERM);
}

TEST(ProcessTest, IsReadLineByLine) {
  Process::Options options;
  options.read_stdout = true;
  options.environment = {"GREETING=hello"};
  const auto process = Shell(R"(echo "$GREETING"; echo; printf end)", options);
  EXPECT_THAT(process->ReadLine(), Optional(std::string("hello")));
  EXPECT_THAT(process->ReadLine(), Optional(std::string()));
  EXPECT_THAT(process->ReadLine(), Optional(std::string("end")));
  EXPECT_EQ(process->ReadLine(), std::nullopt);
  EXPECT_EQ(process->Wait(), 0);
}

TEST(ProcessTest, WritesToItsFile) {
  Process::Options options;
  options.output_file = ::testing::TempDir() + "/output";
  EXPECT_EQ(Shell("echo out; echo err >&2", options)->Wait(), 0);
  EXPECT_EQ(ReadFile(options.output_file), "out\nerr\n");
}

TEST(ProcessTest, RunsUntilItIsSignalled) {
  Process::Options options;
  options.read_stdout = true;
  const auto process = Shell("echo up; exec sleep 600", options);
  EXPECT_THAT(process->ReadLine(), Optional(std::string("up")));
  EXPECT_TRUE(process->IsRunning());
  process->Signal(SIGKILL);
  EXPECT_EQ(process->Wait(), 128 + SIGKILL);
}

TEST(ProcessTest, AProgramThatIsNotThereIsAnError) {
  Process::Options options;
  options.command = {"./no-such-program"};
  const auto process = Process::Start(options);
  ASSERT_FALSE(process.ok());
  EXPECT_THAT(std::string(process.status().message()), HasSubstr("./no-such-program"));
}

}  // namespace
}  // namespace quiesce::support
