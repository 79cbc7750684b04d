#include "tests/unit/client/cli/sample_fleet.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli::testing {
namespace {

constexpr int64_t kDay = 24 * 60 * 60;

v1::PlanItem Item(int number, const std::string& project, const std::string& fields) {
  const bool cn = project == "billing-cn";
  return Proto<v1::PlanItem>(absl::StrCat(
      "instance: '", InstanceName(cn ? kCn : kSg, number), "' project_alias: '", project,
      "' cloud_name: 'billing-om-", number < 10 ? "0" : "", number, "' ", fields));
}

v1::RunItem RunItemOf(int number, const std::string& project, const std::string& fields) {
  const bool cn = project == "billing-cn";
  return Proto<v1::RunItem>(absl::StrCat(
      "instance: '", InstanceName(cn ? kCn : kSg, number), "' project_alias: '", project,
      "' cloud_name: 'billing-om-", number < 10 ? "0" : "", number, "' ", fields));
}

v1::Instance DriftedInstance() {
  return Proto<v1::Instance>(absl::StrCat(
      "name: 'projects/", kSg, "/instances/f19b543c-b22a-4da8-b43d-a9003aaec146'",
      " project_alias: 'billing-sg' cloud_name: 'billing-om-17' uid: 'u1' etag: 'e-17-3'",
      " revision: 4711"
      " desired { generation: 3 workspace: 'billing-prod' writer_kind: WRITER_KIND_DECLARED"
      "  owner: 'billing-platform' contact: '#billing-oncall'"
      "  policy { enforcement: ENFORCEMENT_CONTINUOUS start_grace { seconds: 900 } }"
      "  authority { kind: AUTHORITY_KIND_PLAN plan: 'plans/7c41e2a9d0c14b8f9a3c5e7f01234567'"
      "   principal: 'ci-billing' time { ",
      At(-4 * kDay + 24580),
      " } } }"
      " attempt { attempt_id: 'a2' generation: 3 outcome: ATTEMPT_OUTCOME_ACCEPTED"
      "  http_status: 200 message: 'success' cloud_request_id: '5f3a0c44b7d14e0c9a1be2f7d006c91e'"
      "  start_time { ",
      At(-30674), " } end_time { ", At(-30673),
      " } }"
      " observation { power_state: POWER_STATE_RUNNING since_time { ",
      At(-50),
      " }"
      "  list_time { ",
      At(-21),
      " } age { seconds: 21 } fresh: true"
      "  freshness_bound { seconds: 180 }"
      "  nodes { name: 'billing-om-17-1' status: 'ACTIVE' task_status: 'NO_TASK' }"
      "  nodes { name: 'billing-om-17-2' status: 'ACTIVE' } }"
      " history { stopped_generation: 3 }"
      " verdict { phase: PHASE_DRIFTED reason: REASON_START_GRACE needs: NEEDS_NOBODY"
      "  action: ACTION_NONE valid_until { ",
      At(850), " } since_time { ", At(-50),
      " }"
      "  summary: 'started outside quiesced; left alone for 15m after that' }"));
}

}  // namespace

v1::ServerInfo SampleServer() {
  return Proto<v1::ServerInfo>(absl::StrCat("server_name: 'prod' version: '0.1.0' start_time { ",
                                            At(-12 * kDay - 5),
                                            " }"
                                            " server_time { ",
                                            At(0),
                                            " } store: 'sqlite:///var/lib/quiesced/quiesced.db'"
                                            " revision: 90210 principal: 'unix:1000'"));
}

std::vector<v1::Project> SampleProjects() {
  const auto project = [](const std::string& id, const std::string& alias,
                          const std::string& fields) {
    return Proto<v1::Project>(
        absl::StrCat("name: 'projects/", id, "' alias: '", alias, "' credential: 'main' ", fields));
  };
  const auto fresh = [](int age) {
    return absl::StrCat("freshness { list_time { ", At(-age), " } age { seconds: ", age,
                        " } freshness_bound { seconds: 180 } fresh: true }",
                        " observation_mode: OBSERVATION_MODE_LIST",
                        " credential_state: CREDENTIAL_STATE_OK ");
  };
  return {project(kCn, "billing-cn",
                  fresh(21) + "region: 'cn-north-4' cloud_count: 190 declared_count: 188 "
                              "unmanaged_count: 2"),
          project(kSg, "billing-sg",
                  fresh(19) + "region: 'ap-southeast-1' cloud_count: 101 declared_count: 101"),
          project("fedcba98fedcba98fedcba98fedcba98", "risk-tr",
                  fresh(24) + "region: 'tr-west-1' cloud_count: 13 declared_count: 13")};
}

v1::SummarizeInstancesResponse SampleSummary() {
  const auto example = [](int number, const std::string& name, const std::string& owner) {
    return absl::StrCat(" examples { instance: '", InstanceName(kCn, number), "' cloud_name: '",
                        name, "' owner: '", owner, "' }");
  };
  return Proto<v1::SummarizeInstancesResponse>(absl::StrCat(
      "declared_count: 302 unmanaged_count: 2"
      " phases { phase: PHASE_WAITING count: 1 } phases { phase: PHASE_STOPPING count: 3 }"
      " phases { phase: PHASE_STOPPED count: 293 } phases { phase: PHASE_DRIFTED count: 1 }"
      " phases { phase: PHASE_RETRYING count: 1 } phases { phase: PHASE_STALLED count: 3 }"
      " reasons { reason: REASON_NAME_MISMATCH needs: NEEDS_OWNER count: 1 oldest_time { ",
      At(-7800), " }", example(44, "billing-om-44", "billing"),
      " }"
      " reasons { reason: REASON_CLOUD_UNAVAILABLE needs: NEEDS_CLOUD count: 2 oldest_time { ",
      At(-kDay - 4 * 3600), " }", example(2, "risk-om-2", "risk"),
      example(5, "risk-om-5", "ledger"),
      " }"
      " reasons { reason: REASON_STOPPING needs: NEEDS_NOBODY count: 3 next_time { ",
      At(8), " } next_action: ACTION_LOOK", example(3, "billing-om-3", "billing"),
      " }"
      " reasons { reason: REASON_START_GRACE needs: NEEDS_NOBODY count: 1 next_time { ",
      At(850), " } next_action: ACTION_CALL", example(17, "billing-om-17", "billing"),
      " }"
      " reasons { reason: REASON_HELD needs: NEEDS_NOBODY count: 1 next_time { ",
      At(38860), " } next_action: ACTION_NONE", example(5, "billing-om-5", "billing"),
      " }"
      " reasons { reason: REASON_OUTCOME_UNKNOWN needs: NEEDS_NOBODY count: 1 next_time { ",
      At(20), " } next_action: ACTION_LOOK", example(7, "risk-om-7", "risk"),
      " }"
      " projects { project: 'projects/",
      kCn,
      "' declared_count: 188 }"
      " projects { project: 'projects/",
      kSg, "' declared_count: 101 } revision: 90210"));
}

v1::Plan SamplePlan() {
  const auto count = [](const char* change, const char* effect, int n) {
    return absl::StrCat(" counts { change: CHANGE_", change, " effect: EFFECT_", effect,
                        " count: ", n, " }");
  };
  return Proto<v1::Plan>(absl::StrCat(
      "name: 'plans/7c41e2a9d0c14b8f9a3c5e7f01234567'"
      " digest: 'sha256:9b1f07c4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6'"
      " header { workspace: 'billing-prod' owner: 'billing-platform' contact: '#billing-oncall' }"
      " header_change: CHANGE_NONE spec_count: 187",
      count("NONE", "STOP", 1), count("ADOPT", "STOP", 1), count("ADOPT", "NONE", 1),
      count("UPDATE", "NONE", 1), count("RELEASE", "NONE", 1), count("NONE", "BLOCKED", 1),
      count("ADOPT", "BLOCKED", 1), count("NONE", "NONE", 181), " create_time { ", At(-2),
      " } created_by: 'ci-billing' expire_time { ", At(kDay + 7 * 3600 - 140), " }"));
}

std::vector<v1::PlanItem> SamplePlanItems() {
  const std::string running = " power_state: POWER_STATE_RUNNING";
  const std::string stopped = " power_state: POWER_STATE_STOPPED";
  return {
      Item(3, "billing-cn",
           absl::StrCat("change: CHANGE_NONE effect: EFFECT_STOP reason: REASON_CALL_DUE", running,
                        " since_time { ", At(-21 * kDay - 64696), " }")),
      Item(2, "billing-cn",
           absl::StrCat("change: CHANGE_UPDATE effect: EFFECT_NONE reason: REASON_CONVERGED",
                        stopped,
                        " field_changes { field: 'start_grace' before: '60m' after: '15m'"
                        "  loosens_rail: true }")),
      Item(5, "billing-cn",
           absl::StrCat("change: CHANGE_NONE effect: EFFECT_BLOCKED reason: REASON_HELD"
                        " detail: 'INC-4711' until { ",
                        At(38860), " }", running)),
      Item(17, "billing-sg",
           absl::StrCat("change: CHANGE_ADOPT effect: EFFECT_STOP reason: REASON_CALL_DUE", running,
                        " since_time { ", At(-30740), " }")),
      Item(21, "billing-sg",
           absl::StrCat("change: CHANGE_ADOPT effect: EFFECT_NONE reason: REASON_CONVERGED",
                        stopped)),
      Item(44, "billing-sg",
           absl::StrCat("change: CHANGE_ADOPT effect: EFFECT_BLOCKED reason: REASON_NAME_MISMATCH"
                        " detail: 'cloud says \"risk-om-44\"'",
                        running)),
      Item(9, "billing-cn", absl::StrCat("change: CHANGE_RELEASE effect: EFFECT_NONE", stopped)),
  };
}

PlanDocument SamplePlanDocument() {
  PlanDocument document;
  document.server_name = "prod";
  document.target = "unix:///run/quiesced/api.sock";
  document.plan = SamplePlan();
  document.items = SamplePlanItems();
  for (const v1::Project& project : SampleProjects()) {
    document.projects.push_back(project.freshness());
    document.projects.back().set_project_alias(project.alias());
  }
  document.projects.pop_back();
  document.unmanaged_count = 2;
  return document;
}

v1::Run SampleRun() {
  return Proto<v1::Run>(
      absl::StrCat("name: 'runs/5d21c0aa1b2c3d4e5f60718293a4b5c6'"
                   " plan: 'plans/7c41e2a9d0c14b8f9a3c5e7f01234567' workspace: 'billing-prod'"
                   " state: RUN_STATE_RUNNING item_count: 187"
                   " counts { state: RUN_ITEM_STATE_PENDING count: 62 }"
                   " counts { state: RUN_ITEM_STATE_CONVERGED count: 120 }"
                   " counts { state: RUN_ITEM_STATE_BLOCKED count: 3 }"
                   " counts { state: RUN_ITEM_STATE_STALLED count: 1 }"
                   " counts { state: RUN_ITEM_STATE_SKIPPED count: 1 }"
                   " create_time { ",
                   At(-34), " } created_by: 'ci-billing'"));
}

std::vector<v1::RunItem> SampleRunItems() {
  return {RunItemOf(3, "billing-cn",
                    "change: CHANGE_NONE effect: EFFECT_STOP state: RUN_ITEM_STATE_CONVERGED "
                    "reason: REASON_CONVERGED"),
          RunItemOf(17, "billing-sg",
                    "change: CHANGE_ADOPT effect: EFFECT_STOP state: RUN_ITEM_STATE_PENDING "
                    "reason: REASON_STOPPING"),
          RunItemOf(5, "billing-cn",
                    "change: CHANGE_NONE effect: EFFECT_BLOCKED state: RUN_ITEM_STATE_BLOCKED "
                    "reason: REASON_HELD"),
          RunItemOf(21, "billing-sg",
                    "change: CHANGE_UPDATE effect: EFFECT_NONE state: RUN_ITEM_STATE_SKIPPED"),
          RunItemOf(44, "billing-sg",
                    "change: CHANGE_ADOPT effect: EFFECT_STOP state: RUN_ITEM_STATE_STALLED "
                    "reason: REASON_CLOUD_UNAVAILABLE")};
}

std::vector<v1::Instance> SampleInstances() {
  v1::Instance stopped = DriftedInstance();
  stopped.set_name(InstanceName(kCn, 3));
  stopped.set_project_alias("billing-cn");
  stopped.set_cloud_name("结算-运维-03");
  stopped.mutable_observation()->set_power_state(v1::POWER_STATE_STOPPED);
  stopped.mutable_observation()->mutable_since_time()->set_seconds(kNow - 4 * kDay);
  stopped.mutable_verdict()->set_phase(v1::PHASE_STOPPED);
  stopped.mutable_verdict()->set_reason(v1::REASON_CONVERGED);
  stopped.mutable_verdict()->clear_summary();

  v1::Instance misnamed = DriftedInstance();
  misnamed.set_name(InstanceName(kSg, 44));
  misnamed.set_cloud_name("risk-om-44");
  misnamed.mutable_observation()->mutable_since_time()->set_seconds(kNow - 7800);
  misnamed.mutable_verdict()->set_phase(v1::PHASE_STALLED);
  misnamed.mutable_verdict()->set_reason(v1::REASON_NAME_MISMATCH);
  misnamed.mutable_verdict()->set_needs(v1::NEEDS_OWNER);

  v1::Instance unmanaged = DriftedInstance();
  unmanaged.set_name(InstanceName(kCn, 99));
  unmanaged.set_project_alias("billing-cn");
  unmanaged.set_cloud_name("scratch-of-somebody-with-a-very-long-name-2026");
  unmanaged.clear_desired();
  unmanaged.mutable_verdict()->set_phase(v1::PHASE_UNMANAGED);
  unmanaged.mutable_verdict()->set_reason(v1::REASON_UNMANAGED);
  return {unmanaged, stopped, DriftedInstance(), misnamed};
}

v1::Explanation SampleExplanation() {
  v1::Explanation explanation = Proto<v1::Explanation>(absl::StrCat(
      "gates { kind: GATE_KIND_PROTECTED state: GATE_STATE_OK }"
      " gates { kind: GATE_KIND_HOLD state: GATE_STATE_OK }"
      " gates { kind: GATE_KIND_FREEZE state: GATE_STATE_OK }"
      " gates { kind: GATE_KIND_NAME state: GATE_STATE_OK }"
      " gates { kind: GATE_KIND_START_GRACE state: GATE_STATE_WAITS until { ",
      At(850),
      " } }"
      " gates { kind: GATE_KIND_CALL_BUDGET state: GATE_STATE_OK detail: '1 of 12 calls' }"
      " remedies { text: 'keep it' command: 'quiesce hold billing-om-17 --for 4h --reason TEXT' }"
      " remedies { text: 'stop now' command: 'quiesce stop billing-om-17 --skip start-grace "
      "--reason TEXT' }"
      " evidence: 'The list of 21 s ago began after the last stop call ended and shows both nodes "
      "on; an earlier one showed generation 3 stopped.'"));
  *explanation.mutable_instance() = DriftedInstance();
  return explanation;
}

std::vector<v1::Hold> SampleHolds() {
  return {Proto<v1::Hold>(absl::StrCat(
              "name: 'holds/1a2b3c4d5e6f708192a3b4c5d6e7f809' scope: '", InstanceName(kCn, 5),
              "' reason: 'INC-4711: reading the binlog' owner: 'ana' active: true expire_time { ",
              At(38860), " }")),
          Proto<v1::Hold>(absl::StrCat(
              "name: 'holds/2b2b3c4d5e6f708192a3b4c5d6e7f809' scope: 'workspaces/billing-prod'"
              " reason: 'month end' owner: 'billing-platform' active: true expire_time { ",
              At(3 * kDay), " }")),
          Proto<v1::Hold>("name: 'holds/3c2b3c4d5e6f708192a3b4c5d6e7f809' scope: 'fleet'"
                          " reason: 'deploy' owner: 'ops' expire_time { seconds: 1795461140 }")};
}

}  // namespace quiesce::cli::testing
