#ifndef QUIESCE_TESTS_BENCHMARK_BARE_COMMITS_H_
#define QUIESCE_TESTS_BENCHMARK_BARE_COMMITS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace quiesce::benchmark {

struct BareCommits {
  int commits = 0;
  absl::Duration took;
};

inline constexpr int kRowsPerCommit = 128;

// How fast SQLite makes groups of changes durable on the disk of `folder` when it does nothing
// else: transactions that each rewrite kRowsPerCommit rows of some 200 bytes, out of 20,000, with
// the settings of the daemon's store.
absl::StatusOr<BareCommits> CommitBare(const std::string& folder);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_BARE_COMMITS_H_
