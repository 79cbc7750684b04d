#include "daemon/rpc/instance_requests.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/rpc/request_hash.h"
#include "daemon/rpc/request_reader.h"
#include "daemon/rpc/spec_reader.h"

namespace quiesce::rpc {
namespace {

// What both forms of SetDesiredState say about the workspace.
template <typename Request>
void ReadWorkspace(const Request& request, RequestReader& reader, store::SetDesired& out) {
  reader.RequestId(request.request_id());
  out.workspace = reader.Workspace("workspace", request.workspace());
  out.owner = reader.OptionalOwner("owner", request.owner());
  out.contact = reader.OptionalContact("contact", request.contact());
  out.validate_only = request.validate_only();
}

absl::Status TooManyWrites(int count) {
  return core::MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("writes: ", count, " are too many, one batch has at most ",
                   limits::kMaxBatchSpecs, "; send several"),
      {"TOO_MANY_SPECS",
       {{"count", absl::StrCat(count)}, {"limit", absl::StrCat(limits::kMaxBatchSpecs)}},
       {}});
}

void ReadGates(const v1::RequestReconcileRequest& request, RequestReader& reader,
               store::RequestReconcile& out) {
  for (int i = 0; i < request.skip_gates_size(); ++i) {
    switch (request.skip_gates(i)) {
      case v1::GATE_KIND_START_GRACE:
        out.skip_start_grace = true;
        break;
      case v1::GATE_KIND_BACKOFF:
        out.skip_backoff = true;
        break;
      default:
        reader.violations().Add(absl::StrCat("skip_gates[", i, "]"),
                                "cannot be skipped, only START_GRACE and BACKOFF can");
    }
  }
  const bool skips = request.skip_gates_size() > 0;
  if (skips || !request.reason().empty()) reader.Reason("reason", request.reason());
}

}  // namespace

absl::StatusOr<store::SetDesired> ReadRequest(const v1::SetDesiredStateRequest& request,
                                              std::string_view principal,
                                              const ProjectDirectory& projects) {
  RequestReader reader(projects);
  store::SetDesired out;
  ReadWorkspace(request, reader, out);
  store::SetDesired::Write write;
  if (request.has_spec()) {
    write.spec = SpecSet::ReadSingle(request.spec(), reader);
  } else {
    reader.violations().Add("spec", "is missing, a declaration is required");
  }
  write.etag = reader.Etag("etag", request.etag());
  if (!reader.status().ok()) return reader.status();
  out.writes.push_back(std::move(write));
  out.request = IdentityOf(principal, "SetDesiredState", request.request_id(), request);
  return out;
}

absl::StatusOr<store::SetDesired> ReadRequest(const v1::BatchSetDesiredStateRequest& request,
                                              std::string_view principal,
                                              const ProjectDirectory& projects) {
  if (static_cast<size_t>(request.writes_size()) > limits::kMaxBatchSpecs) {
    return TooManyWrites(request.writes_size());
  }
  RequestReader reader(projects);
  store::SetDesired out;
  ReadWorkspace(request, reader, out);
  if (request.writes().empty()) {
    reader.violations().Add("writes", "is empty, at least one write is required");
  }
  SpecSet set(SpecSet::Kind::kDirect, Defaults(), "writes", ".spec");
  for (int i = 0; i < request.writes_size(); ++i) {
    set.Add(request.writes(i).spec(), reader);
    const std::string& etag = request.writes(i).etag();
    if (!etag.empty()) reader.Etag(absl::StrCat("writes[", i, "].etag"), etag);
  }
  if (!reader.status().ok()) return reader.status();
  std::vector<core::Spec> specs = set.Take();
  for (int i = 0; i < request.writes_size(); ++i) {
    out.writes.push_back({std::move(specs[static_cast<size_t>(i)]), request.writes(i).etag()});
  }
  out.request = IdentityOf(principal, "BatchSetDesiredState", request.request_id(), request);
  return out;
}

absl::StatusOr<store::Release> ReadRequest(const v1::ReleaseInstanceRequest& request,
                                           std::string_view principal,
                                           const ProjectDirectory& projects) {
  RequestReader reader(projects);
  store::Release out;
  reader.RequestId(request.request_id());
  out.key = reader.InstanceName("name", request.name());
  out.etag = reader.Etag("etag", request.etag());
  if (!reader.status().ok()) return reader.status();
  out.request = IdentityOf(principal, "ReleaseInstance", request.request_id(), request);
  return out;
}

absl::StatusOr<store::RequestReconcile> ReadRequest(const v1::RequestReconcileRequest& request,
                                                    std::string_view principal,
                                                    const ProjectDirectory& projects) {
  RequestReader reader(projects);
  store::RequestReconcile out;
  reader.RequestId(request.request_id());
  out.key = reader.InstanceName("name", request.name());
  out.etag = reader.Etag("etag", request.etag());
  ReadGates(request, reader, out);
  if (!reader.status().ok()) return reader.status();
  out.request = IdentityOf(principal, "RequestReconcile", request.request_id(), request);
  return out;
}

absl::StatusOr<WaitRequest> ReadRequest(const v1::WaitInstanceRequest& request,
                                        const ProjectDirectory& projects) {
  RequestReader reader(projects);
  WaitRequest out;
  out.key = reader.InstanceName("name", request.name());
  out.etag = reader.Etag("etag", request.etag());
  out.timeout = request.has_timeout() ? reader.Duration("timeout", request.timeout(),
                                                        absl::ZeroDuration(), limits::kMaxWait)
                                      : limits::kDefaultWait;
  if (!reader.status().ok()) return reader.status();
  return out;
}

absl::StatusOr<core::InstanceKey> ReadInstanceName(std::string_view name,
                                                   const ProjectDirectory& projects) {
  RequestReader reader(projects);
  core::InstanceKey key = reader.InstanceName("name", name);
  if (!reader.status().ok()) return reader.status();
  return key;
}

}  // namespace quiesce::rpc
