#include "daemon/cloud/auth/token_cache.h"

#include <algorithm>
#include <utility>

#include "daemon/base/limits.h"
#include "daemon/core/backoff.h"
#include "daemon/core/facts.h"

namespace quiesce::cloud::auth {

void TokenCache::OfferPassword(uint64_t password, SteadyTime now) {
  if (password == password_) return;
  password_ = password;
  password_works_ = false;
  password_refused_ = false;
  for (auto& [id, project] : projects_) {
    if (password == 0) project.token = {};
    project.next_try = now;
    project.token.renew_at = now;
    project.failures = 0;
    project.trouble = Trouble::kNone;
  }
}

TokenCache::Found TokenCache::Find(const std::string& project_id, SteadyTime now) {
  const auto [it, is_new] = projects_.try_emplace(project_id);
  Project& project = it->second;
  if (is_new) project.next_try = now;
  if (password_ == 0) return {};
  if (project.token.version != 0 && now < project.token.expires_at) {
    return {Found::Kind::kSend, &project.token};
  }
  const Trouble trouble = TroubleOf(project);
  const bool rests = trouble != Trouble::kNone && trouble != Trouble::kNoToken;
  if (rests && now < NextTry(project)) return {};
  return {Found::Kind::kWait, nullptr};
}

std::optional<TokenCache::Fetch> TokenCache::NextFetch() const {
  if (password_ == 0 || fetching_) return std::nullopt;
  std::optional<Fetch> next;
  SteadyTime last_try = SteadyTime::Infinite();
  for (const auto& [id, project] : projects_) {
    const SteadyTime at = NextTry(project);
    // Who waits longest for a try comes first, so that one project's failures cannot hold up all.
    if (next && (at > next->at || (at == next->at && project.last_try >= last_try))) continue;
    next = Fetch{id, at};
    last_try = project.last_try;
  }
  return next;
}

SteadyTime TokenCache::NextTry(const Project& project) const {
  SteadyTime at = project.next_try;
  if (project.token.version != 0) at = std::max(at, project.token.renew_at);
  return password_refused_ ? std::max(at, password_probe_) : at;
}

void TokenCache::Started(const std::string& project_id, SteadyTime now) {
  fetching_ = true;
  projects_[project_id].last_try = now;
}

void TokenCache::TakeToken(Project& project, uint64_t password, const TokenAnswer& answer,
                           SteadyTime now) {
  const double share =
      limits::kRenewTokenFrom + (limits::kRenewTokenUntil - limits::kRenewTokenFrom) *
                                    (static_cast<double>(random_->Next() >> 11) / (1ull << 53));
  project.token.text = answer.token;
  project.token.version = ++last_version_;
  project.token.password = password;
  project.token.fetched_at = now;
  project.token.expires_at = now + answer.lifetime;
  project.token.renew_at = now + answer.lifetime * share;
  project.token.wall_expires_at = answer.expires_at;
  project.worked = false;
  project.last_password = password;
  project.next_try = now + limits::kMinTokenFetchGap;
  project.failures = 0;
  project.trouble = Trouble::kNone;
}

void TokenCache::Rest(Project& project, Trouble trouble, std::string problem, SteadyTime now) {
  project.trouble = trouble;
  project.problem = std::move(problem);
  project.next_try = now + limits::kRejectedProbe;
}

// IAM answers again: nobody waits for the backoff of what failed while it did not.
void TokenCache::WakeOthers(SteadyTime now) {
  for (auto& [id, project] : projects_) {
    if (project.trouble != Trouble::kNoToken) continue;
    project.failures = 0;
    project.next_try = std::min(project.next_try, now);
  }
}

void TokenCache::Ended(const std::string& project_id, uint64_t password, const TokenAnswer& answer,
                       SteadyTime now) {
  fetching_ = false;
  if (password != password_) return;  // replaced, or taken away, meanwhile
  Project& project = projects_[project_id];
  switch (answer.result) {
    case TokenAnswer::Result::kToken:
      password_works_ = true;
      password_refused_ = false;
      WakeOthers(now);
      return TakeToken(project, password, answer, now);
    case TokenAnswer::Result::kWrongPassword:
      if (password_works_ && project.last_password != password) {
        return Rest(project, Trouble::kProjectRefused, answer.problem, now);
      }
      password_refused_ = true;
      password_problem_ = answer.problem;
      password_probe_ = now + limits::kRejectedProbe;
      return;
    case TokenAnswer::Result::kRefused:
      return Rest(project, Trouble::kProjectRefused, answer.problem, now);
    case TokenAnswer::Result::kNoToken:
      project.trouble = Trouble::kNoToken;
      project.problem = answer.problem;
      project.next_try =
          now + core::Backoff(core::CallClass::kTransient, ++project.failures, project_id);
  }
}

void TokenCache::Report(const std::string& project_id, uint64_t version, Evidence evidence,
                        const std::string& said, SteadyTime now) {
  const auto found = projects_.find(project_id);
  if (found == projects_.end()) return;
  Project& project = found->second;
  if (version == 0 || version != project.token.version) return;
  switch (evidence) {
    case Evidence::kNone:
      return;
    case Evidence::kWorks:
    case Evidence::kKnown:
    case Evidence::kForbidden:
      project.worked = true;
      project.last_good = now;
      return;
    default:
      break;
  }
  const bool is_fresh = !project.worked || now - project.token.fetched_at < limits::kMinTokenUse;
  project.token = {};
  if (is_fresh) return Rest(project, Trouble::kTokenRefused, said, now);
  project.next_try = now;
}

const TokenCache::Project* TokenCache::Look(std::string_view project_id) const {
  const auto found = projects_.find(project_id);
  return found == projects_.end() ? nullptr : &found->second;
}

TokenCache::Trouble TokenCache::TroubleOf(const Project& project) const {
  return password_refused_ ? Trouble::kPasswordRefused : project.trouble;
}

std::string TokenCache::ProblemOf(const Project& project) const {
  return password_refused_ ? password_problem_ : project.problem;
}

}  // namespace quiesce::cloud::auth
