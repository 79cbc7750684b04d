#ifndef QUIESCE_TESTS_UNIT_CLIENT_CLI_SAMPLE_FLEET_H_
#define QUIESCE_TESTS_UNIT_CLIENT_CLI_SAMPLE_FLEET_H_

#include <vector>

#include "client/cli/render_plan.h"
#include "client/cli/render_status.h"
#include "quiesce/v1/hold.pb.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"
#include "quiesce/v1/server.pb.h"

// What the daemon says about the fleet of the mock-ups.
namespace quiesce::cli::testing {

v1::ServerInfo SampleServer();
std::vector<v1::Project> SampleProjects();
v1::SummarizeInstancesResponse SampleSummary();

v1::Plan SamplePlan();
std::vector<v1::PlanItem> SamplePlanItems();
PlanDocument SamplePlanDocument();

v1::Run SampleRun();
std::vector<v1::RunItem> SampleRunItems();

// One drifted, one with another name than asserted, one stopped, one that nobody declares.
std::vector<v1::Instance> SampleInstances();
v1::Explanation SampleExplanation();

std::vector<v1::Hold> SampleHolds();

}  // namespace quiesce::cli::testing

#endif  // QUIESCE_TESTS_UNIT_CLIENT_CLI_SAMPLE_FLEET_H_
