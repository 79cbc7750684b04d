#ifndef QUIESCE_TESTS_UNIT_CORE_RANDOM_SCENE_H_
#define QUIESCE_TESTS_UNIT_CORE_RANDOM_SCENE_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "daemon/core/decide.h"
#include "tests/unit/core/decide_scene.h"

namespace quiesce::core {

// How many scenes a property is tried on.
inline constexpr uint64_t kSeeds = 40000;

// A scene of which everything may be odd, with times around every limit. The same for each seed.
Scene RandomScene(uint64_t seed);

// The freshness bound, stated anew.
absl::Duration BoundOf(const Scene& s);

// For the message of a failure.
std::string Describe(uint64_t seed, const Decision& d);

}  // namespace quiesce::core

#endif  // QUIESCE_TESTS_UNIT_CORE_RANDOM_SCENE_H_
