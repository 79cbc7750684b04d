#include "tests/fakes/dbss_sim/connection.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace quiesce::dbss_sim {
namespace {

constexpr std::chrono::seconds kIoTimeout{30};  // For the rest of a request that has begun.
constexpr std::size_t kFlushAt = 1 << 20;

timespec ToTimespec(std::chrono::microseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  timespec spec{};
  spec.tv_sec = static_cast<std::time_t>(seconds.count());
  spec.tv_nsec = static_cast<long>((duration - seconds).count() * 1000);  // NOLINT: POSIX type.
  return spec;
}

}  // namespace

bool WaitUnlessStopped(int stop_event, std::chrono::microseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::microseconds>(end - std::chrono::steady_clock::now());
    if (left <= left.zero()) return true;
    pollfd stop{stop_event, POLLIN, 0};
    const timespec limit = ToTimespec(left);
    if (::ppoll(&stop, 1, &limit, nullptr) > 0) return false;
  }
}

Connection::Connection(int socket, int stop_event, SSL_CTX* tls)
    : socket_(socket),
      stop_event_(stop_event),
      tls_(tls == nullptr ? nullptr : SSL_new(tls), &SSL_free) {
  if (tls_ == nullptr) return;
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
  SSL_set_fd(tls_.get(), socket_);
  SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

Connection::~Connection() {
  if (tls_ != nullptr && goodbye_) SSL_shutdown(tls_.get());
  ERR_clear_error();
  ::close(socket_);
}

bool Connection::Handshake() {
  while (true) {
    ERR_clear_error();
    const int result = SSL_accept(tls_.get());
    if (result == 1) return goodbye_ = true;
    if (!WaitForTls(result)) return false;
  }
}

bool Connection::WaitReadable(std::chrono::microseconds timeout) const {
  if (in_begin_ < in_end_) return true;
  if (tls_ != nullptr && SSL_pending(tls_.get()) > 0) return true;
  return WaitFor(POLLIN, timeout);
}

void Connection::Shape(Delivery delivery, const Drip& drip) {
  delivery_ = delivery;
  drip_ = drip;
}

bool Connection::FinishReply() {
  const Delivery delivery = std::exchange(delivery_, Delivery::kWhole);
  if (delivery == Delivery::kWhole) {
    const bool sent = Flush();
    drip_ = {};
    return sent;
  }
  goodbye_ = false;
  if (delivery == Delivery::kCut || delivery == Delivery::kCutReset) {
    const std::size_t head = out_.find("\r\n\r\n");
    const std::size_t body = head == std::string::npos ? 0 : head + 4;
    out_.resize(body + (out_.size() - body) / 2);
    Flush();
  }
  if (delivery == Delivery::kReset || delivery == Delivery::kCutReset) {
    const linger abort{1, 0};  // close() then sends a reset.
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  }
  return false;
}

bool Connection::is_readable() const { return WaitReadable(kIoTimeout); }

ssize_t Connection::read(char* to, size_t size) {
  if (in_begin_ == in_end_) {
    // The peer may wait for what we have buffered, such as "100 Continue".
    if (!out_.empty() && !Flush()) return -1;
    const ssize_t got = Receive(in_.data(), in_.size());
    if (got <= 0) return got;
    in_begin_ = 0;
    in_end_ = static_cast<std::size_t>(got);
  }
  const std::size_t count = std::min(size, in_end_ - in_begin_);
  std::memcpy(to, in_.data() + in_begin_, count);
  in_begin_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* from, size_t size) {
  out_.append(from, size);
  if (out_.size() >= kFlushAt && delivery_ == Delivery::kWhole && !Flush()) return -1;
  return static_cast<ssize_t>(size);
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip = "127.0.0.1";
  port = 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip = "127.0.0.1";
  port = 0;
}

bool Connection::WaitFor(short events,  // NOLINT: POSIX type.
                         std::chrono::microseconds timeout) const {
  std::array<pollfd, 2> fds{{{socket_, events, 0}, {stop_event_, POLLIN, 0}}};
  const timespec limit = ToTimespec(timeout);
  int ready = 0;
  do {
    ready = ::ppoll(fds.data(), fds.size(), &limit, nullptr);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && fds[1].revents == 0;
}

bool Connection::WaitForTls(int result) const {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return WaitFor(POLLIN, kIoTimeout);
    case SSL_ERROR_WANT_WRITE:
      return WaitFor(POLLOUT, kIoTimeout);
    default:
      return false;
  }
}

ssize_t Connection::Receive(char* to, std::size_t size) {
  if (tls_ == nullptr) {
    if (!WaitFor(POLLIN, kIoTimeout)) return -1;
    ssize_t got = 0;
    do {
      got = ::recv(socket_, to, size, 0);
    } while (got < 0 && errno == EINTR);
    return got;
  }
  while (true) {
    ERR_clear_error();
    const int got = SSL_read(tls_.get(), to, static_cast<int>(size));
    if (got > 0) return got;
    if (SSL_get_error(tls_.get(), got) == SSL_ERROR_ZERO_RETURN) return 0;
    if (!WaitForTls(got)) {
      goodbye_ = false;  // OpenSSL forbids it after an error.
      return -1;
    }
  }
}

bool Connection::Send(const char* from, std::size_t size) {
  while (size > 0) {
    ssize_t sent = 0;
    if (tls_ != nullptr) {
      ERR_clear_error();
      // SIGPIPE is ignored since httplib::Server was made.
      sent = SSL_write(tls_.get(), from, static_cast<int>(size));
      if (sent <= 0 && !WaitForTls(static_cast<int>(sent))) {
        goodbye_ = false;
        return false;
      }
    } else {
      sent = ::send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        if (!WaitFor(POLLOUT, kIoTimeout)) return false;
      } else if (sent < 0 && errno != EINTR) {
        return false;
      }
    }
    if (sent <= 0) continue;
    from += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool Connection::Flush() {
  const std::string out = std::exchange(out_, "");
  if (drip_.bytes == 0) return Send(out.data(), out.size());
  for (std::size_t at = 0; at < out.size(); at += drip_.bytes) {
    if (at > 0 && !WaitUnlessStopped(stop_event_, drip_.interval)) return false;
    if (!Send(out.data() + at, std::min(drip_.bytes, out.size() - at))) return false;
  }
  return true;
}

}  // namespace quiesce::dbss_sim
