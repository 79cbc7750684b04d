// Every error that the cloud documents, by name: those of the gateway (daemon/cloud/API.md 4), of
// the service (3) and of the token endpoint (5.2). A name is "error:" and the code, and when a code
// has several statuses, texts or forms, which one: "error:APIGW.0201:backend_timeout". Pure.

#ifndef TESTS_FAKES_DBSS_SIM_ERROR_CATALOG_H_
#define TESTS_FAKES_DBSS_SIM_ERROR_CATALOG_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/dbss_sim/api_types.h"

namespace quiesce::dbss_sim {

enum class ErrorForm {
  kGateway,      // {"error_msg","error_code","request_id"}
  kService,      // DbssError, details null
  kServiceBare,  // {"error_code","error_msg"}
  kForbidden,    // DbssError with details and encoded_authorization_message
  kNested,       // {"error":{"error_code","error_msg"}}
  kIam,          // {"error":{"code": NUMBER,"message","title"}}
};

struct NamedError {
  const char* name;
  int status;
  ErrorForm form;
  const char* code;     // Of kIam, the title.
  const char* message;  // Of 0301, with what follows the prefix.
};

const std::vector<NamedError>& NamedErrors();

// nullptr when there is none of that name.
const NamedError* FindError(std::string_view name);

ApiReply MakeError(const NamedError& error, std::string_view request_id);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_ERROR_CATALOG_H_
