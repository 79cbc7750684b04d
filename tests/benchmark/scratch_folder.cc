#include "tests/benchmark/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace quiesce::benchmark {

absl::StatusOr<ScratchFolder> ScratchFolder::Make(const std::string& parent) {
  std::error_code error;
  std::filesystem::path where = parent;
  if (parent.empty()) where = std::filesystem::temp_directory_path(error);
  if (!error) where = std::filesystem::absolute(where, error);
  if (error) return absl::InternalError(absl::StrCat("no folder to work in: ", error.message()));
  std::string path = (where / "quiesce-benchmark-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) {
    return absl::InternalError(absl::StrCat("cannot make ", path, ": ", std::strerror(errno)));
  }
  return ScratchFolder(std::move(path));
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // what stays behind is in the way of nobody
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace quiesce::benchmark
