#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "client/manifest/manifest.h"
#include "gtest/gtest.h"

// Each manifest in testdata has a file of the same name with `.expected` on top: the errors, as a
// user sees them, byte for byte.
namespace quiesce::manifest {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = "tests/unit/client/manifest/testdata";

std::string Contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".expected") names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class GoldenTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, Errors) {
  const fs::path path = kFolder / GetParam();
  const Input input = Parse(Contents(path), GetParam());
  EXPECT_EQ(FormatErrors(input), Contents(path.string() + ".expected"));
  EXPECT_EQ(input.ok(), !input.manifests.empty());
}

INSTANTIATE_TEST_SUITE_P(Manifests, GoldenTest, ::testing::ValuesIn(Names()),
                         [](const ::testing::TestParamInfo<std::string>& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace quiesce::manifest
