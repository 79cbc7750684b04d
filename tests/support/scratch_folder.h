#ifndef QUIESCE_TESTS_SUPPORT_SCRATCH_FOLDER_H_
#define QUIESCE_TESTS_SUPPORT_SCRATCH_FOLDER_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace quiesce::support {

// A new folder, private to this user, that goes with this object and everything in it.
//
// A process that is killed cannot remove its own. A lock on the folder goes with the process, so
// the next one that makes a folder in the same place removes those that nobody holds.
class ScratchFolder {
 public:
  // In `parent`. Not in TEST_TMPDIR by default: the path of a unix socket has at most 107 bytes.
  static absl::StatusOr<ScratchFolder> Make(const std::string& parent = "/tmp");
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  const std::string& path() const { return path_; }  // absolute
  // Leaves it behind, for whoever looks into what went wrong.
  void Keep();

 private:
  ScratchFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;  // descriptor of the folder; -1: moved from, or kept
};

}  // namespace quiesce::support

#endif  // QUIESCE_TESTS_SUPPORT_SCRATCH_FOLDER_H_
