#ifndef QUIESCE_DAEMON_OBSERVABILITY_STREAM_LOG_SINK_H_
#define QUIESCE_DAEMON_OBSERVABILITY_STREAM_LOG_SINK_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "daemon/base/mutex.h"
#include "daemon/observability/logger.h"

namespace quiesce::observability {

// Writes logfmt lines to a file descriptor, standard error by default.
//
// Whoever reads the other end may be slow, stuck or gone, and the daemon must go on: a line that a
// pipe or socket has no room for at once, or that cannot be written, is dropped; the next line that
// gets through is preceded by one that says how many were. The descriptor's flags stay as they are,
// because other processes may share it. The process must ignore SIGPIPE.
class StreamLogSink final : public LogSink {
 public:
  // The descriptor stays the caller's.
  explicit StreamLogSink(int fd = 2) : fd_(fd) {}

  void Write(const LogRecord& record) override;

 private:
  bool WriteLine(const LogRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const int fd_;
  Mutex mu_;
  uint64_t dropped_ ABSL_GUARDED_BY(mu_) = 0;
  // A line was written in part: begin a new one, so that the next can be read.
  bool torn_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace quiesce::observability

#endif  // QUIESCE_DAEMON_OBSERVABILITY_STREAM_LOG_SINK_H_
