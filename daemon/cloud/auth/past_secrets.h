#ifndef QUIESCE_DAEMON_CLOUD_AUTH_PAST_SECRETS_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_PAST_SECRETS_H_

#include <deque>
#include <string>
#include <string_view>

#include "daemon/base/mutex.h"

namespace quiesce::cloud::auth {

// The last limits::kMaxPastSecrets secrets of a credential, so that none of them shows in a text of
// the cloud's: what was sent with an old one may be answered long after it was replaced.
// Thread-safe.
class PastSecrets {
 public:
  // Empty ones are no secrets.
  void Add(const std::string& secret);
  // `text` with "[secret]" in the place of each.
  std::string Redact(std::string text) const;
  // What the cloud said when it refused one of them, safe to show.
  std::string Refusal(std::string_view error_code, std::string_view message) const;

 private:
  mutable Mutex mu_;
  std::deque<std::string> secrets_ ABSL_GUARDED_BY(mu_);  // the latest last
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_PAST_SECRETS_H_
