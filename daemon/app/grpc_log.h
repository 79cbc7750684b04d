#ifndef QUIESCE_DAEMON_APP_GRPC_LOG_H_
#define QUIESCE_DAEMON_APP_GRPC_LOG_H_

#include "daemon/observability/logger.h"

namespace quiesce::app {

// Routes what gRPC logs to our logger while it lives, instead of to standard error in gRPC's own
// format. One at a time. $GRPC_VERBOSITY says how much gRPC logs; by default errors only.
class GrpcLog {
 public:
  explicit GrpcLog(observability::Logger& log);
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;
};

}  // namespace quiesce::app

#endif  // QUIESCE_DAEMON_APP_GRPC_LOG_H_
