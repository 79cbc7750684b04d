#include "daemon/rpc/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/core/names.h"

namespace quiesce::rpc {
namespace {

constexpr std::string_view kUnixPrefix = "unix://";
constexpr mode_t kDirectoryMode = 0700;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::string ErrorText() { return std::strerror(errno); }  // NOLINT: one thread, at start

absl::StatusOr<Listener> ParseUnix(std::string_view path) {
  if (path.empty() || path.front() != '/' || path.back() == '/') {
    return absl::InvalidArgumentError(
        absl::StrCat(core::Quoted(path),
                     " is not an absolute path of a file, as in unix:///run/quiesced/api.sock"));
  }
  constexpr size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kMaxPath) {
    return absl::InvalidArgumentError(absl::StrCat("the path ", core::Quoted(path, 200), " has ",
                                                   path.size(),
                                                   " bytes, that of a unix socket has "
                                                   "at most ",
                                                   kMaxPath));
  }
  Listener listener;
  listener.path = std::string(path);
  return listener;
}

absl::StatusOr<Listener> ParseTcp(std::string_view text) {
  const size_t colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  int port = -1;
  if (colon == std::string_view::npos || !absl::SimpleAtoi(ToAbsl(text.substr(colon + 1)), &port) ||
      port < 0 || port > 65535 || text[colon + 1] < '0' || text[colon + 1] > '9') {
    return absl::InvalidArgumentError(
        absl::StrCat(core::Quoted(text), " is neither unix:///path nor host:port"));
  }
  Listener listener;
  if (host == "localhost" || host == "127.0.0.1") {
    listener.address = absl::StrCat("127.0.0.1:", port);
  } else if (host == "[::1]") {
    listener.address = absl::StrCat("[::1]:", port);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat(core::Quoted(text),
                     " can be reached from other machines, which needs TLS and roles; this "
                     "version has neither: listen at unix:///path or at a loopback address"));
  }
  return listener;
}

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
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot make the directory ", core::Quoted(directory, 200), ": ", ErrorText()));
  }
  struct stat info {};
  if (stat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(core::Quoted(directory, 200), " is not a directory"));
  }
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the directory ", core::Quoted(directory, 200),
        " is what guards the socket, so it must belong to the daemon's user and be closed to "
        "others; chmod 700 it, or name another one"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Listener> ParseListener(std::string_view text) {
  if (text.substr(0, kUnixPrefix.size()) == kUnixPrefix) {
    return ParseUnix(text.substr(kUnixPrefix.size()));
  }
  return ParseTcp(text);
}

absl::Status PrepareSocket(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == 0 ? "/" : path.substr(0, slash);
  if (absl::Status status = PrepareDirectory(directory); !status.ok()) return status;
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("cannot look at ", core::Quoted(path, 200), ": ", ErrorText()));
  }
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(core::Quoted(path, 200),
                     " is in the way and is not a socket; remove it, or "
                     "name another path"));
  }
  if (Answers(path)) {
    return absl::FailedPreconditionError(
        absl::StrCat("another process listens at ", core::Quoted(path, 200)));
  }
  if (unlink(path.c_str()) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("cannot remove the stale socket ",
                                                      core::Quoted(path, 200), ": ", ErrorText()));
  }
  return absl::OkStatus();
}

}  // namespace quiesce::rpc
