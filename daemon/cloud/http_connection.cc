#include "daemon/cloud/http_connection.h"

#include <fcntl.h>
#include <httplib.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/text.h"

#ifndef CPPHTTPLIB_OPENSSL_SUPPORT
#error "without the macros that Debian built the library with its classes have another layout"
#endif

namespace quiesce::cloud {
namespace {

bool IsDigits(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return absl::ascii_isdigit(c); });
}

// The library writes paths and headers as they are: a line end would begin another header.
bool CanBeSent(const HttpRequest& request) {
  const auto is_value = [](const std::string& text) {
    return !text.empty() && std::all_of(text.begin(), text.end(),
                                        [](unsigned char c) { return absl::ascii_isprint(c); });
  };
  return IsVisibleAscii(request.path) &&
         std::all_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
           return IsVisibleAscii(header.first) && is_value(header.second);
         });
}

// Whether it is certain where this answer ends, so that what comes next on the connection is the
// next answer. The library takes "Content-Length: 12abc" for 12 and the first of several.
bool IsFramed(const httplib::Response& response, size_t body_bytes) {
  const size_t lengths = response.get_header_value_count("Content-Length");
  const size_t encodings = response.get_header_value_count("Transfer-Encoding");
  if (lengths == 1 && encodings == 0) {
    const std::string length = response.get_header_value("Content-Length");
    return IsDigits(length) && length.size() < 12 && std::stoull(length) == body_bytes;
  }
  return lengths == 0 && encodings == 1 &&
         absl::AsciiStrToLower(response.get_header_value("Transfer-Encoding")) == "chunked";
}

bool AsksToClose(const httplib::Response& response) {
  const std::string connection = absl::AsciiStrToLower(response.get_header_value("Connection"));
  return connection.find("close") != std::string::npos;
}

// Whether the library knows that no byte of the request went out.
bool WasNotSent(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress:
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      return true;
    default:  // Read, Write, Canceled, Unknown: a time-out, a reset, an end in the middle, ...
      return false;
  }
}

HttpReply NotSent(std::string problem) {
  HttpReply reply;
  reply.transport = Transport::kNotSent;
  reply.problem = std::move(problem);
  return reply;
}

// A socket that no connect succeeds on, in the place of `socket`.
void MakeUseless(int socket) {
  const int useless = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (useless < 0) return;
  dup3(useless, socket, O_CLOEXEC);
  close(useless);
}

time_t WholeSeconds(absl::Duration duration) {
  return static_cast<time_t>(absl::ToInt64Seconds(absl::Ceil(duration, absl::Seconds(1))));
}

}  // namespace

// The library's client and what it takes to make it safe.
class HttpConnection::Library {
 public:
  Library(const HttpTarget& target, httplib::SocketOptions on_socket) {
    if (target.endpoint.tls) {
      auto client =
          std::make_unique<httplib::SSLClient>(target.endpoint.host, target.endpoint.port);
      tls_ = client.get();
      client_ = std::move(client);
      Harden(target.endpoint);
      // A file alone: with a store the library would add the system's authorities to it.
      if (!target.ca_file.empty()) client_->set_ca_cert_path(target.ca_file);
    } else {
      client_ = std::make_unique<httplib::ClientImpl>(target.endpoint.host, target.endpoint.port);
    }
    if (target.proxy) client_->set_proxy(target.proxy->host, target.proxy->port);
    client_->set_keep_alive(true);
    client_->set_tcp_nodelay(true);
    client_->set_follow_location(false);  // another host would get the request again, and the token
    client_->set_decompress(false);       // nothing is asked for compressed
    client_->set_url_encode(false);       // the path is encoded already
    client_->set_socket_options(std::move(on_socket));
    // This machine, whatever a resolver would say: plain http:// trusts that, and a machine without
    // /etc/hosts has nobody to ask.
    if (target.endpoint.host == "localhost") {
      client_->set_hostname_addr_map({{target.endpoint.host, "127.0.0.1"}});
    }
  }

  httplib::ClientImpl& client() { return *client_; }

  // Before a request that may make a connection.
  void Prepare(const std::optional<Proxy>& proxy) {
    handshakes_ = 0;
    // The library would send it with each request, also to whomever the tunnel leads to.
    if (proxy && client_->is_socket_open() == 0) {
      client_->set_proxy_basic_auth(proxy->user, proxy->password);
    }
  }
  // Since then.
  bool has_shaken_hands() const { return handshakes_ > 0; }

  // Bytes that came after the last answer and would be taken for the next one.
  bool HasUnreadBytes() const { return ssl_ != nullptr && SSL_pending(ssl_) > 0; }

  std::string VerifyProblem() const {
    return tls_ == nullptr ? "" : X509_verify_cert_error_string(tls_->get_openssl_verify_result());
  }

 private:
  // The library's own matcher falls back to the common name and takes partial wildcards. OpenSSL's
  // runs as part of the verification whose result the library insists on.
  void Harden(const Endpoint& endpoint) {
    SSL_CTX* context = tls_->ssl_context();
    if (context == nullptr) return;  // the library refuses to connect
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    X509_VERIFY_PARAM* verify = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(
        verify, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool set = endpoint.host_is_address()
                         ? X509_VERIFY_PARAM_set1_ip_asc(verify, endpoint.host.c_str()) == 1
                         : X509_VERIFY_PARAM_set1_host(verify, endpoint.host.c_str(), 0) == 1;
    if (!set) throw std::runtime_error("cannot set the host to verify");
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_set_info_callback(context, [](const SSL* ssl, int where, int) {
      if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
      auto* self = static_cast<Library*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
      self->ssl_ = ssl;
      ++self->handshakes_;
      // The tunnel stands: see Prepare.
      self->client_->set_proxy_basic_auth("", "");
    });
  }

  std::unique_ptr<httplib::ClientImpl> client_;
  httplib::SSLClient* tls_ = nullptr;  // client_, or null
  const SSL* ssl_ = nullptr;           // of the last handshake; valid while its socket is open
  int handshakes_ = 0;                 // begun
};

absl::Status CheckCaFile(const std::string& path) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const bool ok = context != nullptr &&
                  SSL_CTX_load_verify_locations(context.get(), path.c_str(), nullptr) == 1;
  ERR_clear_error();
  if (ok) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, " is not a readable file of PEM certificates; name one, or leave ca_file out"));
}

HttpConnection::HttpConnection(HttpTarget target, Clock* clock)
    : target_(std::move(target)),
      name_(target_.proxy ? absl::StrCat(target_.endpoint.ToString(), " through the proxy ",
                                         target_.proxy->ToString())
                          : target_.endpoint.ToString()),
      clock_(clock) {}

HttpConnection::~HttpConnection() { Close(); }

void HttpConnection::Arm() {
  MutexLock lock(mu_);
  cut_ = false;
  exposed_ = false;
}

bool HttpConnection::Cut() {
  MutexLock lock(mu_);
  cut_ = true;
  if (wire_ >= 0) shutdown(wire_, SHUT_RDWR);
  return exposed_;
}

bool HttpConnection::WasCut() const {
  MutexLock lock(mu_);
  return cut_;
}

// From here on, with a connection open, the request may go out at any moment. False: too late.
bool HttpConnection::Expose() {
  MutexLock lock(mu_);
  exposed_ = wire_ >= 0;
  return !cut_;
}

// Called by the library for each socket it makes (one per address), before it connects.
void HttpConnection::OnSocket(int socket) {
  ++sockets_made_;
  ReplaceWire(fcntl(socket, F_DUPFD_CLOEXEC, 0));
  MutexLock lock(mu_);
  // Without a descriptor of our own the request could not be cut.
  if (cut_ || wire_ < 0) {
    MakeUseless(socket);
  } else {
    exposed_ = true;
  }
}

void HttpConnection::ReplaceWire(int wire) {
  MutexLock lock(mu_);
  if (wire_ >= 0) close(wire_);
  wire_ = wire;
}

// A TLS peer that closes says so with a record that is there to read, which the library takes for a
// sign of life. Between two requests there is nothing to read but bad news.
bool HttpConnection::IsStale() {
  if (clock_->Read().steady - last_used_ > limits::kMaxConnectionIdle) return true;
  if (library_->HasUnreadBytes()) return true;
  MutexLock lock(mu_);
  pollfd poll_wire{wire_, POLLIN | POLLRDHUP, 0};
  return wire_ < 0 || poll(&poll_wire, 1, 0) != 0;
}

void HttpConnection::Close() {
  if (library_ != nullptr) library_->client().stop();
  ReplaceWire(-1);
}

absl::Duration HttpConnection::RetireIdle(bool force) {
  if (library_ == nullptr || library_->client().is_socket_open() == 0) {
    return absl::InfiniteDuration();
  }
  const absl::Duration left = limits::kMaxConnectionIdle - (clock_->Read().steady - last_used_);
  if (left > absl::ZeroDuration() && !force) return left;
  Close();
  return absl::InfiniteDuration();
}

HttpReply HttpConnection::Post(const HttpRequest& request) {
  if (!CanBeSent(request)) return NotSent("path or headers hold what cannot be sent in a header");
  if (target_.proxy && !target_.endpoint.tls) return NotSent("a proxy is for https:// only");
  bool sending = false;
  try {
    if (library_ == nullptr) {
      library_ = std::make_unique<Library>(target_, [this](int socket) { OnSocket(socket); });
    }
    if (library_->client().is_socket_open() == 0 || IsStale()) Close();
    if (!Expose()) return NotSent(absl::StrCat("no connection to ", name_, " in time"));
    sending = true;
    return Send(request);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    Close();
    HttpReply reply = NotSent("");
    if (sending) reply.transport = Transport::kLost;
    reply.problem = absl::StrCat("the HTTP library failed on ", name_, ": ", error.what());
    return reply;
  }
}

httplib::Request HttpConnection::Prepare(const HttpRequest& request) const {
  httplib::Request out;
  out.method = "POST";
  out.path = request.path;
  // Content-Length is added by the library, always; ours would be a second one.
  out.headers = {{"Host", target_.endpoint.HostHeader()},
                 {"User-Agent", target_.user_agent},
                 {"Accept", "application/json"},
                 {"Content-Type", "application/json"}};
  for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
  out.body = request.body;
  return out;
}

// What the proxy's refusal comes to. Of the request itself nothing went out.
HttpReply HttpConnection::RefusedByProxy(int status) const {
  const std::string proxy = target_.proxy->ToString();
  if (WasCut()) return NotSent(absl::StrCat("no connection to ", name_, " in time"));
  if (status == 407) {
    return NotSent(absl::StrCat("the proxy ", proxy, " wants another user or password (HTTP 407)"));
  }
  return NotSent(
      absl::StrCat("the proxy ", proxy, " made no connection to ", target_.endpoint.ToString()));
}

// Whether a connection was made for this request, and given up before anything but the proxy could
// have read of it.
bool HttpConnection::EndedBeforeTls() const {
  return target_.proxy && sockets_made_ > 0 && !library_->has_shaken_hands();
}

HttpReply HttpConnection::Send(const HttpRequest& request) {
  httplib::ClientImpl& client = library_->client();
  client.set_connection_timeout(absl::ToChronoMicroseconds(limits::kConnectTimeout));
  // Later than the deadline, at which Cut ends the request.
  client.set_read_timeout(WholeSeconds(request.timeout) + 1);
  client.set_write_timeout(WholeSeconds(request.timeout) + 1);

  HttpReply reply;
  size_t max_body = limits::kMaxErrorResponseBytes;
  size_t body_bytes = 0;
  bool streams = false;
  bool enough = false;  // was read: the receiver wants no more
  httplib::Request out = Prepare(request);
  out.response_handler = [&](const httplib::Response& response) {
    reply.status = response.status;
    if (response.status == request.success_status) {
      max_body = request.max_body_bytes;
      streams = request.on_body != nullptr;
    }
    return true;
  };
  out.content_receiver = [&](const char* data, size_t size, uint64_t, uint64_t total) {
    reply.too_large = size > max_body - body_bytes;
    if (reply.too_large) size = max_body - body_bytes;
    body_bytes += size;
    if (streams) {
      enough = !request.on_body({data, size});
    } else {
      if (reply.body.empty()) reply.body.reserve(std::min<uint64_t>(total, max_body));
      reply.body.append(data, size);
    }
    enough |= reply.too_large;
    return !enough;
  };

  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  sockets_made_ = 0;
  library_->Prepare(target_.proxy);
  const bool answered = client.send(out, response, error);
  last_used_ = clock_->Read().steady;
  // The library's own failures to connect are told apart below.
  if (EndedBeforeTls() && !WasNotSent(error)) {
    Close();
    return RefusedByProxy(response.status);
  }
  reply.status = std::max(response.status, 0);
  reply.request_id = response.get_header_value("X-Request-Id");
  reply.retry_after = response.get_header_value("Retry-After");
  reply.date = response.get_header_value("Date");
  reply.subject_token = response.get_header_value("X-Subject-Token");
  const bool framed = answered && IsFramed(response, body_bytes);
  if (!framed || AsksToClose(response)) Close();
  // Without a length an answer ends where the connection does, which may be our own doing. That
  // goes for chunks too: the library takes an end between two of them for the last one.
  const bool has_length = framed && response.has_header("Content-Length");
  const bool lost = answered ? !has_length && WasCut() : !enough;
  if (lost) return Explain(static_cast<int>(error), std::move(reply));
  reply.transport = Transport::kAnswered;
  return reply;
}

// What became of a request that has no answer.
HttpReply HttpConnection::Explain(int error_number, HttpReply reply) const {
  const auto error = static_cast<httplib::Error>(error_number);
  const bool cut = WasCut();
  reply.transport = WasNotSent(error) ? Transport::kNotSent : Transport::kLost;
  if (error == httplib::Error::SSLServerVerification) {
    reply.transport = Transport::kDistrust;
    reply.problem =
        absl::StrCat("the certificate of ", name_, " was refused: ", library_->VerifyProblem());
  } else if (error == httplib::Error::SSLLoadingCerts) {
    reply.transport = Transport::kDistrust;
    reply.problem = absl::StrCat("cannot load the authorities of ", target_.ca_file);
  } else if (cut) {
    reply.problem = reply.transport == Transport::kNotSent
                        ? absl::StrCat("no connection to ", name_, " in time")
                        : absl::StrCat("no whole answer from ", name_, " in time");
  } else if (error == httplib::Error::SSLConnection) {
    reply.problem = absl::StrCat("the TLS handshake with ", name_, " failed");
  } else if (reply.transport == Transport::kNotSent) {
    reply.problem = sockets_made_ == 0 ? absl::StrCat("cannot look up the host of ", name_)
                                       : absl::StrCat("cannot connect to ", name_);
  } else {
    reply.problem = absl::StrCat("the connection to ", name_, " broke before a whole answer came");
  }
  if (reply.status != 0) absl::StrAppend(&reply.problem, " (HTTP ", reply.status, ")");
  return reply;
}

}  // namespace quiesce::cloud
