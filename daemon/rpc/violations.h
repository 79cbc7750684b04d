#ifndef QUIESCE_DAEMON_RPC_VIOLATIONS_H_
#define QUIESCE_DAEMON_RPC_VIOLATIONS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"

namespace quiesce::rpc {

// Everything that is wrong with the fields of one request, so that a client can mend it all at
// once. Keeps the first limits::kMaxViolations and counts the rest.
class Violations {
 public:
  void Add(std::string field, std::string problem);
  // Adds the problem, if there is one; says whether there was none.
  bool Check(std::string_view field, core::Problem problem);
  // The same for a field of a part: `specs[3].` and `instance_id`.
  bool Check(std::string_view prefix, std::string_view field, core::Problem problem);

  bool empty() const { return count_ == 0; }
  size_t count() const { return count_; }
  // Nothing more would be kept: reading on is of no use.
  bool full() const { return count_ >= limits::kMaxViolations; }

  // OK if empty, else INVALID_ARGUMENT (INVALID_FIELD) with the first one as its message.
  absl::Status ToStatus() const;

 private:
  std::vector<std::pair<std::string, std::string>> kept_;
  size_t count_ = 0;
};

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_VIOLATIONS_H_
