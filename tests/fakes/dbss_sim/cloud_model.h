// The database O&M instances of one cloud project as a state machine over explicit time: which raw
// status and task each server shows at a moment, and what a stop or a start does to them.
//
// Nothing here reads a clock, takes a lock or knows HTTP, so a test steps through a stop without
// waiting. Not thread-safe: class Cloud adds the lock. Calls for one instance must not go back in
// time, except RawStateAt, AsOf and the list, which only read.
//
// Sources, as sections of daemon/cloud/API.md: 2 (state lives per server, an HA instance has
// two), 2.2 (the vocabulary), 7 (the timeline of a stop and the answer to a stop of what is not
// running). The cloud publishes neither timeline nor answer; both are our inference, and both can
// be set.

#ifndef TESTS_FAKES_DBSS_SIM_CLOUD_MODEL_H_
#define TESTS_FAKES_DBSS_SIM_CLOUD_MODEL_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quiesce::dbss_sim {

// A moment, as microseconds since an epoch that the caller chooses.
using SimTime = std::chrono::microseconds;

// An HA instance has two servers, any other one (daemon/cloud/API.md 2).
inline constexpr std::size_t kMaxNodes = 2;

// The pair of strings that the list shows for a server. nullopt is shown as null: every field of
// the list is optional (daemon/cloud/API.md 2).
struct RawState {
  std::optional<std::string> status;
  std::optional<std::string> task_status;
};

bool operator==(const RawState& a, const RawState& b);

RawState RunningState();  // ACTIVE, NO_TASK
RawState StoppedState();  // SHUTOFF, NO_TASK

// How long a server takes to change power state once the cloud accepted to change it. A stop shows:
// for `visible_lag` still ACTIVE/NO_TASK, for `powering` ACTIVE/powering-off, for `finishing`
// SHUTOFF/powering-off, and then SHUTOFF/NO_TASK. A start is the mirror image. A phase of length
// zero is never shown.
struct PowerTimeline {
  std::chrono::microseconds visible_lag{0};
  std::chrono::microseconds powering{0};
  std::chrono::microseconds finishing{0};
};

// One timeline per server, so that the two servers of an HA instance can differ.
using PowerTimelines = std::array<PowerTimeline, kMaxNodes>;

// One server (a `ResponseServer` of daemon/cloud/API.md 2).
class Node {
 public:
  explicit Node(RawState state) : settled_(std::move(state)) {}

  RawState RawStateAt(SimTime now) const;

  // Whether a power change is under way, shown in the list already or not.
  bool ChangingAt(SimTime now) const;

  // The server's last change becomes history when it is over at `now`; then it begins to turn into
  // `target` (RunningState() or StoppedState()). A change under way is replaced.
  void BeginChange(const RawState& target, const PowerTimeline& timeline, SimTime now);

  // The server is in `state` from now on, whatever was under way.
  void Force(RawState state);

 private:
  struct Change {
    RawState target;
    SimTime began{0};
    PowerTimeline timeline;
  };

  RawState settled_;
  std::optional<Change> change_;
};

// What the `detail` of an instance looks like in the list. The last two are lists that the schema
// allows (daemon/cloud/API.md 2: every property is optional) and that must never be read as
// "stopped".
enum class DetailShape { kNormal, kEmptyServerList, kNull };

// A freeze by the provider (daemon/cloud/API.md 2): the status of all servers shows FROZEN.
struct Freeze {
  std::string scene = "ARREAR";
  int effect = 1;  // 1 releasable, 2 not releasable, 3 not renewable.
};

struct InstanceSpec {
  std::string id;  // Unique in its project.
  std::string name;
  bool high_availability = false;
  RawState state = RunningState();  // Of every server.
};

enum class PowerOutcome {
  kStarted,         // At least one server began to change.
  kWrongState,      // Nothing happened: already there, changing, frozen, or in another state.
  kNoSuchInstance,  // Nothing happened: never added, or removed.
};

class Instance {
 public:
  explicit Instance(const InstanceSpec& spec);

  // A stop is accepted when no server is changing or in a state other than running or stopped, and
  // at least one is running; the running ones then stop. So the rest of a half stopped pair can be
  // stopped, and a second stop is refused from the moment that the first was accepted, seen in the
  // list or not. Never returns kNoSuchInstance.
  PowerOutcome Stop(const PowerTimelines& defaults, SimTime now);

  // The mirror image of Stop.
  PowerOutcome Start(const PowerTimelines& defaults, SimTime now);

  // Keeps what is shown until `now`, before something changes it. Only so much is kept as a list
  // that lags needs.
  void Remember(SimTime now);

  // What was there at `then`, without its past; the oldest that is remembered, when that is later.
  Instance AsOf(SimTime then) const;

  // What the list shows for a server, a freeze included.
  RawState ShownStateAt(std::size_t node, SimTime now) const;

  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  std::vector<Node>& nodes() { return nodes_; }
  const std::vector<Node>& nodes() const { return nodes_; }

  // Public knobs of the control interface; each takes effect at once.
  std::optional<Freeze> freeze;
  DetailShape shape = DetailShape::kNormal;
  bool listed = true;  // False: removed from the project. Its state is kept for its return.
  std::unique_ptr<PowerTimelines> timelines;  // Instead of the defaults, when set.

 private:
  PowerOutcome Change(const RawState& from, const RawState& to, const PowerTimelines& defaults,
                      SimTime now);

  struct Past {
    SimTime until{0};
    std::vector<Node> nodes;
    std::optional<Freeze> freeze;
    DetailShape shape = DetailShape::kNormal;
    bool listed = true;
  };

  std::string id_;
  std::string name_;
  std::vector<Node> nodes_;  // One or two.
  std::deque<Past> past_;    // Oldest first.
};

struct ProjectFacts {
  std::string id;
  std::string name;
};

// What the servers of a project are doing, for a test or a benchmark that waits for an end state.
struct PowerCounts {
  std::int64_t instances = 0;
  std::int64_t running = 0;  // All servers ACTIVE/NO_TASK.
  std::int64_t stopped = 0;  // All servers SHUTOFF/NO_TASK.
};

class ProjectModel {
 public:
  explicit ProjectModel(ProjectFacts facts) : facts_(std::move(facts)) {}
  ProjectModel(const ProjectModel&) = delete;
  ProjectModel& operator=(const ProjectModel&) = delete;

  // False, with nothing changed, when the project has an instance of that id already.
  bool Add(const InstanceSpec& spec);

  // The instance, also when it is removed from the list; nullptr when it was never added.
  Instance* Find(std::string_view id);
  const Instance* Find(std::string_view id) const;

  PowerOutcome Stop(std::string_view id, const PowerTimelines& defaults, SimTime now);
  PowerOutcome Start(std::string_view id, const PowerTimelines& defaults, SimTime now);

  PowerCounts CountAt(SimTime now) const;

  // The body of a list answered at `now`, which shows what was true `lag` before.
  std::string ListBody(SimTime now, SimTime lag = SimTime::zero()) const;

  const ProjectFacts& facts() const { return facts_; }

  // In the order in which they were added, which is the order of the list.
  const std::vector<std::unique_ptr<Instance>>& instances() const { return instances_; }

 private:
  Instance* FindListed(std::string_view id);

  const ProjectFacts facts_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::unordered_map<std::string_view, Instance*> by_id_;  // Keys point into the instances.
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_CLOUD_MODEL_H_
