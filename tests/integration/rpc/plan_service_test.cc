#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/sha256.h"
#include "daemon/core/names.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/rpc/rpc_fixture.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class PlanServiceTest : public RpcTest {
 protected:
  std::vector<v1::PlanItem> PlanItems(const std::string& plan, const std::string& filter = "",
                                      int page_size = 0) {
    v1::ListPlanItemsRequest request;
    request.set_parent(plan);
    request.set_filter(filter);
    request.set_page_size(page_size);
    std::vector<v1::PlanItem> items;
    do {
      v1::ListPlanItemsResponse response;
      const grpc::Status status = plans_->ListPlanItems(Context().get(), request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const v1::PlanItem& item : response.items()) items.push_back(item);
      request.set_page_token(response.next_page_token());
      pages_ = pages_ + 1;
    } while (!request.page_token().empty());
    return items;
  }
  std::vector<v1::RunItem> RunItems(const std::string& run, const std::string& filter = "") {
    v1::ListRunItemsRequest request;
    request.set_parent(run);
    request.set_filter(filter);
    v1::ListRunItemsResponse response;
    const grpc::Status status = plans_->ListRunItems(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.items().begin(), response.items().end()};
  }
  v1::Run Apply(const std::string& plan, const std::string& digest = "") {
    v1::ApplyPlanRequest request;
    request.set_name(plan);
    request.set_digest(digest);
    v1::Run run;
    const grpc::Status status = plans_->ApplyPlan(Context().get(), request, &run);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return run;
  }
  SeenError ApplyError(const std::string& plan, const std::string& digest = "") {
    v1::ApplyPlanRequest request;
    request.set_name(plan);
    request.set_digest(digest);
    v1::Run run;
    return ErrorOf(plans_->ApplyPlan(Context().get(), request, &run));
  }
  SeenError PlanError(const v1::CreatePlanRequest& request) {
    v1::CreatePlanResponse response;
    return ErrorOf(plans_->CreatePlan(Context().get(), request, &response));
  }

  bool WasCalled(const std::string& name) const {
    for (const core::InstanceKey& key : cloud_.stops()) {
      if (core::FormatInstanceName(key) == name) return true;
    }
    return false;
  }

  // --- StreamCreatePlan ---
  static std::string DigestOf(const std::vector<v1::InstanceSpec>& specs) {
    Sha256 sha;
    for (const v1::InstanceSpec& spec : specs) {
      sha.Update(absl::StrCat(spec.project(), "/", spec.instance_id(), "\n"));
    }
    return "sha256:" + sha.HexDigest();
  }
  static v1::StreamCreatePlanRequest Chunk(const std::vector<v1::InstanceSpec>& specs) {
    v1::StreamCreatePlanRequest part;
    part.mutable_chunk();
    for (const v1::InstanceSpec& spec : specs) *part.mutable_chunk()->add_specs() = spec;
    return part;
  }
  static v1::StreamCreatePlanRequest Trailer(int64_t count, const std::string& digest) {
    v1::StreamCreatePlanRequest part;
    part.mutable_trailer()->set_count(count);
    part.mutable_trailer()->set_digest(digest);
    return part;
  }
  v1::StreamCreatePlanRequest HeaderPart() const {
    v1::StreamCreatePlanRequest part;
    *part.mutable_header() = Header();
    return part;
  }
  grpc::Status Stream(const std::vector<v1::StreamCreatePlanRequest>& parts,
                      v1::CreatePlanResponse* response) {
    const auto context = Context();
    auto writer = plans_->StreamCreatePlan(context.get(), response);
    for (const v1::StreamCreatePlanRequest& part : parts) {
      if (!writer->Write(part)) break;  // the server has answered
    }
    writer->WritesDone();
    return writer->Finish();
  }
  SeenError StreamError(const std::vector<v1::StreamCreatePlanRequest>& parts) {
    v1::CreatePlanResponse response;
    return ErrorOf(Stream(parts, &response));
  }

  int pages_ = 0;
};

// --- plan, apply, follow -------------------------------------------------------------------------

TEST_F(PlanServiceTest, APlanShowsWhatItWouldDoAndARunDoesIt) {
  Running(1);
  Stopped(2);
  Running(9);  // nobody declares it
  Refresh();
  const v1::CreatePlanResponse created = Plan({1, 2});
  const v1::Plan& plan = created.plan();
  EXPECT_THAT(plan.name(), StartsWith("plans/"));
  EXPECT_THAT(plan.digest(), StartsWith("sha256:"));
  EXPECT_EQ(plan.header().workspace(), "team");
  EXPECT_EQ(plan.header().labels().at("tier"), "prod");
  EXPECT_EQ(plan.header_change(), v1::CHANGE_ADOPT);
  EXPECT_EQ(plan.spec_count(), 2);
  EXPECT_EQ(plan.counts_size(), 2);
  EXPECT_EQ(plan.created_by(), "local");
  ASSERT_EQ(created.projects_size(), 1);
  EXPECT_EQ(created.projects(0).project_alias(), "alpha");
  EXPECT_TRUE(created.projects(0).fresh());
  EXPECT_EQ(created.unmanaged_count(), 1);

  const std::vector<v1::PlanItem> items = PlanItems(plan.name());
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[0].instance(), Name(1));
  EXPECT_EQ(items[0].cloud_name(), "om-1");
  EXPECT_EQ(items[0].change(), v1::CHANGE_ADOPT);
  EXPECT_EQ(items[0].effect(), v1::EFFECT_STOP);
  EXPECT_EQ(items[0].power_state(), v1::POWER_STATE_RUNNING);
  EXPECT_EQ(items[1].effect(), v1::EFFECT_NONE);

  const v1::Run run = Apply(plan.name(), plan.digest());
  EXPECT_EQ(run.plan(), plan.name());
  const v1::Run done = FollowRun(run.name());
  EXPECT_EQ(done.state(), v1::RUN_STATE_DONE);
  ASSERT_EQ(done.counts_size(), 1);
  EXPECT_EQ(done.counts(0).state(), v1::RUN_ITEM_STATE_CONVERGED);
  EXPECT_EQ(done.counts(0).count(), 2);
  const std::vector<v1::RunItem> ended = RunItems(run.name());
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].state(), v1::RUN_ITEM_STATE_CONVERGED);
  EXPECT_EQ(ended[0].reason(), v1::REASON_CONVERGED);
  EXPECT_EQ(ended[0].cloud_name(), "om-1");
  EXPECT_TRUE(ended[0].has_end_time());
  EXPECT_THAT(cloud_.stops(), ElementsAre(Key(1)));
}

TEST_F(PlanServiceTest, ApplyingAgainGivesTheSameRun) {
  const v1::Plan plan = Plan({1}).plan();
  const v1::Run first = Apply(plan.name());
  EXPECT_EQ(Apply(plan.name()).name(), first.name());
  v1::GetPlanRequest request;
  request.set_name(plan.name().substr(0, 14));  // plans/ and eight digits
  v1::Plan read;
  ASSERT_TRUE(plans_->GetPlan(Context().get(), request, &read).ok());
  EXPECT_EQ(read.run(), first.name());
}

TEST_F(PlanServiceTest, WhatIsAbsentFromTheSetIsReleased) {
  Stopped(1);
  Stopped(2);
  Refresh();
  FollowRun(Apply(Plan({1, 2}).plan().name()).name());
  const v1::CreatePlanResponse created = Plan({1});
  const std::vector<v1::PlanItem> items = PlanItems(created.plan().name());
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].change(), v1::CHANGE_RELEASE);
  EXPECT_EQ(items[0].instance(), Name(2));
  EXPECT_EQ(items[0].reason(), v1::REASON_UNSPECIFIED);
  EXPECT_EQ(created.projects_size(), 1);
}

TEST_F(PlanServiceTest, AnInstanceThatChangedSinceIsSkipped) {
  FollowRun(Apply(Plan({1}).plan().name()).name());
  v1::CreatePlanRequest request;
  *request.mutable_header() = Header();
  *request.add_specs() = Spec(1);
  request.mutable_specs(0)->set_protected_(true);
  v1::CreatePlanResponse first;
  v1::CreatePlanResponse second;
  ASSERT_TRUE(plans_->CreatePlan(Context().get(), request, &first).ok());
  request.mutable_specs(0)->mutable_start_grace()->set_seconds(60);
  ASSERT_TRUE(plans_->CreatePlan(Context().get(), request, &second).ok());
  FollowRun(Apply(second.plan().name()).name());
  const SeenError error = ApplyError(first.plan().name());
  if (error.code == grpc::StatusCode::OK) {
    v1::Run run = Apply(first.plan().name());
    EXPECT_EQ(RunItems(FollowRun(run.name()).name())[0].state(), v1::RUN_ITEM_STATE_SKIPPED);
  } else {
    EXPECT_EQ(error.code, grpc::StatusCode::ABORTED);
    EXPECT_EQ(error.reason, "PLAN_STALE");
  }
}

TEST_F(PlanServiceTest, APlanOfAnotherDigestIsNotApplied) {
  const v1::Plan plan = Plan({1}).plan();
  const SeenError error = ApplyError(plan.name(), "sha256:" + std::string(64, '0'));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "PLAN_DIGEST_MISMATCH");
  EXPECT_EQ(error.metadata.at("digest"), plan.digest());
  EXPECT_THAT(ApplyError(plan.name(), "sha1:abc").Fields(), ElementsAre("digest"));
}

TEST_F(PlanServiceTest, UnknownPlansAndRunsAreNotFound) {
  EXPECT_EQ(ApplyError("plans/" + std::string(32, 'f')).reason, "PLAN_NOT_FOUND");
  EXPECT_THAT(ApplyError("plans/123").Fields(), ElementsAre("name"));
  v1::GetRunRequest get;
  get.set_name("runs/" + std::string(8, 'f'));
  v1::Run run;
  EXPECT_EQ(ErrorOf(plans_->GetRun(Context().get(), get, &run)).reason, "RUN_NOT_FOUND");
  v1::CancelRunRequest cancel;
  cancel.set_name(get.name());
  v1::CancelRunResponse cancelled;
  EXPECT_EQ(ErrorOf(plans_->CancelRun(Context().get(), cancel, &cancelled)).reason,
            "RUN_NOT_FOUND");
}

TEST_F(PlanServiceTest, AWorkspaceWrittenDirectlyIsNotPlanned) {
  Declare(1);
  v1::CreatePlanRequest request;
  *request.mutable_header() = Header("direct");
  SeenError error = PlanError(request);
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "WORKSPACE_KIND_MISMATCH");

  *request.mutable_header() = Header();
  *request.add_specs() = Spec(1);
  error = PlanError(request);
  EXPECT_EQ(error.reason, "INSTANCE_CLAIMED");
  EXPECT_EQ(error.metadata.at("name"), Name(1));
  EXPECT_EQ(error.metadata.at("workspace"), "direct");
}

TEST_F(PlanServiceTest, ABadManifestIsRefusedWithEveryViolation) {
  v1::CreatePlanRequest request;
  request.mutable_header()->set_workspace("team");
  request.mutable_header()->mutable_defaults()->set_project("nowhere");
  *request.add_specs() = Spec(1);
  *request.add_specs() = Spec(1);
  request.add_specs()->set_instance_id("short");
  const SeenError error = PlanError(request);
  EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(error.Fields(),
              ElementsAre("header.owner", "header.contact", "header.defaults.project",
                          "specs[1].instance_id", "specs[2].project", "specs[2].instance_id"));
  request.clear_specs();
  for (int n = 0; n < 1001; ++n) *request.add_specs() = Spec(n);
  EXPECT_EQ(PlanError(request).reason, "TOO_MANY_SPECS");
}

TEST_F(PlanServiceTest, AProjectThatCannotBeListedLeavesEffectsUnknown) {
  cloud::ListResult failure;
  failure.call_class = core::CallClass::kTransient;
  failure.http_status = 503;
  cloud_.FailLists(kProjectA, failure);
  const std::vector<v1::PlanItem> items = PlanItems(Plan({1}).plan().name());
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].effect(), v1::EFFECT_UNKNOWN);
}

// --- items: pages and filters --------------------------------------------------------------------

TEST_F(PlanServiceTest, ItemsComeInPagesAndByFilter) {
  for (int n = 1; n <= 5; ++n) n % 2 == 1 ? Running(n) : Stopped(n);
  Refresh();
  const v1::Plan plan = Plan({1, 2, 3, 4, 5}).plan();
  std::vector<v1::PlanItem> items = PlanItems(plan.name(), "", 2);
  EXPECT_EQ(items.size(), 5u);
  EXPECT_EQ(pages_, 3);
  pages_ = 0;
  items = PlanItems(plan.name(), "effect=STOP AND change=ADOPT", 3);
  EXPECT_EQ(items.size(), 3u);
  EXPECT_EQ(pages_, 1);  // nothing more matches, and that is known
  EXPECT_THAT(PlanItems(plan.name(), "change=RELEASE"), IsEmpty());

  v1::ListPlanItemsRequest request;
  v1::ListPlanItemsResponse response;
  request.set_parent(plan.name());
  request.set_filter("colour=red");
  SeenError error = ErrorOf(plans_->ListPlanItems(Context().get(), request, &response));
  EXPECT_EQ(error.reason, "INVALID_FILTER");
  EXPECT_EQ(error.metadata.at("fields"), "change, effect, reason");
  request.clear_filter();
  request.set_page_size(2);
  ASSERT_TRUE(plans_->ListPlanItems(Context().get(), request, &response).ok());
  request.set_page_token(response.next_page_token());
  request.set_filter("effect=STOP");  // a token belongs to its filter
  error = ErrorOf(plans_->ListPlanItems(Context().get(), request, &response));
  EXPECT_EQ(error.reason, "INVALID_PAGE_TOKEN");
}

// --- cancel --------------------------------------------------------------------------------------

TEST_F(PlanServiceTest, CancelTakesBackWhatWasNotCalledAndTellsWhatWas) {
  Running(1);
  Running(2);
  Refresh();
  // Lists are held, so that nothing can be decided about the second instance; the first one has
  // its call on the way.
  const v1::Run run = Apply(Plan({1, 2}).plan().name());
  cloud_.HoldStops();
  v1::CancelRunRequest request;
  request.set_name(run.name());
  v1::CancelRunResponse first;
  std::thread releaser([this] { cloud_.Release(); });
  const grpc::Status status = plans_->CancelRun(Context().get(), request, &first);
  releaser.join();
  cloud_.Release();
  if (!status.ok()) {
    // The daemon was faster than the cancel.
    EXPECT_EQ(ErrorOf(status).reason, "RUN_ENDED");
    return;
  }
  EXPECT_EQ(first.run().cancelled_by(), "local");
  EXPECT_EQ(first.not_called_count() + first.accepted_count() + first.unknown_count(), 2);
  for (const std::string& name : first.not_called()) EXPECT_EQ(WasCalled(name), false);
  for (const std::string& name : first.accepted()) EXPECT_EQ(WasCalled(name), true);
  v1::CancelRunResponse again;
  ASSERT_TRUE(plans_->CancelRun(Context().get(), request, &again).ok());
  EXPECT_EQ(again.not_called_size(), first.not_called_size());
  EXPECT_EQ(again.accepted_size(), first.accepted_size());
  EXPECT_EQ(again.unknown_size(), first.unknown_size());
}

TEST_F(PlanServiceTest, CancelWaitsForTheCallThatIsOnItsWay) {
  Running(1);
  Refresh();
  cloud_.HoldStops();
  const v1::Run run = Apply(Plan({1}).plan().name());
  while (cloud_.stops().empty()) Refresh();
  v1::CancelRunRequest request;
  request.set_name(run.name());
  // With its answer held back the cancel does not answer; with it, it does.
  v1::CancelRunResponse response;
  grpc::ClientContext hasty;
  hasty.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  EXPECT_EQ(plans_->CancelRun(&hasty, request, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  cloud_.Release();
  ASSERT_TRUE(plans_->CancelRun(Context().get(), request, &response).ok());
  EXPECT_THAT(response.accepted(), ElementsAre(Name(1)));
  EXPECT_EQ(response.accepted_count(), 1);
  EXPECT_EQ(FollowRun(run.name()).state(), v1::RUN_STATE_CANCELLED);
}

TEST_F(PlanServiceTest, CancelOfARunThatIsDoneIsRefused) {
  const v1::Run run = FollowRun(Apply(Plan({}).plan().name()).name());
  EXPECT_EQ(run.state(), v1::RUN_STATE_DONE);
  v1::CancelRunRequest request;
  request.set_name(run.name());
  v1::CancelRunResponse response;
  const SeenError error = ErrorOf(plans_->CancelRun(Context().get(), request, &response));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "RUN_ENDED");
}

// --- StreamCreatePlan ----------------------------------------------------------------------------

TEST_F(PlanServiceTest, AStreamedSetIsPlannedLikeAnother) {
  std::vector<v1::InstanceSpec> specs;
  for (int n = 0; n < 2500; ++n) specs.push_back(Spec(n, n % 2 == 0 ? "alpha" : ""));
  std::vector<v1::StreamCreatePlanRequest> parts = {HeaderPart(), Chunk({})};
  for (size_t from = 0; from < specs.size(); from += 1000) {
    const size_t to = std::min(specs.size(), from + 1000);
    parts.push_back(Chunk({specs.begin() + static_cast<std::ptrdiff_t>(from),
                           specs.begin() + static_cast<std::ptrdiff_t>(to)}));
  }
  parts.push_back(Trailer(2500, DigestOf(specs)));
  v1::CreatePlanResponse response;
  const grpc::Status status = Stream(parts, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.plan().spec_count(), 2500);
  EXPECT_EQ(PlanItems(response.plan().name(), "", 1000).size(), 2500u);
}

TEST_F(PlanServiceTest, AnIncompleteStreamIsRefused) {
  const std::vector<v1::InstanceSpec> specs = {Spec(1), Spec(2)};
  const std::string digest = DigestOf(specs);
  const std::vector<std::vector<v1::StreamCreatePlanRequest>> streams = {
      {},
      {HeaderPart()},
      {HeaderPart(), Chunk(specs)},
      {HeaderPart(), Chunk({specs[0]}), Trailer(2, digest)},
      {HeaderPart(), Chunk({specs[1], specs[0]}), Trailer(2, digest)},
      {HeaderPart(), Chunk(specs), Trailer(3, digest)},
      {HeaderPart(), Chunk(specs), Trailer(2, "")},
      {Chunk(specs), HeaderPart(), Trailer(2, digest)},
      {HeaderPart(), HeaderPart(), Chunk(specs), Trailer(2, digest)},
      {HeaderPart(), Chunk(specs), Trailer(2, digest), Chunk({})},
      {HeaderPart(), v1::StreamCreatePlanRequest(), Trailer(0, DigestOf({}))},
      {Trailer(0, DigestOf({}))},
  };
  for (size_t i = 0; i < streams.size(); ++i) {
    const SeenError error = StreamError(streams[i]);
    EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT) << i;
    EXPECT_EQ(error.reason, "SPECS_INCOMPLETE") << i << " " << error.message;
  }
  const SeenError error = StreamError({HeaderPart(), Chunk(specs), Trailer(3, digest)});
  EXPECT_EQ(error.metadata.at("count"), "2");
  EXPECT_EQ(error.metadata.at("digest"), digest);
}

TEST_F(PlanServiceTest, AStreamIsAnsweredBeforeItsEndWhenNothingCanMendIt) {
  std::vector<v1::InstanceSpec> bad(30, v1::InstanceSpec());
  const SeenError error = StreamError({HeaderPart(), Chunk({Spec(1)}), Chunk(bad), Chunk(bad)});
  EXPECT_EQ(error.reason, "INVALID_FIELD");
  EXPECT_EQ(error.violations.size(), 20u);
  EXPECT_EQ(error.violations[0].first, "specs[1].instance_id");
  EXPECT_EQ(error.metadata.at("violations_omitted"), "10");

  std::vector<v1::InstanceSpec> many;
  for (int n = 0; n < 1001; ++n) many.push_back(Spec(n));
  EXPECT_EQ(StreamError({HeaderPart(), Chunk(many)}).reason, "TOO_MANY_SPECS");
}

TEST_F(PlanServiceTest, AStreamThatIsCutOffPlansNothing) {
  v1::CreatePlanResponse response;
  auto context = Context();
  auto writer = plans_->StreamCreatePlan(context.get(), &response);
  ASSERT_TRUE(writer->Write(HeaderPart()));
  ASSERT_TRUE(writer->Write(Chunk({Spec(1)})));
  context->TryCancel();
  EXPECT_EQ(writer->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(PlanServiceTest, OnlyAFewStreamsAreTakenInAtATime) {
  v1::CreatePlanResponse response;
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientWriter<v1::StreamCreatePlanRequest>>> writers;
  for (int i = 0; i < 4; ++i) {
    contexts.push_back(Context());
    writers.push_back(plans_->StreamCreatePlan(contexts.back().get(), &response));
    ASSERT_TRUE(writers.back()->Write(HeaderPart()));
  }
  // The fifth is refused as soon as the first four have arrived; each try is a round trip.
  SeenError error;
  for (int i = 0; i < 10000 && error.reason != "OVERLOADED"; ++i) {
    error = StreamError({HeaderPart(), Trailer(0, DigestOf({}))});
  }
  EXPECT_EQ(error.code, grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(error.has_retry);
  EXPECT_THAT(error.message, HasSubstr("4 plans coming in"));
  for (size_t i = 0; i < writers.size(); ++i) {
    contexts[i]->TryCancel();
    writers[i]->Finish();
  }
}

}  // namespace
}  // namespace quiesce::rpc
