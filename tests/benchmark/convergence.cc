#include "tests/benchmark/convergence.h"

#include <chrono>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/status_macros.h"
#include "quiesce/v1/common.pb.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::benchmark {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How often the run is read: the error of what is measured, at most.
constexpr absl::Duration kReadInterval = absl::Milliseconds(50);

absl::Duration Since(SteadyClock::time_point began) {
  return absl::FromChrono(SteadyClock::now() - began);
}

v1::WorkspaceHeader Header() {
  v1::WorkspaceHeader header;
  header.set_workspace("benchmark");
  header.set_owner("benchmark");
  header.set_contact("nobody");
  return header;
}

std::vector<v1::InstanceSpec> Specs(const Fleet& fleet) {
  std::vector<v1::InstanceSpec> specs;
  for (const FleetProject& project : fleet) {
    for (const std::string& instance : project.instances) {
      v1::InstanceSpec& spec = specs.emplace_back();
      spec.set_project(project.id);
      spec.set_instance_id(instance);
    }
  }
  return specs;
}

std::string Text(const v1::SummarizeInstancesResponse& summary) {
  std::string text = absl::StrCat(summary.declared_count(), " declared");
  for (const v1::PhaseCount& phase : summary.phases()) {
    absl::StrAppend(&text, ", ", phase.count(), " ", v1::Phase_Name(phase.phase()));
  }
  for (const v1::ReasonCount& reason : summary.reasons()) {
    absl::StrAppend(&text, ", ", reason.count(), " ", v1::Reason_Name(reason.reason()));
  }
  return text;
}

// The one wrong thing about the summary; empty: nothing.
std::string WhatIsMissing(const v1::SummarizeInstancesResponse& summary, int64_t instances) {
  const bool all = summary.declared_count() == instances && summary.phases_size() == 1 &&
                   summary.phases(0).phase() == v1::PHASE_STOPPED &&
                   summary.phases(0).count() == instances;
  return all ? "" : absl::StrCat("not all of ", instances, " are stopped: ", Text(summary));
}

}  // namespace

absl::StatusOr<Converged> DeclareAndConverge(client::Client& client, const Fleet& fleet,
                                             absl::Duration patience) {
  Converged converged;
  const std::vector<v1::InstanceSpec> specs = Specs(fleet);
  const auto planned = SteadyClock::now();
  QUIESCE_ASSIGN_OR_RETURN(const v1::CreatePlanResponse plan, client.CreatePlan(Header(), specs));
  converged.plan_took = Since(planned);

  const auto applied = SteadyClock::now();
  QUIESCE_ASSIGN_OR_RETURN(const v1::Run run,
                           client.ApplyPlan(plan.plan().name(), plan.plan().digest()));
  converged.run = run.name();
  client::FollowOptions follow;
  follow.interval = kReadInterval;
  follow.timeout = patience;
  QUIESCE_RETURN_IF_ERROR(client.FollowRun(run.name(), nullptr, follow).status());
  QUIESCE_RETURN_IF_ERROR(CheckSummary(client, static_cast<int64_t>(specs.size())));
  converged.apply_took = Since(applied);
  return converged;
}

absl::Status CheckRun(client::Client& client, const std::string& run, int64_t instances) {
  QUIESCE_ASSIGN_OR_RETURN(const v1::Run read, client.GetRun(run));
  if (read.state() == v1::RUN_STATE_DONE && read.item_count() == instances &&
      read.counts_size() == 1 && read.counts(0).state() == v1::RUN_ITEM_STATE_CONVERGED) {
    return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat(
      "not all of ", instances, " items of the run converged: ", read.ShortDebugString()));
}

absl::Status CheckSummary(client::Client& client, int64_t instances) {
  QUIESCE_ASSIGN_OR_RETURN(const v1::SummarizeInstancesResponse summary,
                           client.SummarizeInstances(""));
  const std::string missing = WhatIsMissing(summary, instances);
  return missing.empty() ? absl::OkStatus() : absl::InternalError(missing);
}

absl::Status RefreshAll(client::Client& client, const Fleet& fleet) {
  for (const FleetProject& project : fleet) {
    QUIESCE_RETURN_IF_ERROR(client.RefreshProject(project.id).status());
  }
  return absl::OkStatus();
}

}  // namespace quiesce::benchmark
