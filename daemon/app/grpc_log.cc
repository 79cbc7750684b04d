#include "daemon/app/grpc_log.h"

#include <atomic>

#include "grpc/support/log.h"

namespace quiesce::app {
namespace {

using observability::Logger;
using observability::LogLevel;

// gRPC takes a function without context, and its threads may outlive our logger.
std::atomic<Logger*> current_log{nullptr};

void Forward(gpr_log_func_args* line) {
  Logger* const log = current_log.load();
  if (log == nullptr) return;
  const LogLevel level = line->severity == GPR_LOG_SEVERITY_ERROR  ? LogLevel::kError
                         : line->severity == GPR_LOG_SEVERITY_INFO ? LogLevel::kInfo
                                                                   : LogLevel::kDebug;
  log->Log(level, "grpc", {{"text", line->message}, {"file", line->file}, {"line", line->line}});
}

}  // namespace

GrpcLog::GrpcLog(Logger& log) {
  current_log = &log;
  gpr_set_log_function(Forward);
}

GrpcLog::~GrpcLog() { current_log = nullptr; }

}  // namespace quiesce::app
