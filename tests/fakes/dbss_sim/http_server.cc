#include "tests/fakes/dbss_sim/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace quiesce::dbss_sim {
namespace {

constexpr std::chrono::seconds kIoTimeout{30};  // For the rest of a request that has begun.
constexpr int kBacklog = 1024;  // httplib listens with 5: a burst of clients would wait a second.
constexpr std::size_t kFlushAt = 1 << 20;

timespec ToTimespec(std::chrono::microseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  timespec spec{};
  spec.tv_sec = static_cast<std::time_t>(seconds.count());
  spec.tv_nsec = static_cast<long>((duration - seconds).count() * 1000);  // NOLINT: POSIX type.
  return spec;
}

// A connection as httplib's parser sees it. Not thread-safe.
class Connection : public httplib::Stream {
 public:
  Connection(int socket, int stop_event) : socket_(socket), stop_event_(stop_event) {}

  // False when the peer closed, nothing came in time, or the server stops.
  bool WaitReadable(std::chrono::microseconds timeout) const {
    if (in_begin_ < in_end_) return true;
    return WaitFor(POLLIN, timeout);
  }

  // What to do with the reply being written, from its first byte on.
  void set_delivery(Delivery delivery) { delivery_ = delivery; }

  // Ends a reply: sends what is buffered. False when the connection is to be closed.
  bool FinishReply() {
    const Delivery delivery = std::exchange(delivery_, Delivery::kWhole);
    if (delivery == Delivery::kDrop) return false;
    if (delivery == Delivery::kReset) {
      const linger abort{1, 0};  // close() then sends a reset.
      ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
      return false;
    }
    if (delivery == Delivery::kCut) {
      const std::size_t head = out_.find("\r\n\r\n");
      const std::size_t body = head == std::string::npos ? 0 : head + 4;
      out_.resize(body + (out_.size() - body) / 2);
      Flush();
      return false;
    }
    return Flush();
  }

  bool is_readable() const override { return WaitReadable(kIoTimeout); }
  bool is_writable() const override { return true; }  // write() only buffers.

  ssize_t read(char* to, size_t size) override {
    if (in_begin_ == in_end_) {
      // The peer may wait for what we have buffered, such as "100 Continue".
      if (!out_.empty() && !Flush()) return -1;
      if (!WaitFor(POLLIN, kIoTimeout)) return -1;
      ssize_t got = 0;
      do {
        got = ::recv(socket_, in_.data(), in_.size(), 0);
      } while (got < 0 && errno == EINTR);
      if (got <= 0) return got;
      in_begin_ = 0;
      in_end_ = static_cast<std::size_t>(got);
    }
    const std::size_t count = std::min(size, in_end_ - in_begin_);
    std::memcpy(to, in_.data() + in_begin_, count);
    in_begin_ += count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, size_t size) override {
    out_.append(from, size);
    if (out_.size() >= kFlushAt && delivery_ == Delivery::kWhole && !Flush()) return -1;
    return static_cast<ssize_t>(size);
  }

  // httplib asks for these for each request only to put them into headers; nobody here reads them.
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = "127.0.0.1";
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip = "127.0.0.1";
    port = 0;
  }
  socket_t socket() const override { return socket_; }

 private:
  bool WaitFor(short events, std::chrono::microseconds timeout) const {  // NOLINT: POSIX type.
    std::array<pollfd, 2> fds{{{socket_, events, 0}, {stop_event_, POLLIN, 0}}};
    const timespec limit = ToTimespec(timeout);
    int ready = 0;
    do {
      ready = ::ppoll(fds.data(), fds.size(), &limit, nullptr);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && fds[1].revents == 0;
  }

  bool Flush() {
    std::size_t sent = 0;
    while (sent < out_.size()) {
      const ssize_t count =
          ::send(socket_, out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count >= 0) {
        sent += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        if (!WaitFor(POLLOUT, kIoTimeout)) return false;
      } else if (errno != EINTR) {
        return false;
      }
    }
    out_.clear();
    return true;
  }

  const int socket_;
  const int stop_event_;
  std::array<char, 8192> in_;  // Not initialized: only what recv() wrote is read.
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::string out_;
  Delivery delivery_ = Delivery::kWhole;
};

// httplib gives its handlers no way to reach the connection; a connection stays on one thread.
thread_local Connection* current_connection = nullptr;

bool HasBody(const httplib::Request& request) {
  if (request.has_header("Transfer-Encoding")) return true;
  const std::string length = request.get_header_value("Content-Length");
  return !length.empty() && length != "0";
}

}  // namespace

HttpServer::HttpServer(Handler handler, int threads, std::chrono::seconds idle_timeout)
    : handler_(std::move(handler)),
      idle_timeout_(idle_timeout),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  new_task_queue = [threads] {
    return new httplib::ThreadPool(static_cast<std::size_t>(std::max(1, threads)));
  };
  set_tcp_nodelay(true);
  set_keep_alive_max_count(std::numeric_limits<int>::max());
  set_keep_alive_timeout(idle_timeout.count());
  // Instead of httplib's SO_REUSEPORT, with which two simulators would share a port.
  set_socket_options([](socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  // Routes are regular expressions, slow ones. So whatever has no body is answered before routing;
  // what has one cannot be, because the unread body would be taken for the next request.
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    if (HasBody(request)) return HandlerResponse::Unhandled;
    Answer(request, response);
    return HandlerResponse::Handled;
  });
  const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
    Answer(request, response);
  };
  Get(".*", answer).Post(".*", answer).Put(".*", answer).Patch(".*", answer);
  Delete(".*", answer).Options(".*", answer);
}

HttpServer::~HttpServer() {
  Stop();
  ::close(stop_event_);
}

int HttpServer::Start(int port) {
  static constexpr char kHost[] = "127.0.0.1";
  const int bound = port == 0 ? bind_to_any_port(kHost) : (bind_to_port(kHost, port) ? port : -1);
  if (bound < 0) return -1;
  ::listen(svr_sock_, kBacklog);  // A second call changes the backlog.
  listener_ = std::thread([this] {
    listen_after_bind();
    listener_ended_ = true;
  });
  // stop() does nothing before this, and Stop would then wait for ever.
  while (!is_running() && !listener_ended_) std::this_thread::yield();
  return bound;
}

void HttpServer::Stop() {
  if (!listener_.joinable()) return;
  const std::uint64_t one = 1;
  if (::write(stop_event_, &one, sizeof one) < 0) return;  // Cannot happen: the counter is zero.
  stop();
  listener_.join();
}

bool HttpServer::Wait(std::chrono::microseconds duration) const {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::microseconds>(end - std::chrono::steady_clock::now());
    if (left <= left.zero()) return true;
    pollfd stop{stop_event_, POLLIN, 0};
    const timespec limit = ToTimespec(left);
    if (::ppoll(&stop, 1, &limit, nullptr) > 0) return false;
  }
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  Connection connection(socket, stop_event_);
  current_connection = &connection;
  while (connection.WaitReadable(idle_timeout_)) {
    bool closed = false;
    if (!process_request(connection, /*close_connection=*/false, closed, nullptr)) break;
    if (!connection.FinishReply() || closed) break;
  }
  current_connection = nullptr;
  ::close(socket);
  return true;
}

void HttpServer::Answer(const httplib::Request& request, httplib::Response& response) {
  ApiRequest call;
  call.method = request.method;
  call.target = request.target;
  const auto token = request.headers.find("X-Auth-Token");
  if (token != request.headers.end()) call.token = token->second;
  call.body = request.body;
  ApiReply reply = handler_(call);
  current_connection->set_delivery(reply.delivery);
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) response.set_header(name.c_str(), value);
  response.body = std::move(reply.body);
  response.set_header("Content-Type", reply.content_type);
}

}  // namespace quiesce::dbss_sim
