// The control interface: what a demo, a benchmark or a test in another process does to the
// simulated cloud, over HTTP under /_sim/. It needs no token and is not in the request log.
//
// Bodies and answers are JSON. "P" and "I" are ids of a project and an instance, milliseconds are
// integers. A body that is wrong changes nothing and is answered by
// 400 {"error":{"field":"instances[3].name","problem":"must be a string"}}; a project or instance
// that does not exist by the same with 404; a power change in the wrong state with 409. Otherwise
// 200.
//
//   GET  /_sim/health
//   POST /_sim/seed        a fleet (fleet_json.h); adds instances also to projects that exist
//   POST /_sim/seed_bulk   {"project": P, "count": 100, "project_name"?, "name_prefix"?: "om-",
//                          "first_number"?: 1, "state"?: "running" | "stopped" | "mixed",
//                          "ha_share"?: 0.25, "seed"?: 1} -> {"instances": [I, ...]}
//   POST /_sim/start       {"project": P, "instance": I, "instant"?: false}: behind the client's
//                          back
//   POST /_sim/stop        the same the other way round; not counted as a stop by the API
//   POST /_sim/force       {"project": P, "instance": I, "node"?: 0 | 1 (both), "status"?: "X" |
//                          null, "task_status"?: "Y" | null, "shape"?: "normal" | "empty_servers" |
//                          "null_detail"}: raw strings until the next power change. A string not
//                          given stays as it is.
//   POST /_sim/freeze      {"project": P, "instance": I, "frozen"?: true, "scene"?: "ARREAR",
//                          "effect"?: 1}: status FROZEN, stops refused
//   POST /_sim/remove      {"project": P, "instance": I}: not listed and not found any more
//   POST /_sim/return      {"project": P, "instance": I}: as it was
//   POST /_sim/timeline    {"project"?: P, "instance"?: I, "node"?: 0 | 1 (both),
//                          "visible_lag_ms"?, "powering_off_ms"?, "finishing_ms"?}: of all
//                          instances or of one, for power changes that begin from now on; a length
//                          not given stays as it is
//   POST /_sim/settings    {"stop_in_wrong_state"?: "error" | "success" | "failed",
//                          "missing_instance"?: "invalid_id" | "not_found" | "stop_failed",
//                          "expired_token"?: "expires" | "must_be_updated", "forbidden_list"?:
//                          "error" | "empty" (a list by who may not see the project), "latency_ms"?
//                          (all), "list_latency_ms"?, "stop_latency_ms"?, "token_latency_ms"?,
//                          "list_lag_ms"? (lists show what was true then), "token_lifetime_ms"? (of
//                          tokens issued from now on), "wall_offset_ms"? (the gateway's calendar,
//                          and so the Date of replies, is so much ahead, or behind), "quotas"?:
//                          [{"policy": "user" | "ip", "limit", "period_ms", "counts"?: ["list",
//                          "stop", "token"] (all), "window"?: "fixed" | "sliding",
//                          "counts_refused"?: false,
//                          "retry_after"?: false}]}; what is not given stays as it is
//   GET  /_sim/quotas      -> {"quotas": [the same, and "admitted", "refused"]}
//   POST /_sim/tokens      {"token": "...", "state"?: "valid" | "expired" | "must_be_updated" |
//                          "unknown", "projects"?: [P, ...] (all), "expires_in_ms"? (never),
//                          "user"?: whose it is, for quotas and revocation}
//   POST /_sim/revoke      {"user": "...", "as"?: "unknown" | "expired" | "must_be_updated",
//                          "in_ms"?: 0}: the end of all tokens that the user has now, before their
//                          time -> {"tokens": 2}
//   POST /_sim/users       {"name": "...", "password": "...", "domain": "..."}
//   POST /_sim/keys        {"access": "...", "secret": "...", "security_token"?, "state"?:
//                          "valid" | "unknown" | "secret_unavailable", "projects"?: [P, ...] (all),
//                          "expires_in_ms"? (never), "user"?}: a pair of keys that may sign
//                          requests; unlocks it
//   POST /_sim/tls         {"certificate": "good" | "bad_host" | "expired" | "not_yet_valid" |
//                          "untrusted"}: what new connections to the TLS port are shown
//   POST /_sim/faults      one rule or an array of them (fault_json.h) -> {"ids": [1, ...]}
//   GET  /_sim/faults      -> {"faults": [{"id", "name", "kind", "op", "project", "instance",
//                          "times", "skip", "every", "probability", "seed", "matched",
//                          "spoiled"}], "spoiled": {NAME: 2}}: the rules that still wait for
//                          requests, and how many requests the rules of each name spoiled
//   GET  /_sim/faults/kinds -> {"kinds": [{"name", "family", "what", "parameters", "effect"}]}
//   DELETE /_sim/faults    no rules any more; with ?name=NAME none of that name
//   POST /_sim/advance     {"ms": 5000}: the simulator's time jumps
//   POST /_sim/reset       {"keep_fleet"?: false}: as at the start, but without projects
//   GET  /_sim/fleet       -> {"projects": [{"id", "name", "instances", "running", "stopped"}],
//                          "instances", "running", "stopped"}; counts of what the list would show
//   GET  /_sim/instances   ?project=P -> {"instances": [{"id", "name", "listed", "frozen", "nodes":
//                          [{"status", "task_status"}]}]}
//   GET  /_sim/log         ?op=&project=&instance=&after=SEQ&limit=10000 -> {"entries": [{"seq",
//                          "op", "project", "instance", "time_us", "replied_us", "status",
//                          "effect", "faulted", "fault", "delivery"}], "last_seq", "dropped"}.
//                          "fault" is the name of the rule that spoiled it. time_us is
//                          the monotonic clock of the system (plus what was advanced); status 0: no
//                          reply (yet)
//   GET  /_sim/stops       ?project=&instance=&repeated=true -> {"instances": [{"project",
//                          "instance", "stop_requests", "stops_with_effect", "redundant_stops",
//                          "manual_starts", "manual_stops", "max_stops_in_flight"}], and in all:
//                          "stop_requests", "stops_with_effect", "redundant_stops",
//                          "stopped_twice", "asked_twice", "max_stops_in_flight"}, as in
//                          InstanceCounts (request_log.h). stopped_twice counts the instances with
//                          more stops with effect than one and the manual starts explain,
//                          asked_twice those with two stop requests or more. repeated=true selects
//                          those asked twice, and the totals are those of what is selected.
//   GET  /_sim/counters    -> {"list": {"requests", "effects", "in_flight", "max_in_flight",
//                          "replies": {"200": 5, "0": 1}}, "stop": ..., "token": ..., "other": ...}

#ifndef TESTS_FAKES_DBSS_SIM_CONTROL_H_
#define TESTS_FAKES_DBSS_SIM_CONTROL_H_

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

class DbssSim;
class JsonFields;

// Thread-safe. Does not block, except for the locks of the simulator's parts.
class Control {
 public:
  // `sim` must outlive this object.
  explicit Control(DbssSim* sim) : sim_(sim) {}

  // Whether the request is for this interface.
  static bool Owns(const ApiRequest& request);

  ApiReply Handle(const ApiRequest& request);

 private:
  struct Route;
  static const Route kRoutes[];

  ApiReply Health(const ApiRequest& request);
  ApiReply Seed(const ApiRequest& request);
  ApiReply SeedBulk(const ApiRequest& request);
  ApiReply Start(const ApiRequest& request);
  ApiReply Stop(const ApiRequest& request);
  ApiReply Force(const ApiRequest& request);
  ApiReply Freeze(const ApiRequest& request);
  ApiReply Remove(const ApiRequest& request);
  ApiReply Return(const ApiRequest& request);
  ApiReply Timeline(const ApiRequest& request);
  ApiReply Settings(const ApiRequest& request);
  ApiReply Tokens(const ApiRequest& request);
  ApiReply Revoke(const ApiRequest& request);
  ApiReply Users(const ApiRequest& request);
  ApiReply Keys(const ApiRequest& request);
  ApiReply Tls(const ApiRequest& request);
  ApiReply AddFaults(const ApiRequest& request);
  ApiReply ListFaults(const ApiRequest& request);
  ApiReply ListFaultKinds(const ApiRequest& request);
  ApiReply ClearFaults(const ApiRequest& request);
  ApiReply Advance(const ApiRequest& request);
  ApiReply Reset(const ApiRequest& request);
  ApiReply Fleet(const ApiRequest& request);
  ApiReply Instances(const ApiRequest& request);
  ApiReply Log(const ApiRequest& request);
  ApiReply Stops(const ApiRequest& request);
  ApiReply Counters(const ApiRequest& request);
  ApiReply Quotas(const ApiRequest& request);

  ApiReply ChangePower(bool start, const ApiRequest& request);
  ApiReply SetListed(bool listed, const ApiRequest& request);
  // Reads `project` and `instance`, then what `read` reads, which returns what to do to the
  // instance.
  using Edit = std::function<void(Instance&)>;
  ApiReply EditInstance(const ApiRequest& request, const std::function<Edit(JsonFields*)>& read);

  DbssSim* const sim_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_CONTROL_H_
