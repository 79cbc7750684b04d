// The error replies of the API: those of the gateway in front of it (daemon/cloud/API.md 4) and
// those of the service (daemon/cloud/API.md 3). Pure functions.

#ifndef TESTS_FAKES_DBSS_SIM_API_ERRORS_H_
#define TESTS_FAKES_DBSS_SIM_API_ERRORS_H_

#include <string>
#include <string_view>

#include "tests/fakes/dbss_sim/api_types.h"

namespace quiesce::dbss_sim {

// {"error_msg","error_code","request_id"} and the headers `server: api-gateway` and `X-Request-Id`
// with the same id (daemon/cloud/API.md 4).
ApiReply GatewayError(int status, std::string_view code, std::string_view message,
                      std::string_view request_id);

// 404 APIGW.0101: no such path or method.
ApiReply UnknownApi(std::string_view request_id);

// 401 APIGW.0301; `sub_message` follows "Incorrect IAM authentication information: ".
ApiReply AuthenticationError(std::string_view sub_message, std::string_view request_id);

// 401 APIGW.0307.
ApiReply TokenMustBeUpdated(std::string_view request_id);

// 403 APIGW.0302.
ApiReply NotAuthorized(std::string_view request_id);

// 403 APIGW.0310.
ApiReply ProjectUnavailable(std::string_view request_id);

// 429 APIGW.0308. `policy` is like "user over ratelimit,limit:200,time:5 minute"
// (daemon/cloud/API.md 4.1).
ApiReply Throttled(std::string_view policy, std::string_view request_id);

// 504 APIGW.0201 "Backend timeout.".
ApiReply BackendTimeout(std::string_view request_id);

// A DbssError with null details, the form of all errors of the service (daemon/cloud/API.md 3.1).
ApiReply ServiceError(int status, std::string_view code, std::string_view message);

// An error of the token endpoint, whose `code` is a number (daemon/cloud/API.md 5.2).
ApiReply IamError(int status, std::string_view title, std::string_view message);

// The table of the service's codes has these (daemon/cloud/API.md 3.2).
ApiReply StopFailed();         // 400 DBSS.10020131
ApiReply InvalidInstanceId();  // 400 DBSS.10020021
ApiReply PageNotFound();       // 404 DBSS.10021004

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_API_ERRORS_H_
