// The forms of request and answer that all paths of the control interface share.

#ifndef TESTS_FAKES_DBSS_SIM_CONTROL_REPLIES_H_
#define TESTS_FAKES_DBSS_SIM_CONTROL_REPLIES_H_

#include <map>
#include <string>
#include <string_view>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/json_fields.h"

namespace quiesce::dbss_sim {

ApiReply JsonReply(const nlohmann::json& body);

// {"error":{"field","problem"}}
ApiReply ProblemReply(int status, const FieldProblem& problem);

ApiReply NoSuchInstanceReply();

// The body as JSON; an empty body is an empty object. Notes a problem when it is no JSON.
nlohmann::json ParsedBody(const ApiRequest& request, FieldProblem* problem);

// The path of the target, without its query.
std::string_view PathOfTarget(std::string_view target);

// The query of the target. Values are taken as they are: ids and numbers need no encoding.
std::map<std::string, std::string, std::less<>> QueryOfTarget(std::string_view target);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_CONTROL_REPLIES_H_
