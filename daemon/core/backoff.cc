#include "daemon/core/backoff.h"

#include <algorithm>

#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "daemon/core/call_class.h"

namespace quiesce::core {
namespace {

// FNV-1a: unlike std::hash, the same in every build and on every machine.
uint64_t Hash(std::string_view text) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

}  // namespace

absl::Duration Doubled(absl::Duration first, int times, absl::Duration most) {
  for (int i = 0; i < times && first < most; ++i) first *= 2;
  return std::min(first, most);
}

absl::Duration Backoff(CallClass call_class, int failures, std::string_view seed) {
  if (RuleOf(call_class).wait == RetryWait::kSlow) return limits::kSlowRetry;
  const absl::Duration ceiling =
      Doubled(limits::kBackoffBase, std::max(failures, 1) - 1, limits::kBackoffMax);
  const int64_t half_us = absl::ToInt64Microseconds(ceiling) / 2;
  // Another position of the jitter for each failure, so that no instance is always the late one.
  SeededRandom random(Hash(seed) + static_cast<uint64_t>(failures));
  const uint64_t jitter_us = random.Next() % static_cast<uint64_t>(half_us + 1);
  return ceiling - absl::Microseconds(half_us) + absl::Microseconds(jitter_us);
}

}  // namespace quiesce::core
