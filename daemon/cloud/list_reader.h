#ifndef QUIESCE_DAEMON_CLOUD_LIST_READER_H_
#define QUIESCE_DAEMON_CLOUD_LIST_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/cloud/error_table.h"
#include "daemon/cloud/list_framer.h"
#include "daemon/cloud/list_tally.h"
#include "daemon/cloud/safe_text.h"
#include "daemon/core/power_state.h"
#include "daemon/core/transition.h"

namespace quiesce::cloud {

struct ParsedList {
  BodyShape shape =
      BodyShape::kEmpty;  // kJson: the list is whole, and only then are there instances
  std::vector<core::ListedInstance> instances;
  ListTally tally;  // of those
  // Of a body that is no list: where it stops being one, safe to show, and the error it may carry.
  std::string message;
  std::string error_code;
};

// Reads a list and folds the nodes of each instance. A list is taken whole or not at all, because
// what it lacks counts as absence. So it must be one whole JSON object with an array `clusters`
// whose entries each have a well-formed `instance_id` that no other entry has: an entry that cannot
// be told from another might be the very instance whose absence we would conclude. What a list says
// about an instance may be incomplete (no detail, no nodes, a null status): that folds to UNKNOWN.
// A value of another type than documented, in any field we read, means that we do not understand
// the format, and spoils the list; but not in `region`, which is read for people only.
//
// Takes the answer in the pieces in which it comes, and keeps of it only what the instances need:
// the memory does not grow with the text, and what holds more instances or nodes than
// limits::kMaxListInstances and kMaxListNodes is no list. Pure; nothing here throws, whatever the
// bytes are.
class ListReader {
 public:
  // `extra` must outlive the reader. `redact` takes secrets out of what is said of a body that is
  // no list; the names in one that is are the cloud's, and stay as they are.
  ListReader(const core::StatusMap& extra, Redactor redact)
      : extra_(extra), redact_(std::move(redact)) {}

  // False, from then on: this is no list, whatever follows.
  bool Feed(std::string_view bytes);
  // After the last piece. Once.
  ParsedList Finish();

 private:
  bool failed() const { return !problem_.empty(); }
  bool ReadEntry(std::string_view entry);
  bool Take(core::ListedInstance instance);
  void ReadFrame();
  // Without a shape: that of a body that is not JSON.
  bool Fail(std::optional<BodyShape> shape, std::string problem);

  const core::StatusMap& extra_;
  const Redactor redact_;
  ListFramer framer_;
  std::vector<core::ListedInstance> instances_;
  ListTally tally_;
  std::string beginning_;  // of the body, for the error that it may be
  bool has_more_ = false;  // than the beginning
  BodyShape shape_ = BodyShape::kEmpty;
  std::string problem_;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_LIST_READER_H_
