#ifndef QUIESCE_TESTS_SIMULATION_MODEL_WATCHER_H_
#define QUIESCE_TESTS_SIMULATION_MODEL_WATCHER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "daemon/core/facts.h"
#include "daemon/core/reason.h"
#include "tests/simulation/process.h"
#include "tests/simulation/sim_world.h"
#include "tests/simulation/verdict.h"

namespace quiesce::simulation {

// A client that watches the fleet and believes what it is told: it keeps each instance as last
// shown and forgets what is removed. It reads when it feels like it, resumes at the next process
// with its last revision, and starts over when that is too old. In the end it must know the truth,
// and on the way it must never be taken back (I9).
class ModelWatcher {
 public:
  ModelWatcher(SimWorld& world, Verdict& verdict) : world_(world), verdict_(verdict) {}

  void Connect(Process* process);
  void Disconnect();
  // Takes some of what there is; nothing if it is not connected.
  void Read();
  // It has taken everything, and nothing is left to be told.
  bool caught_up() const { return caught_up_; }
  bool connected() const { return process_ != nullptr; }
  // What it believes is what the daemon would say now.
  void CheckFinal();

 private:
  struct Belief {
    int64_t revision = 0;
    core::Phase phase = core::Phase::kUnknown;
    core::Reason reason = core::Reason::kStale;
  };
  void ReadLater();

  SimWorld& world_;
  Verdict& verdict_;
  Process* process_ = nullptr;
  std::shared_ptr<bool> connected_;
  uint64_t id_ = 0;
  int64_t revision_ = 0;
  bool caught_up_ = false;
  std::map<core::InstanceKey, Belief> beliefs_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_MODEL_WATCHER_H_
