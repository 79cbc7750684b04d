#include "tests/fakes/dbss_sim/token_book.h"

#include <mutex>
#include <utility>

namespace quiesce::dbss_sim {
namespace {

std::string UserKey(const User& user) { return user.domain + '\0' + user.name; }

}  // namespace

void TokenBook::Put(std::string_view token, TokenGrant grant) {
  std::unique_lock lock(mutex_);
  tokens_.insert_or_assign(std::string(token), std::move(grant));
}

void TokenBook::Remove(std::string_view token) {
  std::unique_lock lock(mutex_);
  tokens_.erase(std::string(token));
}

int TokenBook::RevokeAllOf(std::string_view user, Revoked as, SimTime from,
                           const std::string& from_text) {
  std::unique_lock lock(mutex_);
  int count = 0;
  for (auto& [token, grant] : tokens_) {
    if (grant.user != user) continue;
    ++count;
    if (as == Revoked::kExpired) {
      grant.expires = from;
      grant.expires_at = from_text;
    } else {
      grant.revoked = from;
      grant.revoked_is_update = as == Revoked::kMustBeUpdated;
    }
  }
  return count;
}

TokenBook::Checked TokenBook::Check(std::string_view token, std::string_view project,
                                    SimTime now) const {
  std::shared_lock lock(mutex_);
  const auto found = tokens_.find(std::string(token));
  if (found == tokens_.end()) return {Verdict::kUnknown, "", ""};
  const TokenGrant& grant = found->second;
  const bool revoked = grant.revoked && now >= *grant.revoked;
  if (revoked && !grant.revoked_is_update) return {Verdict::kUnknown, "", ""};
  Checked checked{Verdict::kValid, "", grant.user.empty() ? std::string(token) : grant.user};
  if (revoked || grant.must_be_updated) {
    checked.verdict = Verdict::kMustBeUpdated;
  } else if (grant.expires && now >= *grant.expires) {
    checked.verdict = Verdict::kExpired;
    checked.expires_at = grant.expires_at;
  } else if (grant.projects && grant.projects->count(project) == 0) {
    checked.verdict = Verdict::kOtherProject;
  }
  return checked;
}

void TokenBook::PutUser(User user) {
  std::unique_lock lock(mutex_);
  std::string key = UserKey(user);
  users_.insert_or_assign(std::move(key), std::move(user));
}

bool TokenBook::Authenticates(const User& user) const {
  std::shared_lock lock(mutex_);
  const auto found = users_.find(UserKey(user));
  return found != users_.end() && found->second.password == user.password;
}

void TokenBook::ForgetIssued() {
  std::unique_lock lock(mutex_);
  for (auto it = tokens_.begin(); it != tokens_.end();) {
    it = it->second.issued ? tokens_.erase(it) : std::next(it);
  }
}

}  // namespace quiesce::dbss_sim
