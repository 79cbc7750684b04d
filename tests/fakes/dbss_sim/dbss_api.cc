#include "tests/fakes/dbss_sim/dbss_api.h"

#include <optional>
#include <utility>
#include <vector>

#include "tests/fakes/dbss_sim/api_errors.h"
#include "tests/fakes/dbss_sim/token_endpoint.h"

namespace quiesce::dbss_sim {
namespace {

// Both kinds of id (daemon/cloud/API.md 1).
constexpr std::size_t kMinIdLength = 32;
constexpr std::size_t kMaxIdLength = 64;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      decoded.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

// The segments of the path, each decoded after the split: an encoded slash does not separate.
std::vector<std::string> PathSegments(std::string_view target) {
  std::string_view path = target.substr(0, target.find('?'));
  std::vector<std::string> segments;
  while (!path.empty() && path.front() == '/') {
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.push_back(PercentDecoded(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return segments;
}

bool HasIdLength(const std::string& id) {
  return id.size() >= kMinIdLength && id.size() <= kMaxIdLength;
}

ApiReply Result(const char* result) {
  ApiReply reply;
  reply.body = std::string(R"({"result":")") + result + R"("})";
  return reply;
}

}  // namespace

DbssApi::DbssApi(Cloud* cloud, TokenBook* tokens, FaultPlan* faults, RequestLog* log, Clock clock,
                 Wait wait)
    : cloud_(cloud),
      tokens_(tokens),
      faults_(faults),
      log_(log),
      clock_(std::move(clock)),
      wait_(std::move(wait)) {}

void DbssApi::SetSettings(const ApiSettings& settings) {
  std::lock_guard lock(settings_mutex_);
  settings_ = settings;
}

ApiSettings DbssApi::settings() const {
  std::lock_guard lock(settings_mutex_);
  return settings_;
}

DbssApi::Route DbssApi::RouteOf(const ApiRequest& request) {
  if (request.method == "POST") {
    const std::vector<std::string> path = PathSegments(request.target);
    if (path.size() == 5 && path[0] == "v1" && path[2] == "db-om" && path[4] == "stop") {
      return {Op::kStop, path[1], path[3]};
    }
    if (path.size() == 4 && path[0] == "v2" && path[2] == "db-om" && path[3] == "instances") {
      return {Op::kList, path[1], ""};
    }
    if (path.size() == 3 && path[0] == "v3" && path[1] == "auth" && path[2] == "tokens") {
      return {Op::kToken, "", ""};
    }
  }
  return {Op::kOther, "", std::string(request.method) + " " + std::string(request.target)};
}

ApiReply DbssApi::Handle(const ApiRequest& request) {
  const Route route = RouteOf(request);
  const std::string request_id = request_ids_.Next();
  const std::int64_t seq = log_->Begin(route.op, route.project, route.instance, clock_());
  const std::optional<Fault> fault = faults_->Take(route.op, route.project, route.instance);
  Outcome outcome = Carry(route, request, fault ? &*fault : nullptr, request_id);
  ApiReply& reply = outcome.reply;
  reply.headers.emplace_back("X-Request-Id", request_id);
  const bool lost = reply.delivery == Delivery::kDrop || reply.delivery == Delivery::kReset;
  log_->End(seq, route.op, route.project, route.instance, clock_(), lost ? 0 : reply.status,
            outcome.effect, fault.has_value(), reply.delivery);
  return std::move(outcome.reply);
}

DbssApi::Outcome DbssApi::Carry(const Route& route, const ApiRequest& request, const Fault* fault,
                                const std::string& request_id) {
  Outcome lost;  // For a simulator that stops before it has an answer.
  lost.reply.delivery = Delivery::kDrop;

  const ApiSettings current = settings();
  auto delay = std::chrono::microseconds::zero();
  if (route.op == Op::kList) delay = current.list_latency;
  if (route.op == Op::kStop) delay = current.stop_latency;
  if (route.op == Op::kToken) delay = current.token_latency;
  if (fault != nullptr) delay += fault->effect_delay;
  if (delay > delay.zero() && !wait_(delay)) return lost;

  if (fault == nullptr) return Execute(route, request, nullptr, current, request_id);
  Outcome outcome;
  if (fault->effect) outcome = Execute(route, request, fault, current, request_id);
  if (fault->reply) {
    outcome.reply = *fault->reply;
    const std::size_t planned = outcome.reply.body.find(kPlannedRequestId);
    if (planned != std::string::npos) {
      outcome.reply.body.replace(planned, kPlannedRequestId.size(), request_id);
    }
  }
  outcome.reply.delivery = fault->delivery;
  if (fault->reply_delay > delay.zero() && !wait_(fault->reply_delay)) {
    outcome.reply.delivery = Delivery::kDrop;
  }
  return outcome;
}

DbssApi::Outcome DbssApi::Execute(const Route& route, const ApiRequest& request, const Fault* fault,
                                  const ApiSettings& settings, const std::string& request_id) {
  if (route.op == Op::kOther) return {UnknownApi(request_id)};
  if (route.op == Op::kToken) {
    ApiReply reply = IssueToken(request.body, *cloud_, request_id, clock_(),
                                std::chrono::system_clock::now(), tokens_);
    const bool issued = reply.status == 201;
    return {std::move(reply), issued};
  }
  if (auto refusal = Refusal(request, route.project, settings, request_id)) return {*refusal};
  if (!cloud_->HasProject(route.project)) return {ProjectUnavailable(request_id)};
  if (route.op == Op::kStop) return Stop(route, settings);

  static const std::set<std::string, std::less<>> kNothingOmitted;
  auto body = cloud_->ListBody(route.project, clock_(),
                               fault != nullptr ? fault->omitted : kNothingOmitted);
  if (!body) return {ProjectUnavailable(request_id)};
  ApiReply reply;
  reply.body = *std::move(body);
  return {std::move(reply)};
}

std::optional<ApiReply> DbssApi::Refusal(const ApiRequest& request, const std::string& project,
                                         const ApiSettings& settings,
                                         const std::string& request_id) {
  if (!request.token) return AuthenticationError("x-auth-token not found", request_id);
  const TokenBook::Checked checked = tokens_->Check(*request.token, project, clock_());
  switch (checked.verdict) {
    case TokenBook::Verdict::kValid:
      return std::nullopt;
    case TokenBook::Verdict::kUnknown:
      return AuthenticationError("decrypt token fail", request_id);
    case TokenBook::Verdict::kExpired:
      if (settings.expired_token == ExpiredTokenAnswer::kMustBeUpdated) break;
      return AuthenticationError("token expires, expires_at: " + checked.expires_at, request_id);
    case TokenBook::Verdict::kMustBeUpdated:
      break;
    case TokenBook::Verdict::kOtherProject:
      return NotAuthorized(request_id);
  }
  return TokenMustBeUpdated(request_id);
}

DbssApi::Outcome DbssApi::Stop(const Route& route, const ApiSettings& settings) {
  if (!HasIdLength(route.instance)) return {InvalidInstanceId()};
  switch (cloud_->Stop(route.project, route.instance, clock_())) {
    case PowerOutcome::kStarted:
      return {Result("success"), true};
    case PowerOutcome::kWrongState:
      if (settings.stop_in_wrong_state == WrongStateAnswer::kSuccess) return {Result("success")};
      if (settings.stop_in_wrong_state == WrongStateAnswer::kFailed) return {Result("failed")};
      return {StopFailed()};
    case PowerOutcome::kNoSuchInstance:
      break;
  }
  if (settings.missing_instance == MissingInstanceAnswer::kNotFound) return {PageNotFound()};
  if (settings.missing_instance == MissingInstanceAnswer::kStopFailed) return {StopFailed()};
  return {InvalidInstanceId()};
}

}  // namespace quiesce::dbss_sim
