#include "daemon/store/file_system.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "absl/strings/str_cat.h"

namespace quiesce::store {
namespace {

struct FileSystem {
  int64_t magic;
  std::string_view name;
};

// From linux/magic.h and the file systems' own sources.
constexpr FileSystem kUnsafe[] = {
    {0x6969, "NFS"},        {0x517B, "SMB"},        {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB2"},
    {0x01021997, "9P"},     {0x5346414F, "AFS"},    {0x73757245, "CODA"}, {0x00C36400, "CEPH"},
    {0x0BD00BD0, "LUSTRE"}, {0x7461636F, "OCFS2"},  {0x564C, "NCP"},      {0x19830326, "FHGFS"},
    {0x65735546, "FUSE"},   {0x47504653, "GPFS"},   {0x01161970, "GFS2"}, {0xAAD7AAEA, "PANFS"},
    {0x61756673, "AUFS"},   {0x786F4256, "VBOXSF"},
};

}  // namespace

std::string_view UnsafeFileSystem(int64_t magic) {
  // f_type is a signed long on some machines and 32 bits on others.
  for (const FileSystem& known : kUnsafe) {
    if (known.magic == (magic & 0xFFFFFFFF)) return known.name;
  }
  return "";
}

absl::Status CheckDirectory(const std::string& directory) {
  struct stat info;
  if (stat(directory.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return absl::NotFoundError(absl::StrCat("the directory ", directory,
                                              " of the store does not exist; create it, owned by "
                                              "the user that quiesced runs as"));
    }
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot look at ", directory));
  }
  if (!S_ISDIR(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(directory, " is not a directory"));
  }
  struct statfs system;
  if (statfs(directory.c_str(), &system) != 0) {
    return absl::ErrnoToStatus(errno,
                               absl::StrCat("cannot look at the file system of ", directory));
  }
  const std::string unsafe(UnsafeFileSystem(system.f_type));
  if (unsafe.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(directory, " is on ", unsafe,
                   ", where locks and fsync do not keep a database whole; use a local disk"));
}

}  // namespace quiesce::store
