#include "client/cli/table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "client/cli/text.h"

namespace quiesce::cli {
namespace {

constexpr int kGap = 2;
// Enough to tell most names apart.
constexpr int kComfortable = 24;
// What is left when the terminal is narrow.
constexpr int kLeastClipped = 12;

int Total(const std::vector<int>& widths, int indent) {
  return std::accumulate(widths.begin(), widths.end(), indent) +
         kGap * std::max(0, static_cast<int>(widths.size()) - 1);
}

}  // namespace

int Table::NaturalWidth(size_t column) const {
  int width = DisplayWidth(columns_[column].header);
  for (const std::vector<Cell>& row : rows_) {
    width = std::max(width, DisplayWidth(row[column].text));
  }
  return width;
}

Table::Layout Table::Fit(const View& view) const {
  Layout layout;
  for (size_t i = 0; i < columns_.size(); ++i) {
    layout.shown.push_back(i);
    layout.widths.push_back(NaturalWidth(i));
  }
  if (!view.clip) return layout;
  DropUpTo(Drop::kThird, view.width, layout);
  ClipTo(kComfortable, view.width, layout);
  DropUpTo(Drop::kAfterClipping, view.width, layout);
  ClipTo(kLeastClipped, view.width, layout);
  return layout;
}

void Table::DropUpTo(Drop last, int width, Layout& layout) const {
  for (int rank = static_cast<int>(Drop::kFirst); rank <= static_cast<int>(last); ++rank) {
    for (size_t i = 0; i < layout.shown.size() && Total(layout.widths, indent_) > width;) {
      if (static_cast<int>(columns_[layout.shown[i]].drop) != rank) {
        ++i;
        continue;
      }
      layout.shown.erase(layout.shown.begin() + static_cast<std::ptrdiff_t>(i));
      layout.widths.erase(layout.widths.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

void Table::ClipTo(int least, int width, Layout& layout) const {
  for (size_t i = 0; i < layout.shown.size(); ++i) {
    const int excess = Total(layout.widths, indent_) - width;
    if (excess <= 0) return;
    int& own = layout.widths[i];
    if (columns_[layout.shown[i]].clip) own = std::max(std::min(least, own), own - excess);
  }
}

std::string Table::Line(const std::vector<Cell>& row, const Layout& layout,
                        const View& view) const {
  std::string line(static_cast<size_t>(indent_), ' ');
  for (size_t i = 0; i < layout.shown.size(); ++i) {
    const Cell& cell = row[layout.shown[i]];
    const int width = layout.widths[i];
    const std::string text = columns_[layout.shown[i]].clip ? Clip(cell.text, width) : cell.text;
    const std::string blanks(static_cast<size_t>(std::max(0, width - DisplayWidth(text))), ' ');
    const bool right = columns_[layout.shown[i]].align == Align::kRight;
    if (i > 0) line.append(kGap, ' ');
    absl::StrAppend(&line, right ? blanks : "", Paint(view, cell.tone, text), right ? "" : blanks);
  }
  return line + "\n";
}

std::string Table::Render(const View& view) const {
  const Layout layout = Fit(view);
  std::string out;
  const bool headed = std::any_of(columns_.begin(), columns_.end(),
                                  [](const Column& column) { return !column.header.empty(); });
  if (headed) {
    std::vector<Cell> headers;
    for (const Column& column : columns_) headers.emplace_back(column.header, Tone::kStrong);
    out += Line(headers, layout, view);
  }
  for (const std::vector<Cell>& row : rows_) out += Line(row, layout, view);
  return TrimLines(out);
}

std::string Labelled(const std::string& label, const std::string& text, int label_width,
                     const View& view) {
  std::string out;
  std::string head = PadRight(label, label_width);
  for (const std::string& line : Wrap(text, std::max(20, view.width - label_width))) {
    absl::StrAppend(&out, head, line, "\n");
    head = std::string(static_cast<size_t>(label_width), ' ');
  }
  return TrimLines(out);
}

}  // namespace quiesce::cli
