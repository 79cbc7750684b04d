#ifndef QUIESCE_TESTS_SIMULATION_MUTATION_H_
#define QUIESCE_TESTS_SIMULATION_MUTATION_H_

#include <memory>
#include <string_view>
#include <vector>

#include "daemon/cloud/instance_api.h"
#include "daemon/core/transition.h"
#include "daemon/engine/projects.h"
#include "daemon/store/state_store.h"

namespace quiesce::simulation {

// Deliberate mistakes, put between parts of the daemon that are themselves left as they are. A
// simulation that does not notice them proves nothing.
enum class Mutation {
  kNone,
  // In the store's transactions.
  kClaimIgnoresHolds,       // the claim does not read the gate rows
  kClaimIgnoresProtection,  // it trusts what the engine read before
  kCallsAreNotCounted,      // no budget: intents are forgotten
  kUnknownCountsAsStopped,  // a call without an answer is taken for a success
  kDifferenceLost,          // freshness advances without the list's last difference
  kAbsentAfterOneList,
  kOldListsStayFresh,        // a new process believes the lists of the one before
  kRecoverForgetsOpenCalls,  // what was in flight at a crash is taken for never sent
  kSettleIgnored,            // RUNNING is believed at once after a call
  kFenceNotCompared,         // an answer to a killed process is taken for one to this
  kPlanAppliedAgain,         // a consumed plan can be consumed again
  // Between the store and the engine.
  kReplyBeforeCommit,
  kFeedLosesChange,
  // In the cloud's adapter.
  kAdapterRepeats,    // a second request for the same intent
  kThrottlingHidden,  // 429 is reported as just another error
  kQuotaWordsLost,    // what a 429 says of the limit is not passed on
  kSilenceHidden,     // a call without an answer is reported as one that was answered
  // In what the daemon is told of the world.
  kLookSkipped,        // a list is young enough for a call, however old
  kListsTakeTurns,     // a list for a stop is made although no stop can follow it in time
  kWallClockMeasures,  // ages are measured on the wall clock
};

std::string_view ToString(Mutation mutation);
const std::vector<Mutation>& AllMutations();

// The operation as the mutation makes it, or as it is.
std::unique_ptr<store::Operation> Mutated(Mutation mutation,
                                          std::unique_ptr<store::Operation> operation);
// Whether the operation, mutated or not, is one that may end declarations.
bool MayRelease(const store::Operation& operation);
bool IsClaim(const store::Operation& operation);
engine::ProjectConfig MutatedConfig(Mutation mutation, engine::ProjectConfig config);
core::CallResult MutatedAnswer(Mutation mutation, core::CallResult result);
cloud::ListResult MutatedAnswer(Mutation mutation, cloud::ListResult result);

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_MUTATION_H_
