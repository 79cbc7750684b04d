#include "tests/support/hostile_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace quiesce::support {
namespace {

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// A socket bound to a free port of 127.0.0.1.
int Bound(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) Die("bind");
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) Die("getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

void BlockSigpipe() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

}  // namespace

// --- Peer ---------------------------------------------------------------------------------------

size_t Peer::Read(char* buffer, size_t size) {
  if (fd_ < 0) return 0;
  const ssize_t got =
      ssl_ != nullptr ? SSL_read(ssl_, buffer, static_cast<int>(size)) : recv(fd_, buffer, size, 0);
  return got > 0 ? static_cast<size_t>(got) : 0;
}

bool Peer::ReadRequest() {
  request_.clear();
  char byte = 0;
  while (request_.size() < 4 || request_.compare(request_.size() - 4, 4, "\r\n\r\n") != 0) {
    if (Read(&byte, 1) == 0) return false;
    request_.push_back(byte);
  }
  server_->CountRequest();
  return true;
}

bool Peer::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (fd_ < 0) return false;
    const ssize_t sent = ssl_ != nullptr
                             ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                             : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

size_t Peer::Drip(std::string_view bytes, absl::Duration gap) {
  size_t sent = 0;
  for (const char byte : bytes) {
    if (!Send({&byte, 1})) return sent;
    ++sent;
    pollfd wait{fd_, POLLIN | POLLRDHUP, 0};
    if (poll(&wait, 1, static_cast<int>(absl::ToInt64Milliseconds(gap))) > 0) return sent;
  }
  return sent;
}

void Peer::WaitUntilPeerCloses() {
  char buffer[1024];
  while (Read(buffer, sizeof(buffer)) > 0) {
  }
}

void Peer::Reset() {
  const linger now{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  Close();
}

void Peer::SendCloseNotify() {
  if (ssl_ != nullptr) SSL_shutdown(ssl_);
}

void Peer::Close() {
  if (fd_ < 0) return;
  SSL_free(ssl_);
  ssl_ = nullptr;
  server_->Forget(fd_);
  fd_ = -1;
}

// --- HostileServer ------------------------------------------------------------------------------

HostileServer::HostileServer(Script script, const TestIdentity* identity)
    : script_(std::move(script)) {
  if (identity != nullptr) {
    context_ = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(context_, identity->certificate_file.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context_, identity->key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
      ERR_print_errors_fp(stderr);
      std::abort();
    }
    if (identity->max_tls_version != 0) {
      SSL_CTX_set_security_level(context_, 0);
      SSL_CTX_set_max_proto_version(context_, identity->max_tls_version);
    }
  }
  listener_ = Bound(port_);
  if (listen(listener_, 1024) != 0) Die("listen");
  acceptor_ = std::thread([this] { Accept(); });
}

HostileServer::~HostileServer() {
  std::vector<std::thread> threads;
  {
    MutexLock lock(mu_);
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    for (const int fd : open_) shutdown(fd, SHUT_RDWR);
  }
  acceptor_.join();
  {
    MutexLock lock(mu_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  close(listener_);
  SSL_CTX_free(context_);
}

void HostileServer::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    MutexLock lock(mu_);
    if (stopping_) {
      close(fd);
      return;
    }
    open_.insert(fd);
    const int number = connections_++;
    changed_.NotifyAll();
    threads_.emplace_back([this, fd, number] { Serve(fd, number); });
  }
}

void HostileServer::Serve(int fd, int number) {
  BlockSigpipe();
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  Peer peer(this, fd, nullptr);
  bool ready = true;
  if (context_ != nullptr) {
    peer.ssl_ = SSL_new(context_);
    SSL_set_fd(peer.ssl_, fd);
    ready = SSL_accept(peer.ssl_) == 1;
  }
  if (ready) {
    script_(peer, number);
  } else {
    MutexLock lock(mu_);
    ++failed_handshakes_;
  }
  peer.Close();
  ERR_clear_error();
  MutexLock lock(mu_);
  ++ends_;
  changed_.NotifyAll();
}

void HostileServer::Forget(int fd) {
  MutexLock lock(mu_);
  open_.erase(fd);
  close(fd);
}

void HostileServer::CountRequest() {
  MutexLock lock(mu_);
  ++requests_;
}

int HostileServer::requests() {
  MutexLock lock(mu_);
  return requests_;
}

int HostileServer::connections() {
  MutexLock lock(mu_);
  return connections_;
}

int HostileServer::failed_handshakes() {
  MutexLock lock(mu_);
  return failed_handshakes_;
}

void HostileServer::WaitForConnections(int count) {
  MutexLock lock(mu_);
  while (connections_ < count) changed_.Wait(mu_);
}

void HostileServer::WaitForEnds(int count) {
  MutexLock lock(mu_);
  while (ends_ < count) changed_.Wait(mu_);
}

// --- ports --------------------------------------------------------------------------------------

// The kernel drops what comes to a full backlog, and the peer tries again and again.
DeafPort::DeafPort() {
  listener_ = Bound(port_);
  if (listen(listener_, 0) != 0) Die("listen");
  const sockaddr_in address = Loopback(port_);
  for (int i = 0; i < 8; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    fillers_.push_back(fd);
  }
}

DeafPort::~DeafPort() {
  for (const int fd : fillers_) close(fd);
  close(listener_);
}

ClosedPort::ClosedPort() { socket_ = Bound(port_); }

ClosedPort::~ClosedPort() { close(socket_); }

}  // namespace quiesce::support
