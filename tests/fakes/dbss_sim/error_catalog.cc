#include "tests/fakes/dbss_sim/error_catalog.h"

#include "tests/fakes/dbss_sim/api_errors.h"

namespace quiesce::dbss_sim {
namespace {

ApiReply Flat(const NamedError& error) {
  ApiReply reply;
  reply.status = error.status;
  reply.body = std::string(R"({"error_code":")") + error.code + R"(","error_msg":")" +
               error.message + R"("})";
  return reply;
}

// The detail's code is the example of the schema; its text there is "PDP5 error information", that
// is, what the policy decision point says (daemon/cloud/API.md 3.1).
ApiReply Forbidden(const NamedError& error) {
  ApiReply reply = Flat(error);
  reply.body.pop_back();
  reply.body += R"(,"encoded_authorization_message":"Egpjbi1ub3J0aC00","details":[)"
                R"({"error_code":"DBSS.00112233","error_msg":"PDP5 error information"}]})";
  return reply;
}

}  // namespace

// Statuses and codes are documented, and so are the texts of what a client of this API meets;
// those of the other codes are the gateway's general ones. The bodies of the token endpoint are
// documented for 400 and 401 only; the others follow their form.
const std::vector<NamedError>& NamedErrors() {
  static const auto* const kErrors = new std::vector<NamedError>{
      {"error:APIGW.0101", 404, ErrorForm::kGateway, "APIGW.0101",
       "The API does not exist or has not been published in the environment."},
      {"error:APIGW.0101:method", 404, ErrorForm::kGateway, "APIGW.0101",
       "The API does not exist."},
      {"error:APIGW.0103", 404, ErrorForm::kGateway, "APIGW.0103", "The backend does not exist."},
      {"error:APIGW.0104", 400, ErrorForm::kGateway, "APIGW.0104", "The plug-ins do not exist."},
      {"error:APIGW.0105", 400, ErrorForm::kGateway, "APIGW.0105",
       "The backend configurations do not exist."},
      {"error:APIGW.0106", 400, ErrorForm::kGateway, "APIGW.0106", "Orchestration error."},
      {"error:APIGW.0201:request", 400, ErrorForm::kGateway, "APIGW.0201", "API request error."},
      {"error:APIGW.0201:entity_too_large", 413, ErrorForm::kGateway, "APIGW.0201",
       "Request entity too large."},
      {"error:APIGW.0201:uri_too_large", 414, ErrorForm::kGateway, "APIGW.0201",
       "Request URI too large."},
      {"error:APIGW.0201:headers_too_large", 494, ErrorForm::kGateway, "APIGW.0201",
       "Request headers too large."},
      {"error:APIGW.0201:backend_unavailable", 502, ErrorForm::kGateway, "APIGW.0201",
       "Backend unavailable."},
      {"error:APIGW.0201:backend_timeout", 504, ErrorForm::kGateway, "APIGW.0201",
       "Backend timeout."},
      {"error:APIGW.0301:no_token", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: x-auth-token not found"},
      {"error:APIGW.0301:decrypt", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: decrypt token fail"},
      {"error:APIGW.0301:expired", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: token expires, expires_at: "
       "2020-01-04T09:05:22.701000Z"},
      {"error:APIGW.0301:signature", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: verify aksk signature fail, "
       "canonicalRequest:POST|/v1/p/db-om/i/stop/"
       "||host:dbss.cn-north-4.myhuaweicloud.com|x-sdk-date:20200103T090522Z||host;x-sdk-date|"
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"error:APIGW.0301:no_key", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: ak AKIDEXAMPLE not exist"},
      {"error:APIGW.0301:secret_key", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: Get secretKey failed"},
      {"error:APIGW.0301:locked", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden"},
      {"error:APIGW.0301:unauthorized", 401, ErrorForm::kGateway, "APIGW.0301",
       "Incorrect IAM authentication information: Unauthorized"},
      {"error:APIGW.0302", 403, ErrorForm::kGateway, "APIGW.0302",
       "The IAM user is not authorized to access the API."},
      {"error:APIGW.0303", 401, ErrorForm::kGateway, "APIGW.0303",
       "Incorrect app authentication information."},
      {"error:APIGW.0304", 403, ErrorForm::kGateway, "APIGW.0304",
       "The app is not authorized to access the API."},
      {"error:APIGW.0305", 401, ErrorForm::kGateway, "APIGW.0305",
       "Incorrect authentication information."},
      {"error:APIGW.0306", 403, ErrorForm::kGateway, "APIGW.0306", "API access denied."},
      {"error:APIGW.0307", 401, ErrorForm::kGateway, "APIGW.0307", "The token must be updated."},
      {"error:APIGW.0308:user", 429, ErrorForm::kGateway, "APIGW.0308",
       "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 "
       "minute"},
      {"error:APIGW.0308:ip", 429, ErrorForm::kGateway, "APIGW.0308",
       "The throttling threshold has been reached: policy ip over ratelimit,limit:5,time:1 second"},
      {"error:APIGW.0308:user_minute", 429, ErrorForm::kGateway, "APIGW.0308",
       "The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 "
       "minute"},
      {"error:APIGW.0310", 403, ErrorForm::kGateway, "APIGW.0310", "The project is unavailable."},
      {"error:APIGW.0311", 401, ErrorForm::kGateway, "APIGW.0311",
       "Incorrect debugging authentication information."},
      {"error:APIGW.0401", 403, ErrorForm::kGateway, "APIGW.0401", "Unknown client IP address."},
      {"error:APIGW.0402", 403, ErrorForm::kGateway, "APIGW.0402",
       "The IP address is not authorized to access the API."},
      {"error:APIGW.0404", 403, ErrorForm::kGateway, "APIGW.0404",
       "Access to the backend IP address has been denied."},
      {"error:APIGW.0501", 405, ErrorForm::kGateway, "APIGW.0501",
       "The app quota has been used up."},
      {"error:APIGW.0502", 405, ErrorForm::kGateway, "APIGW.0502", "The app has been frozen."},
      {"error:APIGW.0601", 500, ErrorForm::kGateway, "APIGW.0601", "Internal server error."},
      {"error:APIGW.0602", 400, ErrorForm::kGateway, "APIGW.0602", "Bad request."},
      {"error:APIGW.0605", 500, ErrorForm::kGateway, "APIGW.0605",
       "Domain name resolution failed."},
      {"error:APIGW.0606", 500, ErrorForm::kGateway, "APIGW.0606",
       "Failed to load the API configurations."},
      {"error:APIGW.0607", 400, ErrorForm::kGateway, "APIGW.0607",
       "The protocol is not supported."},
      {"error:APIGW.0608", 500, ErrorForm::kGateway, "APIGW.0608",
       "Failed to obtain the admin token."},
      {"error:APIGW.0609", 500, ErrorForm::kGateway, "APIGW.0609",
       "The VPC backend does not exist."},
      {"error:APIGW.0610", 502, ErrorForm::kGateway, "APIGW.0610", "No backend available."},
      {"error:APIGW.0611", 500, ErrorForm::kGateway, "APIGW.0611",
       "The backend port does not exist."},
      {"error:APIGW.0612", 500, ErrorForm::kGateway, "APIGW.0612", "An API cannot call itself."},
      {"error:APIGW.0613", 503, ErrorForm::kGateway, "APIGW.0613",
       "The IAM service is currently unavailable."},
      {"error:APIGW.0705", 500, ErrorForm::kGateway, "APIGW.0705",
       "Backend signature calculation failed."},
      {"error:APIGW.0801", 403, ErrorForm::kGateway, "APIGW.0801",
       "The service is unavailable in the currently selected region."},
      {"error:APIGW.0802", 403, ErrorForm::kGateway, "APIGW.0802",
       "The IAM user is forbidden in the currently selected region."},
      {"error:DBSS.10000001", 400, ErrorForm::kService, "DBSS.10000001",
       "Enter a valid request message"},
      {"error:DBSS.10020101", 400, ErrorForm::kService, "DBSS.10020101",
       "Enter a valid request message"},
      {"error:DBSS.10020102", 400, ErrorForm::kService, "DBSS.10020102",
       "Enter a valid request message"},
      {"error:DBSS.10020118", 400, ErrorForm::kService, "DBSS.10020118",
       "Failed to add database, exceeding the limit"},
      {"error:DBSS.10020140", 400, ErrorForm::kService, "DBSS.10020140", "Illegal order ID"},
      {"error:DBSS.100210016", 400, ErrorForm::kService, "DBSS.100210016", "Insufficient quota"},
      {"error:DBSS.10020021", 400, ErrorForm::kService, "DBSS.10020021",
       "Invalid request parameter ID."},
      {"error:DBSS.10020130", 400, ErrorForm::kService, "DBSS.10020130",
       "Failed to start DBSS instance."},
      {"error:DBSS.10020131", 400, ErrorForm::kService, "DBSS.10020131",
       "Failed to stop DBSS instance."},
      {"error:DBSS.10020131:nested", 400, ErrorForm::kNested, "DBSS.10020131",
       "Failed to stop DBSS instance."},
      {"error:DBSS.10020132", 400, ErrorForm::kService, "DBSS.10020132",
       "Restarting DBSS instance failed."},
      {"error:DBSS.10020100", 401, ErrorForm::kService, "DBSS.10020100",
       "Failed to authenticate the token in the request"},
      {"error:DBSS.10020100:bare", 401, ErrorForm::kServiceBare, "DBSS.10020100",
       "Failed to authenticate the token in the request"},
      {"error:DBSS.10020100:forbidden", 403, ErrorForm::kForbidden, "DBSS.10020100",
       "Failed to authenticate the token in the request"},
      {"error:DBSS.10021004", 404, ErrorForm::kService, "DBSS.10021004",
       "ECS can not found the request page"},
      {"error:DBSS.11000000", 500, ErrorForm::kService, "DBSS.11000000",
       "Internal system exception. Contact technical support engineers"},
      {"error:DBSS.11000000:nested", 500, ErrorForm::kNested, "DBSS.11000000",
       "Internal system exception. Contact technical support engineers"},
      {"error:IAM.400", 400, ErrorForm::kIam, "Bad Request", "The request body is invalid"},
      {"error:IAM.401", 401, ErrorForm::kIam, "Unauthorized", "The username or password is wrong."},
      {"error:IAM.403", 403, ErrorForm::kIam, "Forbidden",
       "You are not authorized to perform the requested action."},
      {"error:IAM.404", 404, ErrorForm::kIam, "Not Found",
       "The requested resource could not be found."},
      {"error:IAM.500", 500, ErrorForm::kIam, "Internal Server Error",
       "An unexpected error prevented the server from fulfilling your request."},
      {"error:IAM.503", 503, ErrorForm::kIam, "Service Unavailable",
       "The service is currently unable to handle the request."}};
  return *kErrors;
}

const NamedError* FindError(std::string_view name) {
  for (const NamedError& error : NamedErrors()) {
    if (name == error.name) return &error;
  }
  return nullptr;
}

ApiReply MakeError(const NamedError& error, std::string_view request_id) {
  switch (error.form) {
    case ErrorForm::kGateway:
      return GatewayError(error.status, error.code, error.message, request_id);
    case ErrorForm::kService:
      return ServiceError(error.status, error.code, error.message);
    case ErrorForm::kServiceBare:
      return Flat(error);
    case ErrorForm::kForbidden:
      return Forbidden(error);
    case ErrorForm::kIam:
      return IamError(error.status, error.code, error.message);
    case ErrorForm::kNested:
      break;
  }
  ApiReply reply = Flat(error);
  reply.body = R"({"error":)" + reply.body + "}";
  return reply;
}

}  // namespace quiesce::dbss_sim
