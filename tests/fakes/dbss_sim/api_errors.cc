#include "tests/fakes/dbss_sim/api_errors.h"

#include <algorithm>
#include <cctype>

#include "tests/fakes/dbss_sim/list_body.h"

namespace quiesce::dbss_sim {

const char* OpName(Op op) {
  switch (op) {
    case Op::kList:
      return "list";
    case Op::kStop:
      return "stop";
    case Op::kToken:
      return "token";
    case Op::kOther:
      break;
  }
  return "other";
}

std::optional<std::string_view> ApiRequest::Header(std::string_view name) const {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  for (const auto& [candidate, value] : headers) {
    if (candidate.size() == name.size() &&
        std::equal(name.begin(), name.end(), candidate.begin(), same)) {
      return value;
    }
  }
  return std::nullopt;
}

ApiReply GatewayError(int status, std::string_view code, std::string_view message,
                      std::string_view request_id) {
  ApiReply reply;
  reply.status = status;
  reply.body = R"({"error_msg":)";
  AppendJsonString(message, &reply.body);
  reply.body += R"(,"error_code":)";
  AppendJsonString(code, &reply.body);
  reply.body += R"(,"request_id":)";
  AppendJsonString(request_id, &reply.body);
  reply.body += "}";
  reply.headers = {{"server", "api-gateway"}};
  return reply;
}

ApiReply UnknownApi(std::string_view request_id) {
  return GatewayError(404, "APIGW.0101",
                      "The API does not exist or has not been published in the environment.",
                      request_id);
}

ApiReply AuthenticationError(std::string_view sub_message, std::string_view request_id) {
  return GatewayError(401, "APIGW.0301",
                      "Incorrect IAM authentication information: " + std::string(sub_message),
                      request_id);
}

ApiReply TokenMustBeUpdated(std::string_view request_id) {
  return GatewayError(401, "APIGW.0307", "The token must be updated.", request_id);
}

ApiReply NotAuthorized(std::string_view request_id) {
  return GatewayError(403, "APIGW.0302", "The IAM user is not authorized to access the API.",
                      request_id);
}

ApiReply ProjectUnavailable(std::string_view request_id) {
  return GatewayError(403, "APIGW.0310", "The project is unavailable.", request_id);
}

ApiReply Throttled(std::string_view policy, std::string_view request_id) {
  return GatewayError(429, "APIGW.0308",
                      "The throttling threshold has been reached: policy " + std::string(policy),
                      request_id);
}

ApiReply BackendTimeout(std::string_view request_id) {
  return GatewayError(504, "APIGW.0201", "Backend timeout.", request_id);
}

ApiReply ServiceError(int status, std::string_view code, std::string_view message) {
  ApiReply reply;
  reply.status = status;
  reply.body = R"({"error_code":)";
  AppendJsonString(code, &reply.body);
  reply.body += R"(,"error_msg":)";
  AppendJsonString(message, &reply.body);
  reply.body += R"(,"details":null,"encoded_authorization_message":null})";
  return reply;
}

ApiReply IamError(int status, std::string_view title, std::string_view message) {
  ApiReply reply;
  reply.status = status;
  reply.body = R"({"error":{"code":)" + std::to_string(status) + R"(,"message":)";
  AppendJsonString(message, &reply.body);
  reply.body += R"(,"title":)";
  AppendJsonString(title, &reply.body);
  reply.body += "}}";
  return reply;
}

ApiReply StopFailed() {
  return ServiceError(400, "DBSS.10020131", "Failed to stop DBSS instance.");
}

ApiReply InvalidInstanceId() {
  return ServiceError(400, "DBSS.10020021", "Invalid request parameter ID.");
}

ApiReply PageNotFound() {
  return ServiceError(404, "DBSS.10021004", "ECS can not found the request page");
}

}  // namespace quiesce::dbss_sim
