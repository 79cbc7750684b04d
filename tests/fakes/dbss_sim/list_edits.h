// Changes to what a list shows, which leave the model as it is. Pure.

#ifndef TESTS_FAKES_DBSS_SIM_LIST_EDITS_H_
#define TESTS_FAKES_DBSS_SIM_LIST_EDITS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

struct ListEdit {
  using Names = std::set<std::string, std::less<>>;

  // Of which instances: of all when empty ...
  Names instances;
  // ... and of those a share, the same ones for the same seed.
  double share = 1;
  std::uint64_t seed = 0;

  // What happens to them.
  bool omit = false;
  bool pairs_only = false;                        // Leaves single ones alone.
  std::optional<std::array<RawState, 2>> states;  // Shown for the first and the second server.
  Names nulls;          // Fields, of clusters and of servers, that are null.
  bool absent = false;  // Rather than null, those fields are left out.
};

// All fields but those without which nothing is known of an instance: its id, its servers and their
// states.
const ListEdit::Names& FieldsThatTellNothing();

// `body` is one that ListBodyWriter wrote.
std::string EditList(const std::string& body, const ListEdit& edit);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_LIST_EDITS_H_
