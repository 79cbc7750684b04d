#ifndef QUIESCE_TESTS_SIMULATION_VERDICT_H_
#define QUIESCE_TESTS_SIMULATION_VERDICT_H_

#include <optional>
#include <string>
#include <utility>

namespace quiesce::simulation {

// The first thing that must never happen, and did. What follows it is not worth reading.
class Verdict {
 public:
  // `rule`: the invariant, as daemon/ARCHITECTURE.md numbers them, or the name of another rule.
  void Fail(const std::string& rule, const std::string& what) {
    if (!failure_) failure_ = rule + ": " + what;
  }
  bool ok() const { return !failure_.has_value(); }
  const std::optional<std::string>& failure() const { return failure_; }

 private:
  std::optional<std::string> failure_;
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_VERDICT_H_
