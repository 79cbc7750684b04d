#ifndef QUIESCE_DAEMON_BASE_VERSION_H_
#define QUIESCE_DAEMON_BASE_VERSION_H_

namespace quiesce {

// Of this source: the daemon's and the client's.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_VERSION_H_
