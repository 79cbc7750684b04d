#include "client/cli/times.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "client/lib/duration.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

std::string Spelled(absl::Duration duration, const char* minute) {
  if (duration < absl::ZeroDuration()) duration = absl::ZeroDuration();
  if (duration == absl::InfiniteDuration()) return "forever";
  if (duration > absl::ZeroDuration()) duration = std::max(duration, absl::Seconds(1));
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds < 60) return absl::StrCat(seconds, " s");
  const int64_t minutes = seconds / 60;
  if (minutes < 60) return absl::StrCat(minutes, " ", minute);
  const int64_t hours = minutes / 60;
  if (hours < 24) {
    if (minutes % 60 == 0) return absl::StrCat(hours, " h");
    return absl::StrCat(hours, " h ", minutes % 60, " ", minute);
  }
  const int64_t days = hours / 24;
  if (days >= 7 || hours % 24 == 0) return absl::StrCat(days, " d");
  return absl::StrCat(days, " d ", hours % 24, " h");
}

bool SameYear(const View& view, absl::Time time) {
  return absl::ToCivilYear(time, view.zone) == absl::ToCivilYear(view.now, view.zone);
}

bool IsToday(const View& view, absl::Time time) {
  return absl::ToCivilDay(time, view.zone) == absl::ToCivilDay(view.now, view.zone);
}

std::string Format(const char* format, const View& view, absl::Time time) {
  return absl::FormatTime(format, time, view.zone);
}

}  // namespace

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return client::FromProto(duration);
}

google::protobuf::Timestamp ToProtoTime(absl::Time time) {
  google::protobuf::Timestamp out;
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return out;
}

std::string Span(absl::Duration duration) { return Spelled(duration, "min"); }

std::string ShortSpan(absl::Duration duration) { return Spelled(duration, "m"); }

std::string ManifestDuration(absl::Duration duration) {
  if (duration <= absl::ZeroDuration()) return "0s";
  const int64_t ms = absl::ToInt64Milliseconds(duration);
  std::string out;
  const auto add = [&out](int64_t count, const char* unit) {
    if (count > 0) absl::StrAppend(&out, count, unit);
  };
  add(ms / 3600000, "h");
  add(ms / 60000 % 60, "m");
  add(ms / 1000 % 60, "s");
  add(ms % 1000, "ms");
  return out;
}

std::string Date(const View& view, absl::Time time) {
  return Format(SameYear(view, time) ? "%d %b %H:%M" : "%d %b %Y %H:%M", view, time);
}

std::string DateTime(const View& view, absl::Time time) {
  return Format(SameYear(view, time) ? "%d %b %H:%M:%S" : "%d %b %Y %H:%M:%S", view, time);
}

std::string DateSeconds(const View& view, absl::Time time) {
  return absl::StrCat(DateTime(view, time), " ", ZoneName(view, time));
}

std::string Until(const View& view, absl::Time time) {
  if (IsToday(view, time)) return Format("%H:%M %Z", view, time);
  return absl::StrCat(Date(view, time), " ", ZoneName(view, time));
}

std::string Clock(const View& view, absl::Time time) {
  return IsToday(view, time) ? Format("%H:%M:%S", view, time) : Date(view, time);
}

std::string ZoneName(const View& view, absl::Time time) { return Format("%Z", view, time); }

std::string Ago(const View& view, absl::Time time) { return Ago(view.now - time); }

std::string Ago(absl::Duration age) {
  return age < absl::Seconds(1) ? "just now" : Span(age) + " ago";
}

std::string Left(const View& view, absl::Time end) {
  constexpr absl::Duration kOnTheWay = absl::Seconds(5);
  const absl::Duration left = end - view.now;
  const absl::Duration minutes = absl::Ceil(left, absl::Minutes(1));
  return Span(minutes - left <= kOnTheWay ? minutes : left);
}

absl::StatusOr<absl::Time> ParseUntil(std::string_view text, absl::Time now, absl::TimeZone zone) {
  const std::string input(text);
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, input, zone, &time, &error)) return time;
  for (const char* format : {"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"}) {
    if (absl::ParseTime(format, input, zone, &time, &error)) return time;
  }
  const std::string today = absl::FormatTime("%Y-%m-%d ", now, zone);
  if (absl::ParseTime("%Y-%m-%d %H:%M", today + input, zone, &time, &error)) {
    if (time > now) return time;
    const absl::CivilDay tomorrow = absl::ToCivilDay(now, zone) + 1;
    const absl::CivilSecond at = absl::ToCivilSecond(time, zone);
    return absl::FromCivil(absl::CivilSecond(tomorrow.year(), tomorrow.month(), tomorrow.day(),
                                             at.hour(), at.minute()),
                           zone);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(core::Quoted(text),
                   " is no time; write 14:00 (the next time it is 14:00), 2026-11-25 14:00, or "
                   "2026-11-25T14:00:00+08:00"));
}

}  // namespace quiesce::cli
