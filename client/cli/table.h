#ifndef QUIESCE_CLIENT_CLI_TABLE_H_
#define QUIESCE_CLIENT_CLI_TABLE_H_

#include <string>
#include <vector>

#include "client/cli/view.h"

namespace quiesce::cli {

struct Cell {
  Cell(std::string text_in = "", Tone tone_in = Tone::kPlain)  // NOLINT: a text is a cell
      : text(std::move(text_in)), tone(tone_in) {}
  Cell(const char* text_in) : text(text_in) {}  // NOLINT
  std::string text;
  Tone tone = Tone::kPlain;
};

// Columns side by side, as wide as their widest cell. Where the view is too narrow, columns that
// are nice to have are left out, then long cells are cut, then more columns are left out. A view
// that may not cut gets everything.
class Table {
 public:
  enum class Align { kLeft, kRight };
  // Which column is left out first.
  enum class Drop { kNever, kFirst, kSecond, kThird, kAfterClipping };
  struct Column {
    std::string header;
    Align align = Align::kLeft;
    Drop drop = Drop::kNever;
    bool clip = false;  // long cells may be cut
  };

  // Two blanks between columns; `indent` before the first one.
  Table(std::vector<Column> columns, int indent = 0)
      : columns_(std::move(columns)), indent_(indent) {}

  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }

  // The headers, unless all are empty, and the rows, each with a newline.
  std::string Render(const View& view) const;

 private:
  struct Layout {
    std::vector<size_t> shown;  // indices of columns
    std::vector<int> widths;    // of those
  };
  Layout Fit(const View& view) const;
  // Leave out columns up to a rank, or cut columns down to a width, until the line fits.
  void DropUpTo(Drop last, int width, Layout& layout) const;
  void ClipTo(int least, int width, Layout& layout) const;
  int NaturalWidth(size_t column) const;
  std::string Line(const std::vector<Cell>& row, const Layout& layout, const View& view) const;

  const std::vector<Column> columns_;
  const int indent_;
  std::vector<std::vector<Cell>> rows_;
};

// `label     text`, the text wrapped and indented under itself.
std::string Labelled(const std::string& label, const std::string& text, int label_width,
                     const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_TABLE_H_
