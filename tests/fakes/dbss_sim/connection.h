// One accepted connection as httplib's parser sees it, in plain TCP or TLS, which can lose a reply,
// cut it, or send it in drops.

#ifndef TESTS_FAKES_DBSS_SIM_CONNECTION_H_
#define TESTS_FAKES_DBSS_SIM_CONNECTION_H_

#include <httplib.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "tests/fakes/dbss_sim/api_types.h"

namespace quiesce::dbss_sim {

// Waits that long and returns true, or returns false once `stop_event`, an eventfd, is readable.
bool WaitUnlessStopped(int stop_event, std::chrono::microseconds duration);

// Not thread-safe. Every wait ends when `stop_event` becomes readable.
class Connection : public httplib::Stream {
 public:
  // Owns `socket`. With `tls`, which must outlive this object, Handshake comes first.
  Connection(int socket, int stop_event, SSL_CTX* tls);
  ~Connection() override;  // Closes, in TLS with a goodbye unless a reply was lost or cut.
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_tls() const { return tls_ != nullptr; }

  // False when the client did not want what it was shown.
  bool Handshake();

  // False when the peer closed, nothing came in time, or the server stops.
  bool WaitReadable(std::chrono::microseconds timeout) const;

  // What to do with the reply being written, from its first byte on.
  void Shape(Delivery delivery, const Drip& drip);

  // Ends a reply: sends what is buffered. False when the connection is to be closed.
  bool FinishReply();

  bool is_readable() const override;
  bool is_writable() const override { return true; }  // write() only buffers.
  ssize_t read(char* to, size_t size) override;
  ssize_t write(const char* from, size_t size) override;
  // httplib asks for these for each request only to put them into headers; nobody here reads them.
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  using Tls = std::unique_ptr<SSL, decltype(&SSL_free)>;

  bool WaitFor(short events, std::chrono::microseconds timeout) const;  // NOLINT: POSIX type.
  // After an operation of TLS that gave `result`: true when it is worth another try.
  bool WaitForTls(int result) const;
  ssize_t Receive(char* to, std::size_t size);
  bool Send(const char* from, std::size_t size);
  bool Flush();

  const int socket_;
  const int stop_event_;
  Tls tls_;
  std::array<char, 8192> in_;  // Not initialized: only what Receive wrote is read.
  std::size_t in_begin_ = 0;
  std::size_t in_end_ = 0;
  std::string out_;
  Delivery delivery_ = Delivery::kWhole;
  Drip drip_;
  bool goodbye_ = false;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_CONNECTION_H_
