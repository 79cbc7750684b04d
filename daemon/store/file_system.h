#ifndef QUIESCE_DAEMON_STORE_FILE_SYSTEM_H_
#define QUIESCE_DAEMON_STORE_FILE_SYSTEM_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace quiesce::store {

// The name of the network or user-space file system with this statfs f_type ("NFS"), on which
// locks and fsync do not mean what a database needs them to; empty for any other.
std::string_view UnsafeFileSystem(int64_t magic);

// Whether a database can be kept in `directory`. NOT_FOUND if it does not exist,
// FAILED_PRECONDITION if it is no directory or on an unsafe file system.
absl::Status CheckDirectory(const std::string& directory);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_FILE_SYSTEM_H_
