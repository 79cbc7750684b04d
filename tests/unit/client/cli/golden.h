#ifndef QUIESCE_TESTS_UNIT_CLIENT_CLI_GOLDEN_H_
#define QUIESCE_TESTS_UNIT_CLIENT_CLI_GOLDEN_H_

#include <string>

namespace quiesce::cli::testing {

// Fails unless the text is what testdata/NAME.txt has. To write the files anew, and then read the
// difference in git:
//
//   bazel run //tests/unit/client/cli:render_test --run_under="env QUIESCE_GOLDEN=$PWD/tests/..."
//
// with QUIESCE_GOLDEN naming the folder testdata of the source tree.
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace quiesce::cli::testing

#endif  // QUIESCE_TESTS_UNIT_CLIENT_CLI_GOLDEN_H_
