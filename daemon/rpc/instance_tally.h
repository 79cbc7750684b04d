#ifndef QUIESCE_DAEMON_RPC_INSTANCE_TALLY_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_TALLY_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/rpc/backend.h"
#include "quiesce/v1/instance.pb.h"

namespace quiesce::rpc {

// Counts instances by phase, reason and project.
class InstanceTally {
 public:
  void Count(const core::InstanceRecord& record, const core::Decision& decision);

  // On the executor. All but the revision.
  v1::SummarizeInstancesResponse ToProto(Backend& backend) const;

 private:
  struct Example {
    SteadyTime since;
    core::InstanceKey key;
    std::string cloud_name;
    std::string workspace;
  };
  struct ReasonTally {
    int64_t count = 0;
    SteadyTime oldest = SteadyTime::Infinite();
    SteadyTime next = SteadyTime::Infinite();
    core::Action next_action = core::Action::kNone;
    std::vector<Example> examples;  // the oldest first
  };
  struct ProjectTally {
    int64_t declared = 0;
    int64_t unmanaged = 0;
    std::map<core::Phase, int64_t> phases;
  };
  using ReasonKey = std::pair<core::Reason, core::Needs>;

  void CountReason(const core::InstanceRecord& record, const core::Decision& decision);
  v1::ReasonCount ToProto(const ReasonKey& key, const ReasonTally& tally, Backend& backend,
                          const Now& now) const;

  std::map<core::Phase, int64_t> phases_;
  std::map<ReasonKey, ReasonTally> reasons_;
  std::map<std::string, ProjectTally> projects_;
  int64_t declared_ = 0;
  int64_t unmanaged_ = 0;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_TALLY_H_
