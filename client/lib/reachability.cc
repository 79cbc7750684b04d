#include "client/lib/reachability.h"

#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace quiesce::client {
namespace {

// The kernel answers a connection to this machine at once, or never.
constexpr int kConnectMs = 200;

int ErrorOf(int fd) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// 0, or the errno of the attempt.
int Connect(int family, const sockaddr* address, socklen_t size) {
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  const absl::Cleanup close_fd = [fd] { close(fd); };
  if (connect(fd, address, size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting{fd, POLLOUT, 0};
  return poll(&waiting, 1, kConnectMs) == 1 ? ErrorOf(fd) : ETIMEDOUT;
}

int ConnectUnix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  return Connect(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
}

// Loopback addresses and localhost only: no name is looked up elsewhere.
int ConnectTcp(const std::string& text) {
  const size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), text.substr(colon + 1).c_str(), &hints, &found) != 0) return EINVAL;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> free_found(found, freeaddrinfo);
  int error = EINVAL;
  for (const addrinfo* each = found; each != nullptr && error != 0; each = each->ai_next) {
    error = Connect(each->ai_family, each->ai_addr, each->ai_addrlen);
  }
  return error;
}

std::string UserName(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry == nullptr ? absl::StrCat(uid) : std::string(entry->pw_name);
}

std::string GroupName(gid_t gid) {
  const group* entry = getgrgid(gid);
  return entry == nullptr ? absl::StrCat(gid) : std::string(entry->gr_name);
}

// `/run/quiesced is for the user quiesced and the group quiesced; are you in that group?`
std::string WhoMay(const std::string& path, mode_t group_needs) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return "";
  const std::string user = absl::StrCat("; ", path, " is for the user ", UserName(info.st_uid));
  if ((info.st_mode & group_needs) != group_needs) {
    return absl::StrCat(user, " only: run quiesce as that user");
  }
  return absl::StrCat(user, " and the group ", GroupName(info.st_gid), ": are you in that group?");
}

// Who is let in where we are not: by the first folder on the way, or by the socket itself.
std::string Doorkeeper(const std::string& path) {
  for (size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
    const std::string folder = path.substr(0, end);
    if (faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) != 0) return WhoMay(folder, S_IXGRP);
  }
  return WhoMay(path, S_IWGRP);
}

}  // namespace

Obstacle FindObstacle(const Target& target) {
  const bool local = !target.socket_path.empty();
  const int error = local ? ConnectUnix(target.socket_path) : ConnectTcp(target.text);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {Obstacle::Kind::kMissing, "no such file"};
    case EACCES:
    case EPERM:
      return {Obstacle::Kind::kPermission,
              absl::StrCat("permission denied", Doorkeeper(target.socket_path))};
    case ECONNREFUSED:
      return {Obstacle::Kind::kRefused,
              local ? "connection refused; nobody listens on the socket" : "connection refused"};
    case 0:
    case EAGAIN:  // of a unix socket: its queue is full
    case ETIMEDOUT:
      return {Obstacle::Kind::kSilent, "connected, but no answer came"};
    default:
      return {Obstacle::Kind::kOther, std::generic_category().message(error)};
  }
}

}  // namespace quiesce::client
