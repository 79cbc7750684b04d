#ifndef QUIESCE_CLIENT_CLI_VERSION_H_
#define QUIESCE_CLIENT_CLI_VERSION_H_

namespace quiesce::cli {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_VERSION_H_
