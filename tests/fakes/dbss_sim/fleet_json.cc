#include "tests/fakes/dbss_sim/fleet_json.h"

#include <optional>
#include <utility>

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

RawState StateFromText(const std::string& text) {
  if (text == "running") return RunningState();
  if (text == "stopped") return StoppedState();
  return {text, "NO_TASK"};
}

std::string StateToText(const RawState& state) {
  if (state == RunningState()) return "running";
  if (state == StoppedState()) return "stopped";
  return state.status.value_or("");
}

InstanceSpec InstanceFromJson(const Json& value, const std::string& path, FieldProblem* problem) {
  JsonFields fields(value, path, problem);
  InstanceSpec spec;
  spec.id = fields.RequiredId("id");
  spec.name = fields.RequiredText("name");
  spec.high_availability = fields.Flag("ha", false);
  spec.state = StateFromText(fields.Text("state").value_or("running"));
  fields.Finish();
  return spec;
}

std::string ElementPath(const std::string& array, std::size_t index) {
  return array + "[" + std::to_string(index) + "]";
}

}  // namespace

std::vector<ProjectSeed> FleetFromJson(const Json& root, FieldProblem* problem) {
  std::vector<ProjectSeed> fleet;
  JsonFields top(root, "", problem);
  const Json* projects = top.Array("projects");
  top.Finish();
  if (projects == nullptr) {
    top.Fail("projects", "is required");
    return fleet;
  }
  for (std::size_t i = 0; i < projects->size() && !problem->found(); ++i) {
    JsonFields fields((*projects)[i], ElementPath("projects", i), problem);
    ProjectSeed project;
    project.facts.id = fields.RequiredId("id");
    project.facts.name = fields.Text("name").value_or(project.facts.id);
    const Json* instances = fields.Array("instances");
    fields.Finish();
    if (instances != nullptr) {
      const std::string path = fields.PathOf("instances");
      for (std::size_t j = 0; j < instances->size() && !problem->found(); ++j) {
        project.instances.push_back(
            InstanceFromJson((*instances)[j], ElementPath(path, j), problem));
      }
    }
    fleet.push_back(std::move(project));
  }
  return fleet;
}

Json FleetToJson(const std::vector<ProjectSeed>& fleet) {
  Json projects = Json::array();
  for (const ProjectSeed& project : fleet) {
    Json instances = Json::array();
    for (const InstanceSpec& instance : project.instances) {
      instances.push_back({{"id", instance.id},
                           {"name", instance.name},
                           {"ha", instance.high_availability},
                           {"state", StateToText(instance.state)}});
    }
    projects.push_back({{"id", project.facts.id},
                        {"name", project.facts.name},
                        {"instances", std::move(instances)}});
  }
  return {{"projects", std::move(projects)}};
}

}  // namespace quiesce::dbss_sim
