#ifndef QUIESCE_TESTS_SUPPORT_HOSTILE_SERVER_H_
#define QUIESCE_TESTS_SUPPORT_HOSTILE_SERVER_H_

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/mutex.h"
#include "tests/support/test_certificates.h"

namespace quiesce::support {

// One accepted connection, in the hands of a script. Every method that waits returns when the peer
// closes, or when the server is destroyed. For the connection's own thread.
class Peer {
 public:
  // Waits for the head of a request (ours have no body) and counts it. False: there is none.
  bool ReadRequest();
  // The last head read, with its final blank line.
  const std::string& request() const { return request_; }

  // False: the peer is gone.
  bool Send(std::string_view bytes);
  // A byte at a time, `gap` apart, until the peer is gone. Returns how many went out.
  size_t Drip(std::string_view bytes, absl::Duration gap);
  void WaitUntilPeerCloses();

  // Ends with a reset.
  void Reset();
  // TLS: says that it will send no more, and leaves the TCP connection open.
  void SendCloseNotify();
  // Ends in order.
  void Close();

 private:
  friend class HostileServer;
  Peer(class HostileServer* server, int fd, SSL* ssl) : server_(server), fd_(fd), ssl_(ssl) {}
  // Up to `size` bytes; 0: the end.
  size_t Read(char* buffer, size_t size);

  HostileServer* const server_;
  int fd_;
  SSL* ssl_;  // null: plain
  std::string request_;
};

// An HTTP server without manners: what it does with each connection is a script. On a port of its
// own on 127.0.0.1, plain or with TLS. Counts what it really saw, so that a test can prove that
// nothing was sent twice.
class HostileServer {
 public:
  // Runs once per connection, on a thread of its own, after the TLS handshake if there is one. The
  // connection closes when it returns. `number` counts from 0.
  using Script = std::function<void(Peer& peer, int number)>;

  explicit HostileServer(Script script, const TestIdentity* identity = nullptr);
  ~HostileServer();
  HostileServer(const HostileServer&) = delete;
  HostileServer& operator=(const HostileServer&) = delete;

  int port() const { return port_; }
  // Whole request heads read, over all connections.
  int requests();
  // Connections accepted, whether or not anything came of them.
  int connections();
  int failed_handshakes();
  void WaitForConnections(int count);
  // Until this many connections were given up by their script.
  void WaitForEnds(int count);

 private:
  friend class Peer;
  void Accept();
  void Serve(int fd, int number);
  void CountRequest();
  void Forget(int fd);

  const Script script_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;

  Mutex mu_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  int requests_ ABSL_GUARDED_BY(mu_) = 0;
  int connections_ ABSL_GUARDED_BY(mu_) = 0;
  int failed_handshakes_ ABSL_GUARDED_BY(mu_) = 0;
  int ends_ ABSL_GUARDED_BY(mu_) = 0;
  std::set<int> open_ ABSL_GUARDED_BY(mu_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
};

// A port of 127.0.0.1 that takes connections and then never lets one through: connecting hangs.
class DeafPort {
 public:
  DeafPort();
  ~DeafPort();
  int port() const { return port_; }

 private:
  int listener_ = -1;
  int port_ = 0;
  std::vector<int> fillers_;
};

// A port of 127.0.0.1 on which nobody listens, for as long as this lives.
class ClosedPort {
 public:
  ClosedPort();
  ~ClosedPort();
  int port() const { return port_; }

 private:
  int socket_ = -1;
  int port_ = 0;
};

}  // namespace quiesce::support

#endif  // QUIESCE_TESTS_SUPPORT_HOSTILE_SERVER_H_
