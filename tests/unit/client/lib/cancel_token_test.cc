#include "client/lib/cancel_token.h"

#include <optional>
#include <thread>

#include "gtest/gtest.h"

namespace quiesce::client {
namespace {

TEST(CancelTokenTest, RunsCallbacksOnce) {
  CancelToken token;
  int runs = 0;
  const CancelToken::Callback before(&token, [&] { ++runs; });
  std::optional<CancelToken::Callback> gone;
  gone.emplace(&token, [&] { runs += 100; });
  gone.reset();
  EXPECT_FALSE(token.cancelled());
  token.Cancel();
  token.Cancel();
  EXPECT_TRUE(token.cancelled());
  EXPECT_EQ(runs, 1);
  const CancelToken::Callback after(&token, [&] { ++runs; });
  EXPECT_EQ(runs, 2);
  const CancelToken::Callback without(nullptr, [&] { ++runs; });
  EXPECT_EQ(runs, 2);
}

TEST(CancelTokenTest, WakesSleepers) {
  CancelToken token;
  EXPECT_TRUE(token.SleepFor(absl::Milliseconds(1)));
  std::thread sleeper([&] { EXPECT_FALSE(token.SleepFor(absl::Hours(1))); });
  token.Cancel();
  sleeper.join();
  EXPECT_FALSE(token.SleepFor(absl::ZeroDuration()));
}

}  // namespace
}  // namespace quiesce::client
