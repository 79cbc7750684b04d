#ifndef QUIESCE_DAEMON_RPC_INSTANCE_FILTER_H_
#define QUIESCE_DAEMON_RPC_INSTANCE_FILTER_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "daemon/core/decide.h"
#include "daemon/core/facts.h"
#include "daemon/rpc/project_directory.h"
#include "quiesce/v1/common.pb.h"

namespace quiesce::rpc {

// The filter of ListInstances, SummarizeInstances and WatchInstances. A value; immutable once
// parsed.
class InstanceFilter {
 public:
  InstanceFilter() = default;  // matches everything
  // INVALID_ARGUMENT (INVALID_FILTER).
  static absl::StatusOr<InstanceFilter> Parse(std::string_view filter,
                                              const ProjectDirectory& projects);

  // What never changes about an instance: where this says no, Matches will never say yes.
  bool MayMatch(std::string_view project_id, std::string_view instance_id) const;
  // The rest, for an instance that may match.
  bool Matches(const core::InstanceRecord& record, const core::Decision& decision) const;

  // Only this project. Empty: all.
  const std::string& project_id() const { return project_id_; }

 private:
  std::string project_id_;
  std::string id_prefix_;
  std::string workspace_;
  std::string cloud_name_;
  std::optional<bool> declared_;
  std::optional<v1::Phase> phase_;
  std::optional<v1::Reason> reason_;
  std::optional<v1::Needs> needs_;
  std::optional<v1::PowerState> power_state_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_INSTANCE_FILTER_H_
