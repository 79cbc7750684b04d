#ifndef QUIESCE_TESTS_SUPPORT_CAPTURED_LOG_H_
#define QUIESCE_TESTS_SUPPORT_CAPTURED_LOG_H_

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "daemon/base/mutex.h"
#include "daemon/observability/logger.h"

namespace quiesce::support {

// A sink that keeps what was logged, as logfmt lines. Thread-safe.
class CapturedLog final : public observability::LogSink {
 public:
  void Write(const observability::LogRecord& record) override {
    std::string line = observability::FormatLogfmt(record);
    MutexLock lock(mu_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    MutexLock lock(mu_);
    return lines_;
  }

 private:
  mutable Mutex mu_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mu_);
};

}  // namespace quiesce::support

#endif  // QUIESCE_TESTS_SUPPORT_CAPTURED_LOG_H_
