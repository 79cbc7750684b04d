#include "client/cli/json_output.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/util/json_util.h"

namespace quiesce::cli {
namespace {

std::string Convert(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  options.add_whitespace = indented;
  std::string json;
  // Fails only for a time out of the range of RFC 3339, which no answer has.
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "null";
  absl::StripAsciiWhitespace(&json);
  return json;
}

// Strings in JSON contain no raw newlines: each one begins a line of the layout.
std::string Deeper(const std::string& json) { return absl::StrReplaceAll(json, {{"\n", "\n "}}); }

}  // namespace

std::string ToJsonLine(const google::protobuf::Message& message) { return Convert(message, false); }

std::string ToJson(const google::protobuf::Message& message) { return Convert(message, true); }

JsonObject& JsonObject::AddJson(std::string_view key, const std::string& json) {
  members_.push_back(
      absl::StrCat("\"", absl::string_view(key.data(), key.size()), "\": ", Deeper(json)));
  return *this;
}

JsonObject& JsonObject::AddArray(std::string_view key, const std::vector<std::string>& elements) {
  std::vector<std::string> deeper;
  for (const std::string& element : elements) deeper.push_back(" " + Deeper(element));
  return AddJson(
      key, elements.empty() ? "[]" : absl::StrCat("[\n", absl::StrJoin(deeper, ",\n"), "\n]"));
}

JsonObject& JsonObject::AddNumber(std::string_view key, long long value) {
  return AddJson(key, absl::StrCat(value));
}

JsonObject& JsonObject::AddWord(std::string_view key, std::string_view word) {
  return AddJson(key, absl::StrCat("\"", absl::string_view(word.data(), word.size()), "\""));
}

std::string JsonObject::Text() const {
  return members_.empty() ? "{}" : absl::StrCat("{\n ", absl::StrJoin(members_, ",\n "), "\n}");
}

}  // namespace quiesce::cli
