#include "tests/fakes/dbss_sim/dbss_api.h"

#include <chrono>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "tests/fakes/dbss_sim/api_errors.h"
#include "tests/fakes/dbss_sim/gzip.h"
#include "tests/fakes/dbss_sim/list_edits.h"
#include "tests/fakes/dbss_sim/target.h"

namespace quiesce::dbss_sim {
namespace {

// Both kinds of id (daemon/cloud/API.md 1).
constexpr std::size_t kMinIdLength = 32;
constexpr std::size_t kMaxIdLength = 64;

bool HasIdLength(const std::string& id) {
  return id.size() >= kMinIdLength && id.size() <= kMaxIdLength;
}

ApiReply EmptyList() {
  ApiReply reply;
  reply.body = R"({"clusters":[]})";
  return reply;
}

ApiReply Result(const char* result) {
  ApiReply reply;
  reply.body = std::string(R"({"result":")") + result + R"("})";
  return reply;
}

// The Date of a reply (RFC 9110, 5.6.7): the names in it are English in every locale.
std::string HttpDate(std::chrono::system_clock::time_point moment) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(moment);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

}  // namespace

DbssApi::DbssApi(Cloud* cloud, Gateway* gateway, FaultPlan* faults, RequestLog* log, Clock clock,
                 WallClock wall_clock, Wait wait)
    : cloud_(cloud),
      gateway_(gateway),
      faults_(faults),
      log_(log),
      clock_(std::move(clock)),
      wall_clock_(std::move(wall_clock)),
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
  reply.headers.emplace_back("Date", HttpDate(wall_clock_() + settings().wall_offset));
  const bool lost = reply.delivery == Delivery::kDrop || reply.delivery == Delivery::kReset;
  log_->End(seq, route.op, route.project, route.instance, clock_(), lost ? 0 : reply.status,
            outcome.effect, fault ? fault->name : "", reply.delivery);
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
  if (fault->gzip) {
    outcome.reply.body = Gzip(outcome.reply.body);
    outcome.reply.headers.emplace_back("Content-Encoding", "gzip");
  }
  outcome.reply.delivery = fault->delivery;
  outcome.reply.drip = fault->drip;
  if (fault->reply_delay > delay.zero() && !wait_(fault->reply_delay)) {
    outcome.reply.delivery = Delivery::kDrop;
  }
  return outcome;
}

DbssApi::Outcome DbssApi::Execute(const Route& route, const ApiRequest& request, const Fault* fault,
                                  const ApiSettings& settings, const std::string& request_id) {
  if (route.op == Op::kOther) return {UnknownApi(request_id)};
  const Moment moment{clock_(), wall_clock_() + settings.wall_offset};
  if (route.op == Op::kToken) return IssueToken(request, settings, moment, request_id);
  auto refusal = gateway_->Refuse(request, route.op, route.project, settings.expired_token, moment,
                                  request_id);
  if (refusal) {
    const bool as_empty = route.op == Op::kList && refusal->reason == Gateway::Reason::kForbidden &&
                          settings.forbidden_list == ForbiddenListAnswer::kEmpty;
    if (as_empty) refusal->reply = EmptyList();
    return {std::move(refusal->reply)};
  }
  if (!cloud_->HasProject(route.project)) return {ProjectUnavailable(request_id)};
  return route.op == Op::kStop ? Stop(route, settings) : List(route, fault, settings, request_id);
}

DbssApi::Outcome DbssApi::IssueToken(const ApiRequest& request, const ApiSettings& settings,
                                     const Moment& moment, const std::string& request_id) {
  const std::string user = UserOfTokenRequest(request.body);
  if (auto refusal = gateway_->RefuseTokenRequest(user, moment, request_id)) {
    return {std::move(refusal->reply)};
  }
  ApiReply reply = dbss_sim::IssueToken(request.body, *cloud_, request_id, moment.now, moment.wall,
                                        settings.token_lifetime, &gateway_->tokens());
  const bool issued = reply.status == 201;
  return {std::move(reply), issued};
}

DbssApi::Outcome DbssApi::List(const Route& route, const Fault* fault, const ApiSettings& settings,
                               const std::string& request_id) {
  const auto lag = settings.list_lag + (fault != nullptr ? fault->list_lag : SimTime::zero());
  auto body = cloud_->ListBody(route.project, clock_(), lag);
  if (!body) return {ProjectUnavailable(request_id)};
  ApiReply reply;
  reply.body =
      fault != nullptr && fault->list_edit ? EditList(*body, *fault->list_edit) : *std::move(body);
  return {std::move(reply)};
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
