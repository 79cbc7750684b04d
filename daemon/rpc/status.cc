#include "daemon/rpc/status.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace quiesce::rpc {
namespace {

void AddErrorInfo(const core::ErrorDetail& detail, google::rpc::Status& out) {
  google::rpc::ErrorInfo info;
  info.set_reason(detail.reason);
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : detail.metadata) (*info.mutable_metadata())[key] = value;
  out.add_details()->PackFrom(info);
}

void AddBadRequest(const core::ErrorDetail& detail, google::rpc::Status& out) {
  if (detail.field_violations.empty()) return;
  google::rpc::BadRequest bad_request;
  for (const auto& [field, problem] : detail.field_violations) {
    google::rpc::BadRequest::FieldViolation* violation = bad_request.add_field_violations();
    violation->set_field(field);
    violation->set_description(problem);
  }
  out.add_details()->PackFrom(bad_request);
}

void AddRetryInfo(absl::Duration delay, google::rpc::Status& out) {
  google::rpc::RetryInfo retry;
  *retry.mutable_retry_delay() = ToProtoDuration(delay);
  out.add_details()->PackFrom(retry);
}

void AddDetails(core::ErrorDetail detail, google::rpc::Status& out) {
  absl::Duration retry_after = absl::ZeroDuration();
  if (auto it = detail.metadata.find(core::kRetryAfterKey); it != detail.metadata.end()) {
    if (!absl::ParseDuration(it->second, &retry_after)) retry_after = limits::kRetryDelay;
    detail.metadata.erase(it);
  } else if (detail.reason == "OVERLOADED" || detail.reason == "SHUTTING_DOWN") {
    retry_after = limits::kRetryDelay;
  }
  AddErrorInfo(detail, out);
  AddBadRequest(detail, out);
  if (retry_after > absl::ZeroDuration()) AddRetryInfo(retry_after, out);
}

// What the status takes in the headers: the message with everything but plain ASCII as %XX, and
// all of it again in base64.
size_t HeaderBytes(const google::rpc::Status& status) {
  size_t bytes = (status.ByteSizeLong() + 2) / 3 * 4;
  for (const char c : status.message()) bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  return bytes;
}

absl::Status Internal(std::string_view incident) {
  return core::MakeError(absl::StatusCode::kInternal,
                         absl::StrCat("a fault of quiesced itself; its log has the details under "
                                      "incident ",
                                      ToAbsl(incident)),
                         {"INTERNAL", {{"incident", std::string(incident)}}, {}});
}

}  // namespace

absl::Status WithReason(const absl::Status& status, std::string_view incident) {
  if (status.ok() || core::DetailOf(status)) return status;
  switch (status.code()) {
    case absl::StatusCode::kCancelled:
      return Cancelled();
    case absl::StatusCode::kDeadlineExceeded:
      return DeadlineExceeded();
    case absl::StatusCode::kUnavailable:
      return core::MakeError(status.code(), ToStd(status.message()), {"SHUTTING_DOWN", {}, {}});
    case absl::StatusCode::kResourceExhausted:
      return core::MakeError(status.code(), ToStd(status.message()), {"OVERLOADED", {}, {}});
    default:
      return Internal(incident);
  }
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  google::rpc::Status out;
  out.set_code(static_cast<int>(code));
  out.set_message(core::Truncated(ToStd(status.message()), limits::kMaxErrorMessageBytes));
  if (std::optional<core::ErrorDetail> detail = core::DetailOf(status)) {
    AddDetails(*std::move(detail), out);
  }
  while (HeaderBytes(out) > limits::kMaxErrorHeaderBytes &&
         out.message().size() > limits::kMinErrorMessageBytes) {
    out.set_message(core::Truncated(out.message(), out.message().size() / 2));
  }
  return grpc::Status(code, out.message(), out.SerializeAsString());
}

absl::Status ShuttingDown() {
  return core::MakeError(absl::StatusCode::kUnavailable, "the daemon is stopping; try again",
                         {"SHUTTING_DOWN", {}, {}});
}

absl::Status Overloaded(std::string_view what, int64_t limit) {
  return core::MakeError(absl::StatusCode::kResourceExhausted,
                         absl::StrCat("the daemon has ", limit, " ", ToAbsl(what),
                                      " already, which is its limit; try again later"),
                         {"OVERLOADED", {{"limit", absl::StrCat(limit)}}, {}});
}

absl::Status DeadlineExceeded() {
  return core::MakeError(absl::StatusCode::kDeadlineExceeded,
                         "the deadline passed; a write may have been committed nonetheless: repeat "
                         "it with the same request_id",
                         {"DEADLINE_EXCEEDED", {}, {}});
}

absl::Status Cancelled() {
  return core::MakeError(absl::StatusCode::kCancelled,
                         "cancelled by the caller; a write may have been committed nonetheless: "
                         "repeat it with the same request_id",
                         {"CANCELLED", {}, {}});
}

}  // namespace quiesce::rpc
