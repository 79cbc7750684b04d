#ifndef QUIESCE_DAEMON_CLOUD_SAFE_TEXT_H_
#define QUIESCE_DAEMON_CLOUD_SAFE_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

// What the cloud says, made fit to be shown and stored. Pure.
namespace quiesce::cloud {

// `text` with control and invisible characters, and bytes that are not UTF-8, replaced.
std::string Visible(std::string_view text);

// The same, with words too long for people (tokens, encoded blobs) named by their length, all cut
// to `max_bytes`. What may hold a secret goes through Authenticator::Redact first: a cut could
// leave the beginning of one.
std::string SafeText(std::string_view text, size_t max_bytes);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_SAFE_TEXT_H_
