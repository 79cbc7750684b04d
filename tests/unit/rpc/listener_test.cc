#include "daemon/rpc/listener.h"

#include <sys/stat.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

using ::testing::HasSubstr;

using Kind = Listener::Kind;

TEST(Listener, IsWrittenAsClientsTakeIt) {
  EXPECT_EQ((Listener{Kind::kUnix, "/run/quiesced/api.sock"}.ToString()),
            "unix:///run/quiesced/api.sock");
  EXPECT_EQ((Listener{Kind::kLoopbackIpv4, "", 7443}.ToString()), "127.0.0.1:7443");
  EXPECT_EQ((Listener{Kind::kLoopbackIpv6, "", 0}.ToString()), "[::1]:0");
}

TEST(PrepareSocket, MakesADirectoryThatIsClosedToOthers) {
  const std::string folder = ::testing::TempDir() + "/socket";
  ASSERT_TRUE(PrepareSocket(folder + "/api.sock").ok());
  struct stat info {};
  ASSERT_EQ(stat(folder.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  EXPECT_TRUE(PrepareSocket(folder + "/api.sock").ok());  // and takes it as it is later
}

TEST(PrepareSocket, RefusesADirectoryThatOthersCanReach) {
  const std::string folder = ::testing::TempDir() + "/open";
  ASSERT_EQ(mkdir(folder.c_str(), 0755), 0);
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  const absl::Status status = PrepareSocket(folder + "/api.sock");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("chmod 700"));
}

TEST(PrepareSocket, MakesNoMoreThanTheLastDirectory) {
  EXPECT_EQ(PrepareSocket(::testing::TempDir() + "/no/such/api.sock").code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace quiesce::rpc
