#include "tests/fakes/dbss_sim/gateway.h"

#include <utility>

#include "tests/fakes/dbss_sim/api_errors.h"

namespace quiesce::dbss_sim {

Gateway::Caller Gateway::Identify(const ApiRequest& request, const std::string& project,
                                  ExpiredTokenAnswer expired, const Moment& moment,
                                  const std::string& request_id) {
  Caller caller;
  if (!request.token) {
    if (!request.Header("Authorization")) {
      caller.refusal = AuthenticationError("x-auth-token not found", request_id);
      return caller;
    }
    KeyBook::Judgement judgement = keys_.Judge(request, project, moment.now, moment.wall);
    if (!judgement.authenticated) {
      caller.refusal = AuthenticationError(judgement.sub_message, request_id);
    }
    caller.user = std::move(judgement.user);
    caller.project_allowed = judgement.project_allowed;
    return caller;
  }
  TokenBook::Checked checked = tokens_.Check(*request.token, project, moment.now);
  caller.user = std::move(checked.user);
  caller.project_allowed = checked.verdict == TokenBook::Verdict::kValid;
  switch (checked.verdict) {
    case TokenBook::Verdict::kValid:
    case TokenBook::Verdict::kOtherProject:
      break;
    case TokenBook::Verdict::kUnknown:
      caller.refusal = AuthenticationError("decrypt token fail", request_id);
      break;
    case TokenBook::Verdict::kExpired:
      caller.refusal =
          expired == ExpiredTokenAnswer::kMustBeUpdated
              ? TokenMustBeUpdated(request_id)
              : AuthenticationError("token expires, expires_at: " + checked.expires_at, request_id);
      break;
    case TokenBook::Verdict::kMustBeUpdated:
      caller.refusal = TokenMustBeUpdated(request_id);
      break;
  }
  return caller;
}

std::optional<Gateway::Refusal> Gateway::Refuse(const ApiRequest& request, Op op,
                                                const std::string& project,
                                                ExpiredTokenAnswer expired, const Moment& moment,
                                                const std::string& request_id) {
  auto throttled = quotas_.Admit(Quota::Policy::kIp, op, "", moment.now, request_id);
  if (throttled) return Refusal{Reason::kThrottled, *std::move(throttled)};
  Caller caller = Identify(request, project, expired, moment, request_id);
  if (caller.refusal) return Refusal{Reason::kUnauthenticated, *std::move(caller.refusal)};
  throttled = quotas_.Admit(Quota::Policy::kUser, op, caller.user, moment.now, request_id);
  if (throttled) return Refusal{Reason::kThrottled, *std::move(throttled)};
  if (!caller.project_allowed) return Refusal{Reason::kForbidden, NotAuthorized(request_id)};
  return std::nullopt;
}

std::optional<Gateway::Refusal> Gateway::RefuseTokenRequest(const std::string& user,
                                                            const Moment& moment,
                                                            const std::string& request_id) {
  auto throttled = quotas_.Admit(Quota::Policy::kIp, Op::kToken, "", moment.now, request_id);
  if (!throttled) {
    throttled = quotas_.Admit(Quota::Policy::kUser, Op::kToken, user, moment.now, request_id);
  }
  if (!throttled) return std::nullopt;
  return Refusal{Reason::kThrottled, *std::move(throttled)};
}

}  // namespace quiesce::dbss_sim
