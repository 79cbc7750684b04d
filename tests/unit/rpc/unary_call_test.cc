#include "daemon/rpc/unary_call.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/core/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

using ::testing::HasSubstr;

class FakeCall final : public Answerable<std::string> {
 public:
  void End(absl::StatusOr<std::string> result) override { results.push_back(std::move(result)); }
  bool ended() const override { return !results.empty(); }
  std::vector<absl::StatusOr<std::string>> results;
};

class ReplyTest : public ::testing::Test {
 protected:
  Reply<std::string> MakeReply() { return Reply<std::string>(call_); }
  std::shared_ptr<FakeCall> call_ = std::make_shared<FakeCall>();
};

TEST_F(ReplyTest, AnswersOnce) {
  {
    Reply<std::string> reply = MakeReply();
    Reply<std::string> moved = std::move(reply);
    EXPECT_FALSE(moved.abandoned());
    std::move(moved)("answer");
  }
  ASSERT_EQ(call_->results.size(), 1u);
  EXPECT_EQ(*call_->results[0], "answer");
}

TEST_F(ReplyTest, WhenItIsDroppedItSaysThatTheDaemonStops) {
  { const Reply<std::string> reply = MakeReply(); }
  ASSERT_EQ(call_->results.size(), 1u);
  EXPECT_EQ(core::DetailOf(call_->results[0].status())->reason, "SHUTTING_DOWN");
}

TEST_F(ReplyTest, AnExceptionBecomesAFault) {
  absl::Status seen;
  Barrier(
      [&] {
        const Reply<std::string> reply = MakeReply();
        throw std::runtime_error("broken");
      },
      [&](absl::Status status) { seen = std::move(status); });
  ASSERT_EQ(call_->results.size(), 1u);
  EXPECT_EQ(call_->results[0].status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(seen.message()), HasSubstr("broken"));
  Barrier([] { throw 7; }, [&](absl::Status status) { seen = std::move(status); });
  EXPECT_EQ(seen.code(), absl::StatusCode::kInternal);
}

TEST_F(ReplyTest, ThenGoesOnWithTheValueAndAnswersAnError) {
  Done<int> good = Then<int>(MakeReply(), [](int value, Reply<std::string> reply) {
    std::move(reply)(std::to_string(value));
  });
  std::move(good)(7);
  EXPECT_EQ(*call_->results[0], "7");
  Done<int> bad = Then<int>(MakeReply(), [](int, Reply<std::string>) { FAIL(); });
  std::move(bad)(absl::AbortedError("no"));
  EXPECT_EQ(call_->results[1].status(), absl::AbortedError("no"));
}

TEST_F(ReplyTest, ThenAnswersWhenItIsNeverRunOrThrows) {
  {
    const Done<int> never = Then<int>(MakeReply(), [](int, Reply<std::string>) {});
  }
  EXPECT_EQ(core::DetailOf(call_->results[0].status())->reason, "SHUTTING_DOWN");
  Done<int> throws =
      Then<int>(MakeReply(), [](int, Reply<std::string>) { throw std::runtime_error("broken"); });
  std::move(throws)(1);
  EXPECT_EQ(call_->results[1].status().code(), absl::StatusCode::kInternal);
}

TEST(PrincipalOf, ComesFromThePeer) {
  EXPECT_EQ(PrincipalOf("unix:"), "local");
  EXPECT_EQ(PrincipalOf("unix:/run/x.sock"), "local");
  EXPECT_EQ(PrincipalOf("ipv4:127.0.0.1:5000"), "loopback");
  EXPECT_EQ(PrincipalOf(""), "loopback");
}

}  // namespace
}  // namespace quiesce::rpc
