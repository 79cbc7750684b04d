#include "daemon/observability/stream_log_sink.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::observability {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Two connected descriptors: a pipe, or a pair of sockets as journald gives them.
class StreamLogSinkTest : public ::testing::TestWithParam<bool> {
 protected:
  StreamLogSinkTest() {
    signal(SIGPIPE, SIG_IGN);
    int fds[2];
    if (GetParam()) {
      EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0);
    } else {
      EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    }
    read_end_ = fds[0];
    write_end_ = fds[1];
  }
  ~StreamLogSinkTest() override {
    CloseReadEnd();
    if (write_end_ >= 0) close(write_end_);
  }
  void CloseReadEnd() {
    if (read_end_ >= 0) close(read_end_);
    read_end_ = -1;
  }
  // Everything written so far. The read end does not block afterwards.
  std::string ReadAll() {
    fcntl(read_end_, F_SETFL, O_NONBLOCK);
    std::string all;
    char buffer[65536];
    ssize_t n;
    while ((n = read(read_end_, buffer, sizeof(buffer))) > 0) {
      all.append(buffer, static_cast<size_t>(n));
    }
    return all;
  }
  static LogRecord Record(std::string_view message, absl::Span<const LogField> fields = {}) {
    return {LogLevel::kInfo, absl::UnixEpoch(), message, fields};
  }

  int read_end_ = -1;
  int write_end_ = -1;
};

TEST_P(StreamLogSinkTest, WritesOneLineForEachRecord) {
  StreamLogSink sink(write_end_);
  sink.Write(Record("first"));
  sink.Write(Record("second"));
  EXPECT_EQ(ReadAll(),
            "time=1970-01-01T00:00:00.000000Z level=info msg=first\n"
            "time=1970-01-01T00:00:00.000000Z level=info msg=second\n");
}

TEST_P(StreamLogSinkTest, AReaderThatIsStuckCostsLinesNotTime) {
  StreamLogSink sink(write_end_);
  const std::string text(limits::kMaxLogValueBytes, 'x');
  const std::vector<LogField> fields = {{"a", text}, {"b", text}, {"c", text}};
  // More than any buffer: this would block for ever if it could block.
  for (int i = 0; i < 1000; ++i) sink.Write(Record("flood", fields));
  const std::string flood = ReadAll();
  EXPECT_THAT(flood, EndsWith("\n"));
  const auto written = std::count(flood.begin(), flood.end(), '\n');
  EXPECT_LT(written, 1000);

  sink.Write(Record("after"));
  const std::vector<std::string> lines = absl::StrSplit(ReadAll(), '\n');
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0],
            "time=1970-01-01T00:00:00.000000Z level=warning msg=\"log lines dropped\" lines=" +
                std::to_string(1000 - written));
  EXPECT_THAT(lines[1], HasSubstr("msg=after"));
  sink.Write(Record("more"));
  EXPECT_THAT(ReadAll(), StartsWith("time=1970-01-01T00:00:00.000000Z level=info msg=more"));
}

TEST_P(StreamLogSinkTest, AReaderThatIsGoneIsNoFailure) {
  StreamLogSink sink(write_end_);
  CloseReadEnd();
  sink.Write(Record("nobody reads"));
  sink.Write(Record("nobody reads"));
}

TEST_P(StreamLogSinkTest, AClosedDescriptorIsNoFailure) {
  StreamLogSink sink(write_end_);
  close(write_end_);
  sink.Write(Record("nowhere"));
  write_end_ = -1;
}

TEST_P(StreamLogSinkTest, LinesOfManyThreadsAreWhole) {
  StreamLogSink sink(write_end_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&sink] {
      for (int i = 0; i < 100; ++i) sink.Write(Record("whole"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::string> lines = absl::StrSplit(ReadAll(), '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  for (const std::string& line : lines) {
    EXPECT_EQ(line, "time=1970-01-01T00:00:00.000000Z level=info msg=whole");
  }
}

INSTANTIATE_TEST_SUITE_P(PipeAndSocket, StreamLogSinkTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Pipe" : "Socket"; });

}  // namespace
}  // namespace quiesce::observability
