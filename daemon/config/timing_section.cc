#include "daemon/config/timing_section.h"

#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"

namespace quiesce::config {
namespace {

using yaml::FieldReader;
using yaml::Node;
using yaml::Path;

struct Row {
  std::string_view key;
  absl::Duration core::Timing::*field;
  absl::Duration longest;
};

constexpr Row kRows[] = {
    {"call_deadline", &core::Timing::call_deadline, limits::kMaxCallDeadline},
    {"settle", &core::Timing::settle, limits::kMaxTiming},
    {"list_idle", &core::Timing::list_idle, limits::kMaxTiming},
    {"list_active", &core::Timing::list_active, limits::kMaxTiming},
    {"look_max_age", &core::Timing::look_max_age, limits::kMaxTiming},
};

const std::vector<std::string_view>& Keys() {
  static const auto* const keys = [] {
    auto* all = new std::vector<std::string_view>();
    for (const Row& row : kRows) all->push_back(row.key);
    return all;
  }();
  return *keys;
}

// False: reported.
bool ReadOne(const Row& row, const Node& value, FieldReader& fields, core::Timing& timing) {
  const Path path{"timing", std::nullopt, row.key};
  const std::optional<absl::Duration> duration = fields.Duration(value, path, row.longest);
  if (!duration) return false;
  if (*duration < limits::kMinTiming) {
    fields.Report(value, absl::StrCat(path.ToString(), " is shorter than ",
                                      absl::FormatDuration(limits::kMinTiming)));
    return false;
  }
  timing.*row.field = *duration;
  return true;
}

void CheckTogether(const Node& value, FieldReader& fields, const core::Timing& timing) {
  // A list believed while the call may still be under way would show the state before it.
  if (timing.settle <= timing.call_deadline) {
    fields.Report(value, absl::StrCat("timing: settle (", absl::FormatDuration(timing.settle),
                                      ") must be longer than call_deadline (",
                                      absl::FormatDuration(timing.call_deadline), ")"));
  }
  if (timing.list_idle < timing.list_active) {
    fields.Report(value, absl::StrCat("timing: list_idle (", absl::FormatDuration(timing.list_idle),
                                      ") must not be shorter than list_active (",
                                      absl::FormatDuration(timing.list_active), ")"));
  }
}

}  // namespace

void ReadTiming(const Node& value, FieldReader& fields, core::Timing& timing) {
  if (!fields.IsMap(value, {"", std::nullopt, "timing"}, "{call_deadline: 10s}")) return;
  bool all_good = true;
  fields.ReadMap(value, Keys(), [&](size_t key, const Node&, const Node& field) {
    all_good &= ReadOne(kRows[key], field, fields, timing);
  });
  if (all_good) CheckTogether(value, fields, timing);
}

}  // namespace quiesce::config
