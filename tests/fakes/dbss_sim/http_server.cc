#include "tests/fakes/dbss_sim/http_server.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "tests/fakes/dbss_sim/connection.h"

namespace quiesce::dbss_sim {
namespace {

constexpr int kBacklog = 1024;  // httplib listens with 5: a burst of clients would wait a second.
constexpr std::size_t kPadding = 64 << 10;

// httplib gives its handlers no way to reach the connection; a connection stays on one thread.
thread_local Connection* current_connection = nullptr;

bool HasBody(const httplib::Request& request) {
  if (request.has_header("Transfer-Encoding")) return true;
  const std::string length = request.get_header_value("Content-Length");
  return !length.empty() && length != "0";
}

void SetPadded(ApiReply reply, httplib::Response* response) {
  const std::size_t begun = reply.body.size();
  response->set_content_provider(
      static_cast<std::size_t>(reply.padded_size), reply.content_type.c_str(),
      [begun, body = std::move(reply.body)](std::size_t offset, std::size_t length,
                                            httplib::DataSink& sink) {
        static const std::string* const padding = new std::string(kPadding, 'x');
        if (offset < begun) return sink.write(body.data() + offset, begun - offset);
        return sink.write(padding->data(), std::min(length, padding->size()));
      });
}

}  // namespace

HttpServer::HttpServer(Handler handler, int threads, std::chrono::seconds idle_timeout,
                       TlsChoice tls)
    : handler_(std::move(handler)),
      idle_timeout_(idle_timeout),
      tls_(std::move(tls)),
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
  return WaitUnlessStopped(stop_event_, duration);
}

bool HttpServer::process_and_close_socket(socket_t socket) {
  std::shared_ptr<SSL_CTX> identity;
  if (tls_ && (identity = tls_()) == nullptr) {
    ::close(socket);
    return true;
  }
  Connection connection(socket, stop_event_, identity.get());
  if (identity != nullptr && !connection.Handshake()) return true;
  current_connection = &connection;
  while (connection.WaitReadable(idle_timeout_)) {
    bool closed = false;
    if (!process_request(connection, /*close_connection=*/false, closed, nullptr)) break;
    if (!connection.FinishReply() || closed) break;
  }
  current_connection = nullptr;
  return true;
}

void HttpServer::Answer(const httplib::Request& request, httplib::Response& response) {
  ApiRequest call;
  call.method = request.method;
  call.target = request.target;
  call.body = request.body;
  call.headers.assign(request.headers.begin(), request.headers.end());
  call.token = call.Header("X-Auth-Token");
  call.tls = current_connection->is_tls();
  ApiReply reply = handler_(call);
  current_connection->Shape(reply.delivery, reply.drip);
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) response.set_header(name.c_str(), value);
  if (reply.padded_size > reply.body.size()) {
    SetPadded(std::move(reply), &response);
    return;
  }
  response.body = std::move(reply.body);
  response.set_header("Content-Type", reply.content_type);
}

}  // namespace quiesce::dbss_sim
