#ifndef QUIESCE_TESTS_SUPPORT_CONNECT_PROXY_H_
#define QUIESCE_TESTS_SUPPORT_CONNECT_PROXY_H_

#include <string>
#include <thread>
#include <vector>

#include "daemon/base/mutex.h"

namespace quiesce::support {

// A proxy that answers CONNECT and then carries bytes both ways, on a port of its own on 127.0.0.1.
// Whatever host it is told, it connects to 127.0.0.1 and the port that it is told.
class ConnectProxy {
 public:
  // `status`: what it answers; it carries bytes with 200 only. `authorization`: the value of
  // Proxy-Authorization that it insists on, else 407; empty: none.
  explicit ConnectProxy(int status = 200, std::string authorization = "");
  ~ConnectProxy();
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;

  int port() const { return port_; }
  // The heads of all requests to it.
  std::vector<std::string> heads();

 private:
  void Accept();
  void Serve(int client);
  void Carry(int client, int server);
  static int ConnectTo(const std::string& head);
  bool Keep(int fd);

  const int status_;
  const std::string authorization_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;

  Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::string> heads_ ABSL_GUARDED_BY(mu_);
  std::vector<int> fds_ ABSL_GUARDED_BY(mu_);  // closed at the end
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
};

}  // namespace quiesce::support

#endif  // QUIESCE_TESTS_SUPPORT_CONNECT_PROXY_H_
