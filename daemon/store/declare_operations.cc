#include "daemon/store/declare_operations.h"

#include <optional>
#include <utility>

#include "daemon/base/random.h"
#include "daemon/base/status_macros.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/core/transition.h"
#include "daemon/store/instance_writes.h"
#include "daemon/store/row_codec.h"
#include "daemon/store/stored_names.h"
#include "daemon/store/surroundings.h"

namespace quiesce::store {
namespace {

// --- remembered answers: what was done, without the records, which are read again ----------------

void Encode(ByteWriter& out, const Declared& declared) {
  out.Text(StoredName(declared.change));
  out.Text(StoredName(declared.effect));
  out.Text(StoredName(declared.reason));
}

absl::Status Decode(ByteReader& in, Declared& declared) {
  const bool known = ParseStoredName(in.Text(), declared.change) &&
                     ParseStoredName(in.Text(), declared.effect) &&
                     ParseStoredName(in.Text(), declared.reason);
  if (known && in.ok()) return absl::OkStatus();
  return absl::InternalError("cannot read column result of requests in the store");
}

// --- parts of several operations -----------------------------------------------------------------

absl::Status CheckEtag(const core::InstanceRecord& record, const std::string& etag) {
  const std::string current = core::EtagOf(record);
  if (etag.empty() || etag == current) return absl::OkStatus();
  return core::error::EtagMismatch(core::FormatInstanceName(record.key), etag, current);
}

// A declared instance, or why there is none.
absl::StatusOr<core::InstanceRecord> ReadDeclared(Tables& tables, const core::InstanceKey& key,
                                                  const std::string& etag) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<core::InstanceRecord> record, tables.ReadInstance(key));
  const std::string name = core::FormatInstanceName(key);
  if (!record) return core::error::InstanceNotFound(name);
  if (!record->desired) return core::error::NotDeclared(name);
  QUIESCE_RETURN_IF_ERROR(CheckEtag(*record, etag));
  return *std::move(record);
}

// --- SetDesired ----------------------------------------------------------------------------------

// Creates the workspace, or changes its owner and contact where others are given.
absl::Status WriteHeader(Tables& tables, const SetDesired& set) {
  QUIESCE_ASSIGN_OR_RETURN(std::optional<Workspace> workspace, tables.ReadWorkspace(set.workspace));
  if (!workspace) {
    if (set.owner.empty() || set.contact.empty()) {
      return core::error::WorkspaceNeedsOwner(set.workspace);
    }
    workspace.emplace();
    workspace->name = set.workspace;
    workspace->kind = WriterKind::kDirect;
  }
  if (workspace->kind != WriterKind::kDirect) {
    return core::error::WrongWriterKind(set.workspace, /*workspace_is_declared=*/true);
  }
  core::WorkspaceHeader header = workspace->header;
  if (!set.owner.empty()) header.owner = set.owner;
  if (!set.contact.empty()) header.contact = set.contact;
  if (header == workspace->header || set.validate_only) return absl::OkStatus();
  workspace->header = std::move(header);
  workspace->generation += 1;
  return tables.WriteWorkspace(*workspace);
}

// What the write leads to. Judged without the latch: whoever says again that an instance must be
// stopped does not mean to wait for the grace of somebody's start. Where nothing is observed, the
// latch is all that is known.
core::Foreseen Foresee(const core::InstanceRecord& record, const SetDesired& set,
                       const core::Spec& spec, const core::Surroundings& around, const Now& now) {
  core::InstanceRecord unlatched = record;
  if (around.settings.mode == core::ObservationMode::kList) {
    unlatched.history.stopped_generation = 0;
  }
  return core::ForeseeEffect(&unlatched, spec.key, spec.policy, set.workspace, around, now);
}

absl::StatusOr<Declared> DeclareOne(Tables& tables, const OpContext& context, const SetDesired& set,
                                    const SetDesired::Write& write) {
  const core::Spec& spec = write.spec;
  Declared declared;
  QUIESCE_ASSIGN_OR_RETURN(declared.record, ReadOrEmpty(tables, spec.key));
  core::InstanceRecord& record = declared.record;
  if (record.desired && record.desired->workspace != set.workspace) {
    return DeclaredElsewhere(tables, record);
  }
  QUIESCE_RETURN_IF_ERROR(CheckEtag(record, write.etag));
  QUIESCE_ASSIGN_OR_RETURN(
      const ProjectSurroundings around,
      ProjectSurroundings::Read(tables, context, spec.key.project_id, SteadyTime::Never()));
  const core::Foreseen foreseen = Foresee(record, set, spec, around.view(), context.now);
  declared.effect = foreseen.effect;
  declared.reason = foreseen.reason;
  declared.change = !record.desired                         ? core::Change::kAdopt
                    : record.desired->policy != spec.policy ? core::Change::kUpdate
                                                            : core::Change::kNone;
  if (set.validate_only) return declared;
  const core::Declaration declaration{
      set.workspace, spec.policy,
      core::Authority{core::Authority::Kind::kDirect, set.request.request_id, set.request.principal,
                      context.now.wall}};
  if (core::Declare(record, declaration, NewId(context.random),
                    foreseen.effect == core::Effect::kStop, tables.last_list_seq())) {
    QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(record));
  }
  return declared;
}

// The first answer, with the records as they are now.
absl::StatusOr<SetDesired::Result> Repeat(Tables& tables, const SetDesired& set,
                                          const std::string& remembered) {
  SetDesired::Result result;
  ByteReader in(remembered);
  for (const SetDesired::Write& write : set.writes) {
    Declared& declared = result.emplace_back();
    QUIESCE_RETURN_IF_ERROR(Decode(in, declared));
    QUIESCE_ASSIGN_OR_RETURN(declared.record, ReadOrEmpty(tables, write.spec.key));
  }
  return result;
}

// --- RequestReconcile ----------------------------------------------------------------------------

// The record with the request accepted. A latch that is not to be looked past goes with the
// generation, so that the grace of a start counts on. Where nothing is observed it is all there is
// to ask for again; and with `once` it is what the request is about.
core::InstanceRecord Reasserted(const core::InstanceRecord& record, const RequestReconcile& request,
                                core::ObservationMode mode, int64_t last_seq) {
  core::InstanceRecord after = record;
  core::Reassert(after, last_seq);
  const bool latched = record.history.stopped_generation == record.desired->generation;
  const bool keeps_grace = !request.skip_start_grace && mode == core::ObservationMode::kList &&
                           after.desired->policy.enforcement == core::Enforcement::kContinuous;
  if (latched && keeps_grace) after.history.stopped_generation = after.desired->generation;
  if (!request.skip_backoff) {
    after.history.failures = record.history.failures;
    after.history.next_attempt = record.history.next_attempt;
  }
  return after;
}

// What the request would lead to.
core::Foreseen Foresee(const core::InstanceRecord& after, const core::Surroundings& around,
                       const Now& now) {
  const core::Desired& desired = *after.desired;
  return core::ForeseeEffect(&after, after.key, desired.policy, desired.workspace, around, now);
}

}  // namespace

absl::StatusOr<SetDesired::Result> SetDesired::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<std::string> remembered,
                           RecallRequest(tables, context, request));
  if (remembered) return Repeat(tables, *this, *remembered);
  QUIESCE_RETURN_IF_ERROR(WriteHeader(tables, *this));
  Result result;
  ByteWriter answer;
  for (const Write& write : writes) {
    QUIESCE_ASSIGN_OR_RETURN(Declared declared, DeclareOne(tables, context, *this, write));
    Encode(answer, declared);
    result.push_back(std::move(declared));
  }
  if (validate_only) return result;
  QUIESCE_RETURN_IF_ERROR(RememberRequest(tables, context, request, answer.Take()));
  return result;
}

absl::StatusOr<Release::Result> Release::Run(Tables& tables, const OpContext& context) {
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<std::string> remembered,
                           RecallRequest(tables, context, request));
  if (remembered) return ReadOrEmpty(tables, key);
  QUIESCE_ASSIGN_OR_RETURN(core::InstanceRecord record, ReadDeclared(tables, key, etag));
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<Workspace> workspace,
                           tables.ReadWorkspace(record.desired->workspace));
  if (workspace && workspace->kind != WriterKind::kDirect) {
    return core::error::WrongWriterKind(workspace->name, /*workspace_is_declared=*/true);
  }
  QUIESCE_RETURN_IF_ERROR(ReleaseInstance(tables, context, record));
  QUIESCE_RETURN_IF_ERROR(RememberRequest(tables, context, request, ""));
  return record;
}

absl::StatusOr<RequestReconcile::Result> RequestReconcile::Run(Tables& tables,
                                                               const OpContext& context) {
  Declared result;
  QUIESCE_ASSIGN_OR_RETURN(const std::optional<std::string> remembered,
                           RecallRequest(tables, context, request));
  if (remembered) {
    ByteReader in(*remembered);
    QUIESCE_RETURN_IF_ERROR(Decode(in, result));
    QUIESCE_ASSIGN_OR_RETURN(result.record, ReadOrEmpty(tables, key));
    return result;
  }
  QUIESCE_ASSIGN_OR_RETURN(result.record, ReadDeclared(tables, key, etag));
  QUIESCE_ASSIGN_OR_RETURN(
      const ProjectSurroundings around,
      ProjectSurroundings::Read(tables, context, key.project_id, throttled_until));
  core::InstanceRecord after =
      Reasserted(result.record, *this, around.view().settings.mode, tables.last_list_seq());
  const core::Foreseen foreseen = Foresee(after, around.view(), context.now);
  result.effect = foreseen.effect;
  result.reason = foreseen.reason;
  if (result.effect == core::Effect::kStop || result.effect == core::Effect::kUnknown) {
    result.record = std::move(after);
    QUIESCE_RETURN_IF_ERROR(tables.WriteInstance(result.record));
  }
  ByteWriter answer;
  Encode(answer, result);
  QUIESCE_RETURN_IF_ERROR(RememberRequest(tables, context, request, answer.Take()));
  return result;
}

}  // namespace quiesce::store
