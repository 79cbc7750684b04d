#ifndef QUIESCE_TESTS_ARCHITECTURE_FORBIDDEN_WORDS_H_
#define QUIESCE_TESTS_ARCHITECTURE_FORBIDDEN_WORDS_H_

#include <vector>

#include "tests/architecture/rule.h"

namespace quiesce::architecture {

// Core, engine and store mention no thread, nor what threads need between them.
std::vector<Finding> CheckThreads(const SourceFile& file);

// Core, engine and store take time, randomness and the environment from what they are given.
std::vector<Finding> CheckHiddenInputs(const SourceFile& file);

// No code waits by sleeping.
std::vector<Finding> CheckSleeps(const SourceFile& file);

// The daemon can list and stop, and there are no other requests in its code.
std::vector<Finding> CheckCloudRequests(const SourceFile& file);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_FORBIDDEN_WORDS_H_
