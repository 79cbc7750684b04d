// Stands before the C library of a daemon (LD_PRELOAD) and makes its disk a bad one:
//
//   FAULTY_DISK_IS_NFS=1      statfs calls each file system NFS
//   FAULTY_DISK_HANGS=FILE    what is written does not reach the disk while FILE exists

#include <poll.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cstdlib>

namespace {

constexpr int kNfs = 0x6969;
constexpr int kLookMs = 20;

void WaitForDisk() {
  const char* const file = std::getenv("FAULTY_DISK_HANGS");
  while (file != nullptr && access(file, F_OK) == 0) poll(nullptr, 0, kLookMs);
}

}  // namespace

extern "C" {

int statfs(const char* path, struct statfs* info) noexcept {
  const long result = syscall(SYS_statfs, path, info);
  if (result == 0 && std::getenv("FAULTY_DISK_IS_NFS") != nullptr) info->f_type = kNfs;
  return static_cast<int>(result);
}

int fsync(int descriptor) {
  WaitForDisk();
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

int fdatasync(int descriptor) {
  WaitForDisk();
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

}  // extern "C"
