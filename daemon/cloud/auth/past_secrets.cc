#include "daemon/cloud/auth/past_secrets.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/cloud/safe_text.h"

namespace quiesce::cloud::auth {

void PastSecrets::Add(const std::string& secret) {
  if (secret.empty()) return;
  MutexLock lock(mu_);
  const auto known = std::find(secrets_.begin(), secrets_.end(), secret);
  if (known != secrets_.end()) secrets_.erase(known);
  secrets_.push_back(secret);
  if (secrets_.size() > limits::kMaxPastSecrets) secrets_.pop_front();
}

std::string PastSecrets::Redact(std::string text) const {
  std::vector<std::string> secrets;
  {
    MutexLock lock(mu_);
    secrets.assign(secrets_.begin(), secrets_.end());
  }
  // The longest first: one may be a part of another.
  std::sort(secrets.begin(), secrets.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  constexpr char kPlaceholder[] = "[secret]";
  for (const std::string& secret : secrets) {
    std::string out;
    size_t start = 0;
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, start)) {
      out.append(text, start, at - start).append(kPlaceholder);
      start = at + secret.size();
    }
    if (start == 0) continue;
    out.append(text, start);
    text = std::move(out);
  }
  return text;
}

std::string PastSecrets::Refusal(std::string_view error_code, std::string_view message) const {
  return SafeText(
      Redact(absl::StrCat(ToAbsl(error_code), error_code.empty() ? "" : ": ", ToAbsl(message))),
      limits::kMaxRefusalBytes);
}

}  // namespace quiesce::cloud::auth
