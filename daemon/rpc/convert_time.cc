#include "daemon/rpc/convert_time.h"

#include <algorithm>
#include <cstdint>

namespace quiesce::rpc {
namespace {

// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, as google/protobuf/timestamp.proto bounds them.
constexpr int64_t kMinSeconds = -62135596800;
constexpr int64_t kMaxSeconds = 253402300799;
// As google/protobuf/duration.proto bounds it.
constexpr int64_t kMaxDurationSeconds = 315576000000;
constexpr int32_t kNanosPerSecond = 1000000000;
constexpr int32_t kNanosPerMicro = 1000;

}  // namespace

std::optional<google::protobuf::Timestamp> ToTimestamp(absl::Time time) {
  if (time < absl::FromUnixSeconds(kMinSeconds) || time > absl::FromUnixSeconds(kMaxSeconds)) {
    return std::nullopt;
  }
  google::protobuf::Timestamp timestamp;
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  const int64_t micros = absl::ToInt64Microseconds(time - absl::FromUnixSeconds(seconds));
  timestamp.set_nanos(static_cast<int32_t>(micros) * kNanosPerMicro);
  return timestamp;
}

google::protobuf::Duration ToProtoDuration(absl::Duration duration) {
  duration =
      std::clamp(duration, -absl::Seconds(kMaxDurationSeconds), absl::Seconds(kMaxDurationSeconds));
  google::protobuf::Duration out;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &duration);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Microseconds(duration)) * kNanosPerMicro);
  return out;
}

std::optional<absl::Time> FromProto(const google::protobuf::Timestamp& time) {
  if (time.seconds() < kMinSeconds || time.seconds() > kMaxSeconds || time.nanos() < 0 ||
      time.nanos() >= kNanosPerSecond) {
    return std::nullopt;
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Microseconds(time.nanos() / kNanosPerMicro);
}

std::optional<absl::Duration> FromProto(const google::protobuf::Duration& duration) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  if (seconds < -kMaxDurationSeconds || seconds > kMaxDurationSeconds ||
      nanos <= -kNanosPerSecond || nanos >= kNanosPerSecond || (seconds > 0 && nanos < 0) ||
      (seconds < 0 && nanos > 0)) {
    return std::nullopt;
  }
  return absl::Seconds(seconds) + absl::Nanoseconds(nanos);
}

}  // namespace quiesce::rpc
