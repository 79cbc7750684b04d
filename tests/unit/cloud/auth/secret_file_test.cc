#include "daemon/cloud/auth/secret_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StubClock final : public Clock {
 public:
  Now Read() override { return {wall, SteadyTime()}; }
  absl::Time wall = absl::Now() + absl::Hours(1);
};

class SecretFileTest : public ::testing::Test {
 protected:
  SecretFileTest()
      : path_(absl::StrCat(::testing::TempDir(), "/token_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        file_(path_, "token", &clock_) {
    unlink(path_.c_str());
  }

  static void Write(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  void Replace(const std::string& content) {
    Write(path_ + ".new", content);
    ASSERT_EQ(rename((path_ + ".new").c_str(), path_.c_str()), 0);
  }
  // Sets the modification time, so that a rewrite of the same size can look unchanged.
  void SetModified(absl::Time when) {
    const timespec times[2] = {absl::ToTimespec(when), absl::ToTimespec(when)};
    ASSERT_EQ(utimensat(AT_FDCWD, path_.c_str(), times, 0), 0);
  }
  std::string Token() {
    const auto token = file_.Get();
    return token.ok() ? **token : std::string(token.status().ToString());
  }
  void ExpectError(absl::StatusCode code, const std::string& problem) {
    const auto token = file_.Get();
    ASSERT_FALSE(token.ok());
    EXPECT_EQ(token.status().code(), code);
    EXPECT_THAT(std::string(token.status().message()), HasSubstr(problem));
    EXPECT_THAT(std::string(token.status().message()), HasSubstr(path_));
  }

  StubClock clock_;
  const std::string path_;
  SecretFile file_;
};

TEST_F(SecretFileTest, ReadsTheWholeFileAsItIs) {
  for (const char* content : {"MIID+/=-_.token", "two\nlines\r\n", " \n"}) {
    Replace(content);
    EXPECT_EQ(Token(), content);
  }
}

TEST_F(SecretFileTest, FollowsAReplacementAtOnce) {
  Replace("one");
  EXPECT_EQ(Token(), "one");
  Replace("two");
  EXPECT_EQ(Token(), "two");
}

TEST_F(SecretFileTest, FollowsARewriteInPlace) {
  Write(path_, "one");
  EXPECT_EQ(Token(), "one");
  Write(path_, "longer");
  EXPECT_EQ(Token(), "longer");
}

TEST_F(SecretFileTest, ReadsAnUnchangedFileOnce) {
  Replace("one");
  const auto first = file_.Get();
  const auto second = file_.Get();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->get(), second->get());
}

TEST_F(SecretFileTest, DoesNotTrustAFileThatWasWrittenJustNow) {
  clock_.wall = absl::Now();
  Replace("one");
  const auto first = file_.Get();
  const auto second = file_.Get();
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_NE(first->get(), second->get());
  // Nor one from the future: the clock was set back.
  clock_.wall = absl::Now() - absl::Hours(1);
  EXPECT_NE(file_.Get()->get(), file_.Get()->get());
}

TEST_F(SecretFileTest, DoesNotFallBackToTheTokenBefore) {
  Replace("one");
  EXPECT_EQ(Token(), "one");
  ASSERT_EQ(unlink(path_.c_str()), 0);
  ExpectError(absl::StatusCode::kNotFound, "write the token there");
  Replace("");
  ExpectError(absl::StatusCode::kFailedPrecondition, "is empty");
  Replace("two");
  EXPECT_EQ(Token(), "two");
}

TEST_F(SecretFileTest, ForgetsATokenEvenWhenTheSameFileComesBack) {
  Replace("one");
  const absl::Time before = absl::Now() - absl::Hours(5);
  SetModified(before);
  EXPECT_EQ(Token(), "one");
  ASSERT_EQ(rename(path_.c_str(), (path_ + ".away").c_str()), 0);
  EXPECT_FALSE(file_.Get().ok());
  ASSERT_EQ(rename((path_ + ".away").c_str(), path_.c_str()), 0);
  EXPECT_EQ(Token(), "one");
}

TEST_F(SecretFileTest, NoticesARewriteThatKeepsSizeAndModificationTime) {
  Write(path_, "one");
  const absl::Time before = absl::Now() - absl::Hours(5);
  SetModified(before);
  EXPECT_EQ(Token(), "one");
  Write(path_, "two");
  SetModified(before);  // the change time still moves
  EXPECT_EQ(Token(), "two");
}

TEST_F(SecretFileTest, RefusesWhatIsTooLarge) {
  for (const size_t more : {1, 100}) {
    Replace(std::string(limits::kMaxSecretFileBytes + more, 's'));
    ExpectError(absl::StatusCode::kFailedPrecondition, "is larger than");
    EXPECT_THAT(std::string(file_.Get().status().message()), Not(HasSubstr("sss")));
  }
  Replace(std::string(limits::kMaxSecretFileBytes, 's'));
  EXPECT_TRUE(file_.Get().ok()) << file_.Get().status();
}

TEST_F(SecretFileTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  ExpectError(absl::StatusCode::kFailedPrecondition, "not a regular file");
  ASSERT_EQ(unlink(path_.c_str()), 0);
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  ExpectError(absl::StatusCode::kFailedPrecondition, "not a regular file");
  ASSERT_EQ(rmdir(path_.c_str()), 0);
}

TEST_F(SecretFileTest, SaysWhyAFileCannotBeRead) {
  ASSERT_EQ(symlink(path_.c_str(), path_.c_str()), 0);
  ExpectError(absl::StatusCode::kUnavailable, "symbolic links");
  ASSERT_EQ(unlink(path_.c_str()), 0);
  Write(path_, "one");
  SecretFile below(path_ + "/token", "token", &clock_);
  EXPECT_EQ(below.Get().status().code(), absl::StatusCode::kNotFound);
  // Root reads every file.
  if (geteuid() == 0) return;
  ASSERT_EQ(chmod(path_.c_str(), 0), 0);
  ExpectError(absl::StatusCode::kPermissionDenied, "let the daemon's user read it");
}

}  // namespace
}  // namespace quiesce::cloud::auth
