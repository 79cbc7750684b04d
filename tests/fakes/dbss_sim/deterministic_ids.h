// Ids, addresses and random decisions that are a pure function of a seed and a label, so that two
// runs of the simulator with the same flags show the same cloud.

#ifndef TESTS_FAKES_DBSS_SIM_DETERMINISTIC_IDS_H_
#define TESTS_FAKES_DBSS_SIM_DETERMINISTIC_IDS_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace quiesce::dbss_sim {

// A well mixed 64-bit value of `label` and `salt`. Stable across builds and machines.
std::uint64_t HashOf(std::string_view label, std::uint64_t salt);

// 32 lower-case hexadecimal digits: the form of project ids and of some instance ids
// (daemon/cloud/API.md 1).
std::string HexId(std::string_view label, std::uint64_t salt);

// 36 characters in the form of a version 4 UUID: the form of server ids and of other instance ids.
std::string UuidId(std::string_view label, std::uint64_t salt);

// A number in [0, 1).
double UnitInterval(std::string_view label, std::uint64_t salt);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_DETERMINISTIC_IDS_H_
