#ifndef QUIESCE_CLIENT_CLI_DOCTOR_FINDINGS_H_
#define QUIESCE_CLIENT_CLI_DOCTOR_FINDINGS_H_

#include <string>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::cli {

// One thing that `quiesce doctor` looked at.
struct Finding {
  // In the order in which they are told.
  enum class Level { kFail, kWarn, kOk };
  Level level = Level::kOk;
  std::string project;  // as people call it; `configuration`: of the daemon itself
  std::string what;
  std::string remedy;   // a sentence; may be empty
  std::string command;  // to paste, or a line for the configuration; may be empty
};

// `FAIL`, `warn`, `ok`.
std::string LevelWord(Finding::Level level);

// What a diagnosis means, the worst first. What was not looked at, because something before it
// failed, is not told.
std::vector<Finding> FindingsOf(const v1::ProjectDiagnosis& diagnosis, const View& view);

// Likewise of the daemon itself; nothing where nothing is wrong.
std::vector<Finding> FindingsOf(const v1::ServerInfo& server, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_DOCTOR_FINDINGS_H_
