#include "daemon/observability/stream_log_sink.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <string>

namespace quiesce::observability {
namespace {

// Whether a write of a line does not block. A pipe says yes when a page is free, a socket when
// three quarters of its buffer are: more than limits::kMaxLogLineBytes both.
bool HasRoom(int fd) {
  pollfd descriptor{fd, POLLOUT, 0};
  return poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT) != 0;
}

// How many bytes were written; -1: none.
ssize_t WriteOnce(int fd, const std::string& text) {
  while (true) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written >= 0 || errno != EINTR) return written;
  }
}

}  // namespace

bool StreamLogSink::WriteLine(const LogRecord& record) {
  if (!HasRoom(fd_)) return false;
  const std::string line = (torn_ ? "\n" : "") + FormatLogfmt(record) + "\n";
  const ssize_t written = WriteOnce(fd_, line);
  if (written > 0) torn_ = static_cast<size_t>(written) < line.size();
  return written == static_cast<ssize_t>(line.size());
}

void StreamLogSink::Write(const LogRecord& record) {
  MutexLock lock(mu_);
  if (dropped_ > 0) {
    const LogField fields[] = {{"lines", dropped_}};
    const LogRecord notice{LogLevel::kWarning, record.time, "log lines dropped", fields};
    if (WriteLine(notice)) dropped_ = 0;
  }
  if (!WriteLine(record)) ++dropped_;
}

}  // namespace quiesce::observability
