#ifndef QUIESCE_CLIENT_CLI_JSON_OUTPUT_H_
#define QUIESCE_CLIENT_CLI_JSON_OUTPUT_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"

// `-o json`. Messages are in the JSON of Protobuf, so that the comments in proto/ document it, with
// two choices made for scripts: fields have the names of the .proto files (`cloud_name`), and are
// there also when they have their default value, except for absent messages. Times are RFC 3339 in
// UTC, durations `21s`, 64-bit numbers strings, enums their full names.
namespace quiesce::cli {

// One line without a newline.
std::string ToJsonLine(const google::protobuf::Message& message);
std::string ToJson(const google::protobuf::Message& message);

// `{"key": value}` of texts that are JSON already, indented like ToJson().
class JsonObject {
 public:
  JsonObject& Add(std::string_view key, const google::protobuf::Message& message) {
    return AddJson(key, ToJson(message));
  }
  template <typename Messages>
  JsonObject& AddList(std::string_view key, const Messages& messages) {
    std::vector<std::string> elements;
    for (const auto& message : messages) elements.push_back(ToJson(message));
    return AddArray(key, elements);
  }
  JsonObject& AddArray(std::string_view key, const std::vector<std::string>& elements);
  JsonObject& AddNumber(std::string_view key, long long value);
  // Of ASCII without quotes.
  JsonObject& AddWord(std::string_view key, std::string_view word);
  JsonObject& AddJson(std::string_view key, const std::string& json);

  std::string Text() const;

 private:
  std::vector<std::string> members_;
};

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_JSON_OUTPUT_H_
