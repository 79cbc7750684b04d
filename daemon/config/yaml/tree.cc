#include "daemon/config/yaml/tree.h"

#include <algorithm>
#include <exception>
#include <istream>
#include <streambuf>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/mark.h"
#include "yaml-cpp/parser.h"

namespace quiesce::yaml {
namespace {

// Lets yaml-cpp read a text without copying it.
class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // std::streambuf only reads it
    setg(begin, begin, begin + text.size());
  }
};

// Thrown through yaml-cpp to end the parsing after an error has been reported.
struct StopParsing {};

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Whether the quoted scalar that begins at `offset` ends. yaml-cpp takes the end of the file for
// the closing quote, which would hide that a file was cut.
bool IsClosed(std::string_view text, size_t offset) {
  const char quote = text[offset];
  for (size_t i = offset + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      // A doubled single quote is the character.
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != quote) return true;
      ++i;
    }
  }
  return false;
}

}  // namespace

// Turns events into nodes.
class Tree::Builder final : public YAML::EventHandler {
 public:
  Builder(Tree& tree, size_t skipped, ErrorList& errors)
      : tree_(tree), skipped_(skipped), errors_(errors) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    root_ = 0;
    // yaml-cpp begins another document wherever the first one ends, as after `{} {}` or at a line
    // that is less indented by mistake.
    const std::string_view rest = Text().substr(std::min(Offset(mark), Text().size()));
    if (started_ && rest.substr(0, 3) != "---") {
      Stop(mark, "the document has ended before this, documents are separated by ---");
    }
    started_ = true;
  }

  void OnDocumentEnd() override {
    if (root_ != 0 && tree_.nodes_[root_].kind != Node::Kind::kNull) {
      tree_.documents_.push_back(root_);
    }
  }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckAnchor(mark, anchor);
    const bool is_value =
        !open_.empty() && open_.back().is_map && open_.back().child_count % 2 == 1;
    const uint32_t key = is_value ? open_.back().last_child : 0;
    const uint32_t node = Append(mark, Node::Kind::kNull);
    // yaml-cpp gives the place of what follows, which may be lines away.
    if (is_value) {
      tree_.nodes_[node].offset = tree_.nodes_[key].offset;
    } else if (mark.pos > 0) {
      const size_t before = Text().find_last_not_of(" \t\r\n", Offset(mark) - 1);
      if (before != std::string_view::npos) tree_.nodes_[node].offset = before;
    }
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Report(mark, "aliases (*name) are not permitted, write the value out");
    Append(mark, Node::Kind::kInvalid);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckAnchor(mark, anchor);
    const size_t offset = Offset(mark);
    const char first = offset < Text().size() ? Text()[offset] : '\0';
    const bool quoted = tag == "!" && (first == '"' || first == '\'');
    const bool block = tag == "!" && (first == '|' || first == '>');
    if (!quoted && !block) CheckTag(mark, tag);
    if (quoted && !IsClosed(Text(), offset)) Stop(mark, "the quote is never closed");
    const uint32_t node = Append(mark, tag == "?" ? Node::Kind::kPlain : Node::Kind::kQuoted);
    tree_.nodes_[node].text = Stored(offset + (quoted ? 1 : 0), value);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kList);
  }
  void OnSequenceEnd() override { open_.pop_back(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, Node::Kind::kMap);
  }
  void OnMapEnd() override {
    CheckKeys(open_.back().node);
    open_.pop_back();
  }

 private:
  struct Level {
    uint32_t node;
    bool is_map;
    uint32_t last_child = 0;
    uint32_t child_count = 0;
  };

  std::string_view Text() const { return tree_.source_.text; }
  size_t Offset(const YAML::Mark& mark) const {
    return skipped_ + static_cast<size_t>(std::max(mark.pos, 0));
  }

  void Report(const YAML::Mark& mark, std::string message) {
    errors_.Add(tree_.source_, Offset(mark), std::move(message));
    if (errors_.full()) throw StopParsing();
  }
  [[noreturn]] void Stop(const YAML::Mark& mark, std::string message) {
    Report(mark, std::move(message));
    throw StopParsing();
  }
  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag != "?") Report(mark, "tags (!name) are not permitted, leave it out");
  }
  void CheckAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) Report(mark, "anchors (&name) are not permitted, write each value out");
  }

  uint32_t Append(const YAML::Mark& mark, Node::Kind kind) {
    const auto index = static_cast<uint32_t>(tree_.nodes_.size());
    tree_.nodes_.emplace_back();
    tree_.nodes_.back().kind = kind;
    tree_.nodes_.back().offset = static_cast<uint32_t>(Offset(mark));
    if (open_.empty()) {
      root_ = index;
      return index;
    }
    Level& parent = open_.back();
    if (parent.last_child == 0) {
      tree_.nodes_[parent.node].children = index;
    } else {
      tree_.nodes_[parent.last_child].next = index;
    }
    parent.last_child = index;
    ++parent.child_count;
    return index;
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            Node::Kind kind) {
    CheckAnchor(mark, anchor);
    CheckTag(mark, tag);
    if (open_.size() >= static_cast<size_t>(limits::kMaxYamlDepth)) {
      Stop(mark, absl::StrCat("more than ", limits::kMaxYamlDepth, " levels"));
    }
    const uint32_t node = Append(mark, kind);
    open_.push_back({node, kind == Node::Kind::kMap});
  }

  // The value as a part of the source if it stands there as it is, which nearly all do.
  std::string_view Stored(size_t offset, const std::string& value) {
    if (offset <= Text().size()) {
      const std::string_view there = Text().substr(offset, value.size());
      if (there == value) return there;
    }
    return tree_.texts_.emplace_back(value);
  }

  void CheckKeys(uint32_t map) {
    keys_.clear();
    for (uint32_t i = tree_[map].children; i != 0; i = tree_[tree_[i].next].next) {
      const Node& key = tree_[i];
      if (!key.is_scalar()) {
        ReportAt(key, "a key must be a text");
      } else if (OccurredBefore(key.text)) {
        ReportAt(key, absl::StrCat("key ", core::Quoted(key.text), " occurs twice"));
      }
    }
  }

  // Among the keys of the map that is checked. Nearly all maps are small; the set keeps large ones
  // from taking quadratic time.
  bool OccurredBefore(std::string_view key) {
    constexpr size_t kSmall = 16;
    if (keys_.size() < kSmall) {
      const bool found = std::find(keys_.begin(), keys_.end(), key) != keys_.end();
      keys_.push_back(key);
      if (keys_.size() == kSmall) many_keys_ = {keys_.begin(), keys_.end()};
      return found;
    }
    return !many_keys_.insert(key).second;
  }

  void ReportAt(const Node& node, std::string message) {
    errors_.Add(tree_.source_, node.offset, std::move(message));
    if (errors_.full()) throw StopParsing();
  }

  Tree& tree_;
  const size_t skipped_;
  ErrorList& errors_;
  std::vector<Level> open_;
  std::vector<std::string_view> keys_;              // of the map that is checked, the first ones
  std::unordered_set<std::string_view> many_keys_;  // all of them, if there are many
  uint32_t root_ = 0;
  bool started_ = false;
};

Tree::Tree(const Source& source, ErrorList& errors) : source_(source) {
  std::string_view text = source.text;
  const size_t skipped = text.substr(0, 3) == kByteOrderMark ? kByteOrderMark.size() : 0;
  TextBuffer buffer(text.substr(skipped));
  std::istream stream(&buffer);
  Builder builder(*this, skipped, errors);
  cut_ = true;
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    cut_ = false;
  } catch (const StopParsing&) {
    // Reported.
  } catch (const YAML::Exception& e) {
    const size_t offset = skipped + static_cast<size_t>(std::max(e.mark.pos, 0));
    errors.Add(source, std::min(offset, text.size()), absl::StrCat("not valid YAML: ", e.msg));
  } catch (const std::exception& e) {
    errors.AddFile(source.order, source.name, absl::StrCat("cannot be read: ", e.what()));
  }
}

}  // namespace quiesce::yaml
