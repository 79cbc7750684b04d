// The JSON form of a rule, of POST /_sim/faults:
//
//   "name"      shown in the log and by GET /_sim/faults; the kind when not given
//   "seed"      of everything that is left to chance; when not given, the rule's number
//   "match"     which requests: the fields below, which may also stand in the rule itself
//     "op"        "list", "stop", "token", "other"; any when not given
//     "project", "instance"   only these; any when not given
//     "skip"      after how many that match, 0 when not given
//     "every"     then one in so many, the first of them; 1 when not given
//     "probability"   and of these some by chance; 1 when not given
//     "times"     until so many were spoiled; when not given 1, or without end when every or
//                 probability is given
//   "kind"      what happens to them, required; GET /_sim/faults/kinds and `dbss_sim --help` list
//               all of them with the parameters of each (fault_kinds.cc). The first rule that
//               spoils a request is the only one, but for "latency", which adds to those after it.
//               "reply" takes `status` and `body` (a string sent as it is, or a JSON value),
//               `content_type` and `headers` {"name": "value"}; "stale" needs a `project`.
//   "effect"    whether the request is carried out nevertheless; when not given as the kind says.
//               So {"kind": "close"} loses the request and {"kind": "close", "effect": true} the
//               answer.
//   "effect_delay_ms" passes before the effect, "reply_delay_ms" after it.
//
// Kinds named tls: spoil new connections to the TLS port instead; they match no op.

#ifndef TESTS_FAKES_DBSS_SIM_FAULT_JSON_H_
#define TESTS_FAKES_DBSS_SIM_FAULT_JSON_H_

#include <string>

#include "tests/fakes/dbss_sim/cloud.h"
#include "tests/fakes/dbss_sim/fault_plan.h"
#include "tests/fakes/dbss_sim/json_fields.h"

namespace quiesce::dbss_sim {

// Notes in `problem` what is wrong with `value`; the result is then of no use. `path` is where the
// object is in the input. The cloud and `now` are for stale lists.
FaultRule FaultRuleFromJson(const nlohmann::json& value, const std::string& path,
                            const Cloud& cloud, SimTime now, FieldProblem* problem);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_FAULT_JSON_H_
