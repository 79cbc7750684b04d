#include "daemon/app/process_setup.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

#include "gtest/gtest.h"

namespace quiesce::app {
namespace {

// Whether `check` holds in a process that was prepared, after `before`.
bool InPreparedProcess(const std::function<void()>& before, const std::function<bool()>& check) {
  const pid_t pid = fork();
  if (pid == 0) {
    before();
    PrepareProcess();
    _exit(check() ? 0 : 1);
  }
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(PrepareProcess, ClosedStandardDescriptorsAreNotGivenToTheNextFile) {
  const auto close_all = [] {
    for (const int fd : {0, 1, 2}) close(fd);
  };
  EXPECT_TRUE(InPreparedProcess(close_all, [] { return open("/dev/zero", O_RDONLY) > 2; }));
  EXPECT_TRUE(InPreparedProcess([] { close(1); }, [] { return open("/dev/zero", O_RDONLY) > 2; }));
}

TEST(PrepareProcess, OpenStandardDescriptorsStay) {
  EXPECT_TRUE(InPreparedProcess(
      [] {
        close(2);
        open("/dev/zero", O_RDONLY);
      },
      [] { return (fcntl(2, F_GETFL) & O_ACCMODE) == O_RDONLY; }));
}

TEST(PrepareProcess, APeerThatIsGoneIsNotTheEnd) {
  EXPECT_TRUE(InPreparedProcess([] {},
                                [] {
                                  int fds[2];
                                  if (pipe(fds) != 0) return false;
                                  close(fds[0]);
                                  return write(fds[1], "x", 1) == -1 && errno == EPIPE;
                                }));
}

TEST(PrepareProcess, LeavesNoCore) {
  EXPECT_TRUE(InPreparedProcess([] {},
                                [] {
                                  rlimit core{};
                                  return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
                                }));
#ifndef __SANITIZE_ADDRESS__
  EXPECT_TRUE(InPreparedProcess([] {}, [] { return prctl(PR_GET_DUMPABLE) == 0; }));
#endif
}

TEST(PrepareProcess, NewFilesAreClosedToOthers) {
  EXPECT_TRUE(InPreparedProcess([] { umask(0); }, [] { return umask(0) == 077; }));
}

TEST(PrepareProcess, MayOpenAsManyFilesAsPermitted) {
  const auto lower = [] {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &files);
  };
  EXPECT_TRUE(InPreparedProcess(lower, [] {
    rlimit files{};
    return getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur == files.rlim_max;
  }));
}

}  // namespace
}  // namespace quiesce::app
