#ifndef QUIESCE_DAEMON_CONFIG_YAML_TREE_H_
#define QUIESCE_DAEMON_CONFIG_YAML_TREE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/yaml/source.h"

// YAML (and so JSON) as a tree without meaning: what a file says, and where. No type is guessed
// from a scalar; only `null`, `~` and nothing at all are told apart from texts.
namespace quiesce::yaml {

// Small: a large input has millions of them.
struct Node {
  enum class Kind : uint8_t {
    kNull,
    kPlain,   // a scalar without quotes
    kQuoted,  // one with quotes, or a block
    kList,
    kMap,
    kInvalid,  // reported already
  };

  Kind kind = Kind::kNull;
  uint32_t offset = 0;  // of its first byte in the source
  uint32_t children =
      0;              // lists and maps: the first one; 0: none. Maps: key, value, key, value ...
  uint32_t next = 0;  // the next child of the same parent; 0: none
  std::string_view text;  // scalars

  bool is_scalar() const { return kind == Kind::kPlain || kind == Kind::kQuoted; }
};

class Tree {
 public:
  // Reads all documents of a source. Reports what is no YAML, and what strict YAML has not:
  // anchors, aliases and tags, keys that are no texts or occur twice, too much depth, documents
  // that are not separated by `---`. The tree points into the source and must not outlive it.
  // Documents that are cut by a mistake are left out.
  Tree(const Source& source, ErrorList& errors);
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  const Source& source() const { return source_; }
  // Without empty ones.
  const std::vector<uint32_t>& documents() const { return documents_; }
  // A mistake ended the reading: a document may lack what follows it in the source.
  bool cut() const { return cut_; }
  const Node& operator[](uint32_t index) const { return nodes_[index]; }

 private:
  class Builder;

  const Source& source_;
  std::vector<Node> nodes_ = {Node{}};  // index 0 is nobody
  std::deque<std::string> texts_;       // those that do not stand in the source as they are
  std::vector<uint32_t> documents_;
  bool cut_ = false;
};

}  // namespace quiesce::yaml

#endif  // QUIESCE_DAEMON_CONFIG_YAML_TREE_H_
