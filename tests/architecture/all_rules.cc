#include "tests/architecture/all_rules.h"

#include "tests/architecture/conventions.h"
#include "tests/architecture/forbidden_words.h"
#include "tests/architecture/layers.h"
#include "tests/architecture/libraries.h"

namespace quiesce::architecture {

const std::vector<Rule>& AllRules() {
  static const auto* const kRules = new std::vector<Rule>{
      {"Layers", CheckLayers},
      {"Libraries", CheckLibraries},
      {"Threads", CheckThreads},
      {"HiddenInputs", CheckHiddenInputs},
      {"Sleeps", CheckSleeps},
      {"CloudRequests", CheckCloudRequests},
      {"TopLevel", CheckTopLevel},
      {"Names", CheckNames},
      {"Length", CheckLength},
      {"IssueNumbers", CheckIssueNumbers},
      {"MachinePaths", CheckMachinePaths},
  };
  return *kRules;
}

}  // namespace quiesce::architecture
