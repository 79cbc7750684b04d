#include "daemon/rpc/convert_hold.h"

#include "absl/strings/str_cat.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_time.h"

namespace quiesce::rpc {

std::string ScopeOf(const core::Hold& hold) {
  switch (hold.scope) {
    case core::HoldScope::kInstance:
      return core::FormatInstanceName(hold.instance);
    case core::HoldScope::kWorkspace:
      return absl::StrCat("workspaces/", hold.workspace);
    case core::HoldScope::kProject:
      return absl::StrCat("projects/", hold.project_id);
    case core::HoldScope::kFleet:
      break;
  }
  return "fleet";
}

v1::Hold ToProto(const store::HoldRecord& record, absl::Time now) {
  const core::Hold& hold = record.hold;
  v1::Hold out;
  out.set_name(absl::StrCat("holds/", hold.id));
  out.set_scope(ScopeOf(hold));
  out.set_reason(hold.reason);
  out.set_owner(hold.owner);
  out.set_created_by(hold.created_by);
  SetTime(hold.created, &out, &v1::Hold::mutable_create_time);
  SetTime(hold.expires, &out, &v1::Hold::mutable_expire_time);
  SetTime(hold.ended, &out, &v1::Hold::mutable_end_time);
  out.set_ended_by(record.ended_by);
  out.set_active(hold.InForce(now));
  out.set_revision(record.revision);
  return out;
}

v1::OpenCall ToProto(const store::CreateHold::OpenCall& call, const Now& now) {
  v1::OpenCall out;
  out.set_instance(core::FormatInstanceName(call.key));
  out.set_cloud_name(call.cloud_name);
  out.set_attempt_id(call.attempt_id);
  SetTime(now.ToWall(call.started), &out, &v1::OpenCall::mutable_start_time);
  return out;
}

}  // namespace quiesce::rpc
