#include "tests/fakes/dbss_sim/fault_plan.h"

#include <utility>

namespace quiesce::dbss_sim {
namespace {

bool Matches(const Fault& fault, Op op, std::string_view project, std::string_view instance) {
  return (!fault.op || *fault.op == op) && (fault.project.empty() || fault.project == project) &&
         (fault.instance.empty() || fault.instance == instance);
}

}  // namespace

std::int64_t FaultPlan::Add(Fault fault) {
  std::lock_guard lock(mutex_);
  faults_.push_back({++last_id_, std::move(fault)});
  any_ = true;
  return last_id_;
}

std::optional<Fault> FaultPlan::Take(Op op, std::string_view project, std::string_view instance) {
  if (!any_) return std::nullopt;
  std::lock_guard lock(mutex_);
  for (auto it = faults_.begin(); it != faults_.end(); ++it) {
    Fault& fault = it->fault;
    if (!Matches(fault, op, project, instance)) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    Fault taken = fault;
    if (--fault.times <= 0) faults_.erase(it);
    any_ = !faults_.empty();
    return taken;
  }
  return std::nullopt;
}

std::vector<FaultPlan::Pending> FaultPlan::pending() const {
  std::lock_guard lock(mutex_);
  return faults_;
}

void FaultPlan::Clear() {
  std::lock_guard lock(mutex_);
  faults_.clear();
  any_ = false;
}

}  // namespace quiesce::dbss_sim
