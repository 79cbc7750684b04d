#include "client/cli/item_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "client/cli/text.h"

namespace quiesce::cli {
namespace {

constexpr int kIndent = 2;
constexpr int kGap = 3;
constexpr int kLeastDetail = 24;
constexpr int kLeastName = 12;

struct Layout {
  int label = 0;
  int name = 0;
  int project = 0;
  int detail_at = 0;       // the column that details begin at
  bool own_lines = false;  // details stand below their row
};

Layout Measure(const std::vector<ItemRow>& rows, const View& view) {
  Layout layout;
  for (const ItemRow& row : rows) {
    layout.label = std::max(layout.label, DisplayWidth(row.label));
    layout.name = std::max(layout.name, DisplayWidth(row.name));
    layout.project = std::max(layout.project, DisplayWidth(row.project));
  }
  const int fixed = kIndent + layout.label + 2 + kGap + layout.project;
  if (view.clip) {
    layout.name =
        std::max(std::min(layout.name, kLeastName), std::min(layout.name, view.width - fixed));
  }
  layout.detail_at = fixed + layout.name + kGap;
  layout.own_lines = view.clip && view.width - layout.detail_at < kLeastDetail;
  if (layout.own_lines) layout.detail_at = kIndent + layout.label + 2;
  return layout;
}

void AppendDetail(const std::string& detail, const Layout& layout, const View& view,
                  std::string& out) {
  if (detail.empty()) return;
  const std::string margin(static_cast<size_t>(layout.detail_at), ' ');
  // A pipe gets one line for each row: what reads it wants to grep.
  const int width = view.clip ? std::max(kLeastDetail, view.width - layout.detail_at) : 1 << 20;
  bool first = true;
  for (const std::string& line : Wrap(detail, width)) {
    if (first && !layout.own_lines) {
      out.append(kGap, ' ');
    } else {
      absl::StrAppend(&out, "\n", margin);
    }
    out += line;
    first = false;
  }
}

}  // namespace

std::string RenderItemRows(const std::vector<ItemRow>& rows, const View& view) {
  const Layout layout = Measure(rows, view);
  std::string out;
  for (const ItemRow& row : rows) {
    const int label_blanks = layout.label + 2 - DisplayWidth(row.label);
    const std::string name = view.clip ? Clip(row.name, layout.name) : row.name;
    out.append(kIndent, ' ');
    absl::StrAppend(
        &out, Paint(view, row.tone, row.label), std::string(static_cast<size_t>(label_blanks), ' '),
        PadRight(name, layout.name), std::string(kGap, ' '), PadRight(row.project, layout.project));
    AppendDetail(row.detail, layout, view, out);
    out += "\n";
  }
  return TrimLines(out);
}

}  // namespace quiesce::cli
