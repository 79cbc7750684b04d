// An HTTP/1.1 server on loopback that can lose a reply: cpp-httplib's request parser on connections
// of our own. httplib::Server by itself always writes a status line, and sends head and body in two
// packets; here a reply is buffered, so that it leaves in one piece, in part, or not at all.

#ifndef TESTS_FAKES_DBSS_SIM_HTTP_SERVER_H_
#define TESTS_FAKES_DBSS_SIM_HTTP_SERVER_H_

#include <httplib.h>
#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tests/fakes/dbss_sim/api_types.h"

namespace quiesce::dbss_sim {

class HttpServer : private httplib::Server {
 public:
  // Answers a request. Runs on the connection's thread, so several at once, and may block.
  using Handler = std::function<ApiReply(const ApiRequest&)>;
  // What to show to a new connection; nullptr closes it. Several at once.
  using TlsChoice = std::function<std::shared_ptr<SSL_CTX>()>;

  // At most `threads` connections are served at one time; more wait. A connection that has been
  // idle for `idle_timeout` is closed, as a gateway would do. Plain HTTP without `tls`.
  HttpServer(Handler handler, int threads, std::chrono::seconds idle_timeout,
             TlsChoice tls = nullptr);
  ~HttpServer() override;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens on 127.0.0.1; port 0 lets the system choose. Returns the port, or -1 when it is taken.
  // Accepts connections when it returns. To be called once.
  int Start(int port);

  // Closes every connection, also in the middle of a request, and returns when the last handler has
  // returned. Idempotent.
  void Stop();

  // For handlers: waits that long and returns true, or returns false as soon as Stop is called.
  bool Wait(std::chrono::microseconds duration) const;

 private:
  bool process_and_close_socket(socket_t socket) override;
  void Answer(const httplib::Request& request, httplib::Response& response);

  const Handler handler_;
  const std::chrono::seconds idle_timeout_;
  const TlsChoice tls_;
  int stop_event_;  // An eventfd, readable for ever once Stop was called.
  std::thread listener_;
  std::atomic<bool> listener_ended_{false};
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_HTTP_SERVER_H_
