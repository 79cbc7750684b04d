// How long something takes, as a distribution. Pure: the random number is the caller's.

#ifndef TESTS_FAKES_DBSS_SIM_LATENCY_H_
#define TESTS_FAKES_DBSS_SIM_LATENCY_H_

#include <algorithm>
#include <chrono>
#include <cmath>

namespace quiesce::dbss_sim {

struct Latency {
  enum class Distribution { kFixed, kUniform, kExponential };

  Distribution distribution = Distribution::kFixed;
  std::chrono::microseconds low{0};   // Of kFixed the value, of kExponential the mean.
  std::chrono::microseconds high{0};  // Of kUniform the largest, of kExponential the cap.

  // `unit` in [0, 1).
  std::chrono::microseconds Draw(double unit) const {
    using std::chrono::microseconds;
    const auto first = static_cast<double>(low.count());
    switch (distribution) {
      case Distribution::kFixed:
        break;
      case Distribution::kUniform:
        return low + microseconds(
                         static_cast<long long>(unit * static_cast<double>((high - low).count())));
      case Distribution::kExponential:
        return std::min(high, microseconds(static_cast<long long>(-first * std::log1p(-unit))));
    }
    return low;
  }
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_LATENCY_H_
