#include "tests/support/connect_proxy.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace quiesce::support {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool SendAll(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

}  // namespace

ConnectProxy::ConnectProxy(int status, std::string authorization)
    : status_(status), authorization_(std::move(authorization)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ConnectProxy::~ConnectProxy() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mu_);
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    for (const int fd : fds_) shutdown(fd, SHUT_RDWR);
  }
  acceptor_.join();
  {
    MutexLock lock(mu_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  MutexLock lock(mu_);
  for (const int fd : fds_) close(fd);
  close(listener_);
}

std::vector<std::string> ConnectProxy::heads() {
  MutexLock lock(mu_);
  return heads_;
}

// False: the proxy is ending.
bool ConnectProxy::Keep(int fd) {
  MutexLock lock(mu_);
  fds_.push_back(fd);
  if (stopping_) shutdown(fd, SHUT_RDWR);
  return !stopping_;
}

void ConnectProxy::Accept() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    if (!Keep(client)) return;
    MutexLock lock(mu_);
    threads_.emplace_back([this, client] { Serve(client); });
  }
}

int ConnectProxy::ConnectTo(const std::string& head) {
  // CONNECT host:port HTTP/1.1
  const size_t end = head.find(" HTTP/");
  const size_t colon = head.rfind(':', end);
  int port = 0;
  if (end == std::string::npos || colon == std::string::npos ||
      !absl::SimpleAtoi(head.substr(colon + 1, end - colon - 1), &port)) {
    return -1;
  }
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return server;
  }
  close(server);
  return -1;
}

void ConnectProxy::Serve(int client) {
  std::string head;
  char byte = 0;
  // Byte by byte: what follows the head is not ours.
  while (!absl::EndsWith(head, "\r\n\r\n")) {
    if (recv(client, &byte, 1, 0) != 1) return;
    head.push_back(byte);
  }
  {
    MutexLock lock(mu_);
    heads_.push_back(head);
  }
  const bool may =
      authorization_.empty() ||
      absl::StrContains(head, absl::StrCat("\r\nProxy-Authorization: ", authorization_, "\r\n"));
  const int status = may ? status_ : 407;
  const int server = absl::StartsWith(head, "CONNECT ") && status == 200 ? ConnectTo(head) : -1;
  if (server < 0) {
    const std::string answer =
        absl::StrCat("HTTP/1.1 ", status == 200 ? 502 : status, " No\r\nContent-Length: 0\r\n\r\n");
    SendAll(client, answer.data(), answer.size());
    shutdown(client, SHUT_RDWR);
    return;
  }
  if (!Keep(server)) return;
  constexpr char kEstablished[] = "HTTP/1.1 200 Connection established\r\n\r\n";
  if (SendAll(client, kEstablished, sizeof(kEstablished) - 1)) Carry(client, server);
  shutdown(client, SHUT_RDWR);
  shutdown(server, SHUT_RDWR);
}

void ConnectProxy::Carry(int client, int server) {
  pollfd both[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  char buffer[4096];
  while (poll(both, 2, -1) > 0) {
    for (const int from : {0, 1}) {
      if (both[from].revents == 0) continue;
      const ssize_t got = recv(both[from].fd, buffer, sizeof(buffer), 0);
      if (got <= 0 || !SendAll(both[1 - from].fd, buffer, static_cast<size_t>(got))) return;
    }
  }
}

}  // namespace quiesce::support
