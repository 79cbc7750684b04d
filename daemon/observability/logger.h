#ifndef QUIESCE_DAEMON_OBSERVABILITY_LOGGER_H_
#define QUIESCE_DAEMON_OBSERVABILITY_LOGGER_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "daemon/base/clock.h"

// Structured log lines: a constant message that can be searched for, and what varies as fields.
//
//     log.Info("store opened", {{"path", path}, {"fence", fence}});
//
// Never log a secret: no token, no request header, no body. A value is escaped and cut wherever it
// goes, so that text from outside can neither forge a line nor steer a terminal.
namespace quiesce::observability {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

// `debug`, `info`, `warning`, `error`.
std::string_view LogLevelName(LogLevel level);

// One `key=value`. Refers to texts of the caller; lives as long as the call of the logger. Keys are
// constants of the code, [a-z_]+.
class LogField {
 public:
  using Value = std::variant<std::string_view, bool, int64_t, uint64_t, double, absl::Duration>;

  LogField(const char* key, std::string_view value) : key_(key), value_(value) {}
  LogField(const char* key, const std::string& value) : LogField(key, std::string_view(value)) {}
  LogField(const char* key, const char* value) : LogField(key, std::string_view(value)) {}
  LogField(const char* key, absl::string_view value)
      : LogField(key, std::string_view(value.data(), value.size())) {}
  LogField(const char* key, bool value) : key_(key), value_(value) {}
  LogField(const char* key, double value) : key_(key), value_(value) {}
  LogField(const char* key, absl::Duration value) : key_(key), value_(value) {}
  template <typename Int,
            std::enable_if_t<std::is_integral_v<Int> && !std::is_same_v<Int, bool>, int> = 0>
  LogField(const char* key, Int value) : key_(key) {
    if constexpr (std::is_signed_v<Int>) {
      value_ = int64_t{value};
    } else {
      value_ = uint64_t{value};
    }
  }

  std::string_view key() const { return key_; }
  const Value& value() const { return value_; }

 private:
  std::string_view key_;
  Value value_;
};

// A literal: what varies belongs into fields.
class LogMessage {
 public:
  template <size_t N>
  constexpr LogMessage(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT: meant implicit
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

struct LogRecord {
  LogLevel level = LogLevel::kInfo;
  absl::Time time;
  std::string_view message;
  absl::Span<const LogField> fields;
};

// Where lines go. Thread-safe. Never blocks for long, never fails: a log that cannot be written
// must not stop the work that it tells of.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void Write(const LogRecord& record) = 0;
};

// `time=2025-11-25T11:26:00.123456Z level=info msg="store opened" path=/var/lib/x.db fence=7`,
// without a newline. A field with an empty text is left out. At most limits::kMaxLogLineBytes:
// values are cut first, then fields are left out from the end, which `cut=true` says.
std::string FormatLogfmt(const LogRecord& record);

// Thread-safe. Clock and sink must outlive it.
class Logger {
 public:
  Logger(Clock& clock, LogSink& sink, LogLevel least = LogLevel::kInfo)
      : clock_(clock), sink_(sink), least_(least) {}
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  using Fields = std::initializer_list<LogField>;
  void Debug(LogMessage message, Fields fields = {}) { Log(LogLevel::kDebug, message, fields); }
  void Info(LogMessage message, Fields fields = {}) { Log(LogLevel::kInfo, message, fields); }
  void Warning(LogMessage message, Fields fields = {}) { Log(LogLevel::kWarning, message, fields); }
  void Error(LogMessage message, Fields fields = {}) { Log(LogLevel::kError, message, fields); }

  bool Logs(LogLevel level) const { return level >= least_; }
  void Log(LogLevel level, LogMessage message, Fields fields);

 private:
  Clock& clock_;
  LogSink& sink_;
  const LogLevel least_;
};

}  // namespace quiesce::observability

#endif  // QUIESCE_DAEMON_OBSERVABILITY_LOGGER_H_
