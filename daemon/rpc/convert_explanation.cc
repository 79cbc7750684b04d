#include "daemon/rpc/convert_explanation.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/core/hold.h"
#include "daemon/rpc/convert_instance.h"
#include "daemon/rpc/convert_time.h"
#include "daemon/rpc/remedies.h"
#include "daemon/rpc/summary.h"

namespace quiesce::rpc {
namespace {

v1::GateKind KindOf(const std::string& name) {
  if (name == "protected") return v1::GATE_KIND_PROTECTED;
  if (name == "hold") return v1::GATE_KIND_HOLD;
  if (name == "freeze") return v1::GATE_KIND_FREEZE;
  if (name == "name") return v1::GATE_KIND_NAME;
  if (name == "start_grace") return v1::GATE_KIND_START_GRACE;
  if (name == "backoff") return v1::GATE_KIND_BACKOFF;
  if (name == "call_budget") return v1::GATE_KIND_CALL_BUDGET;
  if (name == "throttle") return v1::GATE_KIND_THROTTLE;
  if (name == "quota") return v1::GATE_KIND_QUOTA;
  if (name == "endpoint") return v1::GATE_KIND_ENDPOINT;
  return v1::GATE_KIND_UNSPECIFIED;
}

v1::GateState ToProto(core::Gate::State state) {
  switch (state) {
    case core::Gate::State::kOpen:
      return v1::GATE_STATE_OK;
    case core::Gate::State::kWaits:
      return v1::GATE_STATE_WAITS;
    case core::Gate::State::kBlocks:
      return v1::GATE_STATE_BLOCKS;
  }
  return v1::GATE_STATE_UNSPECIFIED;
}

v1::Gate ToProto(const core::Gate& gate, const Now& now) {
  v1::Gate out;
  out.set_kind(KindOf(gate.name));
  out.set_state(ToProto(gate.state));
  out.set_detail(gate.detail);
  if (gate.state == core::Gate::State::kWaits) {
    SetTime(now.ToWall(gate.until), &out, &v1::Gate::mutable_until);
  }
  return out;
}

// Of several holds the one that ends last: the instance is held until then.
v1::Gate HoldGate(const InstanceView& view, v1::GateKind kind) {
  const bool wants_freeze = kind == v1::GATE_KIND_FREEZE;
  const core::Hold* last = nullptr;
  for (const auto& [id, hold] : view.around.holds.all()) {
    const bool is_freeze = hold.scope == core::HoldScope::kFleet;
    if (is_freeze != wants_freeze || !hold.InForce(view.now.wall) ||
        !core::Covers(hold, view.record.key, view.record.desired->workspace)) {
      continue;
    }
    if (last == nullptr || hold.expires > last->expires) last = &hold;
  }
  v1::Gate gate;
  gate.set_kind(kind);
  gate.set_state(v1::GATE_STATE_OK);
  if (last == nullptr) return gate;
  gate.set_state(v1::GATE_STATE_WAITS);
  gate.set_detail(absl::StrCat("holds/", last->id, ": ", last->reason, " (", last->owner, ")"));
  SetTime(last->expires, &gate, &v1::Gate::mutable_until);
  return gate;
}

}  // namespace

std::vector<v1::Gate> GatesOf(const InstanceView& view) {
  std::vector<v1::Gate> gates;
  if (!view.record.desired) return gates;
  for (const core::Gate& gate : core::ListGates(view.record, view.around, view.now)) {
    const v1::GateKind kind = KindOf(gate.name);
    if (kind == v1::GATE_KIND_HOLD || kind == v1::GATE_KIND_FREEZE) {
      // The core names the one that decides; people want to see both.
      gates.push_back(HoldGate(view, v1::GATE_KIND_HOLD));
      gates.push_back(HoldGate(view, v1::GATE_KIND_FREEZE));
    } else {
      gates.push_back(ToProto(gate, view.now));
    }
  }
  return gates;
}

v1::Explanation ToExplanation(const InstanceView& view, const core::Decision& decision) {
  v1::Explanation out;
  *out.mutable_instance() = ToProto(view, decision);
  for (v1::Gate& gate : GatesOf(view)) *out.add_gates() = std::move(gate);
  for (v1::Remedy& remedy : RemediesFor(view, decision)) *out.add_remedies() = std::move(remedy);
  out.set_evidence(EvidenceOf(view, decision));
  return out;
}

}  // namespace quiesce::rpc
