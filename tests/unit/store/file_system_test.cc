#include "daemon/store/file_system.h"

#include <sys/vfs.h>

#include "gtest/gtest.h"
#include "tests/unit/store/store_test_support.h"

namespace quiesce::store {
namespace {

TEST(FileSystemTest, NetworkFileSystemsAreUnsafe) {
  EXPECT_EQ(UnsafeFileSystem(0x6969), "NFS");
  EXPECT_EQ(UnsafeFileSystem(0xFF534D42), "CIFS");
  EXPECT_EQ(UnsafeFileSystem(static_cast<int32_t>(0xFF534D42)), "CIFS") << "as a 32 bit f_type";
  EXPECT_EQ(UnsafeFileSystem(0x65735546), "FUSE");
  EXPECT_EQ(UnsafeFileSystem(0x01021997), "9P");
}

TEST(FileSystemTest, LocalFileSystemsAreNot) {
  for (const int64_t magic : {0xEF53, 0x58465342, 0x01021994, 0x794C7630, 0x2FC12FC1}) {
    EXPECT_EQ(UnsafeFileSystem(magic), "") << magic;  // ext4, xfs, tmpfs, overlayfs, zfs
  }
  const auto btrfs = static_cast<int32_t>(0x9123683E);
  EXPECT_EQ(UnsafeFileSystem(btrfs), "");
}

TEST(FileSystemTest, DirectoryMustExist) {
  ScratchDirectory directory;
  EXPECT_TRUE(CheckDirectory(directory.path()).ok());
  EXPECT_EQ(CheckDirectory(directory.path() + "/no").code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace quiesce::store
