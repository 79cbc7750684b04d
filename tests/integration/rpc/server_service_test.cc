#include <string>

#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/rpc/rpc_fixture.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ServerServiceTest : public RpcTest {
 protected:
  v1::ServerInfo Info() {
    v1::ServerInfo info;
    const grpc::Status status =
        info_->GetServerInfo(Context().get(), v1::GetServerInfoRequest(), &info);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return info;
  }
  v1::ListProjectsResponse Projects(int page_size = 0, const std::string& token = "") {
    v1::ListProjectsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListProjectsResponse response;
    const grpc::Status status = info_->ListProjects(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  grpc::Status RefreshNow(const std::string& name, bool accept, v1::Project* project) {
    v1::RefreshProjectRequest request;
    request.set_name(name);
    request.set_accept_absence(accept);
    return info_->RefreshProject(Context().get(), request, project);
  }
  grpc::Status Diagnose(const std::string& name, v1::ProjectDiagnosis* diagnosis) {
    v1::DiagnoseProjectRequest request;
    request.set_name(name);
    return info_->DiagnoseProject(Context().get(), request, diagnosis);
  }
};

TEST_F(ServerServiceTest, SaysWhatIsConfiguredWhileItRuns) {
  EXPECT_TRUE(Info().has_config_time());
  EXPECT_EQ(Info().config_problem(), "");
  OnLoop([this] { server_->SetConfigurationProblem("line 3 is odd"); });
  EXPECT_EQ(Info().config_problem(), "line 3 is odd");
  EXPECT_EQ(Info().server_name(), "test");
  OnLoop([this] { server_->SetConfiguration({"other", absl::FromUnixSeconds(1000), ""}); });
  EXPECT_EQ(Info().config_problem(), "");
  EXPECT_EQ(Info().server_name(), "other");
  EXPECT_EQ(Info().config_time().seconds(), 1000);
}

TEST_F(ServerServiceTest, ProjectsThatAreReplacedAreReplacedForRequests) {
  engine::ProjectConfig config;
  OnLoop([&] {
    config = engine_->projects().Find(kProjectA)->config;
    config.settings.alias = "renamed";
    projects_->Replace({config.settings});
    engine_->Configure({config});
  });
  const v1::ListProjectsResponse listed = Projects();
  ASSERT_EQ(listed.projects_size(), 1);
  EXPECT_EQ(listed.projects(0).alias(), "renamed");
  v1::Project project;
  EXPECT_EQ(RefreshNow("projects/beta", false, &project).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(RefreshNow("projects/renamed", false, &project).ok());
}

TEST_F(ServerServiceTest, SaysWhoAnswersAndWithWhichLimits) {
  const v1::ServerInfo info = Info();
  EXPECT_EQ(info.server_name(), "test");
  EXPECT_EQ(info.version(), "0.1.0");
  EXPECT_THAT(info.store(), StartsWith("sqlite:///"));
  EXPECT_EQ(info.principal(), "local");
  EXPECT_TRUE(info.has_start_time());
  EXPECT_TRUE(info.has_server_time());
  EXPECT_EQ(info.limits().max_specs_per_request(), 1000);
  EXPECT_EQ(info.limits().max_specs_per_plan(), 1000000);
  EXPECT_EQ(info.limits().max_hold_duration().seconds(), 92 * 86400);
  EXPECT_EQ(info.limits().max_wait().seconds(), 600);
  EXPECT_EQ(info.freezes_size(), 0);
  const int64_t before = info.revision();
  Declare(1);
  EXPECT_GT(Info().revision(), before);
}

TEST_F(ServerServiceTest, ShowsFreezesTheLongestFirst) {
  for (int hours : {1, 3, 2}) {
    v1::CreateHoldRequest request;
    request.set_scope("fleet");
    request.set_reason("release day");
    request.set_owner("ops");
    request.mutable_ttl()->set_seconds(hours * 3600);
    v1::CreateHoldResponse response;
    ASSERT_TRUE(holds_->CreateHold(Context().get(), request, &response).ok());
  }
  const v1::ServerInfo info = Info();
  ASSERT_EQ(info.freezes_size(), 3);
  EXPECT_GT(info.freezes(0).expire_time().seconds(), info.freezes(1).expire_time().seconds());
  EXPECT_GT(info.freezes(1).expire_time().seconds(), info.freezes(2).expire_time().seconds());
}

TEST_F(ServerServiceTest, ListsProjectsByAliasWithWhatTheirListsShow) {
  Stopped(1);
  Running(2);
  Declare(1);
  cloud::CredentialStatus credential;
  credential.state = cloud::CredentialStatus::State::kOk;
  cloud_.SetCredential(credential);
  Refresh();
  const v1::ListProjectsResponse page = Projects(2);
  ASSERT_EQ(page.projects_size(), 2);
  const v1::Project& alpha = page.projects(0);
  EXPECT_EQ(alpha.alias(), "alpha");
  EXPECT_EQ(alpha.name(), std::string("projects/") + kProjectA);
  EXPECT_EQ(alpha.endpoint(), "https://dbss.example.com");
  EXPECT_EQ(alpha.observation_mode(), v1::OBSERVATION_MODE_LIST);
  EXPECT_EQ(alpha.credential(), "main");
  EXPECT_EQ(alpha.credential_state(), v1::CREDENTIAL_STATE_OK);
  EXPECT_TRUE(alpha.freshness().fresh());
  EXPECT_EQ(alpha.cloud_count(), 2);
  EXPECT_EQ(alpha.declared_count(), 1);
  EXPECT_EQ(alpha.unmanaged_count(), 1);
  const v1::ListProjectsResponse rest = Projects(2, page.next_page_token());
  ASSERT_EQ(rest.projects_size(), 1);
  EXPECT_EQ(rest.projects(0).alias(), "gamma");
  EXPECT_EQ(rest.projects(0).observation_mode(), v1::OBSERVATION_MODE_NONE);
  EXPECT_FALSE(rest.projects(0).has_freshness());
  EXPECT_THAT(rest.next_page_token(), IsEmpty());
  v1::ListProjectsRequest request;
  request.set_page_token("garbage");
  v1::ListProjectsResponse response;
  EXPECT_EQ(ErrorOf(info_->ListProjects(Context().get(), request, &response)).reason,
            "INVALID_PAGE_TOKEN");
}

TEST_F(ServerServiceTest, ARefreshSeesWhatIsThereNow) {
  v1::Project project;
  ASSERT_TRUE(RefreshNow("projects/alpha", false, &project).ok());
  EXPECT_EQ(project.cloud_count(), 0);
  Running(1);
  ASSERT_TRUE(RefreshNow(std::string("projects/") + kProjectA, false, &project).ok());
  EXPECT_EQ(project.cloud_count(), 1);
}

TEST_F(ServerServiceTest, AnAbsenceIsBelievedWhenAnOperatorSaysSo) {
  Stopped(1);
  Declare(1);
  WaitFor(Name(1));
  cloud_.Remove(Key(1));
  v1::Project project;
  ASSERT_TRUE(RefreshNow("projects/alpha", false, &project).ok());
  EXPECT_EQ(project.suspect_list().tracked_count(), 1);
  EXPECT_EQ(project.suspect_list().missing_count(), 1);
  EXPECT_EQ(WaitFor(Name(1)).instance().verdict().reason(), v1::REASON_SUSPECT_LIST);
  ASSERT_TRUE(RefreshNow("projects/alpha", true, &project).ok());
  EXPECT_FALSE(project.has_suspect_list());
}

TEST_F(ServerServiceTest, AListThatFailsIsReportedAndRemembered) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kForbidden;
  failure.http_status = 403;
  failure.error_code = "DBSS.0003";
  failure.message = "no permission";
  cloud_.FailLists(kProjectA, failure);
  cloud::CredentialStatus credential;
  credential.state = cloud::CredentialStatus::State::kOk;
  cloud_.SetCredential(credential);
  v1::Project project;
  const SeenError error = ErrorOf(RefreshNow("projects/alpha", false, &project));
  EXPECT_EQ(error.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(error.reason, "LIST_FAILED");
  EXPECT_EQ(error.metadata.at("http_status"), "403");
  EXPECT_EQ(error.metadata.at("error_code"), "DBSS.0003");
  EXPECT_EQ(error.metadata.at("name"), std::string("projects/") + kProjectA);
  const v1::Project alpha = Projects().projects(0);
  EXPECT_EQ(alpha.last_error().error_class(), v1::ERROR_CLASS_FORBIDDEN);
  EXPECT_EQ(alpha.last_error().message(), "no permission");
  EXPECT_EQ(alpha.credential_state(), v1::CREDENTIAL_STATE_FORBIDDEN);
}

TEST_F(ServerServiceTest, TellsHowACredentialStands) {
  using State = cloud::CredentialStatus::State;
  const std::vector<std::pair<State, v1::CredentialState>> states = {
      {State::kUnused, v1::CREDENTIAL_STATE_UNSPECIFIED},
      {State::kOk, v1::CREDENTIAL_STATE_OK},
      {State::kTrying, v1::CREDENTIAL_STATE_TRYING},
      {State::kMissing, v1::CREDENTIAL_STATE_MISSING},
      {State::kRejected, v1::CREDENTIAL_STATE_REJECTED},
      {State::kLocked, v1::CREDENTIAL_STATE_LOCKED},
      {State::kRenewing, v1::CREDENTIAL_STATE_RENEWING}};
  cloud::CredentialStatus credential;
  credential.detail = "the cloud does not accept it; put a good one there";
  credential.changed_at = absl::FromUnixSeconds(1700000000);
  credential.expires_at = absl::FromUnixSeconds(1700000001);
  credential.last_success_at = absl::FromUnixSeconds(1700000002);
  credential.next_probe_at = absl::FromUnixSeconds(1700000003);
  for (const auto& [state, told] : states) {
    credential.state = state;
    cloud_.SetCredential(credential);
    EXPECT_EQ(Projects().projects(0).credential_state(), told);
  }
  const v1::CredentialDetail detail = Projects().projects(0).credential_detail();
  EXPECT_EQ(detail.problem(), credential.detail);
  EXPECT_EQ(detail.secret_time().seconds(), 1700000000);
  EXPECT_EQ(detail.expire_time().seconds(), 1700000001);
  EXPECT_EQ(detail.last_success_time().seconds(), 1700000002);
  EXPECT_EQ(detail.next_probe_time().seconds(), 1700000003);
  cloud_.SetCredential({});
  const v1::CredentialDetail unknown = Projects().projects(0).credential_detail();
  EXPECT_EQ(unknown.ByteSizeLong(), 0u) << unknown.DebugString();
}

TEST_F(ServerServiceTest, ARefusedListIsToldInTheWordsOfItsCredential) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kAuth;
  failure.http_status = 401;
  cloud_.FailLists(kProjectA, failure);
  cloud::CredentialStatus credential;
  credential.state = cloud::CredentialStatus::State::kRejected;
  credential.detail = "the cloud does not accept the token of /k (expired); put a good one there";
  cloud_.SetCredential(credential);
  v1::Project project;
  EXPECT_EQ(ErrorOf(RefreshNow("projects/alpha", false, &project)).message,
            "project alpha cannot be listed: credential \"main\": the cloud does not accept the "
            "token of /k (expired); put a good one there");
}

TEST_F(ServerServiceTest, TellsWhatKeepsCallsBack) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kThrottled;
  failure.http_status = 429;
  failure.quota = core::QuotaWindow{core::QuotaWindow::Policy::kUser, 200, absl::Minutes(5)};
  cloud_.FailLists(kProjectA, failure);
  v1::Project refreshed;
  EXPECT_FALSE(RefreshNow("projects/alpha", false, &refreshed).ok());
  const v1::Project alpha = Projects().projects(0);
  ASSERT_EQ(alpha.quotas_size(), 1);
  EXPECT_EQ(alpha.quotas(0).policy(), v1::QUOTA_POLICY_USER);
  EXPECT_EQ(alpha.quotas(0).calls(), 200);
  EXPECT_EQ(alpha.quotas(0).period().seconds(), 300);
  EXPECT_GE(alpha.quota_used_count(), 1);
  EXPECT_EQ(alpha.waiting_stop_count(), 0);
  EXPECT_FALSE(alpha.has_waiting_until());
  EXPECT_FALSE(alpha.has_endpoint_down_time());
}

TEST_F(ServerServiceTest, TellsSinceWhenAnEndpointIsSilentAndWhatItSaidThatNobodyKnows) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kTransient;
  failure.http_status = 418;
  failure.unmapped = true;
  failure.message = "an answer that is not known: HTTP 418";
  cloud_.FailLists(kProjectA, failure);
  v1::Project refreshed;
  EXPECT_FALSE(RefreshNow("projects/alpha", false, &refreshed).ok());
  failure = {};
  failure.sent = false;
  failure.call_class = core::CallClass::kTransient;
  failure.message = "cannot connect";
  cloud_.FailLists(kProjectA, failure);
  for (int i = 0; i < limits::kCircuitFailures; ++i) {
    EXPECT_FALSE(RefreshNow("projects/alpha", false, &refreshed).ok());
  }
  const v1::Project alpha = Projects().projects(0);
  EXPECT_TRUE(alpha.has_endpoint_down_time());
  EXPECT_GE(alpha.unknown_answer_count(), 1);
  EXPECT_EQ(alpha.last_unknown_answer(), "an answer that is not known: HTTP 418");
}

TEST_F(ServerServiceTest, DuringAPauseARefreshSaysWhenToComeBack) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kThrottled;
  failure.http_status = 429;
  failure.retry_after = absl::Minutes(2);
  cloud_.FailLists(kProjectA, failure);
  v1::Project project;
  SeenError error = ErrorOf(RefreshNow("projects/alpha", false, &project));
  EXPECT_EQ(error.reason, "LIST_FAILED");
  error = ErrorOf(RefreshNow("projects/alpha", false, &project));
  EXPECT_EQ(error.code, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(error.reason, "LIST_FAILED");
  EXPECT_TRUE(error.has_retry);
  EXPECT_EQ(error.metadata.count("retry_after"), 0u);
  EXPECT_TRUE(Projects().projects(0).has_throttled_until());
}

TEST_F(ServerServiceTest, WhatCannotBeListedCannotBeRefreshed) {
  v1::Project project;
  SeenError error = ErrorOf(RefreshNow("projects/gamma", false, &project));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "PROJECT_NOT_OBSERVED");
  error = ErrorOf(RefreshNow("projects/nowhere", false, &project));
  EXPECT_EQ(error.code, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(error.reason, "PROJECT_NOT_FOUND");
  EXPECT_THAT(error.message, HasSubstr("alpha, beta, gamma"));
  EXPECT_THAT(ErrorOf(RefreshNow("alpha", false, &project)).Fields(), ElementsAre("name"));
}

TEST_F(ServerServiceTest, ADiagnosisTellsWhatOneListShows) {
  Running(1);
  Running(2);
  Stopped(3);
  Declare(1);
  WaitFor(Name(1));
  cloud_.SetClockSkew(-absl::Minutes(3));
  const int64_t lists = cloud_.lists();
  const size_t stops = cloud_.stops().size();
  v1::ProjectDiagnosis told;
  ASSERT_TRUE(Diagnose("projects/alpha", &told).ok());
  EXPECT_GT(cloud_.lists(), lists);
  EXPECT_EQ(cloud_.stops().size(), stops);
  EXPECT_TRUE(told.listed());
  EXPECT_FALSE(told.has_list_error());
  EXPECT_TRUE(told.has_list_duration());
  EXPECT_NEAR(static_cast<double>(told.clock_skew().seconds()), -180, 5);
  EXPECT_EQ(told.credential_detail(), "");
  EXPECT_EQ(told.instance_count(), 3);
  EXPECT_EQ(told.node_count(), 3);
  EXPECT_EQ(told.high_availability_count(), 0);
  EXPECT_EQ(told.project().declared_count(), 1);
  EXPECT_EQ(told.project().unmanaged_count(), 2);
  ASSERT_EQ(told.regions_size(), 1);
  EXPECT_EQ(told.regions(0).region(), "cn-north-4");
  ASSERT_EQ(told.raw_states_size(), 2);
  EXPECT_EQ(told.raw_states(0).status(), "SHUTOFF");  // two: the declared one is stopped
  EXPECT_EQ(told.raw_states(0).node_count(), 2);
  EXPECT_EQ(told.raw_states(0).state(), v1::POWER_STATE_STOPPED);
  EXPECT_EQ(told.raw_states(1).status(), "ACTIVE");
  EXPECT_FALSE(told.has_last_throttle());
}

TEST_F(ServerServiceTest, AListThatFailsIsADiagnosisToo) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kForbidden;
  failure.http_status = 403;
  failure.error_code = "DBSS.0003";
  failure.message = "no permission";
  cloud_.FailLists(kProjectA, failure);
  v1::ProjectDiagnosis told;
  ASSERT_TRUE(Diagnose("projects/alpha", &told).ok());
  EXPECT_TRUE(told.listed());
  EXPECT_EQ(told.list_error().error_class(), v1::ERROR_CLASS_FORBIDDEN);
  EXPECT_EQ(told.list_error().error_code(), "DBSS.0003");
  EXPECT_THAT(told.credential_detail(), HasSubstr("permission to list"));
  EXPECT_FALSE(told.has_clock_skew());
  EXPECT_EQ(told.raw_states_size(), 0);
}

TEST_F(ServerServiceTest, ADiagnosisTellsTheCredentialsOwnWords) {
  cloud::CredentialStatus status;
  status.detail = "the token is tried; nothing has to be done";
  cloud_.SetCredential(status);
  v1::ProjectDiagnosis told;
  ASSERT_TRUE(Diagnose("projects/alpha", &told).ok());
  EXPECT_EQ(told.credential_detail(), status.detail);
}

TEST_F(ServerServiceTest, ADiagnosisDuringAPauseTellsWhyAndListsNothing) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kThrottled;
  failure.http_status = 429;
  failure.message = "policy user over ratelimit,limit:60,time:1 minute";
  failure.retry_after = absl::Minutes(2);
  cloud_.FailLists(kProjectA, failure);
  v1::ProjectDiagnosis told;
  ASSERT_TRUE(Diagnose("projects/alpha", &told).ok());
  // On a slow machine a list of the daemon's own may have met the 429 before.
  if (told.listed()) {
    EXPECT_EQ(told.list_error().http_status(), 429);
  }
  const int64_t lists = cloud_.lists();
  ASSERT_TRUE(Diagnose("projects/alpha", &told).ok());
  EXPECT_EQ(cloud_.lists(), lists);
  EXPECT_FALSE(told.listed());
  EXPECT_FALSE(told.has_list_error());
  EXPECT_TRUE(told.project().has_throttled_until());
  EXPECT_EQ(told.last_throttle().message(), failure.message);
  EXPECT_THAT(told.not_listed_reason(), HasSubstr("its credential pauses"));
}

TEST_F(ServerServiceTest, WhatCannotBeListedIsDiagnosedWithoutAList) {
  v1::ProjectDiagnosis told;
  ASSERT_TRUE(Diagnose("projects/gamma", &told).ok());
  EXPECT_FALSE(told.listed());
  EXPECT_EQ(told.project().alias(), "gamma");
  EXPECT_EQ(told.project().observation_mode(), v1::OBSERVATION_MODE_NONE);
  EXPECT_EQ(ErrorOf(Diagnose("projects/nowhere", &told)).reason, "PROJECT_NOT_FOUND");
  EXPECT_THAT(ErrorOf(Diagnose("alpha", &told)).Fields(), ElementsAre("name"));
}

TEST_F(ServerServiceTest, AnInstanceOfAProjectThatCannotBeListedIsAssumedStopped) {
  cloud_.Put(Key(1, kUnseen), "om-1", core::PowerState::kRunning);
  v1::SetDesiredStateResponse response;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), Declaring(1, "gamma"), &response).ok());
  const v1::WaitInstanceResponse waited = WaitFor(Name(1, kUnseen));
  EXPECT_EQ(waited.result(), v1::WAIT_RESULT_CONVERGED);
  EXPECT_TRUE(waited.instance().observation().assumed());
  EXPECT_EQ(waited.instance().verdict().reason(), v1::REASON_ASSUMED);
}

}  // namespace
}  // namespace quiesce::rpc
