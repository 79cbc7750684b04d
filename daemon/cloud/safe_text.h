#ifndef QUIESCE_DAEMON_CLOUD_SAFE_TEXT_H_
#define QUIESCE_DAEMON_CLOUD_SAFE_TEXT_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

// What the cloud says, made fit to be shown and stored. Pure.
namespace quiesce::cloud {

// `text` with control and invisible characters, and bytes that are not UTF-8, replaced.
std::string Visible(std::string_view text);

// The same, with words too long for people (tokens, encoded blobs) named by their length, all cut
// to `max_bytes`. For what cannot hold a secret, or was redacted.
std::string SafeText(std::string_view text, size_t max_bytes);

// `text` without the secrets that whoever answers may know: Authenticator::Redact, for example.
using Redactor = std::function<std::string(std::string text)>;

// The same of a text that may hold secrets: they are taken out before anything is cut, because the
// rest of half a secret is not known for one.
std::string SafeText(std::string text, size_t max_bytes, const Redactor& redact);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_SAFE_TEXT_H_
