#include "tests/fakes/dbss_sim/control.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "tests/fakes/dbss_sim/control_replies.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/fleet_json.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPrefix = "/_sim/";

// A string or null of `name`; nullopt when not given.
std::optional<std::optional<std::string>> TextOrNull(JsonFields* fields, const std::string& name) {
  if (!fields->Has(name)) return std::nullopt;
  if (fields->Any(name)->is_null()) return std::optional<std::string>();
  return fields->Text(name);
}

// The server that the input is about; nullopt when it is about all.
std::optional<std::size_t> ReadNode(JsonFields* fields) {
  if (!fields->Has("node")) return std::nullopt;
  return static_cast<std::size_t>(fields->Integer("node", 0, 0, kMaxNodes - 1));
}

}  // namespace

struct Control::Route {
  std::string_view method;
  std::string_view path;  // After kPrefix.
  ApiReply (Control::*handle)(const ApiRequest&);
};

const Control::Route Control::kRoutes[] = {
    {"GET", "health", &Control::Health},
    {"POST", "seed", &Control::Seed},
    {"POST", "seed_bulk", &Control::SeedBulk},
    {"POST", "start", &Control::Start},
    {"POST", "stop", &Control::Stop},
    {"POST", "force", &Control::Force},
    {"POST", "freeze", &Control::Freeze},
    {"POST", "remove", &Control::Remove},
    {"POST", "return", &Control::Return},
    {"POST", "timeline", &Control::Timeline},
    {"POST", "settings", &Control::Settings},
    {"POST", "tokens", &Control::Tokens},
    {"POST", "revoke", &Control::Revoke},
    {"POST", "users", &Control::Users},
    {"POST", "keys", &Control::Keys},
    {"POST", "tls", &Control::Tls},
    {"POST", "faults", &Control::AddFaults},
    {"GET", "faults", &Control::ListFaults},
    {"GET", "faults/kinds", &Control::ListFaultKinds},
    {"DELETE", "faults", &Control::ClearFaults},
    {"POST", "advance", &Control::Advance},
    {"POST", "reset", &Control::Reset},
    {"GET", "fleet", &Control::Fleet},
    {"GET", "instances", &Control::Instances},
    {"GET", "log", &Control::Log},
    {"GET", "stops", &Control::Stops},
    {"GET", "counters", &Control::Counters},
    {"GET", "quotas", &Control::Quotas},
};

bool Control::Owns(const ApiRequest& request) {
  return request.target.substr(0, kPrefix.size()) == kPrefix;
}

ApiReply Control::Handle(const ApiRequest& request) {
  const std::string_view path = PathOfTarget(request.target).substr(kPrefix.size());
  bool path_known = false;
  for (const Route& route : kRoutes) {
    if (route.path != path) continue;
    if (route.method == request.method) return (this->*route.handle)(request);
    path_known = true;
  }
  if (path_known) return ProblemReply(405, {"", "this path does not take this method"});
  return ProblemReply(404, {"", "there is no such path in the control interface"});
}

ApiReply Control::Health(const ApiRequest&) { return JsonReply({{"ok", true}}); }

ApiReply Control::Seed(const ApiRequest& request) {
  FieldProblem problem;
  const std::vector<ProjectSeed> fleet = FleetFromJson(ParsedBody(request, &problem), &problem);
  if (problem.found()) return ProblemReply(400, problem);
  const std::string conflict = SeedCloud(fleet, &sim_->cloud());
  if (!conflict.empty()) return ProblemReply(400, {"projects", conflict});
  return JsonReply({{"ok", true}});
}

ApiReply Control::SeedBulk(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  BulkSpec spec;
  spec.project = fields.RequiredId("project");
  const std::string project_name = fields.Text("project_name").value_or(spec.project);
  if (!fields.Has("count")) fields.Fail("count", "is required");
  spec.count = static_cast<int>(fields.Integer("count", 0, 1, 1'000'000));
  spec.name_prefix = fields.Text("name_prefix").value_or(spec.name_prefix);
  spec.first_number = static_cast<int>(fields.Integer("first_number", 1, 0, 100'000'000));
  const std::string state = fields.Choice("state", {"running", "stopped", "mixed"});
  if (state == "stopped") spec.state = FleetState::kStopped;
  if (state == "mixed") spec.state = FleetState::kMixed;
  spec.ha_share = fields.Number("ha_share", 0, 0, 1);
  spec.seed = static_cast<std::uint64_t>(fields.Integer("seed", 1, 0, INT64_MAX));
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);

  const ProjectSeed project{{spec.project, project_name}, MakeInstances(spec)};
  const std::string conflict = SeedCloud({project}, &sim_->cloud());
  if (!conflict.empty()) return ProblemReply(400, {"first_number", conflict});
  Json ids = Json::array();
  for (const InstanceSpec& instance : project.instances) ids.push_back(instance.id);
  return JsonReply({{"instances", std::move(ids)}});
}

ApiReply Control::EditInstance(const ApiRequest& request,
                               const std::function<Edit(JsonFields*)>& read) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  const std::string project = fields.RequiredText("project");
  const std::string instance = fields.RequiredText("instance");
  const Edit edit = read(&fields);
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  if (!sim_->cloud().Edit(project, instance, sim_->now(), edit)) return NoSuchInstanceReply();
  return JsonReply({{"ok", true}});
}

ApiReply Control::Start(const ApiRequest& request) { return ChangePower(true, request); }

ApiReply Control::Stop(const ApiRequest& request) { return ChangePower(false, request); }

ApiReply Control::ChangePower(bool start, const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  const std::string project = fields.RequiredText("project");
  const std::string instance = fields.RequiredText("instance");
  const bool instant = fields.Flag("instant", false);
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  switch (start ? sim_->ManualStart(project, instance, instant)
                : sim_->ManualStop(project, instance, instant)) {
    case PowerOutcome::kStarted:
      return JsonReply({{"ok", true}});
    case PowerOutcome::kWrongState:
      return ProblemReply(409, {"instance", "is not in a state in which the cloud would do that"});
    case PowerOutcome::kNoSuchInstance:
      break;
  }
  return NoSuchInstanceReply();
}

ApiReply Control::Force(const ApiRequest& request) {
  return EditInstance(request, [this](JsonFields* fields) -> Edit {
    const auto status = TextOrNull(fields, "status");
    const auto task_status = TextOrNull(fields, "task_status");
    const auto node = ReadNode(fields);
    std::optional<DetailShape> shape;
    if (fields->Has("shape")) {
      const std::string name = fields->Choice("shape", {"normal", "empty_servers", "null_detail"});
      shape = name == "normal"          ? DetailShape::kNormal
              : name == "empty_servers" ? DetailShape::kEmptyServerList
                                        : DetailShape::kNull;
    }
    return [=, now = sim_->now()](Instance& instance) {
      if (shape) instance.shape = *shape;
      if (!status && !task_status) return;
      for (std::size_t i = 0; i < instance.nodes().size(); ++i) {
        if (node && *node != i) continue;
        RawState state = instance.nodes()[i].RawStateAt(now);
        if (status) state.status = *status;
        if (task_status) state.task_status = *task_status;
        instance.nodes()[i].Force(std::move(state));
      }
    };
  });
}

ApiReply Control::Freeze(const ApiRequest& request) {
  return EditInstance(request, [](JsonFields* fields) -> Edit {
    const bool frozen = fields->Flag("frozen", true);
    dbss_sim::Freeze freeze;
    freeze.scene = fields->Choice("scene", {"ARREAR", "POLICE", "ILLEGAL", "VERIFY", "PARTNER"});
    freeze.effect = static_cast<int>(fields->Integer("effect", 1, 1, 3));
    return [=](Instance& instance) {
      instance.freeze.reset();
      if (frozen) instance.freeze = freeze;
    };
  });
}

ApiReply Control::Remove(const ApiRequest& request) { return SetListed(false, request); }

ApiReply Control::Return(const ApiRequest& request) { return SetListed(true, request); }

ApiReply Control::SetListed(bool listed, const ApiRequest& request) {
  return EditInstance(request, [listed](JsonFields*) -> Edit {
    return [listed](Instance& instance) { instance.listed = listed; };
  });
}

ApiReply Control::Timeline(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  const std::string project = fields.Text("project").value_or("");
  const std::string instance = fields.Text("instance").value_or("");
  if (project.empty() != instance.empty()) {
    fields.Fail(project.empty() ? "project" : "instance", "is required with the other of the two");
  }
  const auto node = ReadNode(&fields);
  if (problem.found()) return ProblemReply(400, problem);
  PowerTimelines timelines = sim_->cloud().timelines();
  if (!instance.empty()) {
    const bool found =
        sim_->cloud().Edit(project, instance, sim_->now(), [&timelines](Instance& target) {
          if (target.timelines) timelines = *target.timelines;
        });
    if (!found) return NoSuchInstanceReply();
  }
  for (std::size_t i = 0; i < timelines.size(); ++i) {
    if (node && *node != i) continue;
    PowerTimeline& timeline = timelines[i];
    timeline.visible_lag = fields.Millis("visible_lag_ms", timeline.visible_lag);
    timeline.powering = fields.Millis("powering_off_ms", timeline.powering);
    timeline.finishing = fields.Millis("finishing_ms", timeline.finishing);
  }
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  if (instance.empty()) {
    sim_->cloud().SetTimelines(timelines);
  } else {
    sim_->cloud().Edit(project, instance, sim_->now(), [&timelines](Instance& target) {
      target.timelines = std::make_unique<PowerTimelines>(timelines);
    });
  }
  return JsonReply({{"ok", true}});
}

ApiReply Control::Advance(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  if (!fields.Has("ms")) fields.Fail("ms", "is required");
  const auto duration = fields.Millis("ms", SimTime::zero());
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  sim_->Advance(duration);
  return JsonReply({{"ok", true}});
}

ApiReply Control::Reset(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  const bool keep_fleet = fields.Flag("keep_fleet", false);
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  sim_->Reset(keep_fleet);
  return JsonReply({{"ok", true}});
}

}  // namespace quiesce::dbss_sim
