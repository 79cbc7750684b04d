#ifndef QUIESCE_CLIENT_MANIFEST_DURATION_H_
#define QUIESCE_CLIENT_MANIFEST_DURATION_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace quiesce::manifest {

google::protobuf::Duration ToProto(absl::Duration duration);

}  // namespace quiesce::manifest

#endif  // QUIESCE_CLIENT_MANIFEST_DURATION_H_
