#include "daemon/cloud/token_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"

namespace quiesce::cloud {
namespace {

// Two writes within one tick of the file system's clock can leave the same times and size. A file
// this young is read again next time rather than trusted to be the last version.
constexpr absl::Duration kSettled = absl::Seconds(1);

absl::Status ReadError(const std::string& path, int error) {
  const std::string message =
      absl::StrCat("token file ", path, ": ", std::generic_category().message(error),
                   error == EACCES ? "; let the daemon's user read it" : "; write the token there");
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

absl::Status BadContent(const std::string& path, std::string_view problem) {
  return absl::FailedPreconditionError(
      absl::StrCat("token file ", path, " ", absl::string_view(problem.data(), problem.size()),
                   "; it must hold the token and nothing else"));
}

absl::Status CheckToken(const std::string& path, std::string_view token) {
  if (token.empty()) return BadContent(path, "is empty");
  if (token.size() > limits::kMaxTokenFileBytes) {
    return BadContent(path, absl::StrCat("is larger than ", limits::kMaxTokenFileBytes, " bytes"));
  }
  const auto is_visible = [](unsigned char c) { return absl::ascii_isgraph(c); };
  if (!std::all_of(token.begin(), token.end(), is_visible)) {
    return BadContent(path, "holds spaces, line ends, control or non-ASCII characters");
  }
  return absl::OkStatus();
}

// Up to one byte more than a token may have.
absl::Status ReadAll(const std::string& path, int fd, std::string& content) {
  constexpr size_t kMost = limits::kMaxTokenFileBytes + sizeof("\r\n");
  content.resize(kMost);
  size_t size = 0;
  while (size < kMost) {
    const ssize_t got = read(fd, content.data() + size, kMost - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ReadError(path, errno);
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  content.resize(size);
  return absl::OkStatus();
}

void StripLineEnd(std::string& text) {
  if (text.empty() || text.back() != '\n') return;
  text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
}

}  // namespace

TokenFile::Version TokenFile::VersionOf(const struct stat& info) {
  const auto nanos = [](const timespec& t) { return t.tv_sec * int64_t{1000000000} + t.tv_nsec; };
  return {info.st_dev, info.st_ino, info.st_size, nanos(info.st_mtim), nanos(info.st_ctim)};
}

absl::StatusOr<std::shared_ptr<const std::string>> TokenFile::Get() {
  MutexLock lock(mu_);
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0) return ReadError(path_, errno);
  if (token_ != nullptr && VersionOf(info) == version_) return token_;
  Version version;
  QUIESCE_ASSIGN_OR_RETURN(auto token, Read(version));
  const absl::Time changed =
      absl::FromUnixNanos(std::max(std::get<3>(version), std::get<4>(version)));
  if (clock_->Read().wall - changed > kSettled) {
    version_ = version;
    token_ = token;
  }
  return token;
}

absl::StatusOr<std::shared_ptr<const std::string>> TokenFile::Read(Version& version) const {
  // O_NONBLOCK: opening a named pipe would wait for its writer.
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return ReadError(path_, errno);
  const absl::Cleanup close_fd = [fd] { close(fd); };
  struct stat before {};
  if (fstat(fd, &before) != 0) return ReadError(path_, errno);
  if (!S_ISREG(before.st_mode)) return BadContent(path_, "is not a regular file");
  auto content = std::make_shared<std::string>();
  QUIESCE_RETURN_IF_ERROR(ReadAll(path_, fd, *content));
  struct stat after {};
  if (fstat(fd, &after) != 0) return ReadError(path_, errno);
  version = VersionOf(after);
  if (VersionOf(before) != version) {
    return absl::UnavailableError(
        absl::StrCat("token file ", path_, " changed while it was read; replace it by renaming"));
  }
  StripLineEnd(*content);
  QUIESCE_RETURN_IF_ERROR(CheckToken(path_, *content));
  return content;
}

}  // namespace quiesce::cloud
