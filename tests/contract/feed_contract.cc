#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/random.h"
#include "daemon/store/read_operations.h"
#include "daemon/store/run_operations.h"
#include "gtest/gtest.h"
#include "tests/contract/state_store_contract.h"

// The change feed: complete, in order, and nothing but what was committed.
namespace quiesce::store {
namespace {

// Writes everything it can, then is refused.
struct WriteAndRefuse {
  using Result = int64_t;
  static constexpr Lane kLane = Lane::kBulk;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context) {
    core::InstanceRecord record;
    record.key = core::InstanceKey{std::string(32, 'd'), std::string(32, 'e')};
    EXPECT_TRUE(tables.WriteInstance(record).ok());
    if (existing) {
      auto row = tables.ReadInstance(*existing);
      EXPECT_TRUE(tables.ForgetInstance((*row)->key, context.now.steady).ok());
    }
    EXPECT_TRUE(tables.AllocateListSeq().ok());
    Project project;
    project.id = std::string(32, 'd');
    EXPECT_TRUE(tables.WriteProject(project).ok());
    HoldRecord hold;
    hold.hold.id = std::string(32, 'f');
    hold.hold.scope = core::HoldScope::kFleet;
    hold.hold.expires = context.now.wall + absl::Hours(1);
    EXPECT_TRUE(tables.WriteHold(hold).ok());
    Workspace workspace;
    workspace.name = "refused";
    EXPECT_TRUE(tables.WriteWorkspace(workspace).ok());
    EXPECT_TRUE(tables.WriteRequest("alice", "refused", RememberedRequest{"m", "h", "r", {}}).ok());
    return absl::AbortedError("after all that");
  }
  std::optional<core::InstanceKey> existing;
};

TEST_P(StateStoreContract, RefusedOperationLeavesNoTrace) {
  MakeDue(Key(1));
  const size_t feed = FeedSize();
  const int64_t revision = Read(Key(1)).revision;
  const int64_t seq = Do(BeginList{});
  EXPECT_EQ(Execute(WriteAndRefuse{Key(1)}).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FeedSize(), feed);
  EXPECT_EQ(Do(BeginList{}), seq + 1);
  EXPECT_EQ(ReasonOf(Execute(EndHold{std::string(32, 'f'), "a"}).status()), "HOLD_NOT_FOUND");
  ClaimIt(Key(1));  // Neither forgotten nor frozen.
  EXPECT_EQ(Read(Key(1)).revision, revision + 1);
  const core::InstanceKey unseen = Key(9, std::string(32, 'd'));
  Declare(unseen);
  EXPECT_FALSE(Do(ReadInstance{unseen}).project.has_value());
  SetDesired set = SetOne(Key(2));
  set.request.request_id = "refused";
  Do(set);
}

TEST_P(StateStoreContract, RefusedOperationLeavesItsGroupAlone) {
  MakeDue(Key(1));
  std::vector<std::string> told;
  auto tell = [&told](const char* name) {
    return [&told, name](auto result) {
      told.push_back(std::string(name) + (result.ok() ? "" : " refused"));
    };
  };
  harness_->store().Submit(BeginList{}, tell("list"));
  harness_->store().Submit(WriteAndRefuse{Key(1)}, tell("bad"));
  harness_->store().Submit(SetOne(Key(2)), tell("set"));
  harness_->store().Submit(WriteAndRefuse{Key(1)}, tell("bad"));
  harness_->store().Submit(SetOne(Key(3)), tell("set"));
  harness_->executor().RunUntil([&told] { return told.size() == 5; });
  EXPECT_TRUE(Exists(Key(1)));
  EXPECT_TRUE(Exists(Key(2)));
  EXPECT_TRUE(Exists(Key(3)));
  StoreModel followed;
  followed.Follow(harness_->feed());
  StoreModel loaded;
  loaded.Load(harness_->Restart(Ending::kKilled));
  EXPECT_EQ(followed.rows(), loaded.rows());
}

TEST_P(StateStoreContract, FeedComesBeforeTheAnswer) {
  for (int i = 0; i < 20; ++i) {
    bool seen = false;
    bool done = false;
    const size_t feed = FeedSize();
    harness_->store().Submit(SetOne(Key(i)), [&](absl::StatusOr<SetDesired::Result> result) {
      ASSERT_TRUE(result.ok());
      for (const store::Change& change : FeedSince(feed)) {
        const auto* changed = std::get_if<InstanceChanged>(&change);
        if (changed != nullptr && changed->record.revision == result->at(0).record.revision) {
          seen = true;
        }
      }
      done = true;
    });
    harness_->executor().RunUntil([&done] { return done; });
    EXPECT_TRUE(seen);
  }
}

TEST_P(StateStoreContract, ReadingChangesNothing) {
  MakeDue(Key(1));
  const size_t feed = FeedSize();
  const ReadInstance::Result read = Do(ReadInstance{Key(1)});
  EXPECT_EQ(read.workspace->name, kWorkspace);
  EXPECT_EQ(read.project->id, kProject);
  EXPECT_EQ(ReasonOf(Execute(ReadInstance{Key(2)}).status()), "INSTANCE_NOT_FOUND");
  const ReadInstances::Result page = Do(ReadInstances{{Key(2), Key(1)}});
  ASSERT_EQ(page.size(), 2u);
  EXPECT_FALSE(page[0].has_value());
  EXPECT_EQ(Describe(*page[1]), Describe(read.record));
  EXPECT_EQ(FeedSize(), feed);
}

TEST_P(StateStoreContract, RevisionsGoOnAfterAKill) {
  Declare(Key(1));
  const int64_t before = Read(Key(1)).revision;
  harness_->Restart(Ending::kKilled);
  Declare(Key(2));
  EXPECT_EQ(Read(Key(2)).revision, before + 1);
}

// --- any sequence of operations ------------------------------------------------------------------

TEST_P(StateStoreContract, FollowingTheFeedIsKnowingTheStore) {
  constexpr int kInstances = 12;
  SeededRandom random(static_cast<uint64_t>(testing::UnitTest::GetInstance()->random_seed()) + 1);
  auto pick = [&random](size_t count) { return static_cast<int>(random.Next() % count); };
  auto key = [&] { return Key(pick(kInstances), pick(4) == 0 ? kUnlisted : kProject); };
  std::vector<ClaimedCall> calls;
  std::vector<std::string> holds;
  std::vector<store::Run> runs;

  const std::vector<std::function<void()>> steps = {
      [&] {
        core::Policy policy;
        policy.start_grace = absl::Minutes(pick(3));
        policy.is_protected = pick(5) == 0;
        Execute(SetOne(key(), policy)).status().IgnoreError();
      },
      [&] {
        Execute(Release{{}, key(), ""}).status().IgnoreError();
      },
      [&] {
        RequestReconcile request;
        request.key = key();
        request.skip_start_grace = pick(2) == 0;
        request.skip_backoff = pick(2) == 0;
        Execute(request).status().IgnoreError();
      },
      [&] {
        const std::optional<ClaimedCall> call = TryClaim(key());
        if (call) calls.push_back(*call);
      },
      [&] {
        if (calls.empty()) return;
        const ClaimedCall call = calls[static_cast<size_t>(pick(calls.size()))];
        FinishIt(call, pick(2) == 0   ? Accepted()
                       : pick(2) == 0 ? Unknown()
                                      : Rejected(core::CallClass::kTransient));
      },
      [&] {
        std::vector<Shown> shown;
        std::vector<core::InstanceKey> missing;
        for (int i = 0; i < kInstances; ++i) {
          if (pick(3) == 0) {
            missing.push_back(Key(i));
          } else {
            shown.push_back({Key(i), static_cast<core::PowerState>(pick(7))});
          }
        }
        List(shown, missing);
      },
      [&] {
        Do(Latch{{key(), key(), key()}});
      },
      [&] { holds.push_back(Do(HoldOn(key(), absl::Minutes(1 + pick(60)))).hold.hold.id); },
      [&] {
        if (!holds.empty()) {
          Execute(EndHold{holds[static_cast<size_t>(pick(holds.size()))], "bob"})
              .status()
              .IgnoreError();
        }
      },
      [&] {
        std::vector<core::PlanItem> items;
        for (int i = 0; i < kInstances; ++i) {
          const bool declared = Exists(Key(i)) && Read(Key(i)).desired.has_value();
          items.push_back(Planned(!declared      ? core::Change::kAdopt
                                  : pick(2) == 0 ? core::Change::kRelease
                                  : pick(2) == 0 ? core::Change::kUpdate
                                                 : core::Change::kNone,
                                  Key(i)));
        }
        absl::StatusOr<store::Run> run =
            Execute(ApplyPlan{Do(PlanOf(std::move(items))).id, "alice"});
        if (run.ok()) runs.push_back(*run);
      },
      [&] {
        if (runs.empty()) return;
        const std::string& id = runs[static_cast<size_t>(pick(runs.size()))].id;
        switch (pick(4)) {
          case 0:
            Execute(CancelRun{id, "bob"}).status().IgnoreError();
            break;
          case 1:
            Execute(CancelRunSlice{id, 1 + pick(6)}).status().IgnoreError();
            break;
          case 2:
            Execute(EndRunItems{id, {{pick(kInstances), ItemState::kConverged, std::nullopt}}})
                .status()
                .IgnoreError();
            break;
          default:
            Execute(ApplyRunSlice{id, 1 + pick(6)}).status().IgnoreError();
        }
      },
      [&] { Execute(WriteAndRefuse{}).status().IgnoreError(); },
      [&] { Advance(absl::Seconds(pick(400))); },
      [&] {
        if (pick(4) == 0) Advance(absl::Hours(13));
        Do(Prune{});
      },
      [&] {
        Do(ForgetInstances{{key(), key(), key()}});
        if (pick(3) == 0) RestartAndRecover(pick(2) == 0 ? Ending::kKilled : Ending::kOrderly);
      },
  };
  for (int round = 0; round < 12; ++round) {
    for (int step = 0; step < 60; ++step) steps[static_cast<size_t>(pick(steps.size()))]();
    StoreModel followed;
    followed.Follow(harness_->feed());
    StoreModel loaded;
    loaded.Load(harness_->Restart(round % 2 == 0 ? Ending::kKilled : Ending::kOrderly));
    ASSERT_EQ(followed.rows(), loaded.rows()) << "round " << round;
    // Tombstones are pruned in silence, but not above what a watch may resume from.
    const int64_t horizon = Do(Prune{}).oldest_resumable_revision;
    for (const auto& [name, revision] : followed.tombstones()) {
      EXPECT_TRUE(loaded.tombstones().count(name) == 1 || revision <= horizon) << name;
    }
  }
}

}  // namespace
}  // namespace quiesce::store
