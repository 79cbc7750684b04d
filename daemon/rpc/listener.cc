#include "daemon/rpc/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/text.h"

namespace quiesce::rpc {
namespace {

constexpr mode_t kDirectoryMode = 0700;

std::string ErrorText() { return std::strerror(errno); }  // NOLINT: one thread, at start

// Whether somebody answers at the socket.
bool Answers(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const absl::Cleanup close_fd = [fd] { close(fd); };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

absl::Status PrepareDirectory(const std::string& directory) {
  if (mkdir(directory.c_str(), kDirectoryMode) == 0) return absl::OkStatus();
  if (errno != EEXIST) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot make the directory ", Quoted(directory, 200), ": ", ErrorText()));
  }
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(Quoted(directory, 200), " is not a directory"));
  }
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the directory ", Quoted(directory, 200),
        " is what guards the socket, so it must belong to the daemon's user and be closed to "
        "others; chmod 700 it, or name another one"));
  }
  return absl::OkStatus();
}

}  // namespace

std::string Listener::ToString() const {
  switch (kind) {
    case Kind::kUnix:
      break;
    case Kind::kLoopbackIpv4:
      return absl::StrCat("127.0.0.1:", port);
    case Kind::kLoopbackIpv6:
      return absl::StrCat("[::1]:", port);
  }
  return absl::StrCat("unix://", path);
}

absl::Status PrepareSocket(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == 0 ? "/" : path.substr(0, slash);
  if (absl::Status status = PrepareDirectory(directory); !status.ok()) return status;
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("cannot look at ", Quoted(path, 200), ": ", ErrorText()));
  }
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(Quoted(path, 200),
                     " is in the way and is not a socket; remove it, or "
                     "name another path"));
  }
  if (Answers(path)) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process listens at ", Quoted(path, 200)));
  }
  if (unlink(path.c_str()) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot remove the stale socket ", Quoted(path, 200), ": ", ErrorText()));
  }
  return absl::OkStatus();
}

}  // namespace quiesce::rpc
