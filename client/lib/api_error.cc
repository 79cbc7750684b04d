#include "client/lib/api_error.h"

#include <string_view>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "client/lib/duration.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace quiesce::client {
namespace {

// Payloads of a status: its details as gRPC carries them, and what only the client knows.
constexpr char kDetailsUrl[] = "type.googleapis.com/google.rpc.Status";
constexpr char kTroubleUrl[] = "quiesce/trouble";
constexpr char kReasonPrefix[] = "ERROR_REASON_";

void ReadDetail(const google::protobuf::Any& detail, ApiError& error) {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::RetryInfo retry;
  if (detail.UnpackTo(&info)) {
    error.reason_text = info.reason();
    v1::ErrorReason reason;
    if (v1::ErrorReason_Parse(kReasonPrefix + info.reason(), &reason)) error.reason = reason;
    error.metadata = {info.metadata().begin(), info.metadata().end()};
  } else if (detail.UnpackTo(&bad_request)) {
    for (const auto& violation : bad_request.field_violations()) {
      error.violations.push_back({violation.field(), violation.description()});
    }
  } else if (detail.UnpackTo(&retry)) {
    error.retry_after = FromProto(retry.retry_delay());
  }
}

google::rpc::Status Details(const ApiError& error) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(error.message);
  if (!error.reason_text.empty() || error.reason != v1::ERROR_REASON_UNSPECIFIED) {
    google::rpc::ErrorInfo info;
    info.set_reason(error.reason == v1::ERROR_REASON_UNSPECIFIED
                        ? error.reason_text
                        : v1::ErrorReason_Name(error.reason).substr(sizeof(kReasonPrefix) - 1));
    info.set_domain("quiesce.v1");
    info.mutable_metadata()->insert(error.metadata.begin(), error.metadata.end());
    status.add_details()->PackFrom(info);
  }
  if (!error.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const ApiError::FieldViolation& violation : error.violations) {
      google::rpc::BadRequest::FieldViolation& out = *bad_request.add_field_violations();
      out.set_field(violation.field);
      out.set_description(violation.description);
    }
    status.add_details()->PackFrom(bad_request);
  }
  if (error.retry_after) {
    google::rpc::RetryInfo retry;
    *retry.mutable_retry_delay() = ToProto(*error.retry_after);
    status.add_details()->PackFrom(retry);
  }
  return status;
}

}  // namespace

ApiError ToApiError(const absl::Status& status) {
  ApiError error;
  error.code = status.code();
  error.message = std::string(status.message());
  error.trouble = Trouble::kArgument;
  if (const auto trouble = status.GetPayload(kTroubleUrl)) {
    const std::string value(*trouble);
    if (!value.empty()) error.trouble = static_cast<Trouble>(value[0]);
  }
  if (const auto bytes = status.GetPayload(kDetailsUrl)) {
    google::rpc::Status details;
    if (details.ParseFromString(std::string(*bytes))) {
      for (const google::protobuf::Any& detail : details.details()) ReadDetail(detail, error);
    }
  }
  return error;
}

absl::Status ToStatus(const ApiError& error) {
  return ToStatus(error.code, error.message, error.trouble, Details(error).SerializeAsString());
}

absl::Status ToStatus(absl::StatusCode code, const std::string& message, Trouble trouble,
                      const std::string& details) {
  absl::Status status(code, message);
  status.SetPayload(kTroubleUrl, absl::Cord(std::string(1, static_cast<char>(trouble))));
  if (!details.empty()) status.SetPayload(kDetailsUrl, absl::Cord(details));
  return status;
}

}  // namespace quiesce::client
