// Strict reading of a JSON object that names the field at fault.

#ifndef TESTS_FAKES_DBSS_SIM_JSON_FIELDS_H_
#define TESTS_FAKES_DBSS_SIM_JSON_FIELDS_H_

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace quiesce::dbss_sim {

// What is wrong with an input, the first problem only.
struct FieldProblem {
  std::string field;  // Like "projects[0].instances[3].name"; empty for the body as a whole.
  std::string problem;

  bool found() const { return !problem.empty(); }
};

// Reads the fields of one object. A read of an absent or wrong field returns a default; a wrong one
// also notes the problem. Call Finish() at the end to find unknown fields. Not thread-safe; the
// object and the problem must outlive the reader.
class JsonFields {
 public:
  // `path` is the object's own, empty for the root. Notes a problem when `value` is no object.
  JsonFields(const nlohmann::json& value, std::string path, FieldProblem* problem);

  bool Has(const std::string& name) const;

  std::optional<std::string> Text(const std::string& name);
  std::string RequiredText(const std::string& name);
  // A string of 32 to 64 characters, as the ids of projects and instances are: see
  // daemon/cloud/API.md 1.
  std::string RequiredId(const std::string& name);
  // One of `allowed`, whose first is the default.
  std::string Choice(const std::string& name, std::initializer_list<const char*> allowed);
  bool Flag(const std::string& name, bool otherwise);
  std::int64_t Integer(const std::string& name, std::int64_t otherwise, std::int64_t min,
                       std::int64_t max);
  double Number(const std::string& name, double otherwise, double min, double max);
  // A field in milliseconds; 0 to a day.
  std::chrono::microseconds Millis(const std::string& name, std::chrono::microseconds otherwise);
  // The array, or nullptr when absent or wrong.
  const nlohmann::json* Array(const std::string& name);
  // Any value, or nullptr when absent.
  const nlohmann::json* Any(const std::string& name);

  // Notes a problem with this field.
  void Fail(const std::string& name, std::string problem);

  // The path of a field, for readers of nested objects.
  std::string PathOf(const std::string& name) const;

  // Notes a problem when the object has a field that was never asked for.
  void Finish();

 private:
  const nlohmann::json* Find(const std::string& name);

  const nlohmann::json* object_;
  const std::string path_;
  FieldProblem* const problem_;
  std::set<std::string> known_;
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_JSON_FIELDS_H_
