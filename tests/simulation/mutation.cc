#include "tests/simulation/mutation.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "daemon/base/limits.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/declare_operations.h"
#include "daemon/store/list_operations.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/run_operations.h"
#include "tests/simulation/mutant_tables.h"

namespace quiesce::simulation {
namespace {

// Runs the real operation over falsified rows, or in a falsified context.
class MutantOperation : public store::Operation {
 public:
  using MakeTables =
      std::function<std::unique_ptr<store::Tables>(store::Tables&, const store::OpContext&)>;

  MutantOperation(std::unique_ptr<store::Operation> real, MakeTables make_tables)
      : real_(std::move(real)), make_tables_(std::move(make_tables)) {}

  store::Lane lane() const override { return real_->lane(); }
  bool alone() const override { return real_->alone(); }
  absl::Status Run(store::Tables& tables, const store::OpContext& context) override {
    const std::unique_ptr<store::Tables> mutant = make_tables_(tables, context);
    return real_->Run(*mutant, context);
  }
  void Complete(absl::Status status) override { real_->Complete(std::move(status)); }
  const store::Operation& real() const { return *real_; }

 private:
  const std::unique_ptr<store::Operation> real_;
  const MakeTables make_tables_;
};

template <typename Tables>
std::unique_ptr<store::Operation> Over(std::unique_ptr<store::Operation> real) {
  return std::make_unique<MutantOperation>(
      std::move(real), [](store::Tables& tables, const store::OpContext& context) {
        return std::make_unique<Tables>(tables, context);
      });
}

template <typename Op>
bool Is(const store::Operation& operation) {
  return dynamic_cast<const store::SubmittedOperation<Op>*>(&operation) != nullptr;
}

// --- the mistakes --------------------------------------------------------------------------------

class NoHolds final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::StatusOr<const core::HoldIndex*> Holds() override { return &none_; }

 private:
  core::HoldIndex none_;
};

class NothingProtected final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstance(
      const core::InstanceKey& key) override {
    auto record = MutantTables::ReadInstance(key);
    if (record.ok() && *record && (*record)->desired) {
      protected_ = (*record)->desired->policy.is_protected;
      (*record)->desired->policy.is_protected = false;
    }
    return record;
  }
  absl::Status WriteInstance(core::InstanceRecord& record) override {
    if (record.desired) record.desired->policy.is_protected = protected_;
    return MutantTables::WriteInstance(record);
  }

 private:
  bool protected_ = false;
};

class NothingCounted final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::Status WriteInstance(core::InstanceRecord& record) override {
    record.history.intents.clear();
    return MutantTables::WriteInstance(record);
  }
};

class UnknownIsStopped final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::Status WriteInstance(core::InstanceRecord& record) override {
    const bool unknown = record.attempt.outcome == core::Outcome::kUnknown;
    if (unknown && record.desired) {
      record.attempt.resolved = true;
      record.history.stopped_generation = record.desired->generation;
    }
    return MutantTables::WriteInstance(record);
  }
};

// The last row of the list is not written, and the project's freshness is.
class DifferenceLost final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::Status WriteInstance(core::InstanceRecord& record) override {
    std::optional<core::InstanceRecord> previous = std::exchange(held_back_, record);
    return previous ? MutantTables::WriteInstance(*previous) : absl::OkStatus();
  }

 private:
  std::optional<core::InstanceRecord> held_back_;
};

class AbsentAtOnce final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::Status WriteInstance(core::InstanceRecord& record) override {
    if (record.observation.presence == core::Presence::kMissing) {
      record.observation.missing_lists = limits::kListsUntilAbsent;
    }
    return MutantTables::WriteInstance(record);
  }
};

class NothingGetsStale final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::Status WriteProject(const store::Project& project) override {
    store::Project as_before = project;
    as_before.freshness.process_floor_seq = 0;
    return MutantTables::WriteProject(as_before);
  }
};

class OpenIsNeverSent final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::Status WriteInstance(core::InstanceRecord& record) override {
    record.attempt.outcome = core::Outcome::kNotSent;
    record.attempt.call_class = core::CallClass::kNone;
    record.attempt.resolved = true;
    record.history.next_attempt = SteadyTime();
    return MutantTables::WriteInstance(record);
  }
};

// Every attempt looks like one of this process.
class FenceForgotten final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::StatusOr<std::optional<core::InstanceRecord>> ReadInstance(
      const core::InstanceKey& key) override {
    auto record = MutantTables::ReadInstance(key);
    if (record.ok() && *record) (*record)->attempt.fence = context_.fence;
    return record;
  }
};

class NothingConsumed final : public MutantTables {
 public:
  using MutantTables::MutantTables;
  absl::StatusOr<std::optional<store::Plan>> ReadPlan(std::string_view id) override {
    auto plan = MutantTables::ReadPlan(id);
    if (plan.ok() && *plan) (*plan)->run_id.clear();
    return plan;
  }
};

template <typename Result>
Result Falsified(Mutation mutation, Result result) {
  constexpr int kInternalError = 500;
  if (mutation == Mutation::kQuotaWordsLost) result.quota.reset();
  const bool silent = result.http_status == 0 && result.call_class != core::CallClass::kNone;
  if (mutation == Mutation::kSilenceHidden && silent) result.http_status = kInternalError;
  return result;
}

}  // namespace

std::unique_ptr<store::Operation> Mutated(Mutation mutation,
                                          std::unique_ptr<store::Operation> operation) {
  const store::Operation& op = *operation;
  switch (mutation) {
    case Mutation::kClaimIgnoresHolds:
      return Is<store::Claim>(op) ? Over<NoHolds>(std::move(operation)) : std::move(operation);
    case Mutation::kClaimIgnoresProtection:
      return Is<store::Claim>(op) ? Over<NothingProtected>(std::move(operation))
                                  : std::move(operation);
    case Mutation::kCallsAreNotCounted:
      return Is<store::Claim>(op) ? Over<NothingCounted>(std::move(operation))
                                  : std::move(operation);
    case Mutation::kUnknownCountsAsStopped:
      return Is<store::Finish>(op) ? Over<UnknownIsStopped>(std::move(operation))
                                   : std::move(operation);
    case Mutation::kDifferenceLost:
      return Is<store::Observe>(op) ? Over<DifferenceLost>(std::move(operation))
                                    : std::move(operation);
    case Mutation::kAbsentAfterOneList:
      return Is<store::Observe>(op) ? Over<AbsentAtOnce>(std::move(operation))
                                    : std::move(operation);
    case Mutation::kRecoverForgetsOpenCalls:
      return Is<store::Recover>(op) ? Over<OpenIsNeverSent>(std::move(operation))
                                    : std::move(operation);
    case Mutation::kOldListsStayFresh:
      return Is<store::Recover>(op) ? Over<NothingGetsStale>(std::move(operation))
                                    : std::move(operation);
    case Mutation::kFenceNotCompared:
      return Is<store::Finish>(op) ? Over<FenceForgotten>(std::move(operation))
                                   : std::move(operation);
    case Mutation::kPlanAppliedAgain:
      return Is<store::ApplyPlan>(op) ? Over<NothingConsumed>(std::move(operation))
                                      : std::move(operation);
    default:
      return operation;
  }
}

bool MayRelease(const store::Operation& operation) {
  const auto* mutant = dynamic_cast<const MutantOperation*>(&operation);
  const store::Operation& op = mutant != nullptr ? mutant->real() : operation;
  return Is<store::Release>(op) || Is<store::ApplyRunSlice>(op) || Is<store::CancelRunSlice>(op);
}

bool IsClaim(const store::Operation& operation) { return Is<store::Claim>(operation); }

engine::ProjectConfig MutatedConfig(Mutation mutation, engine::ProjectConfig config) {
  core::Timing& timing = config.settings.timing;
  if (mutation == Mutation::kSettleIgnored) timing.settle = absl::ZeroDuration();
  if (mutation == Mutation::kLookSkipped) timing.look_max_age = absl::Hours(1);
  if (mutation == Mutation::kListsTakeTurns) config.quota.list_lead = absl::InfiniteDuration();
  return config;
}

core::CallResult MutatedAnswer(Mutation mutation, core::CallResult result) {
  return Falsified(mutation, std::move(result));
}
cloud::ListResult MutatedAnswer(Mutation mutation, cloud::ListResult result) {
  return Falsified(mutation, std::move(result));
}

std::string_view ToString(Mutation mutation) {
  switch (mutation) {
    case Mutation::kNone:
      return "none";
    case Mutation::kClaimIgnoresHolds:
      return "claim_ignores_holds";
    case Mutation::kClaimIgnoresProtection:
      return "claim_ignores_protection";
    case Mutation::kCallsAreNotCounted:
      return "calls_are_not_counted";
    case Mutation::kUnknownCountsAsStopped:
      return "unknown_counts_as_stopped";
    case Mutation::kDifferenceLost:
      return "difference_lost";
    case Mutation::kAbsentAfterOneList:
      return "absent_after_one_list";
    case Mutation::kRecoverForgetsOpenCalls:
      return "recover_forgets_open_calls";
    case Mutation::kOldListsStayFresh:
      return "old_lists_stay_fresh";
    case Mutation::kSettleIgnored:
      return "settle_ignored";
    case Mutation::kFenceNotCompared:
      return "fence_not_compared";
    case Mutation::kPlanAppliedAgain:
      return "plan_applied_again";
    case Mutation::kReplyBeforeCommit:
      return "reply_before_commit";
    case Mutation::kFeedLosesChange:
      return "feed_loses_change";
    case Mutation::kAdapterRepeats:
      return "adapter_repeats";
    case Mutation::kThrottlingHidden:
      return "throttling_hidden";
    case Mutation::kQuotaWordsLost:
      return "quota_words_lost";
    case Mutation::kSilenceHidden:
      return "silence_hidden";
    case Mutation::kLookSkipped:
      return "look_skipped";
    case Mutation::kListsTakeTurns:
      return "lists_take_turns";
    case Mutation::kWallClockMeasures:
      return "wall_clock_measures";
  }
  return "none";
}

const std::vector<Mutation>& AllMutations() {
  static const auto* const all = new std::vector<Mutation>{
      Mutation::kClaimIgnoresHolds,       Mutation::kClaimIgnoresProtection,
      Mutation::kCallsAreNotCounted,      Mutation::kUnknownCountsAsStopped,
      Mutation::kDifferenceLost,          Mutation::kAbsentAfterOneList,
      Mutation::kRecoverForgetsOpenCalls, Mutation::kSettleIgnored,
      Mutation::kOldListsStayFresh,       Mutation::kFenceNotCompared,
      Mutation::kPlanAppliedAgain,        Mutation::kReplyBeforeCommit,
      Mutation::kFeedLosesChange,         Mutation::kAdapterRepeats,
      Mutation::kThrottlingHidden,        Mutation::kQuotaWordsLost,
      Mutation::kSilenceHidden,           Mutation::kLookSkipped,
      Mutation::kListsTakeTurns,          Mutation::kWallClockMeasures};
  return *all;
}

}  // namespace quiesce::simulation
