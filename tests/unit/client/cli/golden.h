#ifndef QUIESCE_TESTS_UNIT_CLIENT_CLI_GOLDEN_H_
#define QUIESCE_TESTS_UNIT_CLIENT_CLI_GOLDEN_H_

#include <string>

namespace quiesce::cli::testing {

// Fails unless the text is what testdata/NAME.txt has. With QUIESCE_GOLDEN naming the folder
// testdata of the source tree it writes the file instead; read the difference in git before it is
// committed:
//
//   bazel build //tests/unit/client/cli:all
//   export QUIESCE_GOLDEN=tests/unit/client/cli/testdata TEST_TMPDIR=/tmp
//   bazel-bin/tests/unit/client/cli/render_test
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace quiesce::cli::testing

#endif  // QUIESCE_TESTS_UNIT_CLIENT_CLI_GOLDEN_H_
