#ifndef QUIESCE_DAEMON_CLOUD_LIST_FRAMER_H_
#define QUIESCE_DAEMON_CLOUD_LIST_FRAMER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace quiesce::cloud {

// Cuts the answer to a list, as it comes from the network, into the entries of its array
// `clusters`, so that a project of any size is parsed one instance at a time.
//
// Knows of JSON only strings and brackets, and checks nothing: each entry is for a parser to check,
// and so is the frame, which is the answer with a 0 in the place of each entry. Both together are
// well-formed if and only if the answer is. An answer that hides the array (its name written with
// escapes, say) has no entries and a large frame.
class ListFramer {
 public:
  // Given one entry, an object, whole. False: read no further.
  using OnEntry = absl::FunctionRef<bool(std::string_view entry)>;

  // Takes the next bytes. False, from then on: an entry or the frame is over its limit
  // (limits::kMaxListEntryBytes, kMaxListFrameBytes), or OnEntry said so.
  bool Feed(std::string_view bytes, OnEntry on_entry);

  const std::string& frame() const { return frame_; }
  // Of the last entry: it began, and has not ended.
  bool in_entry() const { return in_entry_; }
  bool too_large() const { return too_large_; }

 private:
  // The end of the string that `at` is inside of, or the end of the bytes.
  size_t SkipString(std::string_view bytes, size_t at);
  void Open(char bracket);
  bool Append(std::string_view bytes);

  std::string frame_;
  std::string entry_;
  std::string last_string_;  // at depth 1: a key, when an array or object follows; its beginning
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool in_clusters_ = false;
  bool in_entry_ = false;
  bool too_large_ = false;
  bool stopped_ = false;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_LIST_FRAMER_H_
