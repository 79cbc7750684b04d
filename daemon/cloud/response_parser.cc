#include "daemon/cloud/response_parser.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "nlohmann/json.hpp"

namespace quiesce::cloud {
namespace {

using nlohmann::json;

// The library takes a NUL for the end of the text, and would not see what follows it.
bool HoldsNul(std::string_view body) { return body.find('\0') != std::string_view::npos; }

// IAM's `code` is a number, everybody else's a string.
std::string TextOf(const json& object, const char* key) {
  const auto it = object.find(key);
  if (it == object.end()) return "";
  if (it->is_string()) return it->get_ref<const std::string&>();
  if (it->is_number_unsigned()) return absl::StrCat(it->get<uint64_t>());
  return "";
}

struct ErrorText {
  std::string code;
  std::string message;
  bool empty() const { return code.empty() && message.empty(); }
};

ErrorText DirectError(const json& object) {
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"error_code", "error_msg"}, {"errorCode", "errorMsg"}, {"code", "message"}};
  for (const auto& [code, message] : kNames) {
    ErrorText error{TextOf(object, code), TextOf(object, message)};
    if (!error.empty()) return error;
  }
  return {};
}

// Flat, or in an object one level down.
ErrorText FindError(const json& object) {
  ErrorText error = DirectError(object);
  if (!error.empty()) return error;
  for (const auto& value : object) {
    if (!value.is_object()) continue;
    error = DirectError(value);
    if (!error.empty()) return error;
  }
  return {};
}

// The first of `details`, which says which policy denied a request.
std::string FirstDetail(const json& object) {
  const auto it = object.find("details");
  if (it == object.end() || !it->is_array() || it->empty() || !it->front().is_object()) return "";
  const ErrorText detail = DirectError(it->front());
  if (detail.empty()) return "";
  return absl::StrCat(" (", detail.code, detail.code.empty() ? "" : ": ", detail.message, ")");
}

void ReadObject(const json& object, const Redactor& redact, ParsedAnswer& answer) {
  answer.shape = BodyShape::kJson;
  const auto result = object.find("result");
  if (result != object.end() && !result->is_null()) {
    if (result->is_string()) {
      answer.result = SafeText(result->get_ref<const std::string&>(), limits::kMaxCloudCodeBytes);
    } else {
      answer.shape = BodyShape::kWrongType;
    }
  }
  const ErrorText error = FindError(object);
  answer.error_code = SafeText(error.code, limits::kMaxCloudCodeBytes, redact);
  answer.message = SafeText(absl::StrCat(error.message, FirstDetail(object)),
                            limits::kMaxCloudMessageBytes, redact);
}

}  // namespace

BodyShape ShapeOfNonJson(std::string_view body) {
  const size_t start = body.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return BodyShape::kEmpty;
  return body[start] == '<' ? BodyShape::kHtml : BodyShape::kNotJson;
}

std::optional<absl::Time> ParseHttpDate(std::string_view text) {
  absl::Time when;
  std::string error;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", ToAbsl(text), &when, &error)) {
    return std::nullopt;
  }
  return when;
}

std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now) {
  const auto is_digit = [](unsigned char c) { return absl::ascii_isdigit(c); };
  absl::Duration pause;
  int64_t seconds = 0;
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    // Too many digits for a number are a long time.
    if (!absl::SimpleAtoi(ToAbsl(text), &seconds)) return limits::kMaxThrottlePause;
    pause = absl::Seconds(seconds);
  } else if (const std::optional<absl::Time> when = ParseHttpDate(text)) {
    pause = *when - now;
  } else {
    return std::nullopt;
  }
  return std::clamp(pause, absl::ZeroDuration(), limits::kMaxThrottlePause);
}

// This form of parsing does not throw by its documentation. The barrier is for what it forgot: such
// a body is not JSON to us.
ParsedAnswer ParseAnswer(std::string_view body, const Redactor& redact) try {
  ParsedAnswer answer;
  const json value = HoldsNul(body) ? json(json::value_t::discarded)
                                    : json::parse(body.begin(), body.end(), nullptr,
                                                  /*allow_exceptions=*/false);
  if (value.is_object()) {
    ReadObject(value, redact, answer);
    return answer;
  }
  if (!value.is_discarded()) {
    answer.shape = BodyShape::kWrongType;
    return answer;
  }
  answer.shape = ShapeOfNonJson(body);
  if (answer.shape == BodyShape::kNotJson) {
    answer.message = SafeText(std::string(body), limits::kMaxCloudMessageBytes, redact);
  }
  return answer;
} catch (const json::exception&) {
  ParsedAnswer answer;
  answer.shape = BodyShape::kNotJson;
  return answer;
}

}  // namespace quiesce::cloud
