#ifndef QUIESCE_DAEMON_RPC_SPEC_READER_H_
#define QUIESCE_DAEMON_RPC_SPEC_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/plan.h"
#include "daemon/rpc/request_reader.h"
#include "quiesce/v1/common.pb.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::rpc {

// What specs leave out, with the defaults of the daemon behind it.
struct Defaults {
  std::string project_id;  // empty: every spec names its own
  core::Enforcement enforcement = core::Enforcement::kContinuous;
  absl::Duration start_grace = limits::kDefaultStartGrace;
};

// The header of a plan.
struct PlanHeader {
  std::string workspace;
  core::WorkspaceHeader header;
  Defaults defaults;
};
PlanHeader ReadPlanHeader(const v1::WorkspaceHeader& header, RequestReader& reader);

// The specs of one request, in order, each instance once; violations are named by position.
class SpecSet {
 public:
  enum class Kind { kPlan, kDirect };
  // `field`: `specs` gives `specs[3].instance_id`. `suffix` goes behind the position: `.spec`.
  SpecSet(Kind kind, Defaults defaults, std::string_view field, std::string_view suffix = "");
  // One spec in a field of its own: `spec.instance_id`.
  static core::Spec ReadSingle(const v1::InstanceSpec& spec, RequestReader& reader);

  void Add(const v1::InstanceSpec& spec, RequestReader& reader);
  size_t size() const { return specs_.size(); }
  std::vector<core::Spec> Take();

 private:
  static core::Spec Read(const v1::InstanceSpec& spec, Kind kind, const Defaults& defaults,
                         std::string_view prefix, RequestReader& reader);

  // Positions, compared by the instance at them: no id is stored twice.
  struct Hash {
    const std::vector<core::Spec>* specs;
    size_t operator()(uint32_t i) const { return absl::Hash<core::InstanceKey>()((*specs)[i].key); }
  };
  struct Equal {
    const std::vector<core::Spec>* specs;
    bool operator()(uint32_t a, uint32_t b) const { return (*specs)[a].key == (*specs)[b].key; }
  };

  const Kind kind_;
  const Defaults defaults_;
  const std::string field_;
  const std::string suffix_;
  std::vector<core::Spec> specs_;
  absl::flat_hash_set<uint32_t, Hash, Equal> seen_;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_SPEC_READER_H_
