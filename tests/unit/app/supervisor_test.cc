#include "daemon/app/supervisor.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::app {
namespace {

// The supervisor's end. A name that begins with '@' is abstract, as systemd writes it.
class Receiver {
 public:
  explicit Receiver(const std::string& name) : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Receiver() {
    close(fd_);
    unsetenv("NOTIFY_SOCKET");
  }
  std::string Receive() {
    char text[128] = {};
    const ssize_t size = recv(fd_, text, sizeof(text), MSG_DONTWAIT);
    return size < 0 ? "(nothing)" : std::string(text, static_cast<size_t>(size));
  }

 private:
  const int fd_;
};

TEST(NotifySupervisor, SendsToASocketInTheFileSystem) {
  const auto folder = support::ScratchFolder::Make().value();
  Receiver receiver(absl::StrCat(folder.path(), "/s"));
  NotifySupervisor("READY=1");
  EXPECT_EQ(receiver.Receive(), "READY=1");
  EXPECT_EQ(receiver.Receive(), "(nothing)");
}

TEST(NotifySupervisor, SendsToAnAbstractSocket) {
  Receiver receiver(absl::StrCat("@quiesced-test-", getpid()));
  NotifySupervisor("STOPPING=1");
  EXPECT_EQ(receiver.Receive(), "STOPPING=1");
}

TEST(NotifySupervisor, TellsWhenItBeganToReload) {
  Receiver receiver(absl::StrCat("@quiesced-test-", getpid()));
  NotifyReloading();
  EXPECT_THAT(receiver.Receive(), testing::MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[0-9]+"));
}

TEST(NotifySupervisor, DoesNothingWithoutASupervisor) {
  unsetenv("NOTIFY_SOCKET");
  NotifySupervisor("READY=1");
  for (const std::string& name : {std::string("/nonexistent/socket"), std::string("relative"),
                                  std::string(), "/" + std::string(200, 'x')}) {
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    NotifySupervisor("READY=1");
  }
  unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace quiesce::app
