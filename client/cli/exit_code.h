#ifndef QUIESCE_CLIENT_CLI_EXIT_CODE_H_
#define QUIESCE_CLIENT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace quiesce::cli {

// What pipelines branch on. Frozen: a code never changes its meaning.
enum class ExitCode {
  kDone = 0,
  kOther = 1,         // any other error; also a question answered with no
  kChanges = 2,       // `plan --detailed-exitcode`: there is something to apply
  kDrift = 3,         // `drift`: something has drifted
  kBlocked = 4,       // ended with blocked or stalled instances, or cannot tell
  kConflict = 5,      // stale or conflict: somebody else's write came first, or stands in the way
  kTimeout = 6,       // the time is over, the work goes on
  kUsage = 64,        // the command line, the manifest or a value in it
  kUnreachable = 69,  // no daemon answers
  kPermission = 77,
  kInterrupted = 130,  // by Ctrl-C
};

// Of two codes the one to exit with: 130, then 64 77 69 1 5 4 6 3 2 0.
ExitCode Worse(ExitCode a, ExitCode b);

// For an error of the client library.
ExitCode CodeOf(const absl::Status& status);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_EXIT_CODE_H_
