#ifndef QUIESCE_TESTS_UNIT_CLIENT_LIB_CLIENT_FIXTURE_H_
#define QUIESCE_TESTS_UNIT_CLIENT_LIB_CLIENT_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/lib/client.h"
#include "daemon/base/mutex.h"
#include "gtest/gtest.h"
#include "tests/fakes/api_server/api_server.h"

namespace quiesce::client {

// A client of a fake server. Pauses are noted, not slept.
class ClientFixture : public ::testing::Test {
 protected:
  ClientFixture() { options_.target = server_.target(); }

  // Creates the client at first use, so that a test can change options_ before.
  Client& client() {
    if (client_ == nullptr) {
      options_.sleep = [this](absl::Duration pause, CancelToken* cancel) {
        MutexLock lock(mu_);
        pauses_.push_back(pause);
        if (on_pause_) on_pause_(pauses_.size());
        return cancel == nullptr || !cancel->cancelled();
      };
      auto created = Client::Create(options_);
      EXPECT_TRUE(created.ok()) << created.status();
      client_ = *std::move(created);
    }
    return *client_;
  }

  std::vector<absl::Duration> pauses() {
    MutexLock lock(mu_);
    return pauses_;
  }

  testing::ApiServer server_;
  ClientOptions options_;
  // Called in every pause with its number, from 1.
  std::function<void(size_t)> on_pause_;

 private:
  Mutex mu_;
  std::vector<absl::Duration> pauses_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Client> client_;
};

inline grpc::Status ShuttingDown() {
  return testing::Error(grpc::StatusCode::UNAVAILABLE, v1::ERROR_REASON_SHUTTING_DOWN, "stopping");
}

}  // namespace quiesce::client

#endif  // QUIESCE_TESTS_UNIT_CLIENT_LIB_CLIENT_FIXTURE_H_
