#ifndef QUIESCE_DAEMON_BASE_RANDOM_H_
#define QUIESCE_DAEMON_BASE_RANDOM_H_

#include <cstdint>
#include <string>

namespace quiesce {

// A source of random numbers. Thread-safe unless an implementation says otherwise.
class Random {
 public:
  virtual ~Random() = default;
  virtual uint64_t Next() = 0;
};

// The kernel's generator (getrandom), without state of its own: thread-safe. Aborts if the kernel
// has none: ids must not repeat.
class SystemRandom final : public Random {
 public:
  uint64_t Next() override;
};

// A reproducible sequence (splitmix64). Not thread-safe.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t Next() override;

 private:
  uint64_t state_;
};

// A fresh id: 32 lower-case hexadecimal digits, 128 random bits.
std::string NewId(Random& random);

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_RANDOM_H_
