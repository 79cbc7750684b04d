#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/doctor_findings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/command_fixture.h"
#include "tests/unit/client/cli/golden.h"
#include "tests/unit/client/cli/sample_fleet.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {
namespace {

using Level = Finding::Level;
using quiesce::testing::Error;
using ::testing::AllOf;
using testing::At;
using testing::ExpectGolden;
using ::testing::HasSubstr;
using testing::kCn;
using ::testing::Not;
using testing::Proto;
using testing::SampleView;

v1::ProjectDiagnosis Healthy() {
  return Proto<v1::ProjectDiagnosis>(absl::StrCat(
      "project { name: \"projects/", kCn,
      "\" alias: \"billing-cn\" region: \"cn-north-4\" credential: \"main\""
      " endpoint: \"https://dbss.cn-north-4.myhuaweicloud.com\""
      " credential_source: \"/etc/quiesced/keys/main.token\""
      " observation_mode: OBSERVATION_MODE_LIST credential_state: CREDENTIAL_STATE_OK"
      " declared_count: 14 unmanaged_count: 1 }"
      "listed: true list_duration { nanos: 312000000 } clock_skew { nanos: -700000000 }"
      "instance_count: 15 node_count: 18 high_availability_count: 3"
      " regions { region: \"cn-north-4\" node_count: 18 }"
      " states { state: POWER_STATE_RUNNING instance_count: 2 }"
      " states { state: POWER_STATE_STOPPED instance_count: 13 }"
      " raw_states { status: \"SHUTOFF\" task_status: \"NO_TASK\" node_count: 16"
      "   state: POWER_STATE_STOPPED }"
      " raw_states { status: \"ACTIVE\" node_count: 2 state: POWER_STATE_RUNNING }"));
}

v1::ProjectDiagnosis Failed(const std::string& error) {
  v1::ProjectDiagnosis diagnosis = Healthy();
  v1::ProjectDiagnosis out;
  *out.mutable_project() = diagnosis.project();
  out.set_listed(true);
  *out.mutable_list_error() = Proto<v1::ListError>(error);
  return out;
}

v1::ProjectDiagnosis Sick() {
  v1::ProjectDiagnosis diagnosis = Healthy();
  diagnosis.mutable_project()->set_region("cn-east-3");
  diagnosis.mutable_clock_skew()->set_seconds(130);
  *diagnosis.add_raw_states() = Proto<v1::RawStateCount>(
      "status: \"PAUSED\" task_status: \"NO_TASK\" node_count: 2 state: POWER_STATE_UNKNOWN "
      "unknown_status: true");
  *diagnosis.add_raw_states() = Proto<v1::RawStateCount>(
      "status: \"on hold: #1\" node_count: 1 state: POWER_STATE_UNKNOWN unknown_status: true");
  *diagnosis.mutable_last_throttle() = Proto<v1::ThrottleNotice>(absl::StrCat(
      "time { ", At(-120), " } message: \"policy user over ratelimit,limit:60,time:1 minute\""));
  *diagnosis.mutable_project()->add_quotas() =
      Proto<v1::QuotaWindow>("policy: QUOTA_POLICY_USER calls: 60 period { seconds: 60 }");
  diagnosis.mutable_project()->set_quota_used_count(41);
  return diagnosis;
}

std::vector<Finding> Find(const v1::ProjectDiagnosis& diagnosis) {
  return FindingsOf(diagnosis, SampleView());
}

// The finding whose text contains this, or an empty one.
Finding With(const std::vector<Finding>& findings, const std::string& what) {
  for (const Finding& finding : findings) {
    if (finding.what.find(what) != std::string::npos) return finding;
  }
  ADD_FAILURE() << "no finding says: " << what;
  return {};
}

bool AllOk(const std::vector<Finding>& findings) {
  return std::all_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.level == Level::kOk; });
}

TEST(DoctorFindings, NothingIsWrongWithAHealthyProject) { EXPECT_TRUE(AllOk(Find(Healthy()))); }

TEST(DoctorFindings, TheWorstComesFirst) {
  const std::vector<Finding> findings = Find(Sick());
  EXPECT_EQ(findings.front().level, Level::kFail);
  EXPECT_EQ(findings.back().level, Level::kOk);
  EXPECT_TRUE(std::is_sorted(findings.begin(), findings.end(),
                             [](const Finding& a, const Finding& b) { return a.level < b.level; }));
}

TEST(DoctorFindings, UnknownStatesComeWithTheLineThatMapsThem) {
  const Finding finding =
      With(Find(Sick()), "unknown status \"PAUSED\", \"on hold: #1\" of 3 nodes");
  EXPECT_EQ(finding.level, Level::kFail);
  EXPECT_EQ(finding.command, "status_map: {PAUSED: UNAVAILABLE, \"on hold: #1\": UNAVAILABLE}");
  EXPECT_THAT(finding.remedy, HasSubstr("projects.billing-cn"));
}

TEST(DoctorFindings, NoStatusAtAllCannotBeMapped) {
  v1::ProjectDiagnosis diagnosis = Healthy();
  *diagnosis.add_raw_states() =
      Proto<v1::RawStateCount>("node_count: 2 state: POWER_STATE_UNKNOWN unknown_status: true");
  const Finding finding = With(Find(diagnosis), "2 nodes of no status");
  EXPECT_EQ(finding.level, Level::kWarn);
  EXPECT_EQ(finding.command, "");
}

TEST(DoctorFindings, AClockIsToldByWhichWayItIsWrong) {
  EXPECT_THAT(With(Find(Sick()), "clock is").what, HasSubstr("2 min behind the cloud's"));
  EXPECT_EQ(With(Find(Sick()), "clock is").level, Level::kWarn);
  v1::ProjectDiagnosis diagnosis = Healthy();
  diagnosis.mutable_clock_skew()->set_seconds(-901);
  diagnosis.mutable_clock_skew()->set_nanos(0);
  const Finding finding = With(Find(diagnosis), "clock is");
  EXPECT_THAT(finding.what, HasSubstr("15 min ahead of the cloud's"));
  EXPECT_EQ(finding.level, Level::kFail);
  diagnosis.clear_clock_skew();
  EXPECT_TRUE(AllOk(Find(diagnosis)));
}

TEST(DoctorFindings, AnotherRegionIsAWarning) {
  const Finding finding = With(Find(Sick()), "region cn-east-3");
  EXPECT_EQ(finding.level, Level::kWarn);
  EXPECT_THAT(finding.what, HasSubstr("cn-north-4 (18 nodes)"));
  v1::ProjectDiagnosis without = Healthy();
  without.mutable_project()->clear_region();
  EXPECT_TRUE(AllOk(Find(without)));
}

TEST(DoctorFindings, WhatIsKnownOfTheQuotaIsToldWithWhoseCallsCount) {
  v1::ProjectDiagnosis diagnosis = Healthy();
  v1::Project& project = *diagnosis.mutable_project();
  *project.add_quotas() = Proto<v1::QuotaWindow>("calls: 1 period { seconds: 3600 }");
  EXPECT_EQ(With(Find(diagnosis), "quota known").what, "quota known: 1 call in 1h; used now: 0");
  *project.add_quotas() =
      Proto<v1::QuotaWindow>("policy: QUOTA_POLICY_USER calls: 200 period { seconds: 300 }");
  *project.add_quotas() =
      Proto<v1::QuotaWindow>("policy: QUOTA_POLICY_IP calls: 50 period { seconds: 1 }");
  EXPECT_EQ(With(Find(diagnosis), "quota known").what,
            "quota known: 1 call in 1h; 200 calls of its user in 5m; 50 calls from the daemon's "
            "address in 1s; used now: 0 of the first");
  EXPECT_TRUE(AllOk(Find(diagnosis))) << "a quota is nothing wrong";
}

TEST(DoctorFindings, WhatNobodyDeclaresComesWithTheCommandThatImportsIt) {
  EXPECT_EQ(With(Find(Healthy()), "declared by nobody").command,
            "quiesce import --all -p billing-cn");
}

TEST(DoctorFindings, AnEmptyListIsAWarning) {
  v1::ProjectDiagnosis diagnosis = Failed("");
  diagnosis.clear_list_error();
  EXPECT_EQ(With(Find(diagnosis), "the list is empty").level, Level::kWarn);
}

TEST(DoctorFindings, AListThatIsNotBelievedIsAFailure) {
  v1::ProjectDiagnosis diagnosis = Healthy();
  diagnosis.mutable_project()->mutable_suspect_list()->set_tracked_count(14);
  diagnosis.mutable_project()->mutable_suspect_list()->set_missing_count(9);
  const Finding finding = With(Find(diagnosis), "lacks 9 of 14");
  EXPECT_EQ(finding.level, Level::kFail);
  EXPECT_EQ(finding.command, "quiesce refresh billing-cn --accept-absence");
}

TEST(DoctorFindings, ARefusedCredentialComesWithItsOwnWayOut) {
  v1::ProjectDiagnosis diagnosis =
      Failed("error_class: ERROR_CLASS_AUTH http_status: 401 error_code: \"APIGW.0301\"");
  EXPECT_THAT(With(Find(diagnosis), "credential \"main\": AUTH, HTTP 401 APIGW.0301").remedy,
              HasSubstr("/etc/quiesced/keys/main.token"));
  diagnosis.set_credential_detail("the token is expired; write a new one");
  EXPECT_EQ(With(Find(diagnosis), "credential \"main\": the token is expired").remedy,
            "write a new one");
  // Nothing is said of what nobody could look at.
  for (const Finding& finding : Find(diagnosis)) {
    EXPECT_THAT(finding.what, Not(HasSubstr("region")));
    EXPECT_THAT(finding.what, Not(HasSubstr("empty")));
  }
}

TEST(DoctorFindings, EveryFailureOfAListHasARemedy) {
  for (int type = v1::ErrorClass_MIN; type <= v1::ErrorClass_MAX; ++type) {
    v1::ProjectDiagnosis diagnosis = Failed("");
    diagnosis.mutable_list_error()->set_error_class(static_cast<v1::ErrorClass>(type));
    const std::vector<Finding> findings = Find(diagnosis);
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings[0].level, Level::kFail);
    EXPECT_NE(findings[0].remedy, "") << type;
  }
}

TEST(DoctorFindings, APauseIsAFailureBecauseNothingCouldBeSeen) {
  v1::ProjectDiagnosis diagnosis = Failed("");
  diagnosis.set_listed(false);
  diagnosis.clear_list_error();
  diagnosis.set_not_listed_reason("project billing-cn is not listed now: its credential pauses");
  *diagnosis.mutable_project()->mutable_throttled_until() =
      Proto<google::protobuf::Timestamp>(At(60));
  EXPECT_EQ(With(Find(diagnosis), "its credential pauses until 03:13:20").level, Level::kFail);
}

TEST(DoctorFindings, WhatCannotBeListedIsSaidSo) {
  v1::ProjectDiagnosis diagnosis = Failed("");
  diagnosis.set_listed(false);
  diagnosis.clear_list_error();
  diagnosis.mutable_project()->set_observation_mode(v1::OBSERVATION_MODE_NONE);
  EXPECT_EQ(With(Find(diagnosis), "no list was made").level, Level::kWarn);
}

TEST(DoctorFindings, WhatTheCloudSaysCannotWriteToATerminal) {
  v1::ProjectDiagnosis diagnosis = Sick();
  diagnosis.mutable_raw_states(2)->set_status("\x1b[31mX\nY");
  for (const Finding& finding : Find(diagnosis)) {
    EXPECT_THAT(finding.what + finding.command, Not(HasSubstr("\x1b")));
    EXPECT_THAT(finding.what + finding.command, Not(HasSubstr("\n")));
  }
}

TEST(DoctorFindings, AnswersThatNobodyKnowsAreTold) {
  v1::ProjectDiagnosis diagnosis = Healthy();
  diagnosis.mutable_project()->set_unknown_answer_count(3);
  diagnosis.mutable_project()->set_last_unknown_answer("HTTP 418");
  std::string all;
  for (const Finding& finding : Find(diagnosis)) all += finding.what;
  EXPECT_THAT(all, HasSubstr("3 answers that this version does not know"));
  EXPECT_THAT(all, HasSubstr("HTTP 418"));
}

class DoctorCommand : public CommandFixture {
 protected:
  void Script(const v1::ProjectDiagnosis& diagnosis) {
    server_.On("DiagnoseProject",
               [diagnosis](const v1::DiagnoseProjectRequest&, v1::ProjectDiagnosis& response) {
                 response = diagnosis;
                 return grpc::Status::OK;
               });
  }
  std::vector<std::string> Asked() {
    std::vector<std::string> names;
    for (const auto& request : server_.Requests<v1::DiagnoseProjectRequest>("DiagnoseProject")) {
      names.push_back(request.name());
    }
    return names;
  }
};

TEST_F(DoctorCommand, ShowsAHealthyProject) {
  Script(Healthy());
  ExpectGolden("doctor_healthy", Screen({"doctor", "billing-cn"}));
}

TEST_F(DoctorCommand, ShowsASickProject) {
  Script(Sick());
  ExpectGolden("doctor_sick", Screen({"doctor", "billing-cn"}));
}

TEST_F(DoctorCommand, AsksForEveryProjectOnce) {
  Script(Healthy());
  EXPECT_EQ(Run({"doctor"}), ExitCode::kDone);
  EXPECT_EQ(Asked().size(), 3u);
  EXPECT_EQ(server_.Calls("RefreshProject").size(), 0u);
}

TEST_F(DoctorCommand, AConfigurationThatWasNotTakenIsTold) {
  Script(Healthy());
  server_.On("GetServerInfo", [](const v1::GetServerInfoRequest&, v1::ServerInfo& response) {
    response = testing::SampleServer();
    response.set_config_problem("quiesced.yaml:9:12: settle is odd");
    *response.mutable_config_time() = response.server_time();
    return grpc::Status::OK;
  });
  EXPECT_EQ(Run({"doctor", "billing-cn"}), ExitCode::kBlocked);
  EXPECT_THAT(out(), HasSubstr("FAIL  configuration  the file was not taken at the last SIGHUP:"));
  EXPECT_THAT(out(), HasSubstr("quiesced.yaml:9:12: settle is odd; what was read"));
  EXPECT_THAT(out(), HasSubstr("quiesced --check-config"));
}

TEST_F(DoctorCommand, AWarningIsNoFailure) {
  v1::ProjectDiagnosis diagnosis = Healthy();
  diagnosis.mutable_project()->set_region("elsewhere");
  Script(diagnosis);
  EXPECT_EQ(Run({"doctor", "billing-cn"}), ExitCode::kDone);
}

TEST_F(DoctorCommand, AProjectThatIsNotThereDoesNotHideTheOthers) {
  Script(Sick());
  server_.Once("DiagnoseProject", Error(grpc::StatusCode::NOT_FOUND,
                                        v1::ERROR_REASON_PROJECT_NOT_FOUND, "no such project"));
  EXPECT_EQ(Run({"doctor", "nowhere", "billing-cn"}), ExitCode::kOther);
  EXPECT_THAT(err(), HasSubstr("no such project"));
  EXPECT_THAT(out(), HasSubstr("PAUSED"));
}

TEST_F(DoctorCommand, JsonHasFindingsAndFacts) {
  Script(Sick());
  EXPECT_EQ(Run({"doctor", "billing-cn", "-o", "json"}), ExitCode::kBlocked);
  EXPECT_THAT(out(), AllOf(HasSubstr("\"level\": \"FAIL\""), HasSubstr("\"findings\": ["),
                           HasSubstr("\"command\": \"status_map: {PAUSED: UNAVAILABLE"),
                           HasSubstr("\"diagnoses\": ["), HasSubstr("\"node_count\": \"18\"")));
  EXPECT_THAT(out(), Not(HasSubstr("one list of each project")));
}

}  // namespace
}  // namespace quiesce::cli
