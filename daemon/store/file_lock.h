#ifndef QUIESCE_DAEMON_STORE_FILE_LOCK_H_
#define QUIESCE_DAEMON_STORE_FILE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace quiesce::store {

// Keeps a second daemon off a database: flock on a file of its own beside it (never on the database
// itself: closing that file would drop SQLite's locks). Released by the kernel when the process
// ends, however it ends. The file holds the pid of its last holder and stays when the lock goes,
// because removing it would let two processes lock two files of one name.
class FileLock {
 public:
  // FAILED_PRECONDITION if another process (or another FileLock) holds it, naming the holder's
  // pid where it is known; other errors say what the file system refused.
  static absl::StatusOr<std::unique_ptr<FileLock>> Acquire(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  const int fd_;
};

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_FILE_LOCK_H_
