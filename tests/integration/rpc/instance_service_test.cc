#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/rpc/rpc_fixture.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class InstanceServiceTest : public RpcTest {
 protected:
  v1::Instance Get(const std::string& name) {
    v1::GetInstanceRequest request;
    request.set_name(name);
    v1::Instance instance;
    const grpc::Status status = instances_->GetInstance(Context().get(), request, &instance);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return instance;
  }
  SeenError GetError(const std::string& name) {
    v1::GetInstanceRequest request;
    request.set_name(name);
    v1::Instance instance;
    return ErrorOf(instances_->GetInstance(Context().get(), request, &instance));
  }
  v1::Explanation Explain(const std::string& name) {
    v1::ExplainInstanceRequest request;
    request.set_name(name);
    v1::Explanation explanation;
    const grpc::Status status = instances_->ExplainInstance(Context().get(), request, &explanation);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return explanation;
  }
};

// --- SetDesiredState ----------------------------------------------------------------------------

TEST_F(InstanceServiceTest, ADeclaredInstanceIsStopped) {
  Running(1);
  Refresh();
  v1::SetDesiredStateResponse response;
  const grpc::Status status = instances_->SetDesiredState(Context().get(), Declaring(1), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.change(), v1::CHANGE_ADOPT);
  EXPECT_EQ(response.effect(), v1::EFFECT_STOP);
  EXPECT_EQ(response.instance().name(), Name(1));
  EXPECT_EQ(response.instance().desired().authority().principal(), "local");
  EXPECT_THAT(response.instance().etag(), Not(IsEmpty()));

  const v1::WaitInstanceResponse waited = WaitFor(Name(1), response.instance().etag());
  EXPECT_EQ(waited.result(), v1::WAIT_RESULT_CONVERGED);
  EXPECT_EQ(waited.instance().verdict().phase(), v1::PHASE_STOPPED);
  EXPECT_THAT(cloud_.stops(), ElementsAre(Key(1)));
}

TEST_F(InstanceServiceTest, GetShowsAllFourFacts) {
  Running(1);
  Declare(1);
  WaitFor(Name(1));
  const v1::Instance instance = Get("projects/alpha/instances/" + Id(1));
  EXPECT_EQ(instance.name(), Name(1));
  EXPECT_EQ(instance.project_alias(), "alpha");
  EXPECT_EQ(instance.cloud_name(), "om-1");
  EXPECT_EQ(instance.desired().workspace(), "direct");
  EXPECT_EQ(instance.desired().writer_kind(), v1::WRITER_KIND_DIRECT);
  EXPECT_EQ(instance.desired().owner(), "team-one");
  EXPECT_EQ(instance.desired().policy().enforcement(), v1::ENFORCEMENT_CONTINUOUS);
  EXPECT_EQ(instance.desired().policy().start_grace().seconds(), 900);
  EXPECT_EQ(instance.attempt().outcome(), v1::ATTEMPT_OUTCOME_ACCEPTED);
  EXPECT_EQ(instance.attempt().http_status(), 200);
  EXPECT_EQ(instance.attempt().cloud_request_id(), "fake-request");
  EXPECT_EQ(instance.attempt().attempt_id().size(), 32u);
  EXPECT_TRUE(instance.attempt().has_end_time());
  EXPECT_EQ(instance.observation().power_state(), v1::POWER_STATE_STOPPED);
  EXPECT_EQ(instance.observation().nodes_size(), 1);
  EXPECT_TRUE(instance.observation().has_list_time());
  EXPECT_EQ(instance.history().stopped_generation(), 1);
  EXPECT_EQ(instance.verdict().reason(), v1::REASON_CONVERGED);
  EXPECT_EQ(instance.verdict().needs(), v1::NEEDS_NOBODY);
  EXPECT_EQ(instance.verdict().summary(), "stopped, as declared");
}

TEST_F(InstanceServiceTest, ARepeatWithTheSameIdHasNoSecondEffect) {
  v1::SetDesiredStateRequest request = Declaring(1);
  request.set_request_id("req-1");
  v1::SetDesiredStateResponse first;
  v1::SetDesiredStateResponse second;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), request, &first).ok());
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), request, &second).ok());
  EXPECT_EQ(second.change(), v1::CHANGE_ADOPT);
  EXPECT_EQ(second.instance().etag(), first.instance().etag());

  request.mutable_spec()->set_protected_(true);
  const SeenError error = ErrorOf(instances_->SetDesiredState(Context().get(), request, &second));
  EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(error.reason, "REQUEST_ID_REUSED");
  EXPECT_EQ(error.metadata.at("request_id"), "req-1");
}

TEST_F(InstanceServiceTest, AStaleEtagIsRefusedWithThePresentOne) {
  const v1::Instance instance = Declare(1);
  v1::SetDesiredStateRequest request = Declaring(1);
  request.set_etag("0000000000000000-1");
  v1::SetDesiredStateResponse response;
  const SeenError error = ErrorOf(instances_->SetDesiredState(Context().get(), request, &response));
  EXPECT_EQ(error.code, grpc::StatusCode::ABORTED);
  EXPECT_EQ(error.reason, "ETAG_MISMATCH");
  EXPECT_EQ(error.metadata.at("etag"), instance.etag());
  EXPECT_EQ(error.metadata.at("name"), Name(1));
}

TEST_F(InstanceServiceTest, ANewWorkspaceNeedsAnOwner) {
  v1::SetDesiredStateRequest request = Declaring(1);
  request.clear_owner();
  v1::SetDesiredStateResponse response;
  const SeenError error = ErrorOf(instances_->SetDesiredState(Context().get(), request, &response));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "WORKSPACE_NEEDS_OWNER");
}

TEST_F(InstanceServiceTest, AnInstanceOfAnotherWorkspaceIsRefusedNamingTheOwner) {
  Declare(1);
  v1::SetDesiredStateRequest request = Declaring(1);
  request.set_workspace("others");
  v1::SetDesiredStateResponse response;
  const SeenError error = ErrorOf(instances_->SetDesiredState(Context().get(), request, &response));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "INSTANCE_CLAIMED");
  EXPECT_EQ(error.metadata.at("workspace"), "direct");
  EXPECT_EQ(error.metadata.at("owner"), "team-one");
  EXPECT_EQ(error.metadata.at("name"), Name(1));
}

TEST_F(InstanceServiceTest, EveryBadFieldIsNamedAtOnce) {
  v1::SetDesiredStateRequest request;
  request.set_request_id("with space");
  request.set_workspace("Bad_Name");
  request.mutable_spec()->set_project("nowhere");
  request.mutable_spec()->set_instance_id("short");
  request.mutable_spec()->mutable_start_grace()->set_seconds(-1);
  request.mutable_spec()->set_move_from("other");
  v1::SetDesiredStateResponse response;
  const SeenError error = ErrorOf(instances_->SetDesiredState(Context().get(), request, &response));
  EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(error.domain, "quiesce.v1");
  EXPECT_EQ(error.reason, "INVALID_FIELD");
  EXPECT_THAT(error.Fields(),
              ElementsAre("request_id", "workspace", "spec.project", "spec.instance_id",
                          "spec.start_grace", "spec.move_from"));
  EXPECT_THAT(error.message, HasSubstr("(and 5 more)"));
}

TEST_F(InstanceServiceTest, ValidateOnlyChangesNothing) {
  Running(1);
  Refresh();
  v1::SetDesiredStateRequest request = Declaring(1);
  request.set_validate_only(true);
  v1::SetDesiredStateResponse response;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), request, &response).ok());
  EXPECT_EQ(response.change(), v1::CHANGE_ADOPT);
  EXPECT_EQ(response.effect(), v1::EFFECT_STOP);
  EXPECT_FALSE(response.instance().has_desired());
  EXPECT_FALSE(Get(Name(1)).has_desired());
}

// --- batches -------------------------------------------------------------------------------------

TEST_F(InstanceServiceTest, ABatchIsAllOrNone) {
  v1::BatchSetDesiredStateRequest request;
  request.set_workspace("direct");
  request.set_owner("team-one");
  request.set_contact("#team-one");
  for (int n = 1; n <= 300; ++n) *request.add_writes()->mutable_spec() = Spec(n);
  request.mutable_writes(250)->set_etag("0000000000000000-1");
  v1::BatchSetDesiredStateResponse response;
  SeenError error = ErrorOf(instances_->BatchSetDesiredState(Context().get(), request, &response));
  EXPECT_EQ(error.reason, "ETAG_MISMATCH");
  EXPECT_EQ(error.metadata.at("name"), Name(251));
  EXPECT_EQ(GetError(Name(1)).reason, "INSTANCE_NOT_FOUND");

  request.mutable_writes(250)->clear_etag();
  ASSERT_TRUE(instances_->BatchSetDesiredState(Context().get(), request, &response).ok());
  ASSERT_EQ(response.results_size(), 300);
  EXPECT_EQ(response.results(299).instance().name(), Name(300));
}

TEST_F(InstanceServiceTest, ABatchNamesTheWriteAtFault) {
  v1::BatchSetDesiredStateRequest request;
  request.set_workspace("direct");
  *request.add_writes()->mutable_spec() = Spec(1);
  *request.add_writes()->mutable_spec() = Spec(1);
  request.add_writes()->mutable_spec()->set_project("alpha");
  v1::BatchSetDesiredStateResponse response;
  SeenError error = ErrorOf(instances_->BatchSetDesiredState(Context().get(), request, &response));
  EXPECT_THAT(error.Fields(),
              ElementsAre("writes[1].spec.instance_id", "writes[2].spec.instance_id"));

  request.clear_writes();
  error = ErrorOf(instances_->BatchSetDesiredState(Context().get(), request, &response));
  EXPECT_THAT(error.Fields(), ElementsAre("writes"));
  for (int n = 0; n < 1001; ++n) *request.add_writes()->mutable_spec() = Spec(n);
  error = ErrorOf(instances_->BatchSetDesiredState(Context().get(), request, &response));
  EXPECT_EQ(error.reason, "TOO_MANY_SPECS");
  EXPECT_EQ(error.metadata.at("limit"), "1000");
}

// --- release ------------------------------------------------------------------------------------

TEST_F(InstanceServiceTest, AReleasedInstanceIsLeftAlone) {
  Stopped(1);
  Declare(1);
  WaitFor(Name(1));
  v1::ReleaseInstanceRequest request;
  request.set_name(Name(1));
  v1::Instance released;
  ASSERT_TRUE(instances_->ReleaseInstance(Context().get(), request, &released).ok());
  EXPECT_FALSE(released.has_desired());
  EXPECT_EQ(released.verdict().phase(), v1::PHASE_UNMANAGED);
  const SeenError error = ErrorOf(instances_->ReleaseInstance(Context().get(), request, &released));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "NOT_DECLARED");
}

// --- names --------------------------------------------------------------------------------------

TEST_F(InstanceServiceTest, UnknownNamesAreNotFoundAndBadOnesInvalid) {
  EXPECT_EQ(GetError(Name(7)).code, grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(GetError(Name(7)).reason, "INSTANCE_NOT_FOUND");
  EXPECT_EQ(GetError(Name(7)).metadata.at("name"), Name(7));
  const SeenError unconfigured = GetError("projects/nowhere/instances/" + Id(1));
  EXPECT_EQ(unconfigured.reason, "INSTANCE_NOT_FOUND");
  EXPECT_THAT(unconfigured.message, HasSubstr("alpha, beta, gamma"));
  for (const std::string& name :
       {std::string(), std::string("instances/x"), Name(7) + "x/y",
        std::string("projects//instances/short"), std::string(5000, 'x')}) {
    const SeenError error = GetError(name);
    EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT) << name;
    EXPECT_THAT(error.Fields(), ElementsAre("name")) << name;
  }
}

// --- explain ------------------------------------------------------------------------------------

TEST_F(InstanceServiceTest, ExplainsADriftWithGatesAndRemedies) {
  Stopped(1);
  Declare(1);
  WaitFor(Name(1));
  Running(1);
  Refresh();
  const v1::Explanation why = Explain(Name(1));
  EXPECT_EQ(why.instance().verdict().phase(), v1::PHASE_DRIFTED);
  EXPECT_EQ(why.instance().verdict().reason(), v1::REASON_START_GRACE);
  EXPECT_EQ(why.instance().verdict().summary(),
            "started outside quiesced; left alone for 15m after that");
  EXPECT_TRUE(why.instance().verdict().has_valid_until());
  ASSERT_EQ(why.gates_size(), 10);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(why.gates(i).kind(), i + 1);
  EXPECT_EQ(why.gates(4).state(), v1::GATE_STATE_WAITS);
  EXPECT_TRUE(why.gates(4).has_until());
  ASSERT_EQ(why.remedies_size(), 2);
  EXPECT_EQ(why.remedies(0).command(), "quiesce hold om-1 --for 4h --reason TEXT");
  EXPECT_EQ(why.remedies(1).command(), "quiesce stop om-1 --skip start-grace --reason TEXT");
  EXPECT_THAT(why.evidence(), HasSubstr("It is running by the last list of its project"));
}

TEST_F(InstanceServiceTest, CommandsNameNoOtherInstance) {
  const auto command = [this] { return Explain(Name(1)).remedies(0).command(); };
  Running(1);
  Running(2);
  Refresh();
  Refresh("beta");
  EXPECT_THAT(command(), StartsWith("quiesce stop om-1 "));
  // Another project has one of the same name; then so has its own.
  cloud_.Put(Key(3, kProjectB), "om-1", core::PowerState::kRunning);
  Refresh("beta");
  EXPECT_THAT(command(), StartsWith("quiesce stop alpha/om-1 "));
  cloud_.Put(Key(2), "om-1", core::PowerState::kRunning);
  Refresh();
  EXPECT_THAT(command(), StartsWith("quiesce stop " + Id(1) + " "));
}

TEST_F(InstanceServiceTest, ExplainsAListThatIsRefusedAtOnceWithTheWayOut) {
  Running(1);
  Refresh();
  cloud::ListResult refused;
  refused.call_class = core::CallClass::kAuth;
  refused.http_status = 401;
  refused.error_code = "APIGW.0301";
  refused.message = "Incorrect IAM authentication information";
  cloud_.FailLists(kProjectA, refused);
  v1::RefreshProjectRequest refresh;
  refresh.set_name("projects/alpha");
  v1::Project project;
  const SeenError error = ErrorOf(info_->RefreshProject(Context().get(), refresh, &project));
  EXPECT_EQ(error.reason, "LIST_FAILED");
  EXPECT_EQ(error.metadata.at("http_status"), "401");
  EXPECT_EQ(error.message,
            "project alpha cannot be listed: the cloud does not accept the credential \"main\" "
            "(HTTP 401); write a valid token to /keys/main.token; no restart is needed");

  Declare(1);  // needs a list that began after it
  const v1::Explanation why = Explain(Name(1));
  EXPECT_EQ(why.instance().verdict().reason(), v1::REASON_LIST_REFUSED);
  EXPECT_EQ(why.instance().verdict().needs(), v1::NEEDS_OPERATOR);
  EXPECT_EQ(why.instance().verdict().phase(), v1::PHASE_PENDING);
  EXPECT_EQ(why.instance().verdict().summary(),
            "the cloud does not accept the credential \"main\" (HTTP 401)");
  EXPECT_EQ(why.remedies(0).text(),
            "write a valid token to /keys/main.token; no restart is needed");
  EXPECT_EQ(why.remedies(1).command(), "quiesce refresh alpha");

  // A token that works sets it going.
  cloud_.FailLists(kProjectA, std::nullopt);
  Refresh();
  EXPECT_EQ(WaitFor(Name(1)).result(), v1::WAIT_RESULT_CONVERGED);
}

TEST_F(InstanceServiceTest, ExplainsAnInstanceThatNobodyDeclares) {
  Running(1);
  Refresh();
  const v1::Explanation why = Explain(Name(1));
  EXPECT_EQ(why.instance().verdict().reason(), v1::REASON_UNMANAGED);
  EXPECT_EQ(why.gates_size(), 0);
  ASSERT_EQ(why.remedies_size(), 1);
  // As it is pasted, it creates the workspace where there is none.
  EXPECT_EQ(why.remedies(0).command(),
            "quiesce stop om-1 -w WORKSPACE --owner TEAM --contact WHERE");
}

// --- wait ---------------------------------------------------------------------------------------

TEST_F(InstanceServiceTest, WaitTellsAtOnceOrNotYet) {
  cloud_.HoldLists();
  Declare(1);
  v1::WaitInstanceRequest request;
  request.set_name(Name(1));
  request.mutable_timeout()->set_seconds(0);
  v1::WaitInstanceResponse response;
  ASSERT_TRUE(instances_->WaitInstance(Context().get(), request, &response).ok());
  EXPECT_EQ(response.result(), v1::WAIT_RESULT_NOT_YET);
  EXPECT_EQ(response.instance().name(), Name(1));
}

TEST_F(InstanceServiceTest, WaitEndsShortlyBeforeItsOwnDeadline) {
  cloud_.HoldLists();
  Declare(1);
  v1::WaitInstanceRequest request;
  request.set_name(Name(1));
  request.mutable_timeout()->set_seconds(500);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(1500));
  v1::WaitInstanceResponse response;
  const grpc::Status status = instances_->WaitInstance(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.result(), v1::WAIT_RESULT_NOT_YET);
}

TEST_F(InstanceServiceTest, WaitIsSupersededByAnotherDeclaration) {
  const v1::Instance instance = Declare(1);
  v1::SetDesiredStateRequest request = Declaring(1);
  request.mutable_spec()->set_protected_(true);
  v1::SetDesiredStateResponse response;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), request, &response).ok());
  EXPECT_EQ(WaitFor(Name(1), instance.etag()).result(), v1::WAIT_RESULT_SUPERSEDED);
}

TEST_F(InstanceServiceTest, WaitEndsWhenSomebodysWordIsAgainstIt) {
  Running(1);
  v1::SetDesiredStateRequest request = Declaring(1);
  request.mutable_spec()->set_protected_(true);
  v1::SetDesiredStateResponse response;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), request, &response).ok());
  const v1::WaitInstanceResponse waited = WaitFor(Name(1));
  EXPECT_EQ(waited.result(), v1::WAIT_RESULT_BLOCKED);
  EXPECT_EQ(waited.instance().verdict().reason(), v1::REASON_PROTECTED);
  EXPECT_THAT(cloud_.stops(), IsEmpty());
}

TEST_F(InstanceServiceTest, WaitNeedsADeclaration) {
  Running(1);
  Refresh();
  v1::WaitInstanceRequest request;
  request.set_name(Name(1));
  v1::WaitInstanceResponse response;
  EXPECT_EQ(ErrorOf(instances_->WaitInstance(Context().get(), request, &response)).reason,
            "NOT_DECLARED");
  request.set_name(Name(9));
  EXPECT_EQ(ErrorOf(instances_->WaitInstance(Context().get(), request, &response)).reason,
            "INSTANCE_NOT_FOUND");
  request.mutable_timeout()->set_seconds(601);
  EXPECT_THAT(ErrorOf(instances_->WaitInstance(Context().get(), request, &response)).Fields(),
              ElementsAre("timeout"));
}

// --- RequestReconcile ---------------------------------------------------------------------------

TEST_F(InstanceServiceTest, ReconcileStopsADriftedInstanceWithoutWaiting) {
  Stopped(1);
  const v1::Instance before = Declare(1);
  WaitFor(Name(1));
  Running(1);
  Refresh();
  v1::RequestReconcileRequest request;
  request.set_name(Name(1));
  request.add_skip_gates(v1::GATE_KIND_START_GRACE);
  v1::RequestReconcileResponse response;
  EXPECT_THAT(ErrorOf(instances_->RequestReconcile(Context().get(), request, &response)).Fields(),
              ElementsAre("reason"));
  request.set_reason("nobody needs it");
  ASSERT_TRUE(instances_->RequestReconcile(Context().get(), request, &response).ok());
  EXPECT_EQ(response.effect(), v1::EFFECT_STOP);
  EXPECT_NE(response.instance().etag(), before.etag());
  EXPECT_EQ(WaitFor(Name(1), response.instance().etag()).result(), v1::WAIT_RESULT_CONVERGED);

  const std::vector<Reconcile> told = book_.reconciles();
  ASSERT_EQ(told.size(), 1u);  // the refused one is no news
  EXPECT_EQ(told[0].principal, "local");
  EXPECT_EQ(told[0].instance, Name(1));
  EXPECT_EQ(told[0].skipped, "START_GRACE");
  EXPECT_EQ(told[0].reason, "nobody needs it");
  EXPECT_EQ(told[0].effect, "STOP");
  EXPECT_EQ(told[0].because, "CALL_DUE");
}

TEST_F(InstanceServiceTest, ReconcileWaitsForTheGraceUnlessItIsSkipped) {
  Stopped(1);
  const v1::Instance before = Declare(1);
  WaitFor(Name(1));
  Running(1);
  Refresh();
  v1::RequestReconcileRequest request;
  request.set_name(Name(1));
  v1::RequestReconcileResponse response;
  ASSERT_TRUE(instances_->RequestReconcile(Context().get(), request, &response).ok());
  EXPECT_EQ(response.effect(), v1::EFFECT_NONE);
  EXPECT_EQ(response.reason(), v1::REASON_START_GRACE);
  EXPECT_EQ(response.instance().etag(), before.etag());
}

TEST_F(InstanceServiceTest, ReconcileOfAProtectedInstanceIsBlockedAndChangesNothing) {
  Running(1);
  Refresh();
  v1::SetDesiredStateRequest set = Declaring(1);
  set.mutable_spec()->set_protected_(true);
  v1::SetDesiredStateResponse declared;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), set, &declared).ok());
  WaitFor(Name(1));
  v1::RequestReconcileRequest request;
  request.set_name(Name(1));
  v1::RequestReconcileResponse response;
  ASSERT_TRUE(instances_->RequestReconcile(Context().get(), request, &response).ok());
  EXPECT_EQ(response.effect(), v1::EFFECT_BLOCKED);
  EXPECT_EQ(response.reason(), v1::REASON_PROTECTED);
  EXPECT_EQ(response.instance().etag(), declared.instance().etag());
}

TEST_F(InstanceServiceTest, OnlyTwoGatesCanBeSkipped) {
  v1::RequestReconcileRequest request;
  request.set_name(Name(1));
  request.set_reason("because");
  request.add_skip_gates(v1::GATE_KIND_BACKOFF);
  request.add_skip_gates(v1::GATE_KIND_HOLD);
  v1::RequestReconcileResponse response;
  EXPECT_THAT(ErrorOf(instances_->RequestReconcile(Context().get(), request, &response)).Fields(),
              ElementsAre("skip_gates[1]"));
}

// --- the log ------------------------------------------------------------------------------------

TEST_F(InstanceServiceTest, EveryCallIsReportedOnce) {
  GetError(Name(1));
  StopServer();  // so that the report has been made
  const auto entries = book_.entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].method, "InstanceService/GetInstance");
  EXPECT_EQ(entries[0].principal, "local");
  EXPECT_EQ(entries[0].code, absl::StatusCode::kNotFound);
  EXPECT_EQ(entries[0].reason, "INSTANCE_NOT_FOUND");
}

}  // namespace
}  // namespace quiesce::rpc
