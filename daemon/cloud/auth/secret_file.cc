#include "daemon/cloud/auth/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"

namespace quiesce::cloud::auth {
namespace {

// Two writes within one tick of the file system's clock can leave the same times and size. A file
// this young is read again next time rather than trusted to be the last version.
constexpr absl::Duration kSettled = absl::Seconds(1);

}  // namespace

absl::Status SecretFile::ReadError(int error) const {
  const std::string message =
      absl::StrCat(what_, " file ", path_, ": ", std::generic_category().message(error),
                   error == EACCES ? "; let the daemon's user read it"
                                   : absl::StrCat("; write the ", what_, " there"));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::Status SecretFile::BadFile(const std::string& problem) const {
  return absl::FailedPreconditionError(absl::StrCat(
      what_, " file ", path_, " ", problem, "; it must hold the ", what_, " and nothing else"));
}

SecretFile::Version SecretFile::VersionOf(const struct stat& info) {
  const auto nanos = [](const timespec& t) { return t.tv_sec * int64_t{1000000000} + t.tv_nsec; };
  return {info.st_dev, info.st_ino, info.st_size, nanos(info.st_mtim), nanos(info.st_ctim)};
}

absl::StatusOr<std::shared_ptr<const std::string>> SecretFile::Get() {
  MutexLock lock(mu_);
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0) {
    const int error = errno;
    content_ = nullptr;
    return ReadError(error);
  }
  if (content_ != nullptr && VersionOf(info) == version_) return content_;
  content_ = nullptr;
  Version version;
  QUIESCE_ASSIGN_OR_RETURN(auto content, Read(version));
  const absl::Time changed =
      absl::FromUnixNanos(std::max(std::get<3>(version), std::get<4>(version)));
  if (clock_->Read().wall - changed > kSettled) {
    version_ = version;
    content_ = content;
  }
  return content;
}

// Up to one byte more than a file may have.
absl::Status SecretFile::ReadAll(int fd, std::string& content) const {
  constexpr size_t kMost = limits::kMaxSecretFileBytes + 1;
  content.resize(kMost);
  size_t size = 0;
  while (size < kMost) {
    const ssize_t got = read(fd, content.data() + size, kMost - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadError(errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  content.resize(size);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const std::string>> SecretFile::Read(Version& version) const {
  // O_NONBLOCK: opening a named pipe would wait for its writer.
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return ReadError(errno);
  const absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat before {};
  if (fstat(fd, &before) != 0) return ReadError(errno);
  if (!S_ISREG(before.st_mode)) return BadFile("is not a regular file");
  auto content = std::make_shared<std::string>();
  QUIESCE_RETURN_IF_ERROR(ReadAll(fd, *content));
  struct stat after {};
  if (fstat(fd, &after) != 0) return ReadError(errno);
  version = VersionOf(after);
  if (VersionOf(before) != version) {
    return absl::UnavailableError(
        absl::StrCat(what_, " file ", path_, " changed while it was read; replace it by renaming"));
  }
  if (content->empty()) return BadFile("is empty");
  if (content->size() > limits::kMaxSecretFileBytes) {
    return BadFile(absl::StrCat("is larger than ", limits::kMaxSecretFileBytes, " bytes"));
  }
  return content;
}

}  // namespace quiesce::cloud::auth
