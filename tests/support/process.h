#ifndef QUIESCE_TESTS_SUPPORT_PROCESS_H_
#define QUIESCE_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace quiesce::support {

// A child process, which does not outlive this object, nor the thread that started it, however that
// ends. Not thread-safe.
class Process {
 public:
  struct Options {
    std::vector<std::string> command;  // program first, looked up in PATH if it has no '/'
    // What stdout and stderr are appended to. Empty: /dev/null.
    std::string output_file;
    // Stdout goes to ReadLine() instead. Who asks for this must read, or the child may block.
    bool read_stdout = false;
    // Added to the environment: NAME=VALUE.
    std::vector<std::string> environment;
  };

  // An error if the program cannot be executed.
  static absl::StatusOr<std::unique_ptr<Process>> Start(const Options& options);
  ~Process();  // kills
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  // The next line of stdout, without its end. Blocks until there is one; null when the output ends.
  std::optional<std::string> ReadLine();

  // Reads no further line: who writes to the pipe from now on is told that nobody reads.
  void CloseOutput();

  // Whether it has not ended.
  bool IsRunning();
  void Signal(int signal);
  // Blocks until it ends. The exit status, or 128 + the number of the signal that ended it. The
  // same at each call.
  int Wait();

 private:
  Process(pid_t pid, std::FILE* output) : pid_(pid), output_(output) {}

  const pid_t pid_;
  std::FILE* output_;  // null: not read
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace quiesce::support

#endif  // QUIESCE_TESTS_SUPPORT_PROCESS_H_
