#ifndef QUIESCE_TESTS_INTEGRATION_CLOUD_CLIENT_FIXTURE_H_
#define QUIESCE_TESTS_INTEGRATION_CLOUD_CLIENT_FIXTURE_H_

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "daemon/app/event_loop.h"
#include "daemon/base/clock.h"
#include "daemon/cloud/dbss_client.h"
#include "daemon/core/facts.h"
#include "daemon/core/transition.h"
#include "gtest/gtest.h"
#include "tests/support/hostile_server.h"

namespace quiesce::cloud {

inline constexpr char kProject[] = "0123456789abcdef0123456789abcdef";
inline constexpr char kInstance[] = "a8c37c9be61ffd4ee8aacab7bae74e91";
inline constexpr char kToken[] = "MIID-the-token-of-the-test";

// The machine's clock, which a test can set forward.
class SettableClock final : public Clock {
 public:
  Now Read() override {
    Now now = clock_.Read();
    now.steady = now.steady + absl::Microseconds(ahead_us_.load());
    return now;
  }
  void Advance(absl::Duration time) { ahead_us_ += absl::ToInt64Microseconds(time); }

 private:
  SystemClock clock_;
  std::atomic<int64_t> ahead_us_ = 0;
};

// A real client, on a real event loop, against whatever endpoint a test names.
class ClientFixture : public ::testing::Test {
 protected:
  ClientFixture();
  ~ClientFixture() override;

  std::string TempPath(std::string_view name) const;
  void WriteToken(std::string_view token);

  // The client is of one project with one credential.
  void Connect(const std::string& endpoint, int max_in_flight = 4, const std::string& ca_file = "");
  void Connect(support::HostileServer& server, int max_in_flight = 4);
  // What Connect connects with.
  DbssOptions OptionsFor(const std::string& endpoint, int max_in_flight = 4,
                         const std::string& ca_file = "");
  // Puts other options in force.
  void Update(const DbssOptions& options);

  std::future<core::CallResult> StartStop(absl::Duration deadline = absl::Minutes(1),
                                          std::string_view instance = kInstance);
  core::CallResult Stop(absl::Duration deadline = absl::Minutes(1)) {
    return StartStop(deadline).get();
  }
  ListResult List(absl::Duration deadline = absl::Minutes(1));
  absl::Duration Since(SteadyTime start) { return clock_.Read().steady - start; }

  SettableClock clock_;
  app::EventLoop loop_;
  std::string token_file_;
  ProxySettings proxies_;        // of clients that are connected from then on
  DbssCredential credential_;    // likewise; unless changed, the token of the file
  std::optional<Endpoint> iam_;  // likewise
  std::unique_ptr<DbssClient> client_;
  std::atomic<int> done_ = 0;  // calls of `done`, over all calls
};

// A whole HTTP answer with exact framing.
std::string HttpAnswer(int status, std::string_view body, std::string_view more_headers = "");
inline std::string Accepted() { return HttpAnswer(200, "{\"result\":\"success\"}"); }

// Reads every request and answers it alike.
support::HostileServer::Script AnswerAll(std::string answer);

// Of this process's sockets those that lead to `port`, and whether each has TCP_NODELAY.
struct OpenSocket {
  int fd = -1;
  bool no_delay = false;
};
std::vector<OpenSocket> SocketsTo(int port);

}  // namespace quiesce::cloud

#endif  // QUIESCE_TESTS_INTEGRATION_CLOUD_CLIENT_FIXTURE_H_
