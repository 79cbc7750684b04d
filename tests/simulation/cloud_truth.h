#ifndef QUIESCE_TESTS_SIMULATION_CLOUD_TRUTH_H_
#define QUIESCE_TESTS_SIMULATION_CLOUD_TRUTH_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::simulation {

// One instance as the cloud has it at one time.
struct CloudView {
  bool exists = false;
  std::string name;
  std::vector<core::Node> nodes;
};

// What a view means for somebody who wants the instance off. Judged here, from the documentation,
// and not by the daemon's own folding: a mistake must not hide in both.
enum class Power { kAbsent, kOn, kHalf, kPoweringOff, kOff, kOther };
Power JudgePower(const CloudView& view);
std::string_view ToString(Power power);

// The instances as they really are, over time. The future that is decided already (an instance on
// its way off) is part of it; whatever happens before then replaces it.
class CloudTruth {
 public:
  CloudTruth(SimWorld& world, const Scenario& scenario) : world_(world), scenario_(scenario) {}

  void Create(const core::InstanceKey& key, bool running);
  // Every key there ever was.
  std::vector<core::InstanceKey> Keys() const;
  std::vector<core::InstanceKey> KeysOf(const std::string& project_id) const;
  CloudView ViewAt(const core::InstanceKey& key, SteadyTime when) const;
  CloudView ViewNow(const core::InstanceKey& key) const { return ViewAt(key, world_.now()); }

  enum class StopAnswer { kAccepted, kRefused, kNotFound };
  struct StopFate {
    bool no_effect = false;
    bool half = false;
  };
  StopAnswer Stop(const core::InstanceKey& key, const StopFate& fate);

  // Somebody else's doings. False: not possible as things are.
  bool Start(const core::InstanceKey& key);
  bool MakeOdd(const core::InstanceKey& key, absl::Duration how_long);
  bool Delete(const core::InstanceKey& key);
  bool Rename(const core::InstanceKey& key);

 private:
  using Timeline = std::map<SteadyTime, CloudView>;
  // Forgets the future, and a past that no list can show any more.
  Timeline& Cut(const core::InstanceKey& key);
  void PowerOff(Timeline& timeline, const StopFate& fate);

  SimWorld& world_;
  const Scenario& scenario_;
  std::map<core::InstanceKey, Timeline> timelines_;
  int names_ = 0;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_CLOUD_TRUTH_H_
