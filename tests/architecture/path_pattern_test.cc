#include "tests/architecture/path_pattern.h"

#include "gtest/gtest.h"

namespace quiesce::architecture {
namespace {

TEST(PathPattern, WithoutAStarMatchesItselfOnly) {
  EXPECT_TRUE(Matches("daemon/base/time.h", "daemon/base/time.h"));
  EXPECT_FALSE(Matches("daemon/base/time.h", "daemon/base/time.hh"));
  EXPECT_FALSE(Matches("daemon/base/time.h", "daemon/base/time"));
  EXPECT_FALSE(Matches("", "daemon"));
  EXPECT_TRUE(Matches("", ""));
}

TEST(PathPattern, AStarStaysWithinAFolder) {
  EXPECT_TRUE(Matches("daemon/store/*_operations.h", "daemon/store/run_operations.h"));
  EXPECT_TRUE(Matches("*.h", ".h"));
  EXPECT_FALSE(Matches("daemon/*.h", "daemon/store/tables.h"));
  EXPECT_FALSE(Matches("daemon/store/*_operations.h", "daemon/store/run_operations.cc"));
}

TEST(PathPattern, TwoStarsCrossFolders) {
  EXPECT_TRUE(Matches("daemon/**", "daemon/store/tables.h"));
  EXPECT_TRUE(Matches("**.h", "daemon/store/tables.h"));
  EXPECT_TRUE(Matches("**/b/*.h", "a/b/c/b/d.h"));
  EXPECT_FALSE(Matches("daemon/**", "daemons/store/tables.h"));
  EXPECT_FALSE(Matches("**.h", "daemon/store/tables.cc"));
}

TEST(PathPattern, OneOfManyIsEnough) {
  EXPECT_TRUE(MatchesAny({"a/*", "b/*"}, "b/c"));
  EXPECT_FALSE(MatchesAny({"a/*", "b/*"}, "c/c"));
  EXPECT_FALSE(MatchesAny({}, "c"));
}

}  // namespace
}  // namespace quiesce::architecture
