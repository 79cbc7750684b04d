#include "client/cli/progress_bar.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace quiesce::cli {
namespace {

// Columns of each part: as its share of the total, rounded down but at least one; what the small
// ones got too much is taken from the widest.
std::vector<int> Columns(const std::vector<BarPart>& parts, int64_t total, int inner) {
  std::vector<int> columns;
  int used = 0;
  int64_t counted = 0;
  for (const BarPart& part : parts) {
    const int share = static_cast<int>(part.count * inner / std::max<int64_t>(total, 1));
    columns.push_back(part.count > 0 ? std::max(1, share) : 0);
    used += columns.back();
    counted += part.count;
  }
  if (columns.empty()) return columns;
  const auto widest = std::max_element(columns.begin(), columns.end());
  // All are counted: no column stays blank. Otherwise at least one does.
  const int target = counted >= total ? inner : std::min(used, inner - 1);
  if (used > 0) *widest = std::max(0, *widest + target - used);
  return columns;
}

}  // namespace

std::string RenderBar(const std::vector<BarPart>& parts, int64_t total, int width,
                      const View& view) {
  const int inner = std::max(1, width - 2);
  const std::vector<int> columns = Columns(parts, total, inner);
  std::string out = "[";
  int used = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    const int n = std::min(columns[i], inner - used);
    out += Paint(view, parts[i].tone, std::string(static_cast<size_t>(n), parts[i].mark));
    used += n;
  }
  absl::StrAppend(&out, std::string(static_cast<size_t>(inner - used), ' '), "]");
  return out;
}

std::string Percent(int64_t part, int64_t total) {
  if (total <= 0) return "";
  double percent = 100.0 * static_cast<double>(part) / static_cast<double>(total);
  if (part < total) percent = std::min(percent, 99.9);
  return absl::StrFormat("%5.1f %%", percent);
}

}  // namespace quiesce::cli
