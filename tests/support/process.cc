#include "tests/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace quiesce::support {
namespace {

absl::Status Failed(const std::string& what, int error) {
  return absl::InternalError(absl::StrCat(what, ": ", std::strerror(error)));
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the child needs, prepared before the fork: afterwards nothing may be allocated, because
// another thread may have held the allocator's lock.
struct Child {
  std::vector<char*> command;
  std::vector<char*> environment;
  int output = -1;
  int lines = -1;   // the writing end of ReadLine's pipe, or -1
  int report = -1;  // where errno goes if the program cannot be executed
  pid_t parent = 0;
};

[[noreturn]] void Become(const Child& child) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);  // gRPC ignores it, and what is ignored stays so
  dup2(child.lines >= 0 ? child.lines : child.output, STDOUT_FILENO);
  dup2(child.output, STDERR_FILENO);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have ended before it was asked to send this.
  if (getppid() == child.parent) {
    execvpe(child.command[0], child.command.data(), child.environment.data());
  }
  const int error = errno;
  // Nobody is left to tell if this fails.
  if (write(child.report, &error, sizeof error) < 0) _exit(126);
  _exit(127);
}

void CloseAll(std::initializer_list<int> descriptors) {
  for (const int descriptor : descriptors) {
    if (descriptor >= 0) close(descriptor);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(const Options& options) {
  std::vector<std::string> command = options.command;
  std::vector<std::string> environment = options.environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.emplace_back(*variable);  // the first one of a name counts
  }
  Child child;
  child.command = Pointers(command);
  child.environment = Pointers(environment);
  child.parent = getpid();

  const std::string file = options.output_file.empty() ? "/dev/null" : options.output_file;
  child.output = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (child.output < 0) return Failed(file, errno);
  std::array<int, 2> lines{-1, -1};
  std::array<int, 2> report{-1, -1};
  const bool piped = (!options.read_stdout || pipe2(lines.data(), O_CLOEXEC) == 0) &&
                     pipe2(report.data(), O_CLOEXEC) == 0;
  child.lines = lines[1];
  child.report = report[1];
  const pid_t pid = piped ? fork() : -1;
  if (pid == 0) Become(child);
  int error = errno;
  CloseAll({child.output, child.lines, child.report});
  // Closed without a word by the exec.
  const bool failed = pid < 0 || read(report[0], &error, sizeof error) > 0;
  CloseAll({report[0]});
  if (failed) {
    CloseAll({lines[0]});
    if (pid > 0) waitpid(pid, nullptr, 0);
    return Failed(absl::StrCat("cannot run ", options.command[0]), error);
  }
  std::FILE* output = lines[0] < 0 ? nullptr : fdopen(lines[0], "r");
  return std::unique_ptr<Process>(new Process(pid, output));
}

Process::~Process() {
  Signal(SIGKILL);
  Wait();
  CloseOutput();
}

std::optional<std::string> Process::ReadLine() {
  if (output_ == nullptr) return std::nullopt;
  std::string line;
  int c = std::fgetc(output_);
  if (c == EOF) return std::nullopt;
  for (; c != EOF && c != '\n'; c = std::fgetc(output_)) line.push_back(static_cast<char>(c));
  return line;
}

void Process::CloseOutput() {
  if (output_ != nullptr) std::fclose(output_);
  output_ = nullptr;
}

bool Process::IsRunning() {
  if (ended_) return false;
  siginfo_t info{};
  // Leaves it to be waited for, so that its number is not given to another process.
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

void Process::Signal(int signal) {
  if (!ended_) kill(pid_, signal);
}

int Process::Wait() {
  if (ended_) return status_;
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

}  // namespace quiesce::support
