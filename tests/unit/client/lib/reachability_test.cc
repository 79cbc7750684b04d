#include "client/lib/reachability.h"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/unit/client/lib/client_fixture.h"

// What a person is told when no daemon answers, for every way in which that happens.
namespace quiesce::client {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class ReachabilityTest : public ::testing::Test {
 protected:
  ReachabilityTest() {
    if (mkdtemp(folder_.data()) == nullptr) abort();
    path_ = folder_ + "/run/api.sock";
    std::filesystem::create_directory(folder_ + "/run");
  }
  ~ReachabilityTest() override {
    for (const int fd : open_) close(fd);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // A unix socket at path_; listening with this backlog, unless it is negative.
  int Bind(int backlog) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int fd = Keep(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    if (backlog >= 0) {
      EXPECT_EQ(listen(fd, backlog), 0);
    }
    return fd;
  }
  // The text of a loopback address whose port is taken, and where nobody listens.
  std::string BindTcp() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = Keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
    return absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  }
  int Keep(int fd) {
    EXPECT_GE(fd, 0);
    open_.push_back(fd);
    return fd;
  }

  std::string text() const { return "unix://" + path_; }
  Obstacle Find() const {
    const auto target = ParseTarget(text());
    EXPECT_TRUE(target.ok());
    return FindObstacle(*target);
  }
  // How a call fails.
  static ApiError Call(const std::string& target) {
    ClientOptions options;
    options.target = target;
    options.retry.max_attempts = 1;
    options.timeout = absl::Milliseconds(300);
    const auto client = Client::Create(options);
    EXPECT_TRUE(client.ok()) << client.status();
    return ToApiError((*client)->GetServerInfo().status());
  }

  std::string folder_ = "/tmp/quiesce-reach-XXXXXX";
  std::string path_;

 private:
  std::vector<int> open_;
};

// Permissions mean something to this thread: root without its capabilities is an owner like others.
class Unprivileged {
 public:
  Unprivileged() {
    Call(SYS_capget, were_);
    Capabilities none = {were_[0], were_[1]};
    for (__user_cap_data_struct& word : none) word.effective = 0;
    Call(SYS_capset, none);
  }
  ~Unprivileged() { Call(SYS_capset, were_); }

 private:
  using Capabilities = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

  static void Call(long number, Capabilities& capabilities) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    EXPECT_EQ(syscall(number, &header, capabilities.data()), 0);
  }

  Capabilities were_{};
};

TEST_F(ReachabilityTest, ASocketThatIsNotThereIsNoSuchFile) {
  EXPECT_EQ(Find().kind, Obstacle::Kind::kMissing);
  const ApiError error = Call(text());
  EXPECT_EQ(error.message, "cannot reach quiesced at " + text() + ": no such file");
  EXPECT_EQ(error.trouble, Trouble::kUnreachable);
  std::filesystem::remove(folder_ + "/run");
  EXPECT_EQ(Find().words, "no such file");
  std::ofstream(folder_ + "/run") << "a file where a folder should be";
  EXPECT_EQ(Find().words, "no such file");
}

TEST_F(ReachabilityTest, ASocketThatADeadDaemonLeftIsRefused) {
  Bind(-1);
  const ApiError error = Call(text());
  EXPECT_EQ(error.message, "cannot reach quiesced at " + text() +
                               ": connection refused; nobody listens on the socket");
  EXPECT_EQ(error.trouble, Trouble::kUnreachable);
  EXPECT_EQ(error.code, absl::StatusCode::kUnavailable);
}

TEST_F(ReachabilityTest, AnotherFileInItsPlaceIsRefused) {
  std::ofstream(path_) << "no socket";
  EXPECT_EQ(Find().kind, Obstacle::Kind::kRefused);
}

TEST_F(ReachabilityTest, APeerThatTakesConnectionsAndSaysNothingIsSilent) {
  Bind(16);
  const ApiError error = Call(text());
  EXPECT_EQ(error.message,
            "cannot reach quiesced at " + text() + ": connected, but no answer came");
  EXPECT_EQ(error.trouble, Trouble::kUnreachable);
}

TEST_F(ReachabilityTest, AQueueThatIsFullIsSilenceToo) {
  Bind(0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
  int connected = 0;
  for (int i = 0; i < 8 && connected == 0; ++i) {
    const int fd = Keep(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    connected = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  ASSERT_EQ(connected, -1);
  EXPECT_EQ(Find().kind, Obstacle::Kind::kSilent);
}

TEST_F(ReachabilityTest, WhoIsNotLetInIsToldWhoIs) {
  Bind(16);
  chmod((folder_ + "/run").c_str(), 0);
  const Unprivileged nobody;
  const ApiError error = Call(text());
  EXPECT_EQ(error.trouble, Trouble::kPermission);
  EXPECT_EQ(error.code, absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(error.message,
              HasSubstr("cannot reach quiesced at " + text() + ": permission denied; " + folder_ +
                        "/run is for the user "));
  EXPECT_THAT(error.message, EndsWith(" only: run quiesce as that user"));
}

TEST_F(ReachabilityTest, WhereAGroupIsLetInItIsNamed) {
  Bind(16);
  const Unprivileged nobody;
  chmod((folder_ + "/run").c_str(), 0050);
  EXPECT_THAT(Find().words, MatchesRegex("permission denied; " + folder_ +
                                         "/run is for the user .* and the group .*: are you in "
                                         "that group\\?"));
  chmod((folder_ + "/run").c_str(), 0755);
  chmod(path_.c_str(), 0060);
  EXPECT_THAT(Find().words, MatchesRegex("permission denied; " + path_ +
                                         " is for the user .* and the group .*: are you in that "
                                         "group\\?"));
}

TEST_F(ReachabilityTest, APortWhereNobodyListensIsRefused) {
  const std::string target = BindTcp();
  const ApiError error = Call(target);
  EXPECT_EQ(error.message, "cannot reach quiesced at " + target + ": connection refused");
  EXPECT_EQ(error.trouble, Trouble::kUnreachable);
}

TEST_F(ReachabilityTest, NoWordOfTheTransportIsShown) {
  for (const std::string& target : {text(), BindTcp()}) {
    const std::string message = Call(target).message;
    for (const char* word : {"UNKNOWN", "errno", "addresses", "ipv4:", "failed to connect"}) {
      EXPECT_THAT(message, Not(HasSubstr(word)));
    }
  }
}

}  // namespace
}  // namespace quiesce::client
