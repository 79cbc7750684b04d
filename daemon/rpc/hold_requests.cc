#include "daemon/rpc/hold_requests.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/rpc/convert_hold.h"
#include "daemon/rpc/convert_time.h"
#include "daemon/rpc/filter.h"
#include "daemon/rpc/request_hash.h"
#include "daemon/rpc/request_reader.h"

namespace quiesce::rpc {
namespace {

absl::Time ReadExpireTime(const google::protobuf::Timestamp& given, absl::Time now,
                          RequestReader& reader) {
  const std::optional<absl::Time> time = FromProto(given);
  if (!time) {
    reader.violations().Add("expire_time", "is no valid google.protobuf.Timestamp");
    return now;
  }
  const std::string shown = absl::FormatTime(absl::RFC3339_sec, *time, absl::UTCTimeZone());
  if (*time <= now) {
    reader.violations().Add("expire_time", absl::StrCat(shown, " is not in the future"));
  } else if (*time > now + limits::kMaxHold) {
    reader.violations().Add(
        "expire_time",
        absl::StrCat(shown, " is more than ", absl::ToInt64Hours(limits::kMaxHold) / 24,
                     " days away; what must not be acted on for longer belongs into the manifest, "
                     "as protected"));
  }
  return *time;
}

template <typename Request>
store::Expiration ReadExpiration(const Request& request, absl::Time now, RequestReader& reader) {
  switch (request.expiration_case()) {
    case Request::kExpireTime:
      return ReadExpireTime(request.expire_time(), now, reader);
    case Request::kTtl:
      return reader.Duration("ttl", request.ttl(), limits::kMinHold, limits::kMaxHold);
    default:
      reader.violations().Add("expire_time", "and ttl are both missing, one is required");
      return now;
  }
}

}  // namespace

absl::StatusOr<store::CreateHold> ReadRequest(const v1::CreateHoldRequest& request,
                                              std::string_view principal, absl::Time now,
                                              const ProjectDirectory& projects) {
  RequestReader reader(projects);
  store::CreateHold out;
  reader.RequestId(request.request_id());
  out.hold = reader.HoldScope("scope", request.scope());
  out.hold.reason = reader.Reason("reason", request.reason());
  out.hold.owner = reader.Owner("owner", request.owner());
  out.expiration = ReadExpiration(request, now, reader);
  if (!reader.status().ok()) return reader.status();
  out.request = IdentityOf(principal, "CreateHold", request.request_id(), request);
  return out;
}

absl::StatusOr<store::ExtendHold> ReadRequest(const v1::ExtendHoldRequest& request,
                                              std::string_view principal, absl::Time now,
                                              const ProjectDirectory& projects) {
  RequestReader reader(projects);
  store::ExtendHold out;
  reader.RequestId(request.request_id());
  out.id = reader.ResourceId("name", "holds", request.name());
  out.expiration = ReadExpiration(request, now, reader);
  if (!reader.status().ok()) return reader.status();
  out.request = IdentityOf(principal, "ExtendHold", request.request_id(), request);
  return out;
}

absl::StatusOr<store::EndHold> ReadRequest(const v1::EndHoldRequest& request,
                                           std::string_view principal,
                                           const ProjectDirectory& projects) {
  RequestReader reader(projects);
  store::EndHold out;
  out.id = reader.ResourceId("name", "holds", request.name());
  out.principal = std::string(principal);
  if (!reader.status().ok()) return reader.status();
  return out;
}

absl::StatusOr<std::string> ReadHoldFilter(std::string_view filter,
                                           const ProjectDirectory& projects) {
  const std::vector<std::string_view> fields = {"scope"};
  absl::StatusOr<FilterTerms> terms = ParseFilter(filter, fields);
  if (!terms.ok()) return terms.status();
  if (terms->empty()) return std::string();
  RequestReader reader(projects);
  const core::Hold scope = reader.HoldScope("scope", terms->at("scope"));
  if (!reader.status().ok()) {
    return InvalidFilter(
        filter, fields,
        std::string(reader.status().message().data(), reader.status().message().size()));
  }
  return ScopeOf(scope);
}

}  // namespace quiesce::rpc
