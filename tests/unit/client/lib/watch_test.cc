#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/unit/client/lib/client_fixture.h"

namespace quiesce::client {
namespace {

using ::testing::ElementsAre;

v1::WatchInstancesResponse Instance(const std::string& name) {
  v1::WatchInstancesResponse message;
  message.mutable_instance()->set_name(name);
  return message;
}

v1::WatchInstancesResponse Removed(const std::string& name) {
  v1::WatchInstancesResponse message;
  message.mutable_removed()->set_name(name);
  return message;
}

v1::WatchInstancesResponse Bookmark(int64_t revision, bool complete = false) {
  v1::WatchInstancesResponse message;
  message.mutable_bookmark()->set_revision(revision);
  message.mutable_bookmark()->set_snapshot_complete(complete);
  return message;
}

// Notes events as words; ends the watch at the one named.
class Notes : public WatchHandler {
 public:
  explicit Notes(std::string last) : last_(std::move(last)) {}

  bool OnSnapshot() override { return Note("snapshot"); }
  bool OnInstance(const v1::Instance& instance) override { return Note(instance.name()); }
  bool OnRemoved(const v1::RemovedInstance& removed) override { return Note("-" + removed.name()); }
  bool OnBookmark(const v1::Bookmark& bookmark) override {
    return Note(absl::StrCat("@", bookmark.revision()));
  }
  bool OnReconnect(const absl::Status&, absl::Duration) override { return Note("reconnect"); }

  std::vector<std::string> events;

 private:
  bool Note(const std::string& event) {
    events.push_back(event);
    return event != last_;
  }
  const std::string last_;
};

class WatchTest : public ClientFixture {
 protected:
  std::vector<int64_t> Revisions() {
    std::vector<int64_t> revisions;
    for (const auto& r : server_.Requests<v1::WatchInstancesRequest>("WatchInstances")) {
      revisions.push_back(r.revision());
    }
    return revisions;
  }
};

TEST_F(WatchTest, DeliversEventsInOrder) {
  server_.OnWatch({{Instance("a"), Bookmark(5, true), Instance("b"), Removed("a"), Bookmark(9)}});
  Notes notes("@9");
  const absl::Status status = client().Watch("workspace=w", 0, notes);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(notes.events, ElementsAre("snapshot", "a", "@5", "b", "-a", "@9"));
  EXPECT_EQ(server_.Requests<v1::WatchInstancesRequest>("WatchInstances")[0].filter(),
            "workspace=w");
  EXPECT_EQ(server_.Calls("WatchInstances")[0].deadline,
            std::chrono::system_clock::time_point::max());
  EXPECT_TRUE(server_.WaitForGivenUp(1));
}

TEST_F(WatchTest, GoesOnFromTheLastBookmark) {
  server_.OnWatch({{Bookmark(7, true), Instance("a")}, true, ShuttingDown()});
  server_.OnWatch({{}, true, ShuttingDown()});
  server_.OnWatch({{Instance("a"), Bookmark(8, true)}, true, grpc::Status::OK});
  server_.OnWatch({{Instance("end")}});
  Notes notes("end");
  const absl::Status status = client().Watch("", 3, notes);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(notes.events,
              ElementsAre("@7", "a", "reconnect", "reconnect", "a", "@8", "reconnect", "end"));
  EXPECT_THAT(Revisions(), ElementsAre(3, 7, 7, 8));
  // Pauses grow while nothing works and begin again when something does.
  ASSERT_EQ(pauses().size(), 3u);
  EXPECT_LE(pauses()[0], absl::Milliseconds(100));
  EXPECT_GE(pauses()[1], absl::Milliseconds(100));
  EXPECT_LE(pauses()[2], absl::Milliseconds(100));
}

TEST_F(WatchTest, AnIncompleteSnapshotBeginsAgain) {
  server_.OnWatch({{Instance("a")}, true, ShuttingDown()});
  server_.OnWatch({{Instance("b"), Bookmark(2, true)}});
  Notes notes("@2");
  EXPECT_TRUE(client().Watch("", 0, notes).ok());
  EXPECT_THAT(notes.events, ElementsAre("snapshot", "a", "reconnect", "snapshot", "b", "@2"));
  EXPECT_THAT(Revisions(), ElementsAre(0, 0));
}

TEST_F(WatchTest, ATooOldRevisionBeginsWithASnapshot) {
  const grpc::Status too_old =
      testing::Error(grpc::StatusCode::OUT_OF_RANGE, v1::ERROR_REASON_REVISION_OUT_OF_RANGE);
  server_.OnWatch({{Bookmark(7, true)}, true, ShuttingDown()});
  server_.OnWatch({{}, true, too_old});
  server_.OnWatch({{Instance("a"), Bookmark(99, true)}});
  Notes notes("@99");
  EXPECT_TRUE(client().Watch("", 3, notes).ok());
  EXPECT_THAT(notes.events, ElementsAre("@7", "reconnect", "snapshot", "a", "@99"));
  EXPECT_THAT(Revisions(), ElementsAre(3, 7, 0));
  // A server that finds even the beginning too old is not asked for ever.
  server_.OnWatch({{}, true, too_old});
  EXPECT_EQ(client().Watch("", 0, notes).code(), absl::StatusCode::kOutOfRange);
}

TEST_F(WatchTest, OtherErrorsEndIt) {
  server_.OnWatch(
      {{},
       true,
       testing::Error(grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_INVALID_FILTER)});
  Notes notes("");
  EXPECT_EQ(ToApiError(client().Watch("x=y", 1, notes)).reason, v1::ERROR_REASON_INVALID_FILTER);
}

// Tells another thread that a bookmark has come.
class Signal final : public Notes {
 public:
  using Notes::Notes;
  bool OnBookmark(const v1::Bookmark& bookmark) override {
    bookmark_.set_value();
    return Notes::OnBookmark(bookmark);
  }
  void WaitForBookmark() { bookmark_.get_future().wait(); }

 private:
  std::promise<void> bookmark_;
};

TEST_F(WatchTest, OutlastsARestart) {
  server_.OnWatch({{Bookmark(7, true)}});
  server_.OnWatch({{Instance("a")}});
  // With real pauses: gRPC takes its own time to connect again.
  options_.retry.max_pause = absl::Milliseconds(50);
  const auto created = Client::Create(options_);
  ASSERT_TRUE(created.ok()) << created.status();
  Signal notes("a");
  std::thread restarter([&] {
    notes.WaitForBookmark();
    server_.Stop();
    server_.Start();
  });
  const absl::Status status = (*created)->Watch("", 1, notes);
  EXPECT_TRUE(status.ok()) << status;
  restarter.join();
  EXPECT_THAT(Revisions(), ElementsAre(1, 7));
}

TEST_F(WatchTest, EndsWhenPatienceIsOver) {
  server_.Stop();
  options_.patience = absl::ZeroDuration();
  Notes notes("");
  EXPECT_EQ(ToApiError(client().Watch("", 1, notes)).trouble, Trouble::kUnreachable);
}

TEST_F(WatchTest, TheTokenEndsIt) {
  CancelToken cancel;
  CallOptions call;
  call.cancel = &cancel;
  Client& c = client();
  std::thread watcher([&] {
    Notes notes("");
    EXPECT_EQ(ToApiError(c.Watch("", 1, notes, call)).trouble, Trouble::kCancelled);
  });
  EXPECT_TRUE(server_.WaitForCalls("WatchInstances", 1));
  cancel.Cancel();
  watcher.join();
  EXPECT_TRUE(server_.WaitForGivenUp(1));
}

TEST_F(WatchTest, TheHandlerCanEndItInEveryEvent) {
  for (const char* last : {"snapshot", "a", "-a", "@1", "reconnect"}) {
    server_.OnWatch({{Instance("a"), Removed("a"), Bookmark(1, true)}, true, ShuttingDown()});
    Notes notes(last);
    EXPECT_TRUE(client().Watch("", 0, notes).ok()) << last;
    EXPECT_EQ(notes.events.back(), last);
  }
}

}  // namespace
}  // namespace quiesce::client
