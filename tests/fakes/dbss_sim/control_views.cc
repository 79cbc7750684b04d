// The part of the control interface that only looks.

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "tests/fakes/dbss_sim/control.h"
#include "tests/fakes/dbss_sim/control_replies.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

// Reads a query, naming the parameter that is wrong or not known.
class QueryFields {
 public:
  explicit QueryFields(const ApiRequest& request) : query_(QueryOfTarget(request.target)) {}

  std::string Text(const char* name) {
    const auto found = query_.find(name);
    if (found == query_.end()) return "";
    std::string value = std::move(found->second);
    query_.erase(found);
    return value;
  }

  std::int64_t Count(const char* name, std::int64_t otherwise) {
    const std::string text = Text(name);
    if (text.empty()) return otherwise;
    if (text.size() > 18 || text.find_first_not_of("0123456789") != std::string::npos) {
      problem_ = {name, "must be a number"};
      return otherwise;
    }
    return std::stoll(text);
  }

  bool Flag(const char* name) {
    const std::string text = Text(name);
    if (!text.empty() && text != "true" && text != "false") {
      problem_ = {name, "must be true or false"};
    }
    return text == "true";
  }

  // What was wrong; a parameter never asked for is.
  FieldProblem Finish() {
    if (!problem_.found() && !query_.empty()) {
      problem_ = {query_.begin()->first, "is not a known parameter"};
    }
    return problem_;
  }

 private:
  std::map<std::string, std::string, std::less<>> query_;
  FieldProblem problem_;
};

const char* DeliveryName(Delivery delivery) {
  switch (delivery) {
    case Delivery::kWhole:
      return "whole";
    case Delivery::kCut:
      return "cut";
    case Delivery::kCutReset:
      return "cut_reset";
    case Delivery::kDrop:
      return "drop";
    case Delivery::kReset:
      break;
  }
  return "reset";
}

Json TextJson(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

Json EntryJson(const LogEntry& entry) {
  return {{"seq", entry.seq},
          {"op", entry.op},
          {"project", entry.project},
          {"instance", entry.instance},
          {"time_us", entry.arrived.count()},
          {"replied_us", entry.replied.count()},
          {"status", entry.status},
          {"effect", entry.effect},
          {"faulted", !entry.fault.empty()},
          {"fault", entry.fault},
          {"delivery", DeliveryName(entry.delivery)}};
}

Json CountsJson(const InstanceCounts& counts) {
  return {{"project", counts.project},
          {"instance", counts.instance},
          {"stop_requests", counts.stop_requests},
          {"stops_with_effect", counts.stops_with_effect},
          {"redundant_stops", counts.redundant_stops},
          {"manual_starts", counts.manual_starts},
          {"manual_stops", counts.manual_stops},
          {"max_stops_in_flight", counts.max_stops_in_flight}};
}

}  // namespace

ApiReply Control::Fleet(const ApiRequest&) {
  PowerCounts total;
  Json projects = Json::array();
  for (const ProjectSummary& project : sim_->cloud().Summaries(sim_->now())) {
    projects.push_back({{"id", project.facts.id},
                        {"name", project.facts.name},
                        {"instances", project.counts.instances},
                        {"running", project.counts.running},
                        {"stopped", project.counts.stopped}});
    total.instances += project.counts.instances;
    total.running += project.counts.running;
    total.stopped += project.counts.stopped;
  }
  return JsonReply({{"projects", std::move(projects)},
                    {"instances", total.instances},
                    {"running", total.running},
                    {"stopped", total.stopped}});
}

ApiReply Control::Instances(const ApiRequest& request) {
  QueryFields query(request);
  const std::string project = query.Text("project");
  if (const FieldProblem problem = query.Finish(); problem.found()) {
    return ProblemReply(400, problem);
  }
  Json instances = Json::array();
  const SimTime now = sim_->now();
  const bool found = sim_->cloud().Visit(project, [&](const Instance& instance) {
    Json nodes = Json::array();
    for (std::size_t i = 0; i < instance.nodes().size(); ++i) {
      const RawState state = instance.ShownStateAt(i, now);
      nodes.push_back(
          {{"status", TextJson(state.status)}, {"task_status", TextJson(state.task_status)}});
    }
    instances.push_back({{"id", instance.id()},
                         {"name", instance.name()},
                         {"listed", instance.listed},
                         {"frozen", instance.freeze.has_value()},
                         {"nodes", std::move(nodes)}});
  });
  if (!found) return ProblemReply(404, {"project", "names no project"});
  return JsonReply({{"instances", std::move(instances)}});
}

ApiReply Control::Log(const ApiRequest& request) {
  QueryFields query(request);
  RequestLog::Filter filter;
  filter.op = query.Text("op");
  filter.project = query.Text("project");
  filter.instance = query.Text("instance");
  filter.after = query.Count("after", 0);
  filter.limit =
      static_cast<std::size_t>(query.Count("limit", static_cast<std::int64_t>(filter.limit)));
  if (const FieldProblem problem = query.Finish(); problem.found()) {
    return ProblemReply(400, problem);
  }
  Json entries = Json::array();
  std::int64_t last_seq = filter.after;
  for (const LogEntry& entry : sim_->log().Entries(filter)) {
    entries.push_back(EntryJson(entry));
    last_seq = entry.seq;
  }
  return JsonReply({{"entries", std::move(entries)},
                    {"last_seq", last_seq},
                    {"dropped", sim_->log().dropped()}});
}

ApiReply Control::Stops(const ApiRequest& request) {
  QueryFields query(request);
  const std::string project = query.Text("project");
  const std::string instance = query.Text("instance");
  const bool repeated = query.Flag("repeated");
  if (const FieldProblem problem = query.Finish(); problem.found()) {
    return ProblemReply(400, problem);
  }
  InstanceCounts total;
  std::int64_t stopped_twice = 0;
  std::int64_t asked_twice = 0;
  Json instances = Json::array();
  for (const InstanceCounts& counts : sim_->log().CountsByInstance()) {
    if (!project.empty() && counts.project != project) continue;
    if (!instance.empty() && counts.instance != instance) continue;
    if (repeated && counts.stop_requests < 2) continue;
    total.stop_requests += counts.stop_requests;
    total.stops_with_effect += counts.stops_with_effect;
    total.redundant_stops += counts.redundant_stops;
    total.max_stops_in_flight = std::max(total.max_stops_in_flight, counts.max_stops_in_flight);
    if (counts.stops_with_effect > 1 + counts.manual_starts) ++stopped_twice;
    if (counts.stop_requests > 1) ++asked_twice;
    instances.push_back(CountsJson(counts));
  }
  return JsonReply({{"instances", std::move(instances)},
                    {"stop_requests", total.stop_requests},
                    {"stops_with_effect", total.stops_with_effect},
                    {"redundant_stops", total.redundant_stops},
                    {"stopped_twice", stopped_twice},
                    {"asked_twice", asked_twice},
                    {"max_stops_in_flight", total.max_stops_in_flight}});
}

ApiReply Control::Counters(const ApiRequest&) {
  Json counters = Json::object();
  for (const Op op : {Op::kList, Op::kStop, Op::kToken, Op::kOther}) {
    const OpCounts counts = sim_->log().CountsOf(op);
    Json replies = Json::object();
    for (const auto& [status, count] : counts.replies_by_status) {
      replies[std::to_string(status)] = count;
    }
    counters[OpName(op)] = {{"requests", counts.requests},
                            {"effects", counts.effects},
                            {"in_flight", counts.in_flight},
                            {"max_in_flight", counts.max_in_flight},
                            {"replies", std::move(replies)}};
  }
  return JsonReply(counters);
}

ApiReply Control::Quotas(const ApiRequest&) {
  Json quotas = Json::array();
  for (const QuotaBook::Use& use : sim_->quotas().uses()) {
    const Quota& quota = use.quota;
    Json counts = Json::array();
    for (const Op op : quota.counts) counts.push_back(OpName(op));
    quotas.push_back({{"policy", quota.policy == Quota::Policy::kUser ? "user" : "ip"},
                      {"window", quota.window == Quota::Window::kFixed ? "fixed" : "sliding"},
                      {"limit", quota.limit},
                      {"period_ms", quota.period.count() / 1000},
                      {"counts", std::move(counts)},
                      {"counts_refused", quota.counts_refused},
                      {"retry_after", quota.retry_after},
                      {"admitted", use.admitted},
                      {"refused", use.refused}});
  }
  return JsonReply({{"quotas", std::move(quotas)}});
}

}  // namespace quiesce::dbss_sim
