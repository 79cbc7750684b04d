#include "tests/integration/cloud/client_fixture.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/cloud/endpoint.h"

namespace quiesce::cloud {

ClientFixture::ClientFixture() : loop_(clock_), token_file_(TempPath("token")) {
  WriteToken(kToken);
  loop_.Start();
}

ClientFixture::~ClientFixture() {
  client_.reset();
  loop_.Stop();
}

std::string ClientFixture::TempPath(std::string_view name) const {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return absl::StrCat(::testing::TempDir(), "/", test->test_suite_name(), ".", test->name(), ".",
                      std::string(name));
}

void ClientFixture::WriteToken(std::string_view token) {
  std::ofstream(token_file_ + ".new", std::ios::trunc) << token << "\n";
  ASSERT_EQ(std::rename((token_file_ + ".new").c_str(), token_file_.c_str()), 0);
}

DbssOptions ClientFixture::OptionsFor(const std::string& endpoint, int max_in_flight,
                                      const std::string& ca_file) {
  DbssOptions options;
  options.version = "1.2.3";
  options.proxies = proxies_;
  credential_.name = "main";
  if (credential_.file.empty()) credential_.file = token_file_;
  credential_.max_in_flight = max_in_flight;
  options.credentials.push_back(credential_);
  DbssProject project;
  project.id = kProject;
  project.endpoint = ParseEndpoint(endpoint).value();
  project.ca_file = ca_file;
  project.credential = "main";
  project.iam_endpoint = iam_;
  project.status_map = {{"SLEEPING", core::PowerState::kStopped}};
  options.projects.push_back(project);
  return options;
}

void ClientFixture::Update(const DbssOptions& options) {
  auto update = client_->Prepare(options);
  ASSERT_TRUE(update.ok()) << update.status();
  client_->Apply(*std::move(update));
}

void ClientFixture::Connect(const std::string& endpoint, int max_in_flight,
                            const std::string& ca_file) {
  auto client = DbssClient::Create(OptionsFor(endpoint, max_in_flight, ca_file), &clock_, &loop_);
  ASSERT_TRUE(client.ok()) << client.status();
  client_ = *std::move(client);
}

void ClientFixture::Connect(support::HostileServer& server, int max_in_flight) {
  Connect(absl::StrCat("http://127.0.0.1:", server.port()), max_in_flight);
}

std::future<core::CallResult> ClientFixture::StartStop(absl::Duration deadline,
                                                       std::string_view instance) {
  auto promise = std::make_shared<std::promise<core::CallResult>>();
  client_->Stop({kProject, std::string(instance)}, deadline,
                [this, promise](core::CallResult result) {
                  ++done_;
                  promise->set_value(std::move(result));
                });
  return promise->get_future();
}

ListResult ClientFixture::List(absl::Duration deadline) {
  std::promise<ListResult> promise;
  client_->List(kProject, deadline, [this, &promise](ListResult result) {
    ++done_;
    promise.set_value(std::move(result));
  });
  return promise.get_future().get();
}

std::string HttpAnswer(int status, std::string_view body, std::string_view more_headers) {
  return absl::StrCat("HTTP/1.1 ", status, " Status\r\n", std::string(more_headers),
                      "Content-Type: application/json\r\nX-Request-Id: 0123456789abcdef\r\n",
                      "Content-Length: ", body.size(), "\r\n\r\n", std::string(body));
}

support::HostileServer::Script AnswerAll(std::string answer) {
  return [answer = std::move(answer)](support::Peer& peer, int) {
    while (peer.ReadRequest() && peer.Send(answer)) {
    }
  };
}

std::vector<OpenSocket> SocketsTo(int port) {
  std::vector<OpenSocket> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    int fd = -1;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &fd)) continue;
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family != AF_INET || ntohs(peer.sin_port) != port) continue;
    int no_delay = 0;
    size = sizeof(no_delay);
    getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
    found.push_back({fd, no_delay != 0});
  }
  return found;
}

}  // namespace quiesce::cloud
