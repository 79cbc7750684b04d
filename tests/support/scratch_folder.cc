#include "tests/support/scratch_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace quiesce::support {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "quiesce.";
// In a folder that is to stay.
constexpr char kKept[] = "kept";
// Somebody else may take a folder for abandoned before it is locked.
constexpr int kAttempts = 100;

// The descriptor of a folder of ours that nobody else holds and that is still there; -1: none.
int Lock(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -1;
  struct stat held {};
  struct stat named {};
  if (fstat(fd, &held) == 0 && held.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
      stat(path.c_str(), &named) == 0 && named.st_ino == held.st_ino) {
    return fd;
  }
  close(fd);
  return -1;
}

void RemoveAndUnlock(const std::string& path, int lock) {
  std::error_code ignored;  // what stays behind is removed by the next one
  fs::remove_all(path, ignored);
  close(lock);
}

void RemoveAbandoned(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string path = entry->path().string();
    if (!absl::StartsWith(entry->path().filename().string(), kPrefix)) continue;
    const int lock = Lock(path);
    if (lock < 0) continue;
    if (access(absl::StrCat(path, "/", kKept).c_str(), F_OK) == 0) {
      close(lock);
    } else {
      RemoveAndUnlock(path, lock);
    }
  }
}

}  // namespace

absl::StatusOr<ScratchFolder> ScratchFolder::Make(const std::string& parent) {
  std::error_code error;
  const fs::path where = fs::absolute(parent, error);
  if (error) return absl::InternalError(absl::StrCat(parent, ": ", error.message()));
  RemoveAbandoned(where);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string path = (where / absl::StrCat(kPrefix, "XXXXXX")).string();
    if (mkdtemp(path.data()) == nullptr) {
      return absl::InternalError(absl::StrCat("cannot make ", path, ": ", std::strerror(errno)));
    }
    if (const int lock = Lock(path); lock >= 0) return ScratchFolder(std::move(path), lock);
  }
  return absl::InternalError(absl::StrCat("cannot lock a folder in ", where.string()));
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

ScratchFolder::~ScratchFolder() {
  if (lock_ >= 0) RemoveAndUnlock(path_, lock_);
}

void ScratchFolder::Keep() {
  std::ofstream(absl::StrCat(path_, "/", kKept)).close();
  if (lock_ >= 0) close(std::exchange(lock_, -1));
}

}  // namespace quiesce::support
