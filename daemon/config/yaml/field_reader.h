#ifndef QUIESCE_DAEMON_CONFIG_YAML_FIELD_READER_H_
#define QUIESCE_DAEMON_CONFIG_YAML_FIELD_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "daemon/config/yaml/source.h"
#include "daemon/config/yaml/tree.h"

namespace quiesce::yaml {

// Where a value stands in a document, for errors: `instances[3].id`, `defaults.project`, `owner`.
// Written out only when there is something to say; there may be a million of these.
struct Path {
  std::string_view parent;  // empty: the document
  std::optional<size_t> index;
  std::string_view key;  // empty: the parent itself

  Path Under(std::string_view k) const { return {parent, index, k}; }
  std::string ToString() const;
};

// What a function of core/names.h finds wrong, put after the path.
std::string Describe(const Path& path, const std::string& problem);

// Reads values as their field wants them and reports those that are none. Each function returns
// nothing for a value that was reported.
class FieldReader {
 public:
  FieldReader(const Tree& tree, ErrorList& errors) : tree_(tree), errors_(errors) {}

  // Calls `read(index in `known`, key, value)` for each key that is known, and reports the others.
  // Returns the keys that occurred, bit by bit.
  template <typename Read>
  uint32_t ReadMap(const Node& map, const std::vector<std::string_view>& known, Read read) {
    uint32_t seen = 0;
    for (uint32_t i = map.children; i != 0; i = tree_[tree_[i].next].next) {
      const Node& key = tree_[i];
      if (!key.is_scalar()) continue;  // reported with the tree
      const size_t index = IndexOf(key, known);
      if (index == known.size()) continue;
      const uint32_t bit = uint32_t{1} << index;
      if ((seen & bit) == 0) read(index, key, tree_[key.next]);  // the second one was reported
      seen |= bit;
    }
    return seen;
  }

  // Calls `read(key, value)` for each entry of a map with free keys; a key that occurs twice is
  // passed over the second time, having been reported.
  template <typename Read>
  void ForEachEntry(const Node& map, Read read) {
    std::set<std::string_view> seen;
    for (uint32_t i = map.children; i != 0; i = tree_[tree_[i].next].next) {
      const Node& key = tree_[i];
      if (key.is_scalar() && seen.insert(key.text).second) read(key, tree_[key.next]);
    }
  }

  // Calls `read(index, value)` for each item of a list.
  template <typename Read>
  void ForEachItem(const Node& list, Read read) {
    size_t index = 0;
    for (uint32_t i = list.children; i != 0; i = tree_[i].next) read(index++, tree_[i]);
  }

  // Report a value that is no map, with an example of one, or no list, with what to write instead.
  bool IsMap(const Node& value, const Path& path, std::string_view example);
  bool IsList(const Node& value, const Path& path, std::string_view wanted);

  // The value of a scalar, with quotes or without. Valid as long as the tree.
  std::optional<std::string_view> Text(const Node& value, const Path& path);
  std::optional<bool> Boolean(const Node& value, const Path& path);
  std::optional<absl::Duration> Duration(const Node& value, const Path& path,
                                         absl::Duration longest);
  // A whole number without quotes.
  std::optional<int64_t> Integer(const Node& value, const Path& path, int64_t least, int64_t most);
  // One of `names`, as an index.
  std::optional<size_t> OneOf(const Node& value, const Path& path,
                              const std::vector<std::string_view>& names);
  // A text that `problem` (of core/names.h) finds nothing wrong with.
  template <typename Problem>
  std::optional<std::string_view> Checked(const Node& value, const Path& path, Problem problem) {
    std::optional<std::string_view> text = Text(value, path);
    if (!text) return text;
    if (auto wrong = problem(*text)) {
      Report(value, Describe(path, *wrong));
      return std::nullopt;
    }
    return text;
  }

  void Report(const Node& at, std::string message);

 private:
  // Of a known key; reports an unknown one and returns known.size().
  size_t IndexOf(const Node& key, const std::vector<std::string_view>& known);
  void ReportKind(const Node& value, const Path& path, std::string_view wanted);

  const Tree& tree_;
  ErrorList& errors_;
};

}  // namespace quiesce::yaml

#endif  // QUIESCE_DAEMON_CONFIG_YAML_FIELD_READER_H_
