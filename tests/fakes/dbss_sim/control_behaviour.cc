// The part of the control interface that is about how the cloud behaves: settings and faults.

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "tests/fakes/dbss_sim/control.h"
#include "tests/fakes/dbss_sim/control_replies.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/fault_json.h"
#include "tests/fakes/dbss_sim/fault_kinds.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kDayMs = 86'400'000;

Quota QuotaFromJson(const Json& value, const std::string& path, FieldProblem* problem) {
  JsonFields fields(value, path, problem);
  Quota quota;
  if (fields.Choice("policy", {"user", "ip"}) == "ip") quota.policy = Quota::Policy::kIp;
  if (fields.Choice("window", {"fixed", "sliding"}) == "sliding") {
    quota.window = Quota::Window::kSliding;
  }
  for (const char* required : {"limit", "period_ms"}) {
    if (!fields.Has(required)) fields.Fail(required, "is required");
  }
  quota.limit = fields.Integer("limit", 0, 0, 1'000'000'000);
  quota.period = std::chrono::milliseconds(fields.Integer("period_ms", 1, 1, kDayMs));
  quota.counts = {Op::kList, Op::kStop, Op::kToken};
  if (const Json* counts = fields.Array("counts")) {
    quota.counts.clear();
    for (const Json& name : *counts) {
      for (const Op op : {Op::kList, Op::kStop, Op::kToken}) {
        if (name == OpName(op)) quota.counts.insert(op);
      }
    }
    if (quota.counts.size() != counts->size()) {
      fields.Fail("counts", "must be an array of list, stop, token, each once");
    }
  }
  quota.counts_refused = fields.Flag("counts_refused", false);
  quota.retry_after = fields.Flag("retry_after", false);
  fields.Finish();
  return quota;
}

void ReadAnswers(JsonFields* fields, ApiSettings* settings) {
  if (fields->Has("stop_in_wrong_state")) {
    const std::string name = fields->Choice("stop_in_wrong_state", {"error", "success", "failed"});
    settings->stop_in_wrong_state = name == "error"     ? WrongStateAnswer::kError
                                    : name == "success" ? WrongStateAnswer::kSuccess
                                                        : WrongStateAnswer::kFailed;
  }
  if (fields->Has("missing_instance")) {
    const std::string name =
        fields->Choice("missing_instance", {"invalid_id", "not_found", "stop_failed"});
    settings->missing_instance = name == "invalid_id"  ? MissingInstanceAnswer::kInvalidId
                                 : name == "not_found" ? MissingInstanceAnswer::kNotFound
                                                       : MissingInstanceAnswer::kStopFailed;
  }
  if (fields->Has("expired_token")) {
    settings->expired_token =
        fields->Choice("expired_token", {"expires", "must_be_updated"}) == "expires"
            ? ExpiredTokenAnswer::kExpires
            : ExpiredTokenAnswer::kMustBeUpdated;
  }
  if (fields->Has("forbidden_list")) {
    settings->forbidden_list = fields->Choice("forbidden_list", {"error", "empty"}) == "error"
                                   ? ForbiddenListAnswer::kError
                                   : ForbiddenListAnswer::kEmpty;
  }
}

void ReadTimes(JsonFields* fields, ApiSettings* settings) {
  const auto list_latency = fields->Millis("latency_ms", settings->list_latency);
  const auto stop_latency = fields->Millis("latency_ms", settings->stop_latency);
  const auto token_latency = fields->Millis("latency_ms", settings->token_latency);
  settings->list_latency = fields->Millis("list_latency_ms", list_latency);
  settings->stop_latency = fields->Millis("stop_latency_ms", stop_latency);
  settings->token_latency = fields->Millis("token_latency_ms", token_latency);
  settings->list_lag = fields->Millis("list_lag_ms", settings->list_lag);
  settings->token_lifetime = fields->Millis("token_lifetime_ms", settings->token_lifetime);
  settings->wall_offset = std::chrono::milliseconds(
      fields->Integer("wall_offset_ms", settings->wall_offset.count() / 1000, -kDayMs, kDayMs));
}

Json OrNull(const std::optional<Op>& op) { return op ? Json(OpName(*op)) : Json(nullptr); }

}  // namespace

ApiReply Control::Settings(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  ApiSettings settings = sim_->api().settings();
  ReadAnswers(&fields, &settings);
  ReadTimes(&fields, &settings);
  std::vector<Quota> quotas;
  const Json* given = fields.Array("quotas");
  for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
    quotas.push_back(QuotaFromJson((*given)[i], "quotas[" + std::to_string(i) + "]", &problem));
  }
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  sim_->api().SetSettings(settings);
  if (given != nullptr) sim_->quotas().Set(std::move(quotas));
  return JsonReply({{"ok", true}});
}

ApiReply Control::AddFaults(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  std::vector<FaultRule> rules;
  if (body.is_array()) {
    for (std::size_t i = 0; i < body.size(); ++i) {
      rules.push_back(FaultRuleFromJson(body[i], "[" + std::to_string(i) + "]", sim_->cloud(),
                                        sim_->now(), &problem));
    }
  } else {
    rules.push_back(FaultRuleFromJson(body, "", sim_->cloud(), sim_->now(), &problem));
  }
  if (problem.found()) return ProblemReply(400, problem);
  Json ids = Json::array();
  for (FaultRule& rule : rules) ids.push_back(sim_->faults().Add(std::move(rule)));
  return JsonReply({{"ids", std::move(ids)}});
}

ApiReply Control::ListFaults(const ApiRequest&) {
  Json faults = Json::array();
  for (const FaultPlan::Pending& pending : sim_->faults().pending()) {
    const FaultRule& rule = pending.rule;
    faults.push_back({{"id", pending.id},
                      {"name", rule.fault.name},
                      {"kind", rule.kind},
                      {"op", OrNull(rule.op)},
                      {"project", rule.project},
                      {"instance", rule.instance},
                      {"times", rule.times},
                      {"skip", rule.skip},
                      {"every", rule.every},
                      {"probability", rule.probability},
                      {"seed", rule.seed.value_or(0)},
                      {"matched", pending.matched},
                      {"spoiled", pending.spoiled}});
  }
  return JsonReply({{"faults", std::move(faults)}, {"spoiled", sim_->faults().spoiled()}});
}

ApiReply Control::ListFaultKinds(const ApiRequest&) {
  Json kinds = Json::array();
  for (const FaultKind& kind : FaultKinds()) {
    kinds.push_back({{"name", kind.name},
                     {"family", kind.family},
                     {"what", kind.what},
                     {"parameters", kind.parameters},
                     {"effect", kind.effect}});
  }
  return JsonReply({{"kinds", std::move(kinds)}});
}

ApiReply Control::ClearFaults(const ApiRequest& request) {
  const auto query = QueryOfTarget(request.target);
  const auto name = query.find("name");
  if (name == query.end()) {
    sim_->faults().Clear();
  } else if (!sim_->faults().Remove(name->second)) {
    return ProblemReply(404, {"name", "names no rule"});
  }
  return JsonReply({{"ok", true}});
}

}  // namespace quiesce::dbss_sim
