#include "tests/fakes/dbss_sim/wire_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace quiesce::dbss_sim {
namespace {

constexpr std::size_t kKept = 8 << 20;  // Of a body.

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool Has(const WireHeaders& headers, const std::string& name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&name](const auto& header) { return Lower(header.first) == name; });
}

void ParseHead(const std::string& head, WireReply* reply) {
  reply->status = std::atoi(head.c_str() + std::min(head.find(' '), head.size()));
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;) {
    const std::size_t begin = at + 2;
    const std::size_t end = head.find("\r\n", begin);
    const std::string line = head.substr(begin, end - begin);
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) {
      reply->headers[Lower(line.substr(0, colon))] = line.substr(colon + 2);
    }
    at = end;
  }
}

std::string RequestText(const std::string& method, const std::string& target, int port,
                        const WireHeaders& headers, const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\n";
  for (const auto& [name, value] : headers) text += name + ": " + value + "\r\n";
  if (!Has(headers, "host")) text += "Host: localhost:" + std::to_string(port) + "\r\n";
  if (!Has(headers, "content-length")) {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text + "\r\n" + body;
}

}  // namespace

WireClient::WireClient(int port, const std::string& authority_pem) : port_(port) {
  std::signal(SIGPIPE, SIG_IGN);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{30, 0};
  const int yes = 1;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (connected_ && !authority_pem.empty()) StartTls(authority_pem);
}

WireClient::~WireClient() {
  tls_.reset();
  ::close(socket_);
}

void WireClient::StartTls(const std::string& authority_pem) {
  context_.reset(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  BIO* text = BIO_new_mem_buf(authority_pem.data(), static_cast<int>(authority_pem.size()));
  X509* authority = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), authority);
  X509_free(authority);
  BIO_free(text);
  tls_.reset(SSL_new(context_.get()), &SSL_free);
  SSL_set1_host(tls_.get(), "localhost");
  SSL_set_fd(tls_.get(), socket_);
  connected_ = SSL_connect(tls_.get()) == 1;
  verify_result_ = SSL_get_verify_result(tls_.get());
}

WireReply WireClient::Send(const std::string& method, const std::string& target,
                           const WireHeaders& headers, const std::string& body) {
  Write(RequestText(method, target, port_, headers, body));
  return ReadReply(/*head_only=*/false);
}

WireReply WireClient::SendAndReadHead(const std::string& method, const std::string& target,
                                      const WireHeaders& headers) {
  Write(RequestText(method, target, port_, headers, ""));
  return ReadReply(/*head_only=*/true);
}

void WireClient::Write(const std::string& text) {
  if (tls_ != nullptr) {
    SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()));
  } else {
    ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
  }
}

long WireClient::Read(char* to, std::size_t size) {  // NOLINT: of either library.
  errno = 0;
  const long got = tls_ != nullptr ? SSL_read(tls_.get(), to, static_cast<int>(size))
                                   : ::recv(socket_, to, size, 0);
  if (got > 0) return got;
  return errno == ECONNRESET ? -1 : 0;
}

WireReply WireClient::ReadReply(bool head_only) {
  static constexpr std::size_t kBuffer = 64 << 10;
  WireReply reply;
  std::string in;
  std::vector<char> buffer(kBuffer);
  const auto more = [&] {
    const long got = Read(buffer.data(), buffer.size());
    if (got <= 0) {
      reply.end = got < 0 ? WireReply::End::kReset : WireReply::End::kClosed;
      return false;
    }
    ++reply.pieces;
    in.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  };
  std::size_t head = std::string::npos;
  while ((head = in.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return reply;
  }
  ParseHead(in.substr(0, head + 2), &reply);
  if (head_only) return reply;
  in.erase(0, head + 4);
  const std::uint64_t length = std::strtoull(reply.headers["content-length"].c_str(), nullptr, 10);
  const auto keep = [&] {
    reply.body_size += in.size();
    reply.body.append(in, 0, kKept - std::min(kKept, reply.body.size()));
    in.clear();
  };
  keep();
  while (reply.body_size < length && more()) keep();
  return reply;
}

}  // namespace quiesce::dbss_sim
