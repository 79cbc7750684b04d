#ifndef QUIESCE_DAEMON_RPC_CONVERT_ENUM_H_
#define QUIESCE_DAEMON_RPC_CONVERT_ENUM_H_

#include <optional>

#include "daemon/core/facts.h"
#include "daemon/core/plan.h"
#include "daemon/core/reason.h"
#include "daemon/store/records.h"
#include "quiesce/v1/common.pb.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"
#include "quiesce/v1/server.pb.h"

// The enums of the core and the store, and those of the API. Total: every value has a counterpart,
// never UNSPECIFIED unless said. Tests walk both lists.
namespace quiesce::rpc {

v1::Phase ToProto(core::Phase phase);
v1::Reason ToProto(core::Reason reason);
v1::Needs ToProto(core::Needs needs);
v1::Action ToProto(core::Action action);
v1::Change ToProto(core::Change change);
v1::Effect ToProto(core::Effect effect);
v1::Enforcement ToProto(core::Enforcement enforcement);
v1::WriterKind ToProto(store::WriterKind kind);
v1::AuthorityKind ToProto(core::Authority::Kind kind);
v1::RunState ToProto(store::RunState state);
v1::RunItemState ToProto(store::ItemState state);
// UNSPECIFIED for the mode of a project that is not configured.
v1::ObservationMode ToProto(core::ObservationMode mode);

// UNSPECIFIED while the call is open (and before there is one).
v1::AttemptOutcome ToProto(core::Outcome outcome);
// UNSPECIFIED for what is no failure.
v1::ErrorClass ToProto(core::CallClass call_class);

v1::PowerState ToProto(core::PowerState state);
// What the lists showed, with "not in three of them" as a state. UNSPECIFIED: never seen.
v1::PowerState ToProto(const core::Observation& seen);

// Empty for UNSPECIFIED and for a value that this version does not know.
std::optional<core::Enforcement> FromProto(v1::Enforcement enforcement);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_CONVERT_ENUM_H_
