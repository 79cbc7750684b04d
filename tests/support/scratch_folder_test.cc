#include "tests/support/scratch_folder.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace quiesce::support {
namespace {

namespace fs = std::filesystem;

class ScratchFolderTest : public ::testing::Test {
 protected:
  // A place where no other test makes folders.
  ScratchFolderTest() : parent_(::testing::TempDir() + "/scratch") {
    fs::remove_all(parent_);
    fs::create_directory(parent_);
  }

  ScratchFolder Make() const { return ScratchFolder::Make(parent_).value(); }

  // What a process leaves behind that makes a folder, puts something into it and is killed.
  std::string LeftByAKilledProcess() const {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) return "no pipe";
    const pid_t child = fork();
    if (child == 0) {
      const ScratchFolder folder = Make();
      std::ofstream(folder.path() + "/file") << "x";
      const auto written = write(pipe_ends[1], folder.path().data(), folder.path().size());
      while (written > 0) pause();
      _exit(1);
    }
    char path[4096] = {};
    const ssize_t size = read(pipe_ends[0], path, sizeof(path));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    return {path, size > 0 ? static_cast<size_t>(size) : 0};
  }

  const std::string parent_;
};

TEST_F(ScratchFolderTest, IsPrivateAndGoesWithItsObject) {
  std::optional<ScratchFolder> folder(Make());
  const std::string path = folder->path();
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
  fs::create_directory(path + "/below");
  std::ofstream(path + "/below/file") << "x";
  folder.reset();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ScratchFolderTest, TheNextOneRemovesWhatAKilledProcessLeft) {
  const std::string left = LeftByAKilledProcess();
  ASSERT_TRUE(fs::exists(left + "/file")) << left;
  const ScratchFolder next = Make();
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(ScratchFolderTest, TheNextOneLeavesAloneWhatIsInUse) {
  const ScratchFolder first = Make();
  const ScratchFolder second = Make();
  EXPECT_TRUE(fs::exists(first.path()));
  EXPECT_NE(first.path(), second.path());
}

TEST_F(ScratchFolderTest, WhatIsKeptStays) {
  std::string path;
  {
    ScratchFolder folder = Make();
    path = folder.path();
    folder.Keep();
  }
  const ScratchFolder next = Make();
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(ScratchFolderTest, LeavesAloneWhatItDidNotMake) {
  fs::create_directory(parent_ + "/other.folder");
  std::ofstream(parent_ + "/quiesce.file") << "x";
  fs::create_directory_symlink(parent_ + "/other.folder", parent_ + "/quiesce.link");
  const ScratchFolder folder = Make();
  EXPECT_TRUE(fs::exists(parent_ + "/other.folder"));
  EXPECT_TRUE(fs::exists(parent_ + "/quiesce.file"));
  EXPECT_TRUE(fs::exists(parent_ + "/quiesce.link"));
}

TEST_F(ScratchFolderTest, SaysWhereItCannotBe) {
  const auto folder = ScratchFolder::Make(parent_ + "/no/such");
  ASSERT_FALSE(folder.ok());
  EXPECT_NE(folder.status().message().find("no/such"), std::string::npos) << folder.status();
}

}  // namespace
}  // namespace quiesce::support
