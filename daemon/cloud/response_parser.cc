#include "daemon/cloud/response_parser.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"
#include "nlohmann/json.hpp"

namespace quiesce::cloud {
namespace {

using nlohmann::json;

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::string_view TrimLeft(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

// The library takes a NUL for the end of the text, and would not see what follows it.
bool HoldsNul(std::string_view body) { return body.find('\0') != std::string_view::npos; }

// What a body is that did not parse as JSON.
BodyShape ShapeOfNonJson(std::string_view body) {
  const std::string_view text = TrimLeft(body);
  if (text.empty()) return BodyShape::kEmpty;
  return text.front() == '<' ? BodyShape::kHtml : BodyShape::kNotJson;
}

// --- text ---------------------------------------------------------------------------------------

// Length of the UTF-8 character at the start of `text`, 0 if there is none. Overlong forms and
// surrogates count as none.
size_t CharacterLength(std::string_view text, uint32_t& code_point) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 0 || lead > 0xF4 || text.size() < length) return 0;
  code_point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code_point = (code_point << 6) | (byte(i) & 0x3Fu);
  }
  if (length == 3 && (code_point < 0x800 || (code_point >= 0xD800 && code_point < 0xE000)))
    return 0;
  if (length == 4 && (code_point < 0x10000 || code_point > 0x10FFFF)) return 0;
  return length;
}

// Controls, and characters that hide or reorder the text around them.
bool IsInvisible(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0xFEFF ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F);
}

// `text` with everything replaced that does not show, or is not UTF-8; `secret` taken out.
std::string Visible(std::string_view text, std::string_view secret = {}) {
  std::string visible;
  visible.reserve(text.size());
  while (!text.empty()) {
    if (!secret.empty() && text.substr(0, secret.size()) == secret) {
      visible += "[secret]";
      text.remove_prefix(secret.size());
      continue;
    }
    uint32_t code_point = 0;
    const size_t length = CharacterLength(text, code_point);
    if (length == 0) {
      visible.push_back('?');
    } else if (IsInvisible(code_point)) {
      visible.push_back(' ');
    } else {
      visible.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return visible;
}

// Longer words are not for people: tokens, signatures, encoded messages.
constexpr size_t kMaxWordBytes = 100;

std::string WithoutLongWords(const std::string& text) {
  std::string out;
  for (size_t start = 0; start < text.size();) {
    const size_t end = std::min(text.find(' ', start), text.size());
    const size_t length = end - start;
    if (length > kMaxWordBytes) {
      absl::StrAppend(&out, "[", length, " characters]");
    } else {
      out.append(text, start, length);
    }
    if (end < text.size()) out.push_back(' ');
    start = end + 1;
  }
  return out;
}

// --- any answer ---------------------------------------------------------------------------------

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

void ReadObject(const json& object, ParsedAnswer& answer) {
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
  answer.error_code = SafeText(error.code, limits::kMaxCloudCodeBytes);
  answer.message =
      SafeText(absl::StrCat(error.message, FirstDetail(object)), limits::kMaxCloudMessageBytes);
}

// --- lists --------------------------------------------------------------------------------------

// Where in the answer the parser stands. kIgnored: inside something that we do not read.
enum class Place : uint8_t { kTop, kClusters, kCluster, kDetail, kServers, kServer, kIgnored };

// The fields that we read, and kOther.
enum class Field : uint8_t { kOther, kClusters, kId, kName, kDetail, kServers, kStatus, kTask };

struct FieldRow {
  Place place;
  std::string_view key;
  Field field;
};
constexpr FieldRow kFields[] = {
    {Place::kTop, "clusters", Field::kClusters}, {Place::kCluster, "instance_id", Field::kId},
    {Place::kCluster, "name", Field::kName},     {Place::kCluster, "detail", Field::kDetail},
    {Place::kDetail, "server", Field::kServers}, {Place::kServer, "name", Field::kName},
    {Place::kServer, "status", Field::kStatus},  {Place::kServer, "task_status", Field::kTask},
};

Field FieldOf(Place place, std::string_view key) {
  for (const FieldRow& row : kFields) {
    if (row.place == place && row.key == key) return row.field;
  }
  return Field::kOther;
}

std::string_view KeyOf(Place place, Field field) {
  for (const FieldRow& row : kFields) {
    if (row.place == place && row.field == field) return row.key;
  }
  return "";
}

// Takes the parser's events; nlohmann asks for these names. Every event returns whether to go on.
// An event parser, because a tree of a whole project costs ten times the memory of its text.
class ListHandler {
 public:
  explicit ListHandler(const core::StatusMap& extra) : extra_(extra) {}

  bool null() {
    if (depth_ == 0) return Fail("is null");
    if (top().place == Place::kClusters) return Fail("is null");
    if (top().place == Place::kServers) return AddNode(core::Node());
    return true;
  }
  bool boolean(bool) { return OtherScalar("a boolean"); }
  bool number_integer(int64_t) { return OtherScalar("a number"); }
  bool number_unsigned(uint64_t) { return OtherScalar("a number"); }
  bool number_float(double, const std::string&) { return OtherScalar("a number"); }
  bool binary(std::vector<uint8_t>&) { return OtherScalar("binary"); }

  bool string(std::string& text) {
    if (depth_ == 0 || IsArray(top().place)) return Fail("is a string");
    switch (top().field) {
      case Field::kOther:
        return true;
      case Field::kId:
        instance_.instance_id = std::move(text);
        return true;
      case Field::kName:
        if (top().place == Place::kCluster) {
          instance_.cloud_name = core::Truncated(Visible(text), limits::kMaxCloudNameLength);
        } else {
          node_.name = core::Truncated(Visible(text), limits::kMaxCloudStatusBytes);
        }
        return true;
      case Field::kStatus:
        node_.status = SafeText(text, limits::kMaxCloudStatusBytes);
        return true;
      case Field::kTask:
        node_.task_status = SafeText(text, limits::kMaxCloudStatusBytes);
        return true;
      case Field::kClusters:
      case Field::kDetail:
      case Field::kServers:
        return Fail("is a string");
    }
    return true;
  }

  bool start_object(size_t) {
    if (depth_ == 0) return Push(Place::kTop);
    switch (top().place) {
      case Place::kClusters:
        instance_ = core::ListedInstance();
        return Push(Place::kCluster);
      case Place::kServers:
        node_ = core::Node();
        return Push(Place::kServer);
      default:
        break;
    }
    if (top().field == Field::kDetail) return Push(Place::kDetail);
    return top().field == Field::kOther ? Push(Place::kIgnored) : Fail("is an object");
  }

  bool start_array(size_t) {
    if (depth_ == 0 || IsArray(top().place)) return Fail("is an array");
    switch (top().field) {
      case Field::kClusters:
        has_clusters_ = true;
        return Push(Place::kClusters);
      case Field::kServers:
        return Push(Place::kServers);
      case Field::kOther:
        return Push(Place::kIgnored);
      default:
        return Fail("is an array");
    }
  }

  bool key(std::string& name) {
    Frame& frame = top();
    frame.field = FieldOf(frame.place, name);
    if (frame.field == Field::kOther) return true;
    const uint32_t bit = 1u << static_cast<uint32_t>(frame.field);
    if ((frame.seen & bit) != 0) return Fail("is there twice");
    frame.seen |= bit;
    return true;
  }

  bool end_object() {
    const Place place = top().place;
    --depth_;
    if (place == Place::kServer) return AddNode(std::move(node_));
    if (place == Place::kCluster) return AddInstance();
    if (place == Place::kTop && !has_clusters_) return Fail("has no array \"clusters\"");
    return true;
  }
  bool end_array() {
    --depth_;
    return true;
  }

  template <typename Error>
  bool parse_error(size_t position, const std::string&, const Error&) {
    problem_ = absl::StrCat("not whole JSON, at byte ", position);
    return false;
  }

  // Of a parse that failed: true when the text was JSON so far, and only its form was wrong.
  bool wrong_form() const { return wrong_form_; }
  const std::string& problem() const { return problem_; }
  std::vector<core::ListedInstance> TakeInstances() { return std::move(instances_); }

 private:
  struct Frame {
    Place place = Place::kIgnored;
    Field field = Field::kOther;  // of the last key
    uint32_t seen = 0;            // one bit per field
  };

  static bool IsArray(Place place) { return place == Place::kClusters || place == Place::kServers; }
  Frame& top() { return frames_[static_cast<size_t>(depth_ - 1)]; }

  bool Push(Place place) {
    if (depth_ == limits::kMaxJsonDepth) return Fail("is nested too deeply");
    frames_[static_cast<size_t>(depth_++)] = Frame{place};
    return true;
  }

  bool OtherScalar(std::string_view type) {
    const bool read = depth_ == 0 || IsArray(top().place) || top().field != Field::kOther;
    return read ? Fail(absl::StrCat("is ", ToAbsl(type))) : true;
  }

  bool AddNode(core::Node node) {
    if (instance_.nodes.size() == limits::kMaxNodesPerInstance) return Fail("has too many nodes");
    instance_.nodes.push_back(std::move(node));
    return true;
  }

  bool AddInstance() {
    if (instance_.instance_id.empty()) return Fail("has no instance_id");
    if (!core::IsValidId(instance_.instance_id)) {
      return Fail(
          absl::StrCat("has the id ", core::Quoted(instance_.instance_id), ", which is not one"));
    }
    instance_.state = core::FoldNodes(instance_.nodes, extra_);
    instances_.push_back(std::move(instance_));
    return true;
  }

  // Names the place so that a person finds it: `clusters[17]: "status" is a number`.
  bool Fail(std::string_view problem) {
    wrong_form_ = true;
    problem_ = has_clusters_ && depth_ > 1 ? absl::StrCat("clusters[", instances_.size(), "]")
                                           : std::string("the answer");
    const std::string_view field = depth_ == 0 ? "" : KeyOf(top().place, top().field);
    if (!field.empty()) absl::StrAppend(&problem_, ": \"", ToAbsl(field), "\"");
    absl::StrAppend(&problem_, " ", ToAbsl(problem));
    return false;
  }

  const core::StatusMap& extra_;
  std::array<Frame, limits::kMaxJsonDepth> frames_;
  int depth_ = 0;
  bool has_clusters_ = false;
  bool wrong_form_ = false;
  std::string problem_;
  core::Node node_;
  core::ListedInstance instance_;
  std::vector<core::ListedInstance> instances_;
};

// The position of the first entry whose id was there before.
std::optional<size_t> FirstRepeated(const std::vector<core::ListedInstance>& instances) {
  std::unordered_set<std::string_view> ids;
  ids.reserve(instances.size());
  for (size_t i = 0; i < instances.size(); ++i) {
    if (!ids.insert(instances[i].instance_id).second) return i;
  }
  return std::nullopt;
}

// A body that is no list: it may be an error that came with HTTP 200.
ParsedList NoList(std::string_view body, BodyShape shape, const std::string& problem) {
  ParsedList list;
  list.shape = shape;
  list.message = SafeText(problem, limits::kMaxCloudMessageBytes);
  if (body.size() > limits::kMaxErrorResponseBytes) return list;
  const ParsedAnswer answer = ParseAnswer(body);
  list.error_code = answer.error_code;
  if (answer.shape == BodyShape::kJson && !answer.message.empty()) {
    list.message =
        SafeText(absl::StrCat(problem, ": ", answer.message), limits::kMaxCloudMessageBytes);
  }
  return list;
}

}  // namespace

std::string SafeText(std::string_view text, size_t max_bytes, std::string_view secret) {
  return core::Truncated(WithoutLongWords(Visible(text, secret)), max_bytes);
}

std::optional<absl::Duration> ParseRetryAfter(std::string_view text, absl::Time now) {
  const auto is_digit = [](unsigned char c) { return absl::ascii_isdigit(c); };
  absl::Duration pause;
  int64_t seconds = 0;
  absl::Time when;
  std::string error;
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    // Too many digits for a number are a long time.
    if (!absl::SimpleAtoi(ToAbsl(text), &seconds)) return limits::kMaxThrottlePause;
    pause = absl::Seconds(seconds);
  } else if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", ToAbsl(text), &when, &error)) {
    pause = when - now;
  } else {
    return std::nullopt;
  }
  return std::clamp(pause, absl::ZeroDuration(), limits::kMaxThrottlePause);
}

// Neither form of parsing below throws by its documentation. The barrier is for what it forgot:
// such a body is not JSON to us.
ParsedAnswer ParseAnswer(std::string_view body) try {
  ParsedAnswer answer;
  const json value = HoldsNul(body) ? json(json::value_t::discarded)
                                    : json::parse(body.begin(), body.end(), nullptr,
                                                  /*allow_exceptions=*/false);
  if (value.is_object()) {
    ReadObject(value, answer);
    return answer;
  }
  if (!value.is_discarded()) {
    answer.shape = BodyShape::kWrongType;
    return answer;
  }
  answer.shape = ShapeOfNonJson(body);
  if (answer.shape == BodyShape::kNotJson) {
    answer.message =
        SafeText(body.substr(0, limits::kMaxCloudMessageBytes), limits::kMaxCloudMessageBytes);
  }
  return answer;
} catch (const json::exception&) {
  ParsedAnswer answer;
  answer.shape = BodyShape::kNotJson;
  return answer;
}

ParsedList ParseList(std::string_view body, const core::StatusMap& extra) try {
  ListHandler handler(extra);
  if (HoldsNul(body)) return NoList(body, BodyShape::kNotJson, "not JSON, but binary");
  if (!json::sax_parse(body.begin(), body.end(), &handler)) {
    const BodyShape shape = handler.wrong_form() ? BodyShape::kWrongType : ShapeOfNonJson(body);
    return NoList(body, shape, handler.problem());
  }
  ParsedList list;
  list.instances = handler.TakeInstances();
  if (const auto repeated = FirstRepeated(list.instances)) {
    return NoList(
        {}, BodyShape::kWrongType,
        absl::StrCat("clusters[", *repeated, "] has an instance_id that was there before"));
  }
  list.shape = BodyShape::kJson;
  return list;
} catch (const json::exception&) {
  ParsedList list;
  list.shape = BodyShape::kNotJson;
  return list;
}

}  // namespace quiesce::cloud
