#ifndef QUIESCE_DAEMON_RPC_CONVERT_TIME_H_
#define QUIESCE_DAEMON_RPC_CONVERT_TIME_H_

#include <optional>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace quiesce::rpc {

// Whole microseconds, as times are stored. What is infinite, or outside the years 1 to 9999 that a
// Timestamp can say, leaves the field as it is (absent).
template <typename Message>
void SetTime(absl::Time time, Message* message, google::protobuf::Timestamp* (Message::*field)());
std::optional<google::protobuf::Timestamp> ToTimestamp(absl::Time time);

// Saturates at the ten thousand years that a Duration can say.
google::protobuf::Duration ToProtoDuration(absl::Duration duration);

// Empty: not a valid Timestamp, or Duration, by the rules of their types.
std::optional<absl::Time> FromProto(const google::protobuf::Timestamp& time);
std::optional<absl::Duration> FromProto(const google::protobuf::Duration& duration);

// --- implementation ------------------------------------------------------------------------------

template <typename Message>
void SetTime(absl::Time time, Message* message, google::protobuf::Timestamp* (Message::*field)()) {
  if (auto timestamp = ToTimestamp(time)) *(message->*field)() = *timestamp;
}

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_TIME_H_
