#include "daemon/observability/logger.h"

#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/time/civil_time.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/captured_log.h"

namespace quiesce::observability {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class FixedClock final : public Clock {
 public:
  Now Read() override {
    return {absl::FromCivil(absl::CivilSecond(2025, 11, 25, 11, 26, 0), absl::UTCTimeZone()) +
                absl::Microseconds(42),
            SteadyTime()};
  }
};

// The line that fields make, without time, level and message.
std::string Fields(const std::vector<LogField>& fields) {
  const std::string line = FormatLogfmt({LogLevel::kInfo, absl::UnixEpoch(), "m", fields});
  return line.substr(line.find(" msg=m") + std::string(" msg=m").size());
}

std::string Value(std::string_view text) {
  return Fields({{"k", text}}).substr(std::string(" k=").size());
}

TEST(FormatLogfmt, BeginsWithTimeLevelAndMessage) {
  EXPECT_EQ(FormatLogfmt({LogLevel::kWarning, FixedClock().Read().wall, "store opened", {}}),
            "time=2025-11-25T11:26:00.000042Z level=warning msg=\"store opened\"");
}

TEST(FormatLogfmt, ShowsEachTypeOfValue) {
  EXPECT_EQ(Fields({{"a", "text"},
                    {"b", true},
                    {"c", -3},
                    {"d", std::numeric_limits<uint64_t>::max()},
                    {"e", 0.25},
                    {"f", absl::Milliseconds(1500)},
                    {"g", std::string("s")},
                    {"h", absl::string_view("v")},
                    {"i", size_t{7}}}),
            " a=text b=true c=-3 d=18446744073709551615 e=0.25 f=1.5s g=s h=v i=7");
}

TEST(FormatLogfmt, QuotesWhatWouldReadAsSomethingElse) {
  EXPECT_EQ(Value("a b"), "\"a b\"");
  EXPECT_EQ(Value("a=b"), "\"a=b\"");
  EXPECT_EQ(Value("a\"b"), "\"a\\\"b\"");
  EXPECT_EQ(Value("a\\b"), "\"a\\\\b\"");
  EXPECT_EQ(Value("unix:///run/api.sock"), "unix:///run/api.sock");
}

TEST(FormatLogfmt, LeavesOutWhatSaysNothing) {
  EXPECT_EQ(Fields({{"a", ""}, {"b", 0}, {"c", false}, {"d", std::string()}}), " b=0 c=false");
}

TEST(FormatLogfmt, TextFromOutsideForgesNoLineAndSteersNoTerminal) {
  EXPECT_EQ(Value("x\nlevel=error msg=forged"), "\"x\\nlevel=error msg=forged\"");
  EXPECT_EQ(Value("\x1b[2J"), "\"\\x1b[2J\"");
  EXPECT_EQ(Value("\xc2\x9b"), "\"\\x9b\"");          // a control character beyond ASCII
  EXPECT_EQ(Value("\xe2\x80\xae"), "\"\\u{202e}\"");  // turns the direction of text
  EXPECT_EQ(Value("\xff"), "\"\\xff\"");              // not UTF-8
  EXPECT_EQ(Value(std::string(1, '\0')), "\"\\x00\"");
  EXPECT_EQ(Value("数据库"), "\"数据库\"");
}

TEST(FormatLogfmt, EveryByteStaysOnTheLine) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = Value(std::string(1, static_cast<char>(byte)));
    for (const char c : value) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << "byte " << byte;
  }
}

TEST(FormatLogfmt, CutsALongValue) {
  const std::string bare = Value(std::string(limits::kMaxLogValueBytes, 'x'));
  EXPECT_EQ(bare, std::string(limits::kMaxLogValueBytes, 'x'));
  const std::string cut = Value(std::string(limits::kMaxLogValueBytes + 1, 'x'));
  EXPECT_LE(cut.size(), limits::kMaxLogValueBytes + 8);
  EXPECT_THAT(cut, EndsWith("...\""));
}

TEST(FormatLogfmt, LeavesOutTheLastFieldsOfALongLineAndSaysSo) {
  const std::string text(limits::kMaxLogValueBytes, 'x');
  const std::vector<LogField> fields = {
      {"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", 1}};
  const std::string line = FormatLogfmt({LogLevel::kInfo, absl::UnixEpoch(), "m", fields});
  EXPECT_LE(line.size(), limits::kMaxLogLineBytes);
  EXPECT_THAT(line, HasSubstr(" c="));
  EXPECT_THAT(line, Not(HasSubstr(" d=")));
  EXPECT_THAT(line, EndsWith(" cut=true"));
}

TEST(Logger, HasAMethodForEachLevel) {
  FixedClock clock;
  support::CapturedLog log;
  Logger logger(clock, log, LogLevel::kDebug);
  logger.Debug("a");
  logger.Info("b", {{"n", 1}});
  logger.Warning("c");
  logger.Error("d");
  EXPECT_THAT(log.lines(), ElementsAre("time=2025-11-25T11:26:00.000042Z level=debug msg=a",
                                       "time=2025-11-25T11:26:00.000042Z level=info msg=b n=1",
                                       "time=2025-11-25T11:26:00.000042Z level=warning msg=c",
                                       "time=2025-11-25T11:26:00.000042Z level=error msg=d"));
}

TEST(Logger, LeavesOutWhatIsBelowItsLevel) {
  FixedClock clock;
  support::CapturedLog log;
  Logger logger(clock, log, LogLevel::kWarning);
  logger.Debug("a");
  logger.Info("b");
  logger.Warning("c");
  EXPECT_THAT(log.lines(), ElementsAre(EndsWith("level=warning msg=c")));
  EXPECT_FALSE(logger.Logs(LogLevel::kInfo));
  EXPECT_TRUE(logger.Logs(LogLevel::kError));
}

TEST(Logger, MessagesAreConstants) {
  EXPECT_TRUE((std::is_constructible_v<LogMessage, const char(&)[4]>));
  EXPECT_FALSE((std::is_constructible_v<LogMessage, std::string>));
  EXPECT_FALSE((std::is_constructible_v<LogMessage, const char*>));
}

TEST(Logger, MayBeUsedFromManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kLines = 200;
  FixedClock clock;
  support::CapturedLog log;
  Logger logger(clock, log);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&logger, t] {
      for (int i = 0; i < kLines; ++i) logger.Info("line", {{"thread", t}, {"i", i}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(log.lines(), SizeIs(kThreads * kLines));
}

}  // namespace
}  // namespace quiesce::observability
