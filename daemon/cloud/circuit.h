#ifndef QUIESCE_DAEMON_CLOUD_CIRCUIT_H_
#define QUIESCE_DAEMON_CLOUD_CIRCUIT_H_

#include <cstdint>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"

namespace quiesce::cloud {

// Whether an answer means that the endpoint itself is down or cut off, rather than that it refused
// this request: no connection, no whole answer, or 502, 503, 504 of something in front of it.
// A call that was not made (class NONE, or no credential to make it with) says nothing. Nor does
// one whose peer was not believed (`distrusted` in its result), which is for the caller to see: it
// is somebody's answer, and hangs on the ca_file of one project, while a circuit is for all.
bool IsEndpointFailure(core::Outcome outcome, core::CallClass call_class, int http_status);

// Keeps a dead endpoint from costing one call per instance. Pure: time is an argument; one thread.
//
// Closed until limits::kCircuitFailures calls in a row found the endpoint dead; then open: one
// probe at a time, at intervals that grow from limits::kCircuitProbeMin to kCircuitProbeMax. The
// first answer of any call that is not an endpoint failure closes it at once, also one that was
// started before it opened.
class Circuit {
 public:
  bool is_open() const { return open_; }
  SteadyTime opened_at() const { return opened_at_; }
  // Whether a call may start. When open: a probe is due, and none is under way.
  bool Allows(SteadyTime now) const;
  // When the next probe may start; infinite while one is under way, never when closed: then any
  // call may start.
  SteadyTime NextProbe() const;

  void Started(SteadyTime now);
  // kNone: the call was not made, or its peer was not believed, which is no evidence. Who makes
  // such calls goes by its own backoff.
  enum class Evidence : uint8_t { kAlive, kDead, kNone };
  // `started` as it was told to Started: calls that were under way when it opened are no probes.
  void Ended(SteadyTime started, Evidence evidence, SteadyTime now);

 private:
  bool probing() const { return !probe_started_.is_never(); }
  void EndProbe(Evidence evidence, SteadyTime now);

  bool open_ = false;
  int failures_ = 0;  // in a row
  int probes_ = 0;    // in a row without success
  SteadyTime opened_at_ = SteadyTime::Never();
  SteadyTime next_probe_ = SteadyTime::Never();
  SteadyTime probe_started_ = SteadyTime::Never();  // of the one under way
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_CIRCUIT_H_
