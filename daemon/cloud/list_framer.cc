#include "daemon/cloud/list_framer.h"

#include "daemon/base/limits.h"

namespace quiesce::cloud {
namespace {

constexpr std::string_view kClusters = "clusters";
// Where entries are: in the array that the top object has under that name.
constexpr int kEntryDepth = 2;

}  // namespace

size_t ListFramer::SkipString(std::string_view bytes, size_t at) {
  const size_t begin = at;
  while (at < bytes.size() && in_string_) {
    const char c = bytes[at++];
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
    }
  }
  if (depth_ == 1 && last_string_.size() <= kClusters.size()) {
    const size_t room = kClusters.size() + 1 - last_string_.size();
    const size_t end = in_string_ ? at : at - 1;
    last_string_ += bytes.substr(begin, end - begin).substr(0, room);
  }
  return at;
}

bool ListFramer::Append(std::string_view bytes) {
  std::string& text = in_entry_ ? entry_ : frame_;
  text += bytes;
  too_large_ = text.size() > (in_entry_ ? limits::kMaxListEntryBytes : limits::kMaxListFrameBytes);
  return !too_large_;
}

void ListFramer::Open(char bracket) {
  if (depth_ == 1) in_clusters_ = bracket == '[' && last_string_ == kClusters;
  ++depth_;
}

bool ListFramer::Feed(std::string_view bytes, OnEntry on_entry) {
  if (stopped_ || too_large_) return false;
  size_t taken = 0;  // what is before it was appended
  size_t at = 0;
  while (at < bytes.size()) {
    if (in_string_) {
      at = SkipString(bytes, at);
      continue;
    }
    const char c = bytes[at];
    if (c == '"') {
      in_string_ = true;
      if (depth_ == 1) last_string_.clear();
    } else if (c == '{' || c == '[') {
      if (c == '{' && in_clusters_ && depth_ == kEntryDepth) {
        if (!Append(bytes.substr(taken, at - taken))) return false;
        taken = at;
        in_entry_ = true;
      }
      Open(c);
    } else if (c == '}' || c == ']') {
      --depth_;
      if (in_entry_ && depth_ == kEntryDepth) {
        if (!Append(bytes.substr(taken, at + 1 - taken))) return false;
        taken = at + 1;
        in_entry_ = false;
        stopped_ = !on_entry(entry_);
        entry_.clear();
        // Spaces, so that it cannot become part of a number.
        if (stopped_ || !Append(" 0 ")) return false;
      }
    }
    ++at;
  }
  return Append(bytes.substr(taken));
}

}  // namespace quiesce::cloud
