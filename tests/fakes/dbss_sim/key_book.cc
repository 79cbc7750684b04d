#include "tests/fakes/dbss_sim/key_book.h"

#include <algorithm>
#include <utility>

#include "tests/fakes/dbss_sim/request_signature.h"

namespace quiesce::dbss_sim {
namespace {

// No text is published for what is wrong in another way than those that are.
constexpr char kUnauthorized[] = "Unauthorized";

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string SignatureFault(std::string canonical_request) {
  std::replace(canonical_request.begin(), canonical_request.end(), '\n', '|');
  return "verify aksk signature fail, canonicalRequest:" + canonical_request;
}

}  // namespace

void KeyBook::Put(AccessKey key) {
  std::lock_guard lock(mutex_);
  const std::string access = key.access;
  Entry entry;
  entry.key = std::move(key);
  keys_.insert_or_assign(access, std::move(entry));
}

bool KeyBook::Remove(std::string_view access) {
  std::lock_guard lock(mutex_);
  return keys_.erase(std::string(access)) > 0;
}

std::string KeyBook::ProblemOf(const ApiRequest& request, Entry* entry, SimTime now,
                               std::chrono::system_clock::time_point wall) {
  const AccessKey& key = entry->key;
  if (entry->locked_until && now < *entry->locked_until) {
    return "AK access failed to reach the limit,forbidden";
  }
  if (key.secret_unavailable) return "Get secretKey failed";
  const auto authorization = ParseAuthorization(*request.Header("Authorization"));
  const auto date_text = request.Header("X-Sdk-Date").value_or("");
  const auto date = ParseSdkDate(date_text);
  if (!date || !Contains(authorization->signed_headers, "x-sdk-date")) return kUnauthorized;
  if (*date - wall > kMaxClockSkew || wall - *date > kMaxClockSkew) return kUnauthorized;
  if (key.security_token && request.Header("X-Security-Token") != *key.security_token) {
    return kUnauthorized;
  }
  const std::string canonical = CanonicalRequest(request, authorization->signed_headers);
  if (SignatureOf(canonical, date_text, key.secret) != authorization->signature) {
    if (++entry->failures >= kFailuresToLock) {
      entry->failures = 0;
      entry->locked_until = now + kLockTime;
    }
    return SignatureFault(canonical);
  }
  entry->failures = 0;
  if (key.expires && now >= *key.expires) return "token expires, expires_at: " + key.expires_at;
  return "";
}

KeyBook::Judgement KeyBook::Judge(const ApiRequest& request, std::string_view project, SimTime now,
                                  std::chrono::system_clock::time_point wall) {
  Judgement judgement;
  const auto authorization = ParseAuthorization(request.Header("Authorization").value_or(""));
  if (!authorization) {
    judgement.sub_message = kUnauthorized;
    return judgement;
  }
  std::lock_guard lock(mutex_);
  const auto found = keys_.find(authorization->access);
  if (found == keys_.end()) {
    judgement.sub_message = "ak " + authorization->access + " not exist";
    return judgement;
  }
  judgement.sub_message = ProblemOf(request, &found->second, now, wall);
  if (!judgement.sub_message.empty()) return judgement;
  const AccessKey& key = found->second.key;
  judgement.authenticated = true;
  judgement.user = key.user.empty() ? key.access : key.user;
  judgement.project_allowed = !key.projects || key.projects->count(project) > 0;
  return judgement;
}

void KeyBook::ForgetFailures() {
  std::lock_guard lock(mutex_);
  for (auto& [access, entry] : keys_) {
    entry.failures = 0;
    entry.locked_until.reset();
  }
}

}  // namespace quiesce::dbss_sim
