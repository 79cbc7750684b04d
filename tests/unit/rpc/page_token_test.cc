#include "daemon/rpc/page_token.h"

#include <string>

#include "daemon/core/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

using ::testing::IsEmpty;

const Listing kListing{"ListThings", "plans/1", "phase=X"};

TEST(PageToken, ComesBack) {
  const PagePosition position = {"a", "", std::string("\0:1:", 4), "数"};
  const auto decoded = DecodePageToken(kListing, EncodePageToken(kListing, position));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, position);
  EXPECT_THAT(*DecodePageToken(kListing, ""), IsEmpty());
}

TEST(PageToken, BelongsToItsListing) {
  const std::string token = EncodePageToken(kListing, {"a"});
  for (const Listing& other :
       {Listing{"ListOthers", "plans/1", "phase=X"}, Listing{"ListThings", "plans/2", "phase=X"},
        Listing{"ListThings", "plans/1", "phase=Y"}, Listing{"ListThings", "plans/1phase=X", ""}}) {
    const absl::Status status = DecodePageToken(other, token).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(core::DetailOf(status)->reason, "INVALID_PAGE_TOKEN");
  }
}

TEST(PageToken, AnyChangeIsNoticed) {
  const std::string token = EncodePageToken(kListing, {"position", "17"});
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto decoded = DecodePageToken(kListing, changed);
    // Some bits of the last character carry nothing.
    EXPECT_TRUE(!decoded.ok() || *decoded == PagePosition({"position", "17"})) << i;
    EXPECT_FALSE(DecodePageToken(kListing, token.substr(0, i)).ok() && i > 0) << i;
  }
  for (const std::string& garbage :
       {std::string("x"), std::string("!!!"), std::string(5000, 'A'), std::string("\0\0", 2)}) {
    EXPECT_FALSE(DecodePageToken(kListing, garbage).ok());
  }
}

}  // namespace
}  // namespace quiesce::rpc
