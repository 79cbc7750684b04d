// All projects of the simulated cloud, shared by the threads of the server: ProjectModel behind one
// lock for each project, so that listing one project never delays a stop in another.
//
// Thread-safe. Calls block for the lock of one project at most, which a list holds while it is
// written (about a millisecond for 1,000 instances).

#ifndef TESTS_FAKES_DBSS_SIM_CLOUD_H_
#define TESTS_FAKES_DBSS_SIM_CLOUD_H_

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

struct ProjectSummary {
  ProjectFacts facts;
  PowerCounts counts;
};

class Cloud {
 public:
  // False, with nothing changed, when a project of that id exists.
  bool AddProject(ProjectFacts facts);

  // False, with nothing changed, when there is no such project or it has such an instance.
  bool AddInstance(std::string_view project, const InstanceSpec& spec);

  bool HasProject(std::string_view project) const;
  bool HasInstance(std::string_view project, std::string_view instance) const;

  // By id or, as the scope of a token may say (daemon/cloud/API.md 5.2), by name.
  std::optional<ProjectFacts> FindProject(std::string_view id_or_name) const;

  // kNoSuchInstance also when there is no such project.
  PowerOutcome Stop(std::string_view project, std::string_view instance, SimTime now);
  PowerOutcome Start(std::string_view project, std::string_view instance, SimTime now);

  // A list that shows what was true `lag` ago. nullopt when there is no such project.
  std::optional<std::string> ListBody(std::string_view project, SimTime now,
                                      SimTime lag = SimTime::zero()) const;

  // Runs `edit` under the project's lock; it must not call back into this object. False, without
  // running it, when there is no such instance.
  bool Edit(std::string_view project, std::string_view instance, SimTime now,
            const std::function<void(Instance&)>& edit);

  // Runs `visit` for every instance of a project, removed ones too, in list order and under the
  // project's lock. False when there is no such project.
  bool Visit(std::string_view project, const std::function<void(const Instance&)>& visit) const;

  // In the order in which the projects were added.
  std::vector<ProjectSummary> Summaries(SimTime now) const;

  // Used by changes that begin from now on, in instances without timelines of their own.
  void SetTimelines(const PowerTimelines& timelines);
  PowerTimelines timelines() const;

  // Forgets all projects.
  void Clear();

 private:
  struct Project {
    explicit Project(ProjectFacts facts) : model(std::move(facts)) {}
    mutable std::mutex mutex;
    ProjectModel model;  // Guarded by mutex, except facts(), which never change.
  };

  std::shared_ptr<Project> Find(std::string_view project) const;

  mutable std::shared_mutex mutex_;  // Guards what follows, not what the projects contain.
  std::vector<std::shared_ptr<Project>> projects_;
  std::unordered_map<std::string, std::shared_ptr<Project>> by_id_;
  PowerTimelines timelines_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_CLOUD_H_
