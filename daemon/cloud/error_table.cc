#include "daemon/cloud/error_table.h"

#include "absl/strings/match.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::Outcome;

// One answer with an error code. `status` 0: whatever the status. `code` "": whatever the code.
struct ErrorRow {
  int status;
  std::string_view code;
  CallClass call_class;
  Outcome outcome;
  std::string_view meaning;
};

// The first row that fits decides, so a row with a code stands above the row of its status.
// Sources: [S3.2] DBSS error codes, [S4] gateway error codes, as API.md in this folder numbers
// them.
constexpr ErrorRow kErrorRows[] = {
    // --- DBSS itself [S3.2] ------------------------------------------------------------------
    // One opaque code for every stop that failed: already off, busy, frozen, a fault behind. It
    // says nothing about the state, so lists decide.
    {400, "DBSS.10020131", CallClass::kAlreadyInState, Outcome::kRejected,
     "the service would not stop the instance and does not say why"},
    {400, "DBSS.10000001", CallClass::kPermanent, Outcome::kRejected, "malformed request"},
    {400, "DBSS.10020021", CallClass::kPermanent, Outcome::kRejected,
     "the service does not accept the instance id"},
    // The message of these two is about the request, the documented cause is a fault inside.
    {400, "DBSS.10020101", CallClass::kTransient, Outcome::kUnknown, "fault inside the service"},
    {400, "DBSS.10020102", CallClass::kTransient, Outcome::kUnknown, "fault inside the service"},
    // Answers to requests that we never make; whatever they mean, a retry does not mend it.
    {400, "DBSS.10020118", CallClass::kPermanent, Outcome::kRejected, "too many databases"},
    {400, "DBSS.10020140", CallClass::kPermanent, Outcome::kRejected, "illegal order"},
    {400, "DBSS.100210016", CallClass::kPermanent, Outcome::kRejected, "insufficient quota"},
    // Answers to a start and to a reboot: one that somebody else asked for is under way, or failed.
    {400, "DBSS.10020130", CallClass::kBlocked, Outcome::kRejected,
     "the service speaks of a start, which was not asked for"},
    {400, "DBSS.10020132", CallClass::kBlocked, Outcome::kRejected,
     "the service speaks of a reboot, which was not asked for"},
    {401, "DBSS.10020100", CallClass::kAuth, Outcome::kRejected,
     "the service did not accept the token"},
    {404, "DBSS.10021004", CallClass::kNotFound, Outcome::kRejected,
     "the service does not know the instance"},
    {500, "DBSS.11000000", CallClass::kUnknown, Outcome::kUnknown, "fault inside the service"},

    // --- the gateway in front of it [S4] -----------------------------------------------------
    {404, "APIGW.0101", CallClass::kPermanent, Outcome::kRejected,
     "no such API at this endpoint: check endpoint and region"},
    {404, "APIGW.0103", CallClass::kPermanent, Outcome::kRejected,
     "no service behind this endpoint: check endpoint and region"},
    {400, "APIGW.0104", CallClass::kPermanent, Outcome::kRejected, "gateway plug-in fault"},
    {400, "APIGW.0105", CallClass::kPermanent, Outcome::kRejected, "gateway configuration fault"},
    {400, "APIGW.0106", CallClass::kPermanent, Outcome::kRejected, "gateway orchestration fault"},
    {400, "APIGW.0602", CallClass::kPermanent, Outcome::kRejected, "bad request"},
    {400, "APIGW.0607", CallClass::kPermanent, Outcome::kRejected, "protocol not supported"},
    {400, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected, "bad request"},
    {413, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected, "request too large"},
    {414, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected, "path too long"},
    {494, "APIGW.0201", CallClass::kPermanent, Outcome::kRejected,
     "request headers too large: is the token file what it should be?"},
    {502, "APIGW.0201", CallClass::kUnknown, Outcome::kUnknown, "service not available"},
    {504, "APIGW.0201", CallClass::kUnknown, Outcome::kUnknown, "service did not answer in time"},
    // An expired token is 0301 or 0307; 0307 is also a token of another region.
    {401, "APIGW.0301", CallClass::kAuth, Outcome::kRejected, "the credential was not accepted"},
    {401, "APIGW.0307", CallClass::kAuth, Outcome::kRejected,
     "the token expired, or belongs to another region"},
    {401, "APIGW.0303", CallClass::kAuth, Outcome::kRejected, "app authentication refused"},
    {401, "APIGW.0305", CallClass::kAuth, Outcome::kRejected, "authentication refused"},
    {401, "APIGW.0311", CallClass::kAuth, Outcome::kRejected, "debug authentication refused"},
    {403, "APIGW.0302", CallClass::kForbidden, Outcome::kRejected,
     "the user may not access the API"},
    {403, "APIGW.0304", CallClass::kForbidden, Outcome::kRejected,
     "the app may not access the API"},
    {403, "APIGW.0306", CallClass::kForbidden, Outcome::kRejected, "access denied"},
    {403, "APIGW.0310", CallClass::kForbidden, Outcome::kRejected, "the project is unavailable"},
    {403, "APIGW.0401", CallClass::kForbidden, Outcome::kRejected,
     "the gateway refuses this IP address"},
    {403, "APIGW.0402", CallClass::kForbidden, Outcome::kRejected,
     "the gateway refuses this IP address"},
    {403, "APIGW.0404", CallClass::kForbidden, Outcome::kRejected,
     "the gateway refuses this IP address"},
    {403, "APIGW.0801", CallClass::kForbidden, Outcome::kRejected,
     "the gateway refuses this region"},
    {403, "APIGW.0802", CallClass::kForbidden, Outcome::kRejected,
     "the gateway refuses this region"},
    {405, "APIGW.0501", CallClass::kPermanent, Outcome::kRejected, "app quota used up"},
    {405, "APIGW.0502", CallClass::kPermanent, Outcome::kRejected, "the app is frozen"},
    {429, "APIGW.0308", CallClass::kThrottled, Outcome::kRejected, "too many requests"},
    // Faults inside the gateway: how far the request came is nobody's promise.
    {500, "APIGW.0601", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {500, "APIGW.0605", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {500, "APIGW.0606", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {500, "APIGW.0608", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {500, "APIGW.0609", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {500, "APIGW.0611", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {500, "APIGW.0612", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {500, "APIGW.0705", CallClass::kUnknown, Outcome::kUnknown, "fault inside the gateway"},
    {502, "APIGW.0610", CallClass::kUnknown, Outcome::kUnknown, "no service available"},
    // The one 5xx that stops before the service: the caller could not be authenticated.
    {503, "APIGW.0613", CallClass::kTransient, Outcome::kRejected,
     "the cloud cannot check tokens at the moment"},

    // --- by status alone: the code is new, or the body is not the gateway's --------------------
    {401, "", CallClass::kAuth, Outcome::kRejected, "the credential was not accepted"},
    {403, "", CallClass::kForbidden, Outcome::kRejected, "the credential may not do this"},
    {404, "", CallClass::kNotFound, Outcome::kRejected, "not found"},
    {429, "", CallClass::kThrottled, Outcome::kRejected, "too many requests"},
    {500, "", CallClass::kUnknown, Outcome::kUnknown, "fault inside the cloud"},
    {502, "", CallClass::kUnknown, Outcome::kUnknown, "service not available"},
    {504, "", CallClass::kUnknown, Outcome::kUnknown, "service did not answer in time"},
};

constexpr Verdict Malformed(std::string_view meaning) {
  return {CallClass::kMalformed, Outcome::kUnknown, meaning, true};
}

// HTTP 200 alone is no acceptance: `result` is an enum of success and failed.
Verdict ClassifyOk(const Answer& answer) {
  switch (answer.shape) {
    case BodyShape::kEmpty:
      return Malformed("HTTP 200 with an empty body");
    case BodyShape::kHtml:
      return Malformed("HTTP 200 with a web page instead of an answer");
    case BodyShape::kNotJson:
      return Malformed("HTTP 200 with a body that is not whole JSON");
    case BodyShape::kWrongType:
      return Malformed("HTTP 200 with JSON of another form than documented");
    case BodyShape::kTooLarge:
      return Malformed("HTTP 200 with a body over the size limit");
    case BodyShape::kJson:
      break;
  }
  if (answer.operation == Operation::kList) {
    return {CallClass::kAccepted, Outcome::kAccepted, "listed", true};
  }
  if (answer.result == "success") {
    return {CallClass::kAccepted, Outcome::kAccepted, "accepted", true};
  }
  // As opaque as DBSS.10020131, and treated alike: no second call before a list has spoken.
  if (answer.result == "failed") {
    return {CallClass::kBlocked, Outcome::kRejected,
            "the service would not stop the instance and does not say why", true};
  }
  return Malformed("HTTP 200 whose result is neither success nor failed");
}

// Whether an answer that no row knows proves that nothing was done.
bool ProvesNothingDone(const Answer& answer) {
  if (answer.http_status < 400 || answer.http_status > 499) return false;
  // Time-outs of something on the way, which may have passed the request on.
  if (answer.http_status == 408 || answer.http_status == 499) return false;
  // The service itself took the request and failed in a way that we do not know.
  return !absl::StartsWith({answer.error_code.data(), answer.error_code.size()}, "DBSS.");
}

Verdict ClassifyAnswer(const Answer& answer) {
  if (answer.http_status == 200) return ClassifyOk(answer);
  for (const ErrorRow& row : kErrorRows) {
    if (row.status == answer.http_status && (row.code.empty() || row.code == answer.error_code)) {
      return {row.call_class, row.outcome, row.meaning, true};
    }
  }
  return {CallClass::kTransient, ProvesNothingDone(answer) ? Outcome::kRejected : Outcome::kUnknown,
          "unmapped answer", false};
}

Verdict ClassifyStop(const Answer& answer) {
  switch (answer.transport) {
    case Transport::kNotSent:
    case Transport::kDistrust:
      return {CallClass::kTransient, Outcome::kNotSent, "not sent", true};
    case Transport::kLost:
      return {CallClass::kUnknown, Outcome::kUnknown, "no answer", true};
    case Transport::kAnswered:
      return ClassifyAnswer(answer);
  }
  return {};
}

}  // namespace

Verdict Classify(const Answer& answer) {
  Verdict verdict = ClassifyStop(answer);
  if (answer.operation == Operation::kStop) return verdict;
  // A list changes nothing, so nothing about it can be in doubt; and no list is "already" made.
  if (verdict.call_class == CallClass::kUnknown || verdict.call_class == CallClass::kBlocked ||
      verdict.call_class == CallClass::kAlreadyInState) {
    verdict.call_class = CallClass::kTransient;
  }
  return verdict;
}

}  // namespace quiesce::cloud
