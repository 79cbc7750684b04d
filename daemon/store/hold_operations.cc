#include "daemon/store/hold_operations.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/base/limits.h"
#include "daemon/base/random.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/store/row_codec.h"
#include "daemon/store/row_ids.h"

namespace quiesce::store {
namespace {

absl::Time EndOf(const Expiration& expiration, absl::Time now) {
  if (const auto* time = std::get_if<absl::Time>(&expiration)) return Storable(*time);
  return Storable(now + std::get<absl::Duration>(expiration));
}

absl::StatusOr<HoldRecord> ReadHold(Tables& tables, const std::string& id) {
  QUIESCE_ASSIGN_OR_RETURN(const std::string whole, ResolveHoldId(tables, id));
  QUIESCE_ASSIGN_OR_RETURN(std::optional<HoldRecord> hold, tables.ReadHold(whole));
  if (!hold) return core::error::HoldNotFound(id);
  return *std::move(hold);
}

std::string WorkspaceOf(const core::InstanceRecord& record) {
  return record.desired ? record.desired->workspace : "";
}

// The calls in flight that the hold came too late for.
absl::Status FindOpenCalls(Tables& tables, const core::Hold& hold, CreateHold::Result& result) {
  QUIESCE_ASSIGN_OR_RETURN(const std::vector<core::InstanceKey> open, tables.OpenAttempts());
  for (const core::InstanceKey& key : open) {
    QUIESCE_ASSIGN_OR_RETURN(const std::optional<core::InstanceRecord> record,
                             tables.ReadInstance(key));
    if (!record || !core::Covers(hold, key, WorkspaceOf(*record))) continue;
    result.open_calls.push_back(CreateHold::OpenCall{key, record->observation.cloud_name,
                                                     record->attempt.id, record->attempt.started});
  }
  std::sort(result.open_calls.begin(), result.open_calls.end(),
            [](const auto& a, const auto& b) { return a.started < b.started; });
  result.open_call_count = static_cast<int64_t>(result.open_calls.size());
  if (result.open_calls.size() > limits::kMaxPageSize) {
    result.open_calls.resize(limits::kMaxPageSize);
  }
  return absl::OkStatus();
}

// The first answer: the calls as they were, the hold as it is.
std::string Encode(const CreateHold::Result& result) {
  ByteWriter out;
  out.Text(result.hold.hold.id);
  out.Signed(result.open_call_count);
  out.Unsigned(result.open_calls.size());
  for (const CreateHold::OpenCall& call : result.open_calls) {
    out.Text(call.key.project_id);
    out.Text(call.key.instance_id);
    out.Text(call.cloud_name);
    out.Text(call.attempt_id);
    out.Steady(call.started);
  }
  return out.Take();
}

absl::StatusOr<CreateHold::Result> Repeat(Tables& tables, const std::string& remembered) {
  CreateHold::Result result;
  ByteReader in(remembered);
  const std::string id = in.Text();
  result.open_call_count = in.Signed();
  for (uint64_t left = in.Count(); left > 0; --left) {
    CreateHold::OpenCall& call = result.open_calls.emplace_back();
    call.key.project_id = in.Text();
    call.key.instance_id = in.Text();
    call.cloud_name = in.Text();
    call.attempt_id = in.Text();
    call.started = in.Steady();
  }
  QUIESCE_ASSIGN_OR_RETURN(result.hold, ReadHold(tables, id));
  return result;
}

}  // namespace

absl::StatusOr<CreateHold::Result> CreateHold::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<std::string> remembered,
                           RecallRequest(tables, context, request));
  if (remembered) return Repeat(tables, *remembered);
  Result result;
  core::Hold& created = result.hold.hold;
  created = hold;
  created.id = NewId(context.random);
  created.created_by = request.principal;
  created.created = context.now.wall;
  created.expires = EndOf(expiration, context.now.wall);
  created.ended = absl::InfiniteFuture();
  if (created.expires <= context.now.wall) {
    return core::InvalidField("expire_time", "is not in the future, a hold must end later");
  }
  QUIESCE_RETURN_IF_ERROR(tables.WriteHold(result.hold));
  QUIESCE_RETURN_IF_ERROR(FindOpenCalls(tables, created, result));
  QUIESCE_RETURN_IF_ERROR(RememberRequest(tables, context, request, Encode(result)));
  return result;
}

absl::StatusOr<ExtendHold::Result> ExtendHold::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<std::string> remembered,
                           RecallRequest(tables, context, request));
  QUIESCE_ASSIGN_OR_RETURN(HoldRecord record, ReadHold(tables, id));
  if (remembered) return record;
  if (!record.hold.InForce(context.now.wall)) return core::error::HoldEnded(record.hold.id);
  const absl::Time end = EndOf(expiration, context.now.wall);
  if (end <= record.hold.expires) {
    return core::InvalidField("expire_time",
                              "is not later than the present end of the hold; a hold can only be "
                              "extended, or ended now with EndHold");
  }
  record.hold.expires = end;
  QUIESCE_RETURN_IF_ERROR(tables.WriteHold(record));
  QUIESCE_RETURN_IF_ERROR(RememberRequest(tables, context, request, ""));
  return record;
}

absl::StatusOr<EndHold::Result> EndHold::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(HoldRecord record, ReadHold(tables, id));
  if (!record.hold.InForce(context.now.wall)) return record;
  record.hold.ended = context.now.wall;
  record.ended_by = principal;
  QUIESCE_RETURN_IF_ERROR(tables.WriteHold(record));
  return record;
}

}  // namespace quiesce::store
