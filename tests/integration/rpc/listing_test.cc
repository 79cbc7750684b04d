#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/rpc/rpc_fixture.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ListingTest : public RpcTest {
 protected:
  // All pages.
  std::vector<v1::Instance> List(const std::string& filter, int page_size = 0) {
    v1::ListInstancesRequest request;
    request.set_filter(filter);
    request.set_page_size(page_size);
    std::vector<v1::Instance> instances;
    revisions_.clear();
    do {
      v1::ListInstancesResponse response;
      const grpc::Status status = instances_->ListInstances(Context().get(), request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const v1::Instance& instance : response.instances()) instances.push_back(instance);
      revisions_.insert(response.revision());
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return instances;
  }
  std::vector<std::string> Names(const std::string& filter) {
    std::vector<std::string> names;
    for (const v1::Instance& instance : List(filter)) names.push_back(instance.name());
    return names;
  }
  SeenError ListError(const v1::ListInstancesRequest& request) {
    v1::ListInstancesResponse response;
    return ErrorOf(instances_->ListInstances(Context().get(), request, &response));
  }
  v1::SummarizeInstancesResponse Summarize(const std::string& filter = "") {
    v1::SummarizeInstancesRequest request;
    request.set_filter(filter);
    v1::SummarizeInstancesResponse response;
    const grpc::Status status = instances_->SummarizeInstances(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  std::set<int64_t> revisions_;  // of the pages
};

TEST_F(ListingTest, ListsDeclaredAndUndeclaredOnesInTheOrderOfNames) {
  Stopped(3);
  Running(1);
  Running(2, kProjectB);
  Refresh("alpha");
  Refresh("beta");
  Declare(3);
  Declare(2);  // never seen
  EXPECT_THAT(Names(""), ElementsAre(Name(1), Name(2), Name(3), Name(2, kProjectB)));
  EXPECT_THAT(Names("declared=true"), ElementsAre(Name(2), Name(3)));
  EXPECT_THAT(Names("project=beta"), ElementsAre(Name(2, kProjectB)));
  EXPECT_THAT(Names("phase=UNMANAGED AND project=alpha"), ElementsAre(Name(1)));
  EXPECT_THAT(Names("workspace=direct"), SizeIs(2));
  EXPECT_THAT(Names("cloud_name=\"om-3\""), ElementsAre(Name(3)));
  EXPECT_THAT(Names("power_state=RUNNING AND declared=false"),
              ElementsAre(Name(1), Name(2, kProjectB)));
  EXPECT_THAT(Names("id_prefix=000000"), SizeIs(4));
  EXPECT_THAT(Names("id_prefix=ffffff"), IsEmpty());
  EXPECT_THAT(Names("reason=GONE"), IsEmpty());
}

TEST_F(ListingTest, PagesAreCompleteWhateverTheirSize) {
  // More than the rows of one turn of the loop.
  constexpr int kCount = 2300;
  for (int n = 0; n < kCount; ++n) Stopped(n);
  Refresh();
  const std::vector<v1::Instance> instances = List("", 1000);
  ASSERT_EQ(instances.size(), static_cast<size_t>(kCount));
  for (int n = 0; n < kCount; ++n) ASSERT_EQ(instances[static_cast<size_t>(n)].name(), Name(n));
  EXPECT_THAT(revisions_, SizeIs(1));
  EXPECT_EQ(List("power_state=STOPPED", 700).size(), static_cast<size_t>(kCount));
  v1::ListInstancesRequest request;
  request.set_page_size(5000);
  v1::ListInstancesResponse response;
  ASSERT_TRUE(instances_->ListInstances(Context().get(), request, &response).ok());
  EXPECT_EQ(response.instances_size(), 1000);
  request.set_page_size(0);
  ASSERT_TRUE(instances_->ListInstances(Context().get(), request, &response).ok());
  EXPECT_EQ(response.instances_size(), 100);
}

TEST_F(ListingTest, EveryPageHasTheRevisionOfTheFirst) {
  for (int n = 0; n < 4; ++n) Stopped(n);
  Refresh();
  v1::ListInstancesRequest request;
  request.set_page_size(2);
  v1::ListInstancesResponse first;
  ASSERT_TRUE(instances_->ListInstances(Context().get(), request, &first).ok());
  Declare(0);  // a change that a watch from the first page's revision must tell
  request.set_page_token(first.next_page_token());
  v1::ListInstancesResponse second;
  ASSERT_TRUE(instances_->ListInstances(Context().get(), request, &second).ok());
  EXPECT_EQ(second.instances(0).name(), Name(2));
  EXPECT_EQ(second.revision(), first.revision());
}

TEST_F(ListingTest, BadPagesAndFiltersAreRefused) {
  v1::ListInstancesRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(ListError(request).Fields(), ElementsAre("page_size"));
  request.set_page_size(1);
  for (const char* token : {"x", "////", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    request.set_page_token(token);
    EXPECT_EQ(ListError(request).reason, "INVALID_PAGE_TOKEN") << token;
  }
  request.clear_page_token();
  for (const char* filter :
       {"phase", "phase=", "phase=Stalled", "phase=UNSPECIFIED", "color=red",
        "phase=STALLED AND phase=GONE", "phase=STALLED and reason=GONE", "cloud_name=\"open",
        "declared=yes", "id_prefix=abc", "id_prefix=!!!!!!", "project=nowhere", "workspace=A B"}) {
    request.set_filter(filter);
    const SeenError error = ListError(request);
    EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT) << filter;
    EXPECT_EQ(error.reason, "INVALID_FILTER") << filter;
    EXPECT_THAT(error.Fields(), ElementsAre("filter")) << filter;
  }
}

TEST_F(ListingTest, SummarizesByPhaseReasonAndProject) {
  Stopped(1);
  Stopped(2);
  Running(3);
  Running(4, kProjectB);
  Refresh("alpha");
  Refresh("beta");
  Declare(1);
  WaitFor(Name(1));
  v1::SetDesiredStateRequest request = Declaring(3);
  request.mutable_spec()->set_protected_(true);
  v1::SetDesiredStateResponse response;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), request, &response).ok());
  WaitFor(Name(3));

  const v1::SummarizeInstancesResponse summary = Summarize();
  EXPECT_EQ(summary.declared_count(), 2);
  EXPECT_EQ(summary.unmanaged_count(), 2);
  ASSERT_EQ(summary.phases_size(), 3);
  EXPECT_EQ(summary.phases(0).phase(), v1::PHASE_WAITING);
  EXPECT_EQ(summary.phases(1).phase(), v1::PHASE_STOPPED);
  EXPECT_EQ(summary.phases(2).phase(), v1::PHASE_UNMANAGED);
  EXPECT_EQ(summary.phases(2).count(), 2);
  ASSERT_EQ(summary.reasons_size(), 1);
  EXPECT_EQ(summary.reasons(0).reason(), v1::REASON_PROTECTED);
  EXPECT_EQ(summary.reasons(0).count(), 1);
  EXPECT_TRUE(summary.reasons(0).has_oldest_time());
  ASSERT_EQ(summary.reasons(0).examples_size(), 1);
  EXPECT_EQ(summary.reasons(0).examples(0).instance(), Name(3));
  EXPECT_EQ(summary.reasons(0).examples(0).owner(), "team-one");
  ASSERT_EQ(summary.projects_size(), 2);
  EXPECT_EQ(summary.projects(0).project_alias(), "alpha");
  EXPECT_EQ(summary.projects(0).declared_count(), 2);
  EXPECT_EQ(summary.projects(1).unmanaged_count(), 1);
  EXPECT_GT(summary.revision(), 0);
  EXPECT_EQ(Summarize("project=beta").projects_size(), 1);
}

}  // namespace
}  // namespace quiesce::rpc
