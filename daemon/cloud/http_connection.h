#ifndef QUIESCE_DAEMON_CLOUD_HTTP_CONNECTION_H_
#define QUIESCE_DAEMON_CLOUD_HTTP_CONNECTION_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/cloud/endpoint.h"
#include "daemon/cloud/error_table.h"
#include "daemon/cloud/proxy.h"

namespace httplib {
struct Request;
}

namespace quiesce::cloud {

// Whom a connection leads to, and on whose word the peer's certificate is believed.
struct HttpTarget {
  Endpoint endpoint;
  // A PEM file of certificate authorities to believe instead of the system's. Empty: the system's.
  std::string ca_file;
  std::string user_agent;
  // Through which the connection is made. For TLS only: a proxy reads what goes out in the clear.
  std::optional<Proxy> proxy = std::nullopt;
  // Of what the file held when the target was made: with other authorities it is another target.
  std::string ca_digest{};
};

// INVALID_ARGUMENT when `path` is not a readable file of PEM certificates.
absl::Status CheckCaFile(const std::string& path);

// One POST.
struct HttpRequest {
  std::string path;  // percent-encoded, with its query
  // Besides Host, User-Agent, Accept, Content-Type and Content-Length. Visible ASCII and, in
  // values, spaces; anything else is not sent at all.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // JSON, or empty
  // Backstop of the deadline that Cut enforces: what remains of it.
  absl::Duration timeout;
  int success_status = 200;
  size_t max_body_bytes = 0;  // of an answer with that status
  // Takes the body of such an answer piece by piece, on the posting thread; the reply has none
  // then. Empty: the reply has it. False: the rest is of no interest, and the connection is closed.
  // What it took counts only if the reply says kAnswered and not too_large.
  std::function<bool(std::string_view)> on_body;
};

struct HttpReply {
  Transport transport = Transport::kLost;
  int status = 0;  // also of a lost answer, when it got that far; else 0
  std::string body;
  bool too_large = false;  // the body is longer than allowed; `body` holds its beginning
  // Headers, as the peer sent them: not safe to show.
  std::string request_id;
  std::string retry_after;
  std::string date;
  std::string subject_token;  // a secret
  std::string problem;        // unless kAnswered: what went wrong, safe to show
};

// One kept-alive connection to one endpoint. Each Post makes exactly one request or, when it
// reports kNotSent or kDistrust, none; nothing is ever sent again. The only code that knows the
// HTTP library (and what it leaves to its callers: ARCHITECTURE.md and the comments below).
//
// One thread at a time, except Cut. Posting threads must block SIGPIPE and have stacks of 8 MB: the
// library writes to sockets without MSG_NOSIGNAL, and matches status lines with std::regex, which
// recurses per character.
class HttpConnection {
 public:
  HttpConnection(HttpTarget target, Clock* clock);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Announces a Post. From here on Cut concerns that Post, and not an earlier one.
  void Arm();

  // Blocks until the answer is there, the connection fails or Cut was called. Never throws.
  HttpReply Post(const HttpRequest& request);

  // From any thread: ends the armed Post. Does not block, unlike the library's own way to stop,
  // which waits for a connect or handshake under way. True: Post returns at once, and says what
  // became of the request. False: it had no connection to be sent on so far (the name is being
  // looked up, perhaps, which nothing can interrupt); nothing was sent, and nothing will be.
  bool Cut();

  // Closes the connection if it was idle too long to be trusted, or `force`. When the next one is
  // due: how long it may still stay; infinite without a connection.
  absl::Duration RetireIdle(bool force = false);

 private:
  class Library;

  bool Expose() ABSL_LOCKS_EXCLUDED(mu_);
  bool WasCut() const ABSL_LOCKS_EXCLUDED(mu_);
  bool IsStale() ABSL_LOCKS_EXCLUDED(mu_);
  void OnSocket(int socket) ABSL_LOCKS_EXCLUDED(mu_);
  void ReplaceWire(int wire) ABSL_LOCKS_EXCLUDED(mu_);
  void Close();
  httplib::Request Prepare(const HttpRequest& request) const;
  HttpReply Send(const HttpRequest& request);
  bool EndedBeforeTls() const;
  HttpReply RefusedByProxy(int status) const;
  HttpReply Explain(int error, HttpReply reply) const;

  const HttpTarget target_;
  const std::string name_;  // of the endpoint, for messages
  Clock* const clock_;
  std::unique_ptr<Library> library_;
  SteadyTime last_used_;
  int sockets_made_ = 0;  // by the Post under way

  mutable Mutex mu_;
  bool cut_ ABSL_GUARDED_BY(mu_) = false;      // the armed Post must not go on
  bool exposed_ ABSL_GUARDED_BY(mu_) = false;  // it has, or had, a socket to send on
  // Our own descriptor of the connection's socket, so that Cut can never hit a descriptor that the
  // library closed and the system gave to somebody else. -1: no socket.
  int wire_ ABSL_GUARDED_BY(mu_) = -1;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_HTTP_CONNECTION_H_
