#include "daemon/base/status_macros.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace quiesce {
namespace {

absl::Status ReturnIfError(const absl::Status& status, bool& reached) {
  QUIESCE_RETURN_IF_ERROR(status);
  reached = true;
  return absl::OkStatus();
}

absl::StatusOr<int> Sum(absl::StatusOr<std::unique_ptr<int>> a, absl::StatusOr<int> b) {
  QUIESCE_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, std::move(a));
  QUIESCE_ASSIGN_OR_RETURN(const int second, b);
  return *first + second;
}

TEST(ReturnIfError, LeavesTheFunctionOnAnErrorOnly) {
  bool reached = false;
  EXPECT_EQ(ReturnIfError(absl::AbortedError("no"), reached), absl::AbortedError("no"));
  EXPECT_FALSE(reached);
  EXPECT_TRUE(ReturnIfError(absl::OkStatus(), reached).ok());
  EXPECT_TRUE(reached);
}

TEST(AssignOrReturn, MovesTheValueOutOrLeavesTheFunction) {
  EXPECT_EQ(*Sum(std::make_unique<int>(2), 3), 5);
  EXPECT_EQ(Sum(absl::AbortedError("a"), 3).status(), absl::AbortedError("a"));
  EXPECT_EQ(Sum(std::make_unique<int>(2), absl::AbortedError("b")).status(),
            absl::AbortedError("b"));
}

}  // namespace
}  // namespace quiesce
