#ifndef QUIESCE_TESTS_BENCHMARK_SCRATCH_FOLDER_H_
#define QUIESCE_TESTS_BENCHMARK_SCRATCH_FOLDER_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace quiesce::benchmark {

// A new folder, private to this user, that goes with this object and everything in it.
class ScratchFolder {
 public:
  // In `parent`; empty: where temporary files belong.
  static absl::StatusOr<ScratchFolder> Make(const std::string& parent);
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  const std::string& path() const { return path_; }  // absolute
  // Leaves it behind, for whoever looks into what went wrong.
  void Keep() { path_.clear(); }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;  // empty: nothing to remove
};

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_SCRATCH_FOLDER_H_
