#ifndef QUIESCE_DAEMON_STORE_STATE_STORE_H_
#define QUIESCE_DAEMON_STORE_STATE_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/executor.h"
#include "daemon/base/random.h"
#include "daemon/base/time.h"
#include "daemon/store/records.h"

namespace quiesce::store {

class Tables;

// From the configuration, by project id.
using ProjectMap = std::map<std::string, core::ProjectSettings>;

// What an operation may use besides the tables.
struct OpContext {
  // When the operation runs; wall time in whole microseconds, as it is stored.
  Now now;
  Random& random;
  // Start of this process: a fence. No intent is written or finished under an older one.
  int64_t fence = 0;
  const ProjectMap& projects;
};

// Interactive operations (a person or a service waits) go before bulk ones.
enum class Lane : uint8_t { kInteractive, kBulk };

// An operation as the store sees it. Use StateStore::Submit; implement an operation as a value
// with
//     using Result = ...;
//     static constexpr Lane kLane = ...;
//     bool alone() const;  // a commit group of its own
//     absl::StatusOr<Result> Run(Tables& tables, const OpContext& context);
class Operation {
 public:
  virtual ~Operation() = default;
  virtual Lane lane() const = 0;
  virtual bool alone() const = 0;
  // On the store's thread, inside the group's transaction and this operation's savepoint. An error
  // rolls back this operation only.
  virtual absl::Status Run(Tables& tables, const OpContext& context) = 0;
  // On the executor, after COMMIT (or with an error). Exactly once, unless the store ends the
  // process.
  virtual void Complete(absl::Status status) = 0;
};

using FeedSink = absl::AnyInvocable<void(std::vector<Change>)>;

// The recorded state of everything, and the only way to change it.
//
// Thread-safe. Submit never blocks: operations queue for one writer, which commits them in groups
// and answers after the commit is durable. Within a group each operation sees the effects of those
// before it; a refused operation fails alone. Everything that was answered OK survives a crash of
// the process and of the machine.
//
// Before the `done` of an operation runs, the feed has delivered its changes: both run on the
// executor, the feed first, in the order of revisions. Once the feed has delivered revision r, no
// change of a revision <= r appears later.
//
// Errors of the store itself: UNAVAILABLE when it is closed or its queue is full (nothing was
// done). A failed COMMIT or fsync, a full disk and a damaged file are not errors of an operation:
// they end the process through the fatal handler, because what is durable is no longer known.
class StateStore {
 public:
  virtual ~StateStore() = default;

  template <typename Op>
  void Submit(Op op, Done<typename Op::Result> done);

  virtual void SubmitOperation(std::unique_ptr<Operation> operation) = 0;
};

// --- implementation ------------------------------------------------------------------------------

template <typename Op>
class SubmittedOperation final : public Operation {
 public:
  SubmittedOperation(Op op, Done<typename Op::Result> done)
      : op_(std::move(op)), done_(std::move(done)) {}
  Lane lane() const override { return Op::kLane; }
  bool alone() const override { return op_.alone(); }
  absl::Status Run(Tables& tables, const OpContext& context) override {
    absl::StatusOr<typename Op::Result> result = op_.Run(tables, context);
    if (!result.ok()) return std::move(result).status();
    result_ = *std::move(result);
    return absl::OkStatus();
  }
  void Complete(absl::Status status) override {
    if (status.ok()) {
      std::move(done_)(*std::move(result_));
    } else {
      std::move(done_)(std::move(status));
    }
  }

 private:
  Op op_;
  Done<typename Op::Result> done_;
  std::optional<typename Op::Result> result_;
};

template <typename Op>
void StateStore::Submit(Op op, Done<typename Op::Result> done) {
  SubmitOperation(std::make_unique<SubmittedOperation<Op>>(std::move(op), std::move(done)));
}

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_STATE_STORE_H_
