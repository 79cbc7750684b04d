#include "daemon/cloud/circuit.h"

#include "daemon/base/limits.h"
#include "daemon/core/backoff.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::Outcome;

absl::Duration ProbeInterval(int probes) {
  return core::Doubled(limits::kCircuitProbeMin, probes, limits::kCircuitProbeMax);
}

}  // namespace

bool IsEndpointFailure(Outcome outcome, CallClass call_class, int http_status) {
  if (call_class == CallClass::kNone) return false;
  if (http_status == 502 || http_status == 503 || http_status == 504) return true;
  // What has no answer is of one of these two; 200 as well, when the answer broke off.
  const bool lost = outcome == Outcome::kNotSent || outcome == Outcome::kUnknown;
  const bool unclear = call_class == CallClass::kTransient || call_class == CallClass::kUnknown;
  return lost && unclear && (http_status == 0 || http_status == 200);
}

bool Circuit::Allows(SteadyTime now) const { return !open_ || (!probing() && now >= next_probe_); }

SteadyTime Circuit::NextProbe() const {
  if (!open_) return SteadyTime::Never();
  return probing() ? SteadyTime::Infinite() : next_probe_;
}

void Circuit::Started(SteadyTime now) {
  if (open_ && !probing()) probe_started_ = now;
}

void Circuit::Ended(SteadyTime started, Evidence evidence, SteadyTime now) {
  if (evidence == Evidence::kAlive) {
    *this = Circuit();
    return;
  }
  if (open_) {
    if (started == probe_started_) EndProbe(evidence, now);
    return;
  }
  if (evidence == Evidence::kDead && ++failures_ >= limits::kCircuitFailures) {
    open_ = true;
    opened_at_ = now;
    next_probe_ = now + ProbeInterval(0);
  }
}

// The time between probes is counted from the end of the last one: it may have waited for its
// deadline.
void Circuit::EndProbe(Evidence evidence, SteadyTime now) {
  probe_started_ = SteadyTime::Never();
  if (evidence == Evidence::kDead) ++probes_;
  next_probe_ = now + ProbeInterval(probes_);
}

}  // namespace quiesce::cloud
