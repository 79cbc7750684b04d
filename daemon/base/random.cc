#include "daemon/base/random.h"

#include <sys/random.h>

#include <cstdlib>

#include "absl/strings/str_format.h"

namespace quiesce {

uint64_t SystemRandom::Next() {
  uint64_t value = 0;
  // getrandom fills up to 256 bytes whole once the pool is ready; it cannot be interrupted then.
  if (getrandom(&value, sizeof(value), 0) != sizeof(value)) std::abort();
  return value;
}

uint64_t SeededRandom::Next() {
  uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::string NewId(Random& random) {
  const uint64_t high = random.Next();
  const uint64_t low = random.Next();
  return absl::StrFormat("%016x%016x", high, low);
}

}  // namespace quiesce
