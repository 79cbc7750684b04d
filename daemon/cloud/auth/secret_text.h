#ifndef QUIESCE_DAEMON_CLOUD_AUTH_SECRET_TEXT_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_SECRET_TEXT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// What a source holds that is one secret and nothing else. Pure; no error repeats a byte of it.
namespace quiesce::cloud::auth {

// A token: visible ASCII, and perhaps a line end. FAILED_PRECONDITION names the source.
absl::StatusOr<std::string> TokenIn(std::string_view content, const std::string& source);

// A password: one line of UTF-8 without control characters, and perhaps a line end.
absl::StatusOr<std::string> PasswordIn(std::string_view content, const std::string& source);

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_SECRET_TEXT_H_
