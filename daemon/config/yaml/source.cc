#include "daemon/config/yaml/source.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/limits.h"

namespace quiesce::yaml {
namespace {

unsigned char ByteAt(std::string_view text, size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

bool Continues(std::string_view text, size_t i) { return (ByteAt(text, i) & 0xC0) == 0x80; }

// How many bytes the character at `i` has; 0 if it is not valid UTF-8. The second byte's range
// keeps out overlong forms, halves of UTF-16 pairs and what lies beyond U+10FFFF.
size_t CharacterLength(std::string_view text, size_t i) {
  const unsigned char first = ByteAt(text, i);
  const unsigned char second = ByteAt(text, i + 1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  if (!Continues(text, i + 1)) return 0;
  if (first < 0xE0) return 2;
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
  if (!Continues(text, i + 2)) return 0;
  if (first < 0xF0) return 3;
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return Continues(text, i + 3) ? 4 : 0;
}

bool IsForbiddenControl(std::string_view text, size_t i) {
  const unsigned char c = ByteAt(text, i);
  if (c == '\r') return ByteAt(text, i + 1) != '\n';
  return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7F;
}

}  // namespace

Position PositionOf(const Source& source, size_t offset) {
  const std::string_view before = std::string_view(source.text).substr(0, offset);
  const size_t last_newline = before.rfind('\n');
  const size_t line_start = last_newline == std::string_view::npos ? 0 : last_newline + 1;
  Position at{source.name, 1, 1};
  at.line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  for (size_t i = line_start; i < before.size(); ++i) {
    if (!Continues(before, i)) ++at.column;
  }
  return at;
}

bool ErrorList::MakeRoom() {
  if (entries_.size() < limits::kMaxYamlErrors) return true;
  overflow_ = true;
  return false;
}

void ErrorList::Add(const Source& source, size_t offset, std::string message) {
  if (!MakeRoom()) return;
  entries_.push_back({source.order, offset, {PositionOf(source, offset), std::move(message)}});
}

void ErrorList::AddFile(size_t order, std::string_view name, std::string message) {
  if (!MakeRoom()) return;
  entries_.push_back({order, 0, {Position{std::string(name), 0, 0}, std::move(message)}});
}

std::vector<Error> ErrorList::Sorted() const {
  std::vector<Entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.order, a.offset) < std::pair(b.order, b.offset);
  });
  std::vector<Error> out;
  for (Entry& entry : sorted) out.push_back(std::move(entry.error));
  return out;
}

bool CheckText(const Source& source, ErrorList& errors) {
  const std::string_view text = source.text;
  for (size_t i = 0; i < text.size();) {
    if (IsForbiddenControl(text, i)) {
      errors.Add(source, i, absl::StrFormat("control character 0x%02x", ByteAt(text, i)));
      return false;
    }
    const size_t length = CharacterLength(text, i);
    if (length == 0) {
      errors.Add(source, i,
                 absl::StrFormat("byte 0x%02x is not UTF-8, save the file as UTF-8 text",
                                 ByteAt(text, i)));
      return false;
    }
    i += length;
  }
  return true;
}

}  // namespace quiesce::yaml
