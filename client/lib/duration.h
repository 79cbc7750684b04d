#ifndef QUIESCE_CLIENT_LIB_DURATION_H_
#define QUIESCE_CLIENT_LIB_DURATION_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace quiesce::client {

// Durations as the API has them. Whole nanoseconds; what is infinite has no counterpart.
google::protobuf::Duration ToProto(absl::Duration duration);
absl::Duration FromProto(const google::protobuf::Duration& duration);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_DURATION_H_
