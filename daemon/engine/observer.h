#ifndef QUIESCE_DAEMON_ENGINE_OBSERVER_H_
#define QUIESCE_DAEMON_ENGINE_OBSERVER_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "daemon/base/clock.h"
#include "daemon/base/executor.h"
#include "daemon/cloud/instance_api.h"
#include "daemon/engine/projects.h"
#include "daemon/engine/registry.h"
#include "daemon/store/state_store.h"

namespace quiesce::engine {

// Looks at the projects: one list call at a time for each, every list_idle, every list_active
// while something in it is unsettled, and at once when a decision waits for a look and none of its
// calls is in flight; all that as far as the credential's quota allows, and only now and then while
// the endpoint does not answer. What a list shows differently from the registry is recorded in
// bounded operations; the project's freshness advances with the last of them.
//
// Lives on the engine's loop.
class Observer {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // A list ended, so that another call may start; `changed`: and with it what all calls of the
    // credential depend on.
    virtual void OnListEnded(CredentialState& credential, bool changed) = 0;
  };

  Observer(Executor& executor, Clock& clock, store::StateStore& store, cloud::InstanceApi& api,
           Projects& projects, Listener& listener);
  ~Observer();

  // Starts listing every observed project.
  void Start();
  // Begins no further list.
  void Stop() { stopped_ = true; }

  // Other projects are configured now, or some in another way: those are listed, since what was
  // recorded was read under the configuration before. A list of them that is under way is asked for
  // again.
  void ProjectsChanged();

  // A decision about an instance of the project waits for a list that starts now or later.
  void WantLook(ProjectState& project);
  // The number of unsettled rows or of calls in flight changed.
  void Reconsider(ProjectState& project);
  // A call of the credential ended: lists that waited for that may start.
  void PlaceFree(CredentialState& credential);

  // Lists the project now, or as soon as a list under way has ended. `accept_absence`: an operator
  // says that what this list lacks is really gone. Answers after the list is recorded:
  // OK, UNAVAILABLE (LIST_FAILED, with the cloud's own words; at once while the credential pauses
  // after a 429), FAILED_PRECONDITION (PROJECT_NOT_OBSERVED, also when it ceases to be observed
  // before the list).
  using RefreshDone = absl::AnyInvocable<void(absl::Status) &&>;
  void Refresh(ProjectState& project, bool accept_absence, RefreshDone done);

  // What a list was like, and the credential after it.
  struct Report {
    bool asked = false;  // a list was asked of the cloud; only then is there the rest
    absl::Duration took = absl::ZeroDuration();
    // The cloud's clock minus ours, if its answer told.
    std::optional<absl::Duration> clock_skew;
    cloud::ListResult result;  // its instances are recorded, and not here
    cloud::CredentialStatus credential;
  };
  // As Refresh, and tells what the list was like.
  using InspectDone = absl::AnyInvocable<void(absl::Status, const Report&) &&>;
  void Inspect(ProjectState& project, InspectDone done);

 private:
  struct Look;      // the schedule of one project
  struct ListPass;  // one list from BeginList to the last recorded difference

  Look& LookOf(ProjectState& project);
  void AddLooks();
  void Ask(ProjectState& project, bool accept_absence, InspectDone done);
  Report ReportOf(const ListPass& pass, cloud::ListResult& result, const Now& now) const;
  void RefuseIfNotSoon(Look& look, const Now& now);
  void RefuseAll(Look& look, const absl::Status& why);
  void ArmTimer(Look& look, SteadyTime at);
  void Recovered(CredentialState& credential);
  void SetWaiting(Look& look, bool waits);
  void Schedule(Look& look);
  SteadyTime NextStart(const Look& look, const Now& now) const;
  void Begin(Look& look);
  void Send(const std::shared_ptr<ListPass>& pass, int64_t seq, const Now& now);
  void PutOff(ListPass& pass);
  void Listed(std::shared_ptr<ListPass> pass, cloud::ListResult result);
  void Compare(std::shared_ptr<ListPass> pass);
  void FindMissing(ListPass& pass);
  void Record(std::shared_ptr<ListPass> pass);
  void Finish(ListPass& pass, absl::Status status);

  Executor& executor_;
  Clock& clock_;
  store::StateStore& store_;
  cloud::InstanceApi& api_;
  Projects& projects_;
  Listener& listener_;
  std::vector<std::unique_ptr<Look>> looks_;  // as Projects::all
  int waiting_ = 0;                           // looks that wait for a place
  size_t next_turn_ = 0;                      // which of them is served first
  bool stopped_ = false;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_OBSERVER_H_
