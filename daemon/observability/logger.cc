#include "daemon/observability/logger.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/base/text.h"

namespace quiesce::observability {
namespace {

constexpr std::string_view kCutMark = " cut=true";

// Texts that read the same with quotes and without.
bool IsBare(std::string_view text) {
  if (text.empty() || text.size() > limits::kMaxLogValueBytes) return false;
  for (const char c : text) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) || c == '"' || c == '=' || c == '\\') {
      return false;
    }
  }
  return true;
}

std::string FormatText(std::string_view text) {
  return IsBare(text) ? std::string(text) : Quoted(text, limits::kMaxLogValueBytes);
}

bool IsEmpty(const LogField& field) {
  const auto* text = std::get_if<std::string_view>(&field.value());
  return text != nullptr && text->empty();
}

struct ValueFormatter {
  std::string operator()(std::string_view value) const { return FormatText(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return absl::StrCat(value); }
  std::string operator()(uint64_t value) const { return absl::StrCat(value); }
  std::string operator()(double value) const { return absl::StrCat(value); }
  std::string operator()(absl::Duration value) const { return absl::FormatDuration(value); }
};

}  // namespace

std::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      break;
  }
  return "error";
}

std::string FormatLogfmt(const LogRecord& record) {
  std::string line = absl::StrCat(
      "time=", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", record.time, absl::UTCTimeZone()),
      " level=", ToAbsl(LogLevelName(record.level)), " msg=", FormatText(record.message));
  for (const LogField& field : record.fields) {
    if (IsEmpty(field)) continue;
    const std::string text =
        absl::StrCat(" ", ToAbsl(field.key()), "=", std::visit(ValueFormatter(), field.value()));
    if (line.size() + text.size() > limits::kMaxLogLineBytes - kCutMark.size()) {
      line += kCutMark;
      break;
    }
    line += text;
  }
  return line;
}

void Logger::Log(LogLevel level, LogMessage message, Fields fields) {
  if (!Logs(level)) return;
  sink_.Write({level, clock_.Read().wall, message.text(),
               absl::MakeConstSpan(fields.begin(), fields.size())});
}

}  // namespace quiesce::observability
