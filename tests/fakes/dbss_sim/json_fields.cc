#include "tests/fakes/dbss_sim/json_fields.h"

#include <utility>

namespace quiesce::dbss_sim {

using Json = nlohmann::json;

namespace {

const Json& EmptyObject() {
  static const Json* const empty = new Json(Json::object());
  return *empty;
}

}  // namespace

JsonFields::JsonFields(const Json& value, std::string path, FieldProblem* problem)
    : object_(&value), path_(std::move(path)), problem_(problem) {
  if (value.is_object()) return;
  if (!problem_->found()) *problem_ = {path_, "must be a JSON object"};
  object_ = &EmptyObject();
}

std::string JsonFields::PathOf(const std::string& name) const {
  return path_.empty() ? name : path_ + "." + name;
}

void JsonFields::Fail(const std::string& name, std::string problem) {
  if (!problem_->found()) *problem_ = {PathOf(name), std::move(problem)};
}

const Json* JsonFields::Find(const std::string& name) {
  known_.insert(name);
  const auto found = object_->find(name);
  return found == object_->end() ? nullptr : &*found;
}

bool JsonFields::Has(const std::string& name) const { return object_->contains(name); }

const Json* JsonFields::Any(const std::string& name) { return Find(name); }

std::optional<std::string> JsonFields::Text(const std::string& name) {
  const Json* value = Find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  Fail(name, "must be a string");
  return std::nullopt;
}

std::string JsonFields::RequiredText(const std::string& name) {
  const std::optional<std::string> text = Text(name);
  if (!text || text->empty()) Fail(name, "is required and must be a string that is not empty");
  return text.value_or("");
}

std::string JsonFields::RequiredId(const std::string& name) {
  std::string id = RequiredText(name);
  if (id.size() < 32 || id.size() > 64) Fail(name, "must have 32 to 64 characters");
  return id;
}

std::string JsonFields::Choice(const std::string& name,
                               std::initializer_list<const char*> allowed) {
  const std::string chosen = Text(name).value_or(*allowed.begin());
  std::string list;
  for (const char* choice : allowed) {
    if (chosen == choice) return chosen;
    list += (list.empty() ? "" : ", ") + std::string(choice);
  }
  Fail(name, "must be one of: " + list);
  return *allowed.begin();
}

bool JsonFields::Flag(const std::string& name, bool otherwise) {
  const Json* value = Find(name);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  Fail(name, "must be true or false");
  return otherwise;
}

std::int64_t JsonFields::Integer(const std::string& name, std::int64_t otherwise, std::int64_t min,
                                 std::int64_t max) {
  const Json* value = Find(name);
  if (value == nullptr) return otherwise;
  if (value->is_number_integer()) {
    const bool huge = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
    if (!huge && value->get<std::int64_t>() >= min && value->get<std::int64_t>() <= max) {
      return value->get<std::int64_t>();
    }
  }
  Fail(name, "must be an integer from " + std::to_string(min) + " to " + std::to_string(max));
  return otherwise;
}

double JsonFields::Number(const std::string& name, double otherwise, double min, double max) {
  const Json* value = Find(name);
  if (value == nullptr) return otherwise;
  if (value->is_number() && value->get<double>() >= min && value->get<double>() <= max) {
    return value->get<double>();
  }
  Fail(name, "must be a number from " + Json(min).dump() + " to " + Json(max).dump());
  return otherwise;
}

std::chrono::microseconds JsonFields::Millis(const std::string& name,
                                             std::chrono::microseconds otherwise) {
  if (!Has(name)) {
    known_.insert(name);
    return otherwise;
  }
  return std::chrono::milliseconds(Integer(name, 0, 0, 86'400'000));
}

const Json* JsonFields::Array(const std::string& name) {
  const Json* value = Find(name);
  if (value == nullptr || value->is_array()) return value;
  Fail(name, "must be an array");
  return nullptr;
}

void JsonFields::Finish() {
  for (const auto& item : object_->items()) {
    if (known_.count(item.key()) == 0) Fail(item.key(), "is not a known field");
  }
}

}  // namespace quiesce::dbss_sim
