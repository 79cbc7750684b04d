// The JSON form of a fault, of POST /_sim/faults. Which requests it spoils:
//
//   "op"        "list", "stop", "token", "other"; any when not given
//   "project", "instance"   only these; any when not given
//   "times"     how many requests, 1 when not given; "skip": after how many that match, 0
//
// What happens to them, by "kind" (required):
//
//   "reply"            `status` and `body` (a string sent as it is, or a JSON value) instead of the
//                      genuine answer, with `content_type` and `headers` {"name": "value"}
//   "drop"             the connection is closed without an answer; with "reset": true, by a reset
//   "delay"            the genuine answer, later (see below)
//   "throttle"         429 APIGW.0308; `policy` "user" or "ip", `limit`, `period` like "5 minute",
//                      and `retry_after_s` for a Retry-After header, none when not given
//   "unauthorized"     401; `code` "0307" or "0301" (then with `sub_message`)
//   "gateway_timeout"  504 APIGW.0201
//   "empty"            `status` 200 and no body at all
//   "html"             `status` 502 and a page of HTML
//   "truncate"         the genuine answer, cut in the middle of its body by a close
//   "result_failed"    200 {"result":"failed"}
//   "omit"             a list without the `instances` of this array
//   "stale"            a list of `project` (required) as it was when the fault was planned
//
// "effect": whether the request is carried out nevertheless. When not given it is for
// gateway_timeout, empty, delay, truncate, omit and stale, and is not for the others. So
// {"kind": "drop"} loses the request and {"kind": "drop", "effect": true} the answer.
// "effect_delay_ms" passes before the effect, "reply_delay_ms" after it.

#ifndef TESTS_FAKES_DBSS_SIM_FAULT_JSON_H_
#define TESTS_FAKES_DBSS_SIM_FAULT_JSON_H_

#include <string>

#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/fault_plan.h"
#include "tests/fakes/dbss_sim/json_fields.h"

namespace quiesce::dbss_sim {

// Notes in `problem` what is wrong with `value`; the result is then of no use. `path` is where the
// object is in the input. The cloud and `now` are for stale lists.
Fault FaultFromJson(const nlohmann::json& value, const std::string& path, const Cloud& cloud,
                    SimTime now, FieldProblem* problem);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_FAULT_JSON_H_
