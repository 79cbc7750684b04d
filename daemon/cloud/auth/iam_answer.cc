#include "daemon/cloud/auth/iam_answer.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/text.h"
#include "daemon/cloud/response_parser.h"
#include "nlohmann/json.hpp"

namespace quiesce::cloud::auth {
namespace {

using nlohmann::json;
using Result = TokenAnswer::Result;

TokenAnswer Failure(Result result, std::string problem) {
  TokenAnswer answer;
  answer.result = result;
  answer.problem = std::move(problem);
  return answer;
}

// "2020-01-04T09:05:22.701000Z".
std::optional<absl::Time> TimeIn(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end() || !it->is_string()) return std::nullopt;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%E*SZ", it->get_ref<const std::string&>(), &time, &error)) {
    return std::nullopt;
  }
  return time;
}

TokenAnswer ReadToken(std::string_view subject_token, std::string_view body, absl::Time now) {
  if (subject_token.size() > limits::kMaxSecretFileBytes || !IsVisibleAscii(subject_token)) {
    return Failure(Result::kNoToken, "IAM answered without a token that a header can carry");
  }
  const json value = json::parse(body.begin(), body.end(), nullptr, /*allow_exceptions=*/false);
  const bool has_token = value.is_object() && value.contains("token") && value["token"].is_object();
  const std::optional<absl::Time> expires_at =
      has_token ? TimeIn(value["token"], "expires_at") : std::nullopt;
  if (!expires_at) {
    return Failure(Result::kNoToken, "IAM does not say until when its token is good");
  }
  TokenAnswer answer;
  answer.lifetime = *expires_at - TimeIn(value["token"], "issued_at").value_or(now);
  if (answer.lifetime <= absl::ZeroDuration()) {
    return Failure(Result::kNoToken, "IAM answered with a token that expired already");
  }
  answer.result = Result::kToken;
  answer.token = std::string(subject_token);
  answer.expires_at = *expires_at;
  return answer;
}

Result ResultOf(int status) {
  if (status == 401) return Result::kWrongPassword;
  // 408 and 429 pass; the rest is about what we ask for.
  return status >= 400 && status < 500 && status != 408 && status != 429 ? Result::kRefused
                                                                         : Result::kNoToken;
}

}  // namespace

std::string TokenRequestBody(const TokenRequest& request) {
  const json body = {{"auth",
                      {{"identity",
                        {{"methods", json::array({"password"})},
                         {"password",
                          {{"user",
                            {{"name", request.user},
                             {"password", request.password},
                             {"domain", {{"name", request.domain}}}}}}}}},
                       {"scope", {{"project", {{"id", request.project_id}}}}}}}};
  // Bytes that are no UTF-8 were refused where they were read; this does not throw over them.
  return body.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

TokenAnswer ParseTokenAnswer(int status, std::string_view subject_token, std::string_view body,
                             absl::Time now, const Redactor& redact) try {
  if (status == 201) return ReadToken(subject_token, body, now);
  const ParsedAnswer parsed = ParseAnswer(body, redact);
  std::string problem = absl::StrCat("IAM answered HTTP ", status);
  if (!parsed.message.empty()) absl::StrAppend(&problem, ": ", parsed.message);
  return Failure(ResultOf(status), SafeText(problem, limits::kMaxCloudMessageBytes));
} catch (const json::exception&) {
  return Failure(Result::kNoToken, "IAM answered with a body that cannot be read");
}

}  // namespace quiesce::cloud::auth
