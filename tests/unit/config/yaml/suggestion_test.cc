#include "daemon/config/yaml/suggestion.h"

#include "gtest/gtest.h"

namespace quiesce::yaml {
namespace {

TEST(SuggestionTest, NearWords) {
  const std::vector<std::string_view> known = {"id", "name", "protected", "start_grace", "owner"};
  EXPECT_EQ(DidYouMean("protectd", known), " (did you mean \"protected\"?)");
  EXPECT_EQ(DidYouMean("Protected", known), " (did you mean \"protected\"?)");
  EXPECT_EQ(DidYouMean("startGrace", known), " (did you mean \"start_grace\"?)");
  EXPECT_EQ(DidYouMean("start-grace", known), " (did you mean \"start_grace\"?)");
  EXPECT_EQ(DidYouMean("nmae", known), " (did you mean \"name\"?)");
  EXPECT_EQ(DidYouMean("ID", known), " (did you mean \"id\"?)");
}

TEST(SuggestionTest, FarWords) {
  const std::vector<std::string_view> known = {"id", "name", "protected"};
  EXPECT_EQ(DidYouMean("region", known), "");
  EXPECT_EQ(DidYouMean("", known), "");
  EXPECT_EQ(DidYouMean("xy", known), "");
  EXPECT_EQ(DidYouMean(std::string(1000000, 'a'), known), "");
}

}  // namespace
}  // namespace quiesce::yaml
