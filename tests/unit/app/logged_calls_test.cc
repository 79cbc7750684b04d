#include "daemon/app/logged_calls.h"

#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/captured_log.h"

namespace quiesce::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kProject[] = "0123456789abcdef0123456789abcdef";

class SteppingClock final : public Clock {
 public:
  Now Read() override {
    now_us_ += 1000;
    return {absl::UnixEpoch(), SteadyTime::FromMicros(now_us_)};
  }

 private:
  int64_t now_us_ = 0;
};

// Answers at once with what the test sets.
class AnsweringApi final : public cloud::InstanceApi {
 public:
  void Stop(const core::InstanceKey&, absl::Duration, cloud::StopDone done) override {
    std::move(done)(stop);
  }
  void List(const std::string&, absl::Duration, cloud::ListDone done) override {
    std::move(done)(list);
  }
  cloud::CredentialStatus CredentialOf(const std::string&) const override { return credential; }
  core::CallResult stop;
  cloud::ListResult list;
  cloud::CredentialStatus credential;
};

class LoggedInstanceApiTest : public ::testing::Test {
 protected:
  // The line after "msg=", of the one that was written; empty: none was.
  std::string Stop() {
    const size_t before = captured_.lines().size();
    std::optional<core::CallResult> result;
    api_.Stop({kProject, "fedcba9876543210fedcba9876543210"}, absl::Seconds(1),
              [&result](core::CallResult r) { result = std::move(r); });
    EXPECT_TRUE(result);
    return LineAfter(before);
  }
  std::string List() {
    const size_t before = captured_.lines().size();
    std::optional<cloud::ListResult> result;
    api_.List(kProject, absl::Seconds(1),
              [&result](cloud::ListResult r) { result = std::move(r); });
    EXPECT_TRUE(result);
    return LineAfter(before);
  }
  std::string LineAfter(size_t before) {
    const std::vector<std::string> lines = captured_.lines();
    if (lines.size() == before) return "";
    const size_t level = lines.back().find("level=");
    return lines.back().substr(level);
  }
  void ListFails(core::CallClass call_class) {
    inner_.list = {};
    inner_.list.call_class = call_class;
    inner_.list.http_status = 401;
    inner_.list.message = "the token is expired";
  }
  void ListWorks() {
    inner_.list = {};
    inner_.list.ok = true;
  }

  SteppingClock clock_;
  support::CapturedLog captured_;
  observability::Logger log_{clock_, captured_};
  AnsweringApi inner_;
  LoggedInstanceApi api_{inner_, clock_, log_, {{kProject, "billing-cn"}}};
};

TEST_F(LoggedInstanceApiTest, EachStopGetsALine) {
  inner_.stop.outcome = core::Outcome::kAccepted;
  inner_.stop.call_class = core::CallClass::kAccepted;
  inner_.stop.http_status = 200;
  inner_.stop.cloud_request_id = "abc";
  EXPECT_EQ(Stop(),
            "level=info msg=\"stop called\" instance=projects/0123456789abcdef0123456789abcdef/"
            "instances/fedcba9876543210fedcba9876543210 project=billing-cn outcome=accepted "
            "class=accepted http_status=200 cloud_request_id=abc took=1ms");
}

TEST_F(LoggedInstanceApiTest, AProjectIsNamedAsItIsConfiguredNow) {
  api_.SetAliases({{kProject, "renamed"}});
  inner_.stop.outcome = core::Outcome::kAccepted;
  EXPECT_THAT(Stop(), HasSubstr("project=renamed"));
}

TEST_F(LoggedInstanceApiTest, WhatStillFailsAfterAReloadIsToldAgain) {
  ListFails(core::CallClass::kTransient);
  EXPECT_THAT(List(), HasSubstr("listing fails"));
  EXPECT_EQ(List(), "");
  api_.SetAliases({{kProject, "billing-cn"}});
  EXPECT_THAT(List(), HasSubstr("listing fails"));
}

TEST_F(LoggedInstanceApiTest, ACredentialThatNeedsAttentionIsToldOnce) {
  using State = cloud::CredentialStatus::State;
  ListWorks();
  const auto list_with = [this](State state, std::optional<absl::Time> next_probe = std::nullopt) {
    inner_.credential.state = state;
    inner_.credential.source = "/k";
    inner_.credential.detail = "as it is";
    inner_.credential.next_probe_at = next_probe;
    return List();
  };
  for (const State fine : {State::kUnused, State::kOk, State::kTrying, State::kRenewing}) {
    EXPECT_EQ(list_with(fine), "");
  }
  EXPECT_EQ(list_with(State::kRejected),
            "level=warning msg=\"a credential needs attention\" project=billing-cn source=/k "
            "detail=\"as it is\"");
  EXPECT_EQ(list_with(State::kRejected), "");
  EXPECT_THAT(list_with(State::kLocked), HasSubstr("needs attention"));
  EXPECT_EQ(list_with(State::kOk),
            "level=info msg=\"a credential works again\" project=billing-cn source=/k");
  EXPECT_EQ(list_with(State::kOk), "");
  // A changed one was refused; the one before is in use.
  EXPECT_THAT(list_with(State::kTrying, absl::UnixEpoch()), HasSubstr("needs attention"));
}

TEST_F(LoggedInstanceApiTest, AStopIsToldWithTheAttemptThatItBelongsTo) {
  store::InstanceChanged changed;
  changed.record.key = {kProject, "fedcba9876543210fedcba9876543210"};
  changed.record.attempt.id = "0a1b";
  changed.record.attempt.outcome = core::Outcome::kOpen;
  inner_.stop.outcome = core::Outcome::kAccepted;
  inner_.stop.call_class = core::CallClass::kAccepted;
  api_.Note({changed});
  EXPECT_THAT(Stop(), HasSubstr("msg=\"stop called\" attempt_id=0a1b instance=projects/"));
  changed.record.attempt.outcome = core::Outcome::kAccepted;
  api_.Note({changed});
  EXPECT_THAT(Stop(), Not(HasSubstr("attempt_id")));
}

TEST_F(LoggedInstanceApiTest, AStopThatDidNotWorkIsAWarning) {
  inner_.stop.outcome = core::Outcome::kRejected;
  inner_.stop.call_class = core::CallClass::kForbidden;
  inner_.stop.error_code = "DBSS.1";
  inner_.stop.message = "no\npermission";
  EXPECT_THAT(Stop(), AllOf(HasSubstr("level=warning"), HasSubstr("outcome=rejected"),
                            HasSubstr("class=forbidden"), HasSubstr("code=DBSS.1"),
                            HasSubstr("text=\"no\\npermission\"")));
}

TEST_F(LoggedInstanceApiTest, AStopThatWaitedInVainIsNoNews) {
  inner_.stop.outcome = core::Outcome::kNotSent;
  inner_.stop.call_class = core::CallClass::kNone;
  EXPECT_EQ(Stop(), "");
}

TEST_F(LoggedInstanceApiTest, AListThatFailsIsToldOnceForEachWay) {
  ListWorks();
  EXPECT_EQ(List(), "");
  ListFails(core::CallClass::kAuth);
  EXPECT_EQ(List(),
            "level=warning msg=\"listing fails\" project=billing-cn class=auth http_status=401 "
            "text=\"the token is expired\"");
  EXPECT_EQ(List(), "");
  ListFails(core::CallClass::kTransient);
  EXPECT_THAT(List(), HasSubstr("class=transient"));
  ListWorks();
  EXPECT_EQ(List(), "level=info msg=\"listing works again\" project=billing-cn");
  EXPECT_EQ(List(), "");
}

rpc::CallEnd End(std::string_view method) {
  rpc::CallEnd end;
  end.method = method;
  end.principal = "alice";
  end.took = absl::Milliseconds(2);
  return end;
}

TEST(LoggedRpcs, WhatChangesSomethingIsToldReadsAreNot) {
  SteppingClock clock;
  support::CapturedLog captured;
  observability::Logger log(clock, captured);
  LoggedRpcs rpcs(log);
  rpcs.CallEnded(End("InstanceService/GetInstance"));
  EXPECT_THAT(captured.lines(), IsEmpty());
  rpcs.CallEnded(End("HoldService/CreateHold"));
  rpcs.CallEnded(End("InstanceService/RequestReconcile"));
  EXPECT_THAT(captured.lines(),
              ElementsAre(EndsWith("level=info msg=\"call ended\" method=HoldService/CreateHold "
                                   "principal=alice code=OK took=2ms"),
                          HasSubstr("RequestReconcile")));
}

TEST(LoggedRpcs, ASkippedGateIsToldWithItsReasonOnOneBoundedLine) {
  SteppingClock clock;
  support::CapturedLog captured;
  observability::Logger log(clock, captured);
  LoggedRpcs rpcs(log);
  rpc::Reconcile reconcile;
  reconcile.principal = "alice";
  reconcile.instance = "projects/p/instances/i";
  reconcile.skipped = "START_GRACE";
  reconcile.reason = "INC-1\nlevel=error";
  reconcile.effect = "STOP";
  reconcile.because = "CALL_DUE";
  rpcs.Reconciled(reconcile);
  reconcile.reason = std::string(5000, 'x');
  rpcs.Reconciled(reconcile);
  ASSERT_EQ(captured.lines().size(), 2u);
  EXPECT_THAT(captured.lines()[0],
              EndsWith("level=info msg=\"reconcile requested\" principal=alice "
                       "instance=projects/p/instances/i skipped=START_GRACE effect=STOP "
                       "because=CALL_DUE reason=\"INC-1\\nlevel=error\""));
  EXPECT_LT(captured.lines()[1].size(), 1500u);
}

TEST(LoggedRpcs, AFaultOfOursIsToldWithWhatTheClientWasNotTold) {
  SteppingClock clock;
  support::CapturedLog captured;
  observability::Logger log(clock, captured);
  LoggedRpcs rpcs(log);
  rpc::CallEnd end = End("InstanceService/GetInstance");
  end.code = absl::StatusCode::kInternal;
  end.incident = "i1";
  end.fault = "no such table";
  rpcs.CallEnded(end);
  EXPECT_THAT(captured.lines(),
              ElementsAre(AllOf(HasSubstr("level=error"), HasSubstr("incident=i1"),
                                HasSubstr("fault=\"no such table\""))));
}

}  // namespace
}  // namespace quiesce::app
