#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/core/decide.h"
#include "daemon/rpc/convert_explanation.h"
#include "daemon/rpc/convert_instance.h"
#include "daemon/rpc/remedies.h"
#include "daemon/rpc/summary.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// An instance that runs, in a project that was listed ten seconds ago.
class ExplanationTest : public ::testing::Test {
 protected:
  ExplanationTest() {
    settings_.id = std::string(32, 'a');
    settings_.alias = "alpha";
    freshness_.last_seq = 7;
    freshness_.list_started = now_.steady - absl::Seconds(10);
    record_.key = {settings_.id, std::string(32, 'b')};
    record_.desired.emplace();
    record_.desired->uid = std::string(32, 'c');
    record_.desired->workspace = "team";
    record_.observation.presence = core::Presence::kPresent;
    record_.observation.state = core::PowerState::kRunning;
    record_.observation.since = now_.steady - absl::Minutes(5);
    record_.observation.cloud_name = "om-1";
    record_.attempt.outcome = core::Outcome::kRejected;
    record_.attempt.http_status = 503;
    record_.attempt.error_code = "APIG.0301";
    record_.attempt.ended = now_.steady - absl::Seconds(30);
    record_.history.failures = 3;
    workspace_.name = "team";
    workspace_.header.owner = "owner";
  }

  InstanceView View() const {
    return {record_,  {settings_, freshness_, holds_}, "alpha", now_.wall, &workspace_, now_, true,
            &project_};
  }
  // The last list of its project failed so.
  void ListFails(core::CallClass call_class, int http_status, const std::string& message) {
    project_.config.credential = "main";
    project_.config.credential_source = "/keys/main.token";
    project_.last_error.emplace();
    project_.last_error->result.call_class = call_class;
    project_.last_error->result.http_status = http_status;
    project_.last_error->result.message = message;
  }
  static core::Decision Because(core::Reason reason) {
    core::Decision decision;
    decision.reason = reason;
    decision.needs = core::NeedsOf(reason);
    return decision;
  }
  void Hold(core::HoldScope scope, const std::string& id, absl::Duration left) {
    core::Hold hold;
    hold.id = id;
    hold.scope = scope;
    hold.workspace = "team";
    hold.reason = "INC-" + id;
    hold.owner = "ops";
    hold.expires = now_.wall + left;
    holds_.Put(hold);
  }

  const Now now_{absl::FromUnixSeconds(1700000000), SteadyTime::FromMicros(1700000000000000)};
  core::ProjectSettings settings_;
  core::ProjectFreshness freshness_;
  core::HoldIndex holds_;
  core::InstanceRecord record_;
  store::Workspace workspace_;
  engine::ProjectState project_;
};

TEST_F(ExplanationTest, EveryReasonHasASummaryInOneSentence) {
  Hold(core::HoldScope::kFleet, "1", absl::Hours(1));
  std::set<std::string> summaries;
  for (int i = 0; i < core::kReasonCount; ++i) {
    const std::string summary = SummaryOf(View(), Because(static_cast<core::Reason>(i)));
    EXPECT_THAT(summary, Not(IsEmpty())) << i;
    EXPECT_TRUE(summaries.insert(summary).second) << summary;
    EXPECT_NE(summary.back(), '.') << summary;
    EXPECT_LT(summary.size(), 200u) << summary;
  }
}

TEST_F(ExplanationTest, CommandsCanBePasted) {
  Hold(core::HoldScope::kFleet, "0123456789abcdef", absl::Hours(1));
  for (const auto kind : {store::WriterKind::kDeclared, store::WriterKind::kDirect}) {
    workspace_.kind = kind;
    for (int i = 0; i < core::kReasonCount; ++i) {
      const auto reason = static_cast<core::Reason>(i);
      const auto remedies = RemediesFor(View(), Because(reason));
      const bool at_rest = reason == core::Reason::kConverged;
      EXPECT_EQ(remedies.empty(), at_rest) << core::ToString(reason);
      for (const v1::Remedy& remedy : remedies) {
        EXPECT_THAT(remedy.text(), Not(IsEmpty()));
        EXPECT_THAT(remedy.command(), AnyOf(IsEmpty(), StartsWith("quiesce ")));
        EXPECT_EQ(remedy.command().find_first_of("'\"$`;&|<>(){}"), std::string::npos)
            << remedy.command();
      }
    }
  }
}

TEST_F(ExplanationTest, AnInstanceIsNamedSoThatAShellTakesIt) {
  EXPECT_EQ(CommandNameOf(View()), "om-1");
  for (const char* name : {"", "with space", "$(rm -rf)", "-x", "数据库", "a;b"}) {
    record_.observation.cloud_name = name;
    EXPECT_EQ(CommandNameOf(View()), record_.key.instance_id) << name;
  }
}

TEST_F(ExplanationTest, ANameThatOthersHaveIsNoName) {
  InstanceView view = View();
  view.name_use = NameUse::kUniqueInProject;
  EXPECT_EQ(CommandNameOf(view), "alpha/om-1");
  view.name_use = NameUse::kShared;
  EXPECT_EQ(CommandNameOf(view), record_.key.instance_id);
}

TEST_F(ExplanationTest, ARefusedListNamesTheCredentialAndTheWayOut) {
  const auto said = [this] {
    const core::Decision decision = Because(core::Reason::kListRefused);
    return SummaryOf(View(), decision) + " | " + RemediesFor(View(), decision).front().text();
  };
  ListFails(core::CallClass::kAuth, 401, "expired");
  EXPECT_EQ(said(),
            "the cloud does not accept the credential \"main\" (HTTP 401) | write a valid token "
            "to /keys/main.token; no restart is needed");
  ListFails(core::CallClass::kForbidden, 403, "policy");
  EXPECT_EQ(said(),
            "the cloud forbids the credential \"main\" to list (HTTP 403) | give the user of the "
            "credential \"main\" the permission to list, or configure observation: none");
  ListFails(core::CallClass::kAuth, 0, "token file /keys/main.token: No such file; write it");
  EXPECT_EQ(said(),
            "the credential \"main\" cannot be read: token file /keys/main.token: No such file | "
            "write a valid token to /keys/main.token and let the daemon read it; no restart is "
            "needed");
  // What is known of the credential says more.
  ListFails(core::CallClass::kAuth, 0, "no key to send");
  cloud::CredentialStatus& credential = project_.last_error->credential;
  credential.kind = cloud::CredentialStatus::Kind::kAccessKey;
  credential.state = cloud::CredentialStatus::State::kLocked;
  credential.detail =
      "the cloud refused 2 signatures of /keys/ak (bad; sign); put a good pair there";
  EXPECT_EQ(said(),
            "credential \"main\": the cloud refused 2 signatures of /keys/ak (bad; sign) | put a "
            "good pair there");
  credential.state = cloud::CredentialStatus::State::kTrying;
  credential.detail = "the cloud does not accept the changed key pair; the one before is in use";
  EXPECT_EQ(said(),
            "credential \"main\": the cloud does not accept the changed key pair | write a valid "
            "key pair to /keys/main.token; no restart is needed");
  // Lists work again, and the verdict is not yet another one.
  project_.last_error.reset();
  EXPECT_THAT(said(), HasSubstr("renew the credential"));
}

TEST_F(ExplanationTest, HoldsAndFreezesAreGatesOfTheirOwn) {
  Hold(core::HoldScope::kWorkspace, "1", absl::Hours(1));
  Hold(core::HoldScope::kWorkspace, "2", absl::Hours(2));
  Hold(core::HoldScope::kFleet, "3", absl::Hours(3));
  const auto gates = GatesOf(View());
  ASSERT_EQ(gates.size(), 10u);
  for (size_t i = 0; i < gates.size(); ++i) EXPECT_EQ(gates[i].kind(), static_cast<int>(i) + 1);
  EXPECT_EQ(gates[1].state(), v1::GATE_STATE_WAITS);
  EXPECT_EQ(gates[1].detail(), "holds/2: INC-2 (ops)");
  EXPECT_EQ(gates[1].until().seconds(), 1700000000 + 7200);
  EXPECT_EQ(gates[2].detail(), "holds/3: INC-3 (ops)");
  EXPECT_THAT(gates[6].detail(), HasSubstr("of 12 per hour"));
  record_.desired.reset();
  EXPECT_TRUE(GatesOf(View()).empty());
}

TEST_F(ExplanationTest, EvidenceSaysWhatAListCanTell) {
  const core::Decision decision = Because(core::Reason::kBackoff);
  EXPECT_EQ(EvidenceOf(View(), decision),
            "It is running by the last list of its project, requested 10s ago. The list began "
            "after the last stop call ended, 30s ago.");
  freshness_.list_started = now_.steady - absl::Milliseconds(492);
  EXPECT_THAT(EvidenceOf(View(), decision), HasSubstr("its project, requested just now."));
  freshness_.list_started = now_.steady - absl::Milliseconds(7600);
  EXPECT_THAT(EvidenceOf(View(), decision), HasSubstr("requested 7s ago."));
  freshness_.list_started = now_.steady - absl::Seconds(10);
  record_.attempt.floor_seq = 7;
  EXPECT_THAT(EvidenceOf(View(), decision),
              HasSubstr("began before the last stop call ended, 30s ago, and tells nothing"));
  record_.attempt.floor_seq = 6;
  record_.attempt.resolved = false;
  record_.attempt.ended = now_.steady - absl::Seconds(15);
  EXPECT_THAT(EvidenceOf(View(), decision), HasSubstr("only a list that begins 30s after that"));
  record_.attempt.outcome = core::Outcome::kOpen;
  EXPECT_THAT(EvidenceOf(View(), decision), HasSubstr("A stop call is on its way"));
  record_.attempt.outcome = core::Outcome::kNone;
  EXPECT_THAT(EvidenceOf(View(), decision), HasSubstr("No stop was called"));
  freshness_.process_floor_seq = 7;
  EXPECT_THAT(EvidenceOf(View(), decision), HasSubstr("before this start of the daemon"));
  freshness_ = {};
  EXPECT_THAT(EvidenceOf(View(), decision), HasSubstr("has never been listed"));
  settings_.mode = core::ObservationMode::kNone;
  EXPECT_THAT(EvidenceOf(View(), Because(core::Reason::kAssumed)),
              HasSubstr("cannot be listed. The cloud accepted a stop"));
}

TEST_F(ExplanationTest, WhereNoListCanTellNobodyIsToldToWaitForOne) {
  record_.attempt.call_class = core::CallClass::kAlreadyInState;
  record_.attempt.http_status = 400;
  const core::Decision unclear = Because(core::Reason::kOutcomeUnknown);
  EXPECT_THAT(SummaryOf(View(), unclear), HasSubstr("HTTP 400 APIG.0301; a list will tell"));
  settings_.mode = core::ObservationMode::kNone;
  EXPECT_THAT(SummaryOf(View(), unclear),
              HasSubstr("HTTP 400 APIG.0301; its project cannot be looked at, so it is sent again, "
                        "5 times in all"));
  EXPECT_THAT(RemediesFor(View(), unclear).front().text(), HasSubstr("check it by hand"));
}

// What can keep a stop back, or make it fail, where nothing can be looked at.
TEST_F(ExplanationTest, WhereNothingIsListedNoStateIsClaimedAndNoListAskedFor) {
  settings_.mode = core::ObservationMode::kNone;
  using core::Reason;
  for (const Reason reason :
       {Reason::kCallDue, Reason::kOutcomeUnknown, Reason::kReportOnly, Reason::kProtected,
        Reason::kHeld, Reason::kFrozen, Reason::kBackoff, Reason::kRepeatedFailure,
        Reason::kForbidden, Reason::kPermanentError, Reason::kThrottled, Reason::kCallBudget,
        Reason::kNotObservable, Reason::kQuota, Reason::kEndpointDown}) {
    const core::Decision decision = Because(reason);
    const std::string summary = SummaryOf(View(), decision);
    EXPECT_THAT(summary, Not(HasSubstr("running"))) << core::ToString(reason);
    EXPECT_THAT(summary, Not(HasSubstr("a list"))) << core::ToString(reason);
    for (const v1::Remedy& remedy : RemediesFor(View(), decision)) {
      EXPECT_THAT(remedy.command(), Not(HasSubstr("refresh"))) << core::ToString(reason);
    }
  }
}

TEST_F(ExplanationTest, AnInstanceKeepsItsFactsApart) {
  record_.revision = 42;
  record_.attempt.id = std::string(32, 'd');
  record_.attempt.outcome = core::Outcome::kUnknown;
  record_.attempt.call_class = core::CallClass::kUnknown;
  record_.history.next_attempt = now_.steady + absl::Seconds(5);
  record_.desired->authority.kind = core::Authority::Kind::kPlan;
  record_.desired->authority.reference = "77";
  core::Decision decision = Because(core::Reason::kOutcomeUnknown);
  decision.phase = core::Phase::kRetrying;
  const v1::Instance instance = ToProto(View(), decision);
  EXPECT_EQ(instance.revision(), 42);
  EXPECT_EQ(instance.desired().authority().plan(), "plans/77");
  EXPECT_EQ(instance.attempt().error_class(), v1::ERROR_CLASS_UNKNOWN);
  EXPECT_EQ(instance.attempt().end_time().seconds(), 1700000000 - 30);
  EXPECT_EQ(instance.observation().age().seconds(), 10);
  EXPECT_TRUE(instance.observation().fresh());
  EXPECT_EQ(instance.observation().freshness_bound().seconds(), 180);
  EXPECT_EQ(instance.history().next_attempt_time().seconds(), 1700000005);
  EXPECT_EQ(instance.verdict().phase(), v1::PHASE_RETRYING);
  EXPECT_FALSE(instance.verdict().has_valid_until());
  EXPECT_EQ(instance.verdict().since_time().seconds(), 1700000000 - 300);
}

TEST_F(ExplanationTest, WhatTheEngineDoesNotRememberIsLeftOut) {
  InstanceView view = View();
  view.whole = false;
  record_.observation.nodes.push_back({"n", "ACTIVE", "NO_TASK", ""});
  const v1::Instance instance = ToProto(view, Because(core::Reason::kBackoff));
  EXPECT_FALSE(instance.desired().has_authority());
  EXPECT_EQ(instance.observation().nodes_size(), 0);
  EXPECT_EQ(instance.attempt().http_status(), 0);
}

TEST_F(ExplanationTest, AMissingInstanceIsNotFreshAndShowsItsLastState) {
  record_.observation.presence = core::Presence::kMissing;
  record_.observation.missing_lists = 2;
  record_.observation.shown_at = now_.steady - absl::Minutes(3);
  v1::Instance instance = ToProto(View(), Because(core::Reason::kMissing));
  EXPECT_EQ(instance.observation().power_state(), v1::POWER_STATE_RUNNING);
  EXPECT_FALSE(instance.observation().fresh());
  EXPECT_EQ(instance.observation().age().seconds(), 180);
  EXPECT_EQ(instance.observation().missing_lists(), 2);
  record_.observation.missing_lists = 3;
  instance = ToProto(View(), Because(core::Reason::kGone));
  EXPECT_EQ(instance.observation().power_state(), v1::POWER_STATE_ABSENT);
  EXPECT_TRUE(instance.observation().fresh());
  record_.desired.reset();
  EXPECT_FALSE(Exists(record_));
}

TEST(ShortDuration, ReadsAsAManifestWritesIt) {
  EXPECT_EQ(ShortDuration(absl::ZeroDuration()), "0s");
  EXPECT_EQ(ShortDuration(absl::Minutes(15)), "15m");
  EXPECT_EQ(ShortDuration(absl::Minutes(90)), "1h30m");
  EXPECT_EQ(ShortDuration(absl::Seconds(21) + absl::Milliseconds(400)), "21s");
  EXPECT_EQ(ShortDuration(absl::Milliseconds(1500)), "1.5s");
  EXPECT_EQ(ShortDuration(absl::Microseconds(10)), "0s");
}

}  // namespace
}  // namespace quiesce::rpc
