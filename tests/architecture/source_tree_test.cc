#include "tests/architecture/source_tree.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::architecture {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

// A small repository in a folder of its own.
class SourceTreeTest : public ::testing::Test {
 protected:
  SourceTreeTest() {
    fs::remove_all(scratch_);
    Write("WORKSPACE", "workspace(name = \"small\")\n");
  }
  ~SourceTreeTest() override { fs::remove_all(scratch_); }

  void Write(const fs::path& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  std::vector<std::string> Paths() const {
    std::vector<std::string> paths;
    const auto tree = ReadTree(root_);
    EXPECT_TRUE(tree.ok()) << tree.status();
    if (tree.ok()) {
      for (const SourceFile& file : *tree) paths.push_back(file.path);
    }
    return paths;
  }

  const fs::path scratch_ = fs::path(::testing::TempDir()) / "source_tree_test";
  const fs::path root_ = fs::canonical(::testing::TempDir()) / "source_tree_test" / "repository";
};

TEST_F(SourceTreeTest, ReadsAllFilesInOrder) {
  Write("daemon/base/time.h", "int x;\n");
  Write("client/cli/main.cc", "int y;\n");
  Write(".ci/run", "#!/bin/sh\n");
  EXPECT_THAT(Paths(),
              ElementsAre(".ci/run", "WORKSPACE", "client/cli/main.cc", "daemon/base/time.h"));
  EXPECT_EQ(ReadTree(root_)->back().lines[0].code, "int x;");
}

TEST_F(SourceTreeTest, LeavesOutWhatGitAndBazelKeepAtTheRoot) {
  Write(".git/config", "x");
  Write("bazel-out/x.cc", "x");
  Write("daemon/bazel-x/x.cc", "x");
  fs::create_directory_symlink(root_ / "daemon", root_ / "bazel-bin");
  EXPECT_THAT(Paths(), ElementsAre("WORKSPACE", "daemon/bazel-x/x.cc"));
}

TEST_F(SourceTreeTest, TheGitFileOfAWorktreeIsGitsToo) {
  Write(".git", "gitdir: elsewhere\n");
  EXPECT_THAT(Paths(), ElementsAre("WORKSPACE"));
}

TEST_F(SourceTreeTest, LeavesOutLinksAndFilesThatAreNoText) {
  Write("daemon/a.o", std::string("a\0b", 3));
  fs::create_symlink(root_ / "WORKSPACE", root_ / "daemon" / "link");
  EXPECT_THAT(Paths(), ElementsAre("WORKSPACE"));
}

TEST_F(SourceTreeTest, FindsTheRootThroughALink) {
  Write("tests/architecture/BUILD.bazel", "");
  const fs::path runfiles = scratch_ / "runfiles" / "tests" / "architecture";
  fs::create_directories(runfiles);
  fs::create_symlink(root_ / "tests" / "architecture" / "BUILD.bazel", runfiles / "BUILD.bazel");
  fs::current_path(scratch_ / "runfiles");
  const auto root = FindRoot("tests/architecture/BUILD.bazel");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(*root, root_);
}

TEST_F(SourceTreeTest, RefusesATreeWithoutAWorkspace) {
  const fs::path copy = scratch_ / "copy" / "tests";
  fs::create_directories(copy);
  std::ofstream(copy / "BUILD.bazel") << "";
  fs::current_path(scratch_ / "copy");
  EXPECT_FALSE(FindRoot("tests/BUILD.bazel").ok());
  EXPECT_FALSE(FindRoot("tests/missing").ok());
  EXPECT_FALSE(ReadTree(scratch_ / "missing").ok());
}

}  // namespace
}  // namespace quiesce::architecture
