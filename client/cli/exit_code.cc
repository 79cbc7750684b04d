#include "client/cli/exit_code.h"

#include <algorithm>
#include <iterator>

#include "client/lib/api_error.h"

namespace quiesce::cli {
namespace {

constexpr ExitCode kPrecedence[] = {
    ExitCode::kInterrupted, ExitCode::kUsage,    ExitCode::kPermission, ExitCode::kUnreachable,
    ExitCode::kOther,       ExitCode::kConflict, ExitCode::kBlocked,    ExitCode::kTimeout,
    ExitCode::kDrift,       ExitCode::kChanges,  ExitCode::kDone};

ExitCode CodeOfAnswer(const client::ApiError& error) {
  switch (error.reason) {
    case v1::ERROR_REASON_INSTANCE_CLAIMED:
    case v1::ERROR_REASON_WORKSPACE_KIND_MISMATCH:
    case v1::ERROR_REASON_PLAN_EXPIRED:
    case v1::ERROR_REASON_PLAN_DIGEST_MISMATCH:
    case v1::ERROR_REASON_RUN_ENDED:
    case v1::ERROR_REASON_HOLD_ENDED:
      return ExitCode::kConflict;
    case v1::ERROR_REASON_WORKSPACE_NEEDS_OWNER:  // flags are missing
      return ExitCode::kUsage;
    case v1::ERROR_REASON_SHUTTING_DOWN:
      return ExitCode::kUnreachable;
    default:
      break;
  }
  switch (error.code) {
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kAborted:
      return ExitCode::kConflict;
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kTimeout;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kPermission;
    default:
      return ExitCode::kOther;
  }
}

}  // namespace

ExitCode Worse(ExitCode a, ExitCode b) {
  return std::min(std::find(std::begin(kPrecedence), std::end(kPrecedence), a),
                  std::find(std::begin(kPrecedence), std::end(kPrecedence), b))[0];
}

ExitCode CodeOf(const absl::Status& status) {
  if (status.ok()) return ExitCode::kDone;
  const client::ApiError error = client::ToApiError(status);
  switch (error.trouble) {
    case client::Trouble::kUnreachable:
      return ExitCode::kUnreachable;
    case client::Trouble::kPermission:
      return ExitCode::kPermission;
    case client::Trouble::kTimeout:
      return ExitCode::kTimeout;
    case client::Trouble::kCancelled:
      return ExitCode::kInterrupted;
    case client::Trouble::kArgument:
      return ExitCode::kUsage;
    case client::Trouble::kNotFound:
    case client::Trouble::kProtocol:
      return ExitCode::kOther;
    case client::Trouble::kServer:
      break;
  }
  return CodeOfAnswer(error);
}

}  // namespace quiesce::cli
