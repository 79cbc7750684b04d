#include "tests/unit/client/cli/golden.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gtest/gtest.h"

namespace quiesce::cli::testing {

void ExpectGolden(const std::string& name, const std::string& text) {
  if (const char* folder = std::getenv("QUIESCE_GOLDEN")) {
    std::ofstream(std::string(folder) + "/" + name + ".txt") << text;
    return;
  }
  std::ifstream file("tests/unit/client/cli/testdata/" + name + ".txt");
  ASSERT_TRUE(file.good()) << "no testdata/" << name << ".txt";
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(text, expected.str()) << "testdata/" << name << ".txt";
}

}  // namespace quiesce::cli::testing
