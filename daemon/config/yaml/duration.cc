#include "daemon/config/yaml/duration.h"

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/core/names.h"

namespace quiesce::yaml {
namespace {

struct Unit {
  std::string_view name;
  absl::Duration length;
};

// The largest first, which is also the order in which they may occur.
constexpr Unit kUnits[] = {
    {"d", absl::Hours(24)},  {"h", absl::Hours(1)},         {"m", absl::Minutes(1)},
    {"s", absl::Seconds(1)}, {"ms", absl::Milliseconds(1)},
};
constexpr int kUnitCount = 5;
constexpr std::string_view kExamples = "90s, 15m or 1h30m";
// Larger numbers are no durations that anybody means, and might overflow.
constexpr int64_t kMaxNumber = 1000000000;

bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

absl::Status Problem(std::string_view text, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(core::Quoted(text), " ", std::string(what)));
}

// Takes a number off the front; -1 if there is none, or it is too large.
int64_t TakeNumber(std::string_view& rest) {
  int64_t number = -1;
  while (!rest.empty() && IsDigit(rest[0]) && number <= kMaxNumber) {
    number = (number < 0 ? 0 : number) * 10 + (rest[0] - '0');
    rest.remove_prefix(1);
  }
  return number > kMaxNumber ? -1 : number;
}

// Takes a unit off the front; -1 if there is none that is known.
int TakeUnit(std::string_view& rest) {
  size_t length = 0;
  while (length < rest.size() && !IsDigit(rest[length])) ++length;
  for (int i = 0; i < kUnitCount; ++i) {
    if (rest.substr(0, length) != kUnits[i].name) continue;
    rest.remove_prefix(length);
    return i;
  }
  return -1;
}

}  // namespace

absl::StatusOr<absl::Duration> ParseDuration(std::string_view text) {
  const std::string usage = absl::StrCat("is no duration, write one like ", std::string(kExamples),
                                         " (units: d, h, m, s, ms)");
  if (text.empty()) return Problem(text, usage);
  absl::Duration sum;
  int last_unit = -1;
  for (std::string_view rest = text; !rest.empty();) {
    const int64_t number = TakeNumber(rest);
    if (number < 0) return Problem(text, usage);
    if (rest.empty()) {
      return Problem(text,
                     absl::StrCat("has no unit, write a duration like ", std::string(kExamples)));
    }
    const int unit = TakeUnit(rest);
    if (unit < 0) return Problem(text, usage);
    if (unit <= last_unit) return Problem(text, "has its units out of order, write 1h30m");
    last_unit = unit;
    sum += kUnits[unit].length * number;
  }
  return sum;
}

}  // namespace quiesce::yaml
