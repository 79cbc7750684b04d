#ifndef QUIESCE_DAEMON_CLOUD_TOKEN_FILE_H_
#define QUIESCE_DAEMON_CLOUD_TOKEN_FILE_H_

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"

namespace quiesce::cloud {

// A token that somebody else writes into a file, and replaces when it is about to expire.
//
// Get looks at the file's metadata each time (a microsecond) and reads it again when that changed,
// so a new token is in use from the next request on. It never falls back to the token before: a
// file that was removed or emptied is how a token is withdrawn, and atomic replacement (rename)
// leaves no moment in which a good file is missing.
//
// Thread-safe. Blocks for as long as the file system does. No error holds a byte of the token.
class TokenFile {
 public:
  TokenFile(std::string path, Clock* clock) : path_(std::move(path)), clock_(clock) {}

  // The token, without its trailing line end. Fails with a message that names the file and the way
  // out: NOT_FOUND, PERMISSION_DENIED or UNAVAILABLE when it cannot be read, FAILED_PRECONDITION
  // when what it holds is no token (empty, too large, or with characters that a header cannot
  // carry). Calling again after any of them is fine.
  absl::StatusOr<std::shared_ptr<const std::string>> Get();

  const std::string& path() const { return path_; }

 private:
  // Tells one state of a file from another.
  using Version = std::tuple<dev_t, ino_t, off_t, int64_t, int64_t>;
  static Version VersionOf(const struct stat& info);
  absl::StatusOr<std::shared_ptr<const std::string>> Read(Version& version) const;

  const std::string path_;
  Clock* const clock_;
  Mutex mu_;
  // The last version that was read and will not change unnoticed, and what it held; or null.
  Version version_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const std::string> token_ ABSL_GUARDED_BY(mu_);
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_TOKEN_FILE_H_
