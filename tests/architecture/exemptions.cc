#include "tests/architecture/exemptions.h"

namespace quiesce::architecture {

const std::vector<Exemption>& AllExemptions() {
  static const auto* const kExemptions = new std::vector<Exemption>{
      {"Threads", "daemon/store/group_commit.*", "",
       "the adapter between the store and its writer thread"},
      {"Layers", "daemon/core/backoff.cc", "daemon/base/random.h",
       "SeededRandom is a function of its seed; HiddenInputs watches over SystemRandom"},
      {"Sleeps", "client/lib/connection.cc", "absl::SleepFor",
       "the pause before a retry, for a caller that can neither cancel it nor give another"},
      {"Names", "proto/quiesce/v1/common.proto", "common",
       "messages of all services; clients import it by that name, usual in APIs"},
      {"Length", "tests/unit/core/decide_test.cc", "",
       "the test of the decision table is the table itself, and a table is read from top to "
       "bottom"},
  };
  return *kExemptions;
}

}  // namespace quiesce::architecture
