#ifndef QUIESCE_TESTS_SIMULATION_SEED_RUNNER_H_
#define QUIESCE_TESTS_SIMULATION_SEED_RUNNER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "tests/simulation/mutation.h"
#include "tests/simulation/simulation.h"

namespace quiesce::simulation {

// Runs one seed in a fresh directory, which is removed afterwards.
Simulation::Result RunSeed(uint64_t seed, Mutation mutation,
                           std::function<void(const std::string&)> trace = nullptr);

// One line; of a failed seed two more, with the command that shows it again.
std::string Summary(uint64_t seed, const Simulation::Result& result);

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SEED_RUNNER_H_
