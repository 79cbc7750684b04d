#include <functional>
#include <memory>
#include <optional>
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
using ::testing::UnorderedElementsAre;

// One stream, read on the test's thread.
class Watcher {
 public:
  Watcher(v1::InstanceService::Stub& stub, const std::string& filter, int64_t revision)
      : context_(std::make_unique<grpc::ClientContext>()) {
    context_->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    v1::WatchInstancesRequest request;
    request.set_filter(filter);
    request.set_revision(revision);
    reader_ = stub.WatchInstances(context_.get(), request);
  }
  ~Watcher() {
    if (reader_ == nullptr) return;
    context_->TryCancel();
    reader_->Finish();
  }

  // Empty: the stream has ended.
  std::optional<v1::WatchInstancesResponse> Next() {
    v1::WatchInstancesResponse message;
    if (!reader_->Read(&message)) return std::nullopt;
    if (message.has_bookmark()) {
      ++bookmarks_;
      revision_ = message.bookmark().revision();
      complete_ += message.bookmark().snapshot_complete();
    }
    return message;
  }
  // Reads up to the next bookmark; the instances and removals before it.
  std::vector<v1::WatchInstancesResponse> UntilBookmark() {
    std::vector<v1::WatchInstancesResponse> messages;
    while (auto message = Next()) {
      if (message->has_bookmark()) break;
      messages.push_back(*std::move(message));
    }
    return messages;
  }
  // Reads until a message satisfies the condition.
  v1::WatchInstancesResponse Until(
      const std::function<bool(const v1::WatchInstancesResponse&)>& condition) {
    while (auto message = Next()) {
      if (condition(*message)) return *message;
    }
    ADD_FAILURE() << "the stream ended";
    return {};
  }
  grpc::Status End() {
    while (Next()) {
    }
    const grpc::Status status = reader_->Finish();
    reader_.reset();
    return status;
  }
  void Cancel() { context_->TryCancel(); }

  int bookmarks() const { return bookmarks_; }
  int complete() const { return complete_; }
  int64_t revision() const { return revision_; }

 private:
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchInstancesResponse>> reader_;
  int bookmarks_ = 0;
  int complete_ = 0;
  int64_t revision_ = 0;
};

class WatchTest : public RpcTest {
 protected:
  std::unique_ptr<Watcher> Watch(const std::string& filter = "", int64_t revision = 0) {
    return std::make_unique<Watcher>(*instances_, filter, revision);
  }
  static std::vector<std::string> NamesOf(const std::vector<v1::WatchInstancesResponse>& messages) {
    std::vector<std::string> names;
    for (const auto& message : messages) {
      names.push_back(message.has_instance() ? message.instance().name()
                                             : "-" + message.removed().name());
    }
    return names;
  }
  size_t OpenWatches() {
    size_t open = 0;
    OnLoop([&] { open = engine_->watches().size(); });
    return open;
  }
};

TEST_F(WatchTest, BeginsWithASnapshotAndFollows) {
  Stopped(1);
  Running(2);
  Refresh();
  auto watch = Watch();
  EXPECT_THAT(NamesOf(watch->UntilBookmark()), UnorderedElementsAre(Name(1), Name(2)));
  EXPECT_EQ(watch->complete(), 1);
  Declare(2);
  const v1::WatchInstancesResponse stopped = watch->Until([](const auto& message) {
    return message.instance().verdict().phase() == v1::PHASE_STOPPED;
  });
  EXPECT_EQ(stopped.instance().name(), Name(2));
  EXPECT_EQ(stopped.instance().observation().nodes_size(), 0);
  EXPECT_EQ(stopped.instance().desired().owner(), "team-one");
  watch->UntilBookmark();
  EXPECT_GT(watch->bookmarks(), 1);
  EXPECT_EQ(watch->complete(), 1);
}

TEST_F(WatchTest, AnEmptyFleetIsCompleteAtOnce) {
  auto watch = Watch();
  EXPECT_THAT(watch->UntilBookmark(), IsEmpty());
  EXPECT_EQ(watch->complete(), 1);
}

TEST_F(WatchTest, ResumesWhereABookmarkWas) {
  Stopped(1);
  Refresh();
  int64_t revision = 0;
  {
    auto watch = Watch();
    watch->UntilBookmark();
    revision = watch->revision();
  }
  Stopped(2);
  Refresh();
  auto watch = Watch("", revision);
  EXPECT_THAT(NamesOf(watch->UntilBookmark()), ElementsAre(Name(2)));
  EXPECT_EQ(watch->complete(), 1);
}

TEST_F(WatchTest, FollowsAListWithoutAGap) {
  Stopped(1);
  Refresh();
  v1::ListInstancesResponse list;
  ASSERT_TRUE(instances_->ListInstances(Context().get(), v1::ListInstancesRequest(), &list).ok());
  Stopped(2);
  Refresh();
  auto watch = Watch("", list.revision());
  EXPECT_THAT(NamesOf(watch->UntilBookmark()), ElementsAre(Name(2)));
}

TEST_F(WatchTest, ARevisionThatIsNotRememberedIsOutOfRange) {
  Stopped(1);
  Stopped(2);
  Refresh();
  SeenError error = ErrorOf(Watch("", 1000000000)->End());
  EXPECT_EQ(error.code, grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(error.reason, "REVISION_OUT_OF_RANGE");
  EXPECT_EQ(error.metadata.at("revision"), "1000000000");
  EXPECT_EQ(error.metadata.count("oldest"), 1u);
  EXPECT_EQ(error.metadata.count("newest"), 1u);
  error = ErrorOf(Watch("", -1)->End());
  EXPECT_EQ(error.code, grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(error.Fields(), ElementsAre("revision"));
  OnLoop([&] { engine_->registry().SetOldestResumable(engine_->registry().last_revision()); });
  EXPECT_EQ(ErrorOf(Watch("", 1)->End()).reason, "REVISION_OUT_OF_RANGE");
  EXPECT_EQ(ErrorOf(Watch("nonsense")->End()).reason, "INVALID_FILTER");
}

TEST_F(WatchTest, WhatLeavesTheFilterIsRemoved) {
  Running(1);
  Stopped(2);
  Refresh();
  auto watch = Watch("power_state=RUNNING");
  EXPECT_THAT(NamesOf(watch->UntilBookmark()), ElementsAre(Name(1)));
  Stopped(1);
  Stopped(3);  // never matched: not told
  Refresh();
  EXPECT_THAT(NamesOf(watch->UntilBookmark()), ElementsAre("-" + Name(1)));
}

TEST_F(WatchTest, WhatIsGoneIsRemoved) {
  Running(1);
  Running(2);
  Refresh();
  auto watch = Watch();
  watch->UntilBookmark();
  cloud_.Remove(Key(1));
  for (int i = 0; i < 3; ++i) Refresh();  // three lists without it
  const v1::WatchInstancesResponse removed =
      watch->Until([](const auto& message) { return message.has_removed(); });
  EXPECT_EQ(removed.removed().name(), Name(1));
}

TEST_F(WatchTest, AHoldIsSeenAsAChangeOfVerdict) {
  Running(1);
  Refresh();
  cloud_.HoldStops();
  Declare(1);
  v1::SetDesiredStateRequest request = Declaring(2);
  Running(2);
  Refresh();
  v1::CreateHoldRequest hold;
  hold.set_scope(Name(2));
  hold.set_reason("INC-1");
  hold.set_owner("ops");
  hold.mutable_ttl()->set_seconds(60);
  v1::CreateHoldResponse held;
  ASSERT_TRUE(holds_->CreateHold(Context().get(), hold, &held).ok());
  v1::SetDesiredStateResponse response;
  ASSERT_TRUE(instances_->SetDesiredState(Context().get(), request, &response).ok());
  auto watch = Watch("reason=HELD");
  watch->Until([](const auto& message) { return message.has_instance(); });
  v1::EndHoldRequest end;
  end.set_name(held.hold().name());
  v1::Hold ended;
  ASSERT_TRUE(holds_->EndHold(Context().get(), end, &ended).ok());
  const v1::WatchInstancesResponse removed =
      watch->Until([](const auto& message) { return message.has_removed(); });
  EXPECT_EQ(removed.removed().name(), Name(2));
}

TEST_F(WatchTest, ASlowReaderMissesNothingButStatesInBetween) {
  // More than a batch, and more than flow control lets through unread.
  constexpr int kCount = 3000;
  for (int n = 0; n < kCount; ++n) Stopped(n);
  Refresh();
  auto watch = Watch();  // nothing is read yet
  for (int round = 0; round < 5; ++round) {
    for (int n = 0; n < kCount; ++n) (round % 2 == 0) ? Running(n) : Stopped(n);
    Refresh();
  }
  std::map<std::string, v1::PowerState> seen;
  int64_t last_revision = 0;
  size_t messages = 0;
  int64_t newest = 0;
  OnLoop([&] { newest = engine_->registry().last_revision(); });
  while (watch->complete() == 0 || watch->revision() < newest) {
    auto message = watch->Next();
    ASSERT_TRUE(message);
    ++messages;
    if (!message->has_instance()) continue;
    EXPECT_GT(message->instance().revision(), last_revision);
    last_revision = message->instance().revision();
    seen[message->instance().name()] = message->instance().observation().power_state();
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(kCount));
  for (const auto& [name, state] : seen) EXPECT_EQ(state, v1::POWER_STATE_RUNNING) << name;
  // Had every state been sent, there would be six for each instance.
  EXPECT_LT(messages, static_cast<size_t>(4 * kCount));
}

TEST_F(WatchTest, AClientThatGoesAwayIsForgotten) {
  auto watch = Watch();
  watch->UntilBookmark();
  EXPECT_EQ(OpenWatches(), 1u);
  watch.reset();
  while (OpenWatches() != 0 || calls_->in_flight() != 0) {
  }
}

TEST_F(WatchTest, ADrainEndsOpenStreamsAtOnce) {
  for (int n = 0; n < 2000; ++n) Stopped(n);
  Running(2000);
  Refresh();
  std::vector<std::unique_ptr<Watcher>> watches;
  for (int i = 0; i < 20; ++i) {
    watches.push_back(Watch("power_state=RUNNING"));
    EXPECT_THAT(watches.back()->UntilBookmark(), SizeIs(1));
  }
  auto unread = Watch();  // but for one message
  ASSERT_TRUE(unread->Next());
  for (int i = 0; i < 50; ++i) Refresh();  // time enough for its window to fill
  const auto begun = clock_.Read().steady;
  Drain(absl::Seconds(30));
  // A stream that is not read is cut after a second; nothing waits for the grace.
  EXPECT_LT(clock_.Read().steady - begun, absl::Seconds(15));
  for (const auto& watch : watches) {
    const SeenError error = ErrorOf(watch->End());
    EXPECT_EQ(error.code, grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(error.reason, "SHUTTING_DOWN");
    EXPECT_TRUE(error.has_retry);
  }
  EXPECT_EQ(calls_->in_flight(), 0);
  unread.reset();
  server_.reset();
}

}  // namespace
}  // namespace quiesce::rpc
