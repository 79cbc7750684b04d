#include "daemon/app/process_setup.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace quiesce::app {
namespace {

// LeakSanitizer attaches to the process it is part of.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kDumpable = true;
#else
constexpr bool kDumpable = false;
#endif

void OpenStandardDescriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    // The lowest free one is `fd`, as those before it are open.
    if (fcntl(fd, F_GETFD) < 0) static_cast<void>(open("/dev/null", O_RDWR));
  }
}

void ForbidCoreDumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  if (!kDumpable) prctl(PR_SET_DUMPABLE, 0);
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

void PrepareProcess() {
  OpenStandardDescriptors();
  std::signal(SIGPIPE, SIG_IGN);
  ForbidCoreDumps();
  umask(S_IRWXG | S_IRWXO);
  RaiseDescriptorLimit();
}

}  // namespace quiesce::app
