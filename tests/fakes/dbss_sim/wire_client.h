// A client that sends bytes and sees bytes, in TCP or in TLS: what an HTTP library would smooth
// over stays visible, such as how a reply ended.

#ifndef TESTS_FAKES_DBSS_SIM_WIRE_CLIENT_H_
#define TESTS_FAKES_DBSS_SIM_WIRE_CLIENT_H_

#include <openssl/ssl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace quiesce::dbss_sim {

struct WireReply {
  enum class End { kComplete, kClosed, kReset };

  End end = End::kComplete;                    // The others: before the reply was complete.
  int status = 0;                              // 0: not even a status line came.
  std::map<std::string, std::string> headers;  // Names in lower case.
  std::string body;                            // Of a padded reply, the beginning.
  std::uint64_t body_size = 0;                 // All of it.
  int pieces = 0;                              // In how many reads it came.
};

using WireHeaders = std::vector<std::pair<std::string, std::string>>;

// One connection. Not thread-safe. Calls block for 30 s at most.
class WireClient {
 public:
  // In TLS when `authority_pem` is not empty: then the server's certificate is judged by it and by
  // the name localhost.
  WireClient(int port, const std::string& authority_pem);
  ~WireClient();
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;

  // What OpenSSL says against the certificate; X509_V_OK when it is good, or without TLS.
  long verify_result() const { return verify_result_; }  // NOLINT: OpenSSL's type.
  bool connected() const { return connected_; }

  // Sends a request, with Host and Content-Length unless `headers` have them, and reads the reply.
  WireReply Send(const std::string& method, const std::string& target, const WireHeaders& headers,
                 const std::string& body = "");

  // Reads no more than the head of the reply.
  WireReply SendAndReadHead(const std::string& method, const std::string& target,
                            const WireHeaders& headers);

 private:
  void StartTls(const std::string& authority_pem);
  void Write(const std::string& text);
  // More than 0 bytes, 0 at the end, less when the connection was reset.
  long Read(char* to, std::size_t size);  // NOLINT: of either library.
  WireReply ReadReply(bool head_only);

  const int port_;
  int socket_ = -1;
  bool connected_ = false;
  long verify_result_ = 0;  // NOLINT: OpenSSL's type.
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> tls_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_WIRE_CLIENT_H_
