#ifndef QUIESCE_CLIENT_CLI_ENVIRONMENT_H_
#define QUIESCE_CLIENT_CLI_ENVIRONMENT_H_

#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/args.h"
#include "client/cli/exit_code.h"
#include "client/cli/view.h"
#include "client/lib/client.h"

namespace quiesce::cli {

// Ctrl-C. Whoever is not handling it is ended by it at once, with 130.
struct Interrupts {
  virtual ~Interrupts() = default;
  // From now on the first Ctrl-C cancels `first`, and the second one `second`: the command ends by
  // itself, after it has said what is left behind.
  virtual void Handle() {}

  client::CancelToken first;
  client::CancelToken second;
};

// What the outer world is to a command: tests make their own.
struct Environment {
  client::Client* client = nullptr;  // null for commands that ask no daemon
  std::istream* in = nullptr;
  std::ostream* out = nullptr;  // data
  std::ostream* err = nullptr;  // errors, questions, progress
  Interrupts* interrupts = nullptr;

  bool in_is_terminal = false;
  bool err_is_terminal = false;
  View out_view;  // `now` is not used; see OutView()
  View err_view;
  OutputFormat output = OutputFormat::kTable;

  std::function<absl::Time()> clock;
  // Returns false when the token was cancelled.
  std::function<bool(absl::Duration, client::CancelToken*)> sleep;

  // The daemon's clock minus ours, once the daemon was asked.
  absl::Duration skew;
};

// The views, as of now by the daemon's clock.
View OutView(const Environment& env);
View ErrView(const Environment& env);
absl::Time Now(const Environment& env);

// Asks the daemon who it is, and learns its clock.
absl::StatusOr<v1::ServerInfo> AskServer(Environment& env);

// Prints `quiesce: MESSAGE` and what belongs to the error, on stderr; returns what to exit with.
ExitCode Report(Environment& env, const absl::Status& status);
// The same for an error that a command finds itself.
ExitCode Report(Environment& env, ExitCode code, std::string_view message);

// Prints a text on stdout, and flushes it.
void Print(Environment& env, std::string_view text);
// Prints a remark on stderr.
void Remark(Environment& env, std::string_view text);

// One line on the terminal that is drawn over itself. Draws nothing where nobody looks.
class ProgressLine {
 public:
  explicit ProgressLine(Environment& env) : env_(env) {}
  ~ProgressLine() { Clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void Draw(const std::string& text);
  void Clear();

 private:
  Environment& env_;
  bool drawn_ = false;
};

// Asks on stderr and reads a line; true if it is exactly `yes`. The end of the input is a no.
bool Confirm(Environment& env, std::string_view question);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_ENVIRONMENT_H_
