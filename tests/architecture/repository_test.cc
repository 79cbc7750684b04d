// The rules, on the repository itself.

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/architecture/all_rules.h"
#include "tests/architecture/checker.h"
#include "tests/architecture/conventions.h"
#include "tests/architecture/exemptions.h"
#include "tests/architecture/layers.h"
#include "tests/architecture/rule.h"
#include "tests/architecture/source_file.h"
#include "tests/architecture/source_tree.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {

void PrintTo(const Rule& rule, std::ostream* out) { *out << rule.name; }

namespace {

const std::vector<SourceFile>& Repository() {
  static const auto* const kTree = [] {
    auto* const tree = new std::vector<SourceFile>();
    const auto root = FindRoot("tests/architecture/BUILD.bazel");
    if (!root.ok()) {
      ADD_FAILURE() << root.status();
      return tree;
    }
    auto read = ReadTree(*root);
    if (!read.ok()) {
      ADD_FAILURE() << read.status();
      return tree;
    }
    *tree = *std::move(read);
    return tree;
  }();
  return *kTree;
}

template <typename Predicate>
bool HasFile(const Predicate& predicate) {
  return std::any_of(Repository().begin(), Repository().end(), predicate);
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class RepositoryTest : public ::testing::TestWithParam<Rule> {};

TEST_P(RepositoryTest, KeepsTheRule) {
  const auto violations = Violations(Repository(), GetParam(), AllExemptions());
  EXPECT_TRUE(violations.empty()) << Lines(violations);
}

INSTANTIATE_TEST_SUITE_P(, RepositoryTest, ::testing::ValuesIn(AllRules()),
                         [](const auto& test) { return std::string(test.param.name); });

// Without these, a tree that is not found and a folder with a new name would keep every rule.

TEST(Repository, HasItsWholeTopLevel) {
  for (const std::string_view name : kTopLevel) {
    const bool found = HasFile([name](const SourceFile& file) {
      return file.path == name || StartsWith(file.path, Concat({name, "/"}));
    });
    EXPECT_TRUE(found) << name;
  }
}

TEST(Repository, HasFilesInEachLayer) {
  for (const Layer& layer : Layers()) {
    const bool found = HasFile([&layer](const SourceFile& file) {
      return IsCpp(file.path) && LayerOf(file.path) == &layer;
    });
    EXPECT_TRUE(found) << layer.folder;
  }
}

TEST(Repository, NeedsEachExemption) {
  const auto stale = StaleExemptions(Repository(), AllRules(), AllExemptions());
  EXPECT_TRUE(stale.empty()) << Lines(stale);
}

}  // namespace
}  // namespace quiesce::architecture
