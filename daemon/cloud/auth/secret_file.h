#ifndef QUIESCE_DAEMON_CLOUD_AUTH_SECRET_FILE_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_SECRET_FILE_H_

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/cloud/auth/secret_source.h"

namespace quiesce::cloud::auth {

// A secret that somebody else writes into a file, and replaces when it is due.
//
// Get looks at the file's metadata each time (a microsecond) and reads it again when that changed,
// whole: never the end of one version after the beginning of another. It never falls back to what
// it read before: a file that was removed or emptied is how a secret is withdrawn, and atomic
// replacement (rename) leaves no moment in which a good file is missing.
//
// Blocks for as long as the file system does.
class SecretFile final : public SecretSource {
 public:
  // `what`: of which kind the secret is, for messages: "token".
  SecretFile(std::string path, std::string what, Clock* clock)
      : path_(std::move(path)), what_(std::move(what)), clock_(clock) {}

  // Fails with a message that names the file and the way out: NOT_FOUND, PERMISSION_DENIED or
  // UNAVAILABLE when it cannot be read, FAILED_PRECONDITION when it is empty, too large or no
  // regular file. Calling again after any of them is fine.
  absl::StatusOr<std::shared_ptr<const std::string>> Get() override;
  const std::string& name() const override { return path_; }

 private:
  // Tells one state of a file from another.
  using Version = std::tuple<dev_t, ino_t, off_t, int64_t, int64_t>;
  static Version VersionOf(const struct stat& info);
  absl::StatusOr<std::shared_ptr<const std::string>> Read(Version& version) const;
  absl::Status ReadError(int error) const;
  absl::Status BadFile(const std::string& problem) const;
  absl::Status ReadAll(int fd, std::string& content) const;

  const std::string path_;
  const std::string what_;
  Clock* const clock_;
  Mutex mu_;
  // The last version that was read and will not change unnoticed, and what it held; or null.
  Version version_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const std::string> content_ ABSL_GUARDED_BY(mu_);
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_SECRET_FILE_H_
