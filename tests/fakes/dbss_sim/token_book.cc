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

TokenBook::Checked TokenBook::Check(std::string_view token, std::string_view project,
                                    SimTime now) const {
  std::shared_lock lock(mutex_);
  const auto found = tokens_.find(std::string(token));
  if (found == tokens_.end()) return {Verdict::kUnknown, ""};
  const TokenGrant& grant = found->second;
  if (grant.must_be_updated) return {Verdict::kMustBeUpdated, ""};
  if (grant.expires && now >= *grant.expires) return {Verdict::kExpired, grant.expires_at};
  if (grant.projects && grant.projects->count(project) == 0) return {Verdict::kOtherProject, ""};
  return {Verdict::kValid, ""};
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
