#include "daemon/cloud/list_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/cloud/response_parser.h"
#include "daemon/core/names.h"
#include "nlohmann/json.hpp"

namespace quiesce::cloud {
namespace {

using nlohmann::json;

// Where in the answer the parser stands. kIgnored: inside something that we do not read.
enum class Place : uint8_t { kTop, kClusters, kCluster, kDetail, kServers, kServer, kIgnored };

// The fields that we read, and kOther.
enum class Field : uint8_t {
  kOther,
  kClusters,
  kId,
  kName,
  kDetail,
  kServers,
  kStatus,
  kTask,
  kTotal,   // nodes of the instance; as if it were not there where it is no number
  kRegion,  // nothing depends on it: where it is no string, it is as if it were not there
};

struct FieldRow {
  Place place;
  std::string_view key;
  Field field;
};
constexpr FieldRow kFields[] = {
    {Place::kTop, "clusters", Field::kClusters},   {Place::kCluster, "instance_id", Field::kId},
    {Place::kCluster, "name", Field::kName},       {Place::kCluster, "detail", Field::kDetail},
    {Place::kDetail, "total", Field::kTotal},      {Place::kDetail, "server", Field::kServers},
    {Place::kServer, "name", Field::kName},        {Place::kServer, "status", Field::kStatus},
    {Place::kServer, "task_status", Field::kTask}, {Place::kServer, "region", Field::kRegion},
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

// What a parser is given: the answer with a 0 for each entry, or one entry.
enum class Part : uint8_t { kFrame, kEntry };

// Takes the parser's events; nlohmann asks for these names. Every event returns whether to go on.
class ListHandler {
 public:
  // `number`: of the entry, for messages.
  ListHandler(Part part, size_t number, const core::StatusMap& extra, const Redactor& redact)
      : part_(part), number_(number), extra_(extra), redact_(redact) {
    if (part == Part::kFrame) return;
    frames_[0] = {Place::kTop, Field::kClusters};
    frames_[1] = {Place::kClusters};
    depth_ = 2;
  }

  bool null() {
    if (depth_ == 0) return Fail("is null");
    if (top().place == Place::kClusters) return Fail("is null");
    if (top().place == Place::kServers) return AddNode(core::Node());
    return true;
  }
  bool boolean(bool) { return OtherScalar("a boolean"); }
  bool number_integer(int64_t) { return OtherScalar("a number"); }
  bool number_unsigned(uint64_t number) {
    if (part_ == Part::kFrame && number == 0 && depth_ > 0 && top().place == Place::kClusters) {
      ++number_;
      return true;
    }
    if (depth_ > 0 && top().field == Field::kTotal) total_nodes_ = number;
    return OtherScalar("a number");
  }
  bool number_float(double, const std::string&) { return OtherScalar("a number"); }
  bool binary(std::vector<uint8_t>&) { return OtherScalar("binary"); }

  bool string(std::string& text) {
    if (depth_ == 0 || IsArray(top().place)) return Fail("is a string");
    switch (top().field) {
      case Field::kOther:
      case Field::kTotal:
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
      case Field::kRegion:
        regions_.push_back(SafeText(text, limits::kMaxCloudStatusBytes));
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
        return part_ == Part::kEntry ? Push(Place::kCluster) : Fail("is an object");
      case Place::kServers:
        node_ = core::Node();
        return Push(Place::kServer);
      default:
        break;
    }
    if (top().field == Field::kDetail) return Push(Place::kDetail);
    return IsUnread(top().field) ? Push(Place::kIgnored) : Fail("is an object");
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
      case Field::kTotal:
      case Field::kRegion:
        return Push(Place::kIgnored);
      default:
        return Fail("is an array");
    }
  }

  bool key(std::string& name) {
    Frame& frame = top();
    frame.field = FieldOf(frame.place, name);
    if (IsUnread(frame.field)) return true;
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
    problem_ = part_ == Part::kFrame
                   ? std::string("not whole JSON")
                   : absl::StrCat("not JSON, in clusters[", number_, "] at byte ", position);
    return false;
  }

  // Of a parse that failed: true when the text was JSON so far, and only its form was wrong.
  bool wrong_form() const { return wrong_form_; }
  const std::string& problem() const { return problem_; }
  // Of a frame: the zeros in it.
  size_t entries() const { return number_; }
  core::ListedInstance TakeInstance() { return std::move(instance_); }
  // Of the nodes of an entry, where they say one.
  const std::vector<std::string>& regions() const { return regions_; }

 private:
  struct Frame {
    Place place = Place::kIgnored;
    Field field = Field::kOther;  // of the last key
    uint32_t seen = 0;            // one bit per field
  };

  // Of any form, and no matter how often.
  static bool IsUnread(Field field) {
    return field == Field::kOther || field == Field::kTotal || field == Field::kRegion;
  }
  static bool IsArray(Place place) { return place == Place::kClusters || place == Place::kServers; }
  Frame& top() { return frames_[static_cast<size_t>(depth_ - 1)]; }

  bool Push(Place place) {
    if (depth_ == limits::kMaxJsonDepth) return Fail("is nested too deeply");
    frames_[static_cast<size_t>(depth_++)] = Frame{place};
    return true;
  }

  bool OtherScalar(std::string_view type) {
    const bool read = depth_ == 0 || IsArray(top().place) || !IsUnread(top().field);
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
      return Fail(absl::StrCat("has the id ", core::Quoted(redact_(instance_.instance_id)),
                               ", which is not one"));
    }
    // A node of which nothing is known: one of a pair is not the whole of it.
    if (total_nodes_ > instance_.nodes.size() && !AddNode(core::Node())) return false;
    instance_.state = core::FoldNodes(instance_.nodes, extra_);
    return true;
  }

  // Names the place so that a person finds it: `clusters[17]: "status" is a number`.
  bool Fail(std::string_view problem) {
    wrong_form_ = true;
    const bool in_entry = depth_ > 1 && frames_[1].place == Place::kClusters;
    problem_ = in_entry ? absl::StrCat("clusters[", number_, "]") : std::string("the answer");
    const std::string_view field = depth_ == 0 ? "" : KeyOf(top().place, top().field);
    if (!field.empty()) absl::StrAppend(&problem_, ": \"", ToAbsl(field), "\"");
    absl::StrAppend(&problem_, " ", ToAbsl(problem));
    return false;
  }

  const Part part_;
  size_t number_;
  const core::StatusMap& extra_;
  const Redactor& redact_;
  std::array<Frame, limits::kMaxJsonDepth> frames_;
  int depth_ = 0;
  bool has_clusters_ = false;
  bool wrong_form_ = false;
  std::string problem_;
  core::Node node_;
  core::ListedInstance instance_;
  uint64_t total_nodes_ = 0;  // of it, as the answer says; 0: it does not
  std::vector<std::string> regions_;
};

// What a body is whose parsing this handler ended; none: no JSON.
std::optional<BodyShape> ShapeOf(const ListHandler& handler) {
  return handler.wrong_form() ? std::make_optional(BodyShape::kWrongType) : std::nullopt;
}

// The position of the first entry whose id was there before.
std::optional<size_t> FirstRepeated(const std::vector<core::ListedInstance>& instances) {
  std::unordered_set<std::string_view> ids;
  ids.reserve(instances.size());
  for (size_t i = 0; i < instances.size(); ++i) {
    if (!ids.insert(instances[i].instance_id).second) return i;
  }
  return std::nullopt;
}

// What comes of a body that is no list. It may be an error that came with HTTP 200, which has room
// in the beginning.
ParsedList NoList(std::string_view body, bool whole, BodyShape shape, const std::string& problem,
                  const Redactor& redact) {
  ParsedList list;
  list.shape = shape;
  list.message = SafeText(problem, limits::kMaxCloudMessageBytes);
  if (!whole) return list;
  const ParsedAnswer answer = ParseAnswer(body, redact);
  list.error_code = answer.error_code;
  if (answer.shape == BodyShape::kJson && !answer.message.empty()) {
    list.message =
        SafeText(absl::StrCat(problem, ": ", answer.message), limits::kMaxCloudMessageBytes);
  }
  return list;
}

// This form of parsing does not throw by its documentation. The barrier is for what it forgot: such
// a body is not JSON to us.
bool Parse(std::string_view text, ListHandler& handler) try {
  return json::sax_parse(text.begin(), text.end(), &handler);
} catch (const json::exception&) {
  return false;
}

}  // namespace

bool ListReader::Feed(std::string_view bytes) {
  const size_t room = limits::kMaxErrorResponseBytes - beginning_.size();
  beginning_ += bytes.substr(0, room);
  has_more_ |= bytes.size() > room;
  if (failed()) return false;
  // The library takes a NUL for the end of the text, and would not see what follows it.
  if (bytes.find('\0') != std::string_view::npos) return Fail(std::nullopt, "not JSON, but binary");
  if (!framer_.Feed(bytes, [this](std::string_view entry) { return ReadEntry(entry); })) {
    if (!failed()) Fail(BodyShape::kTooLarge, "the answer is larger than a list may be");
    return false;
  }
  return true;
}

bool ListReader::ReadEntry(std::string_view entry) {
  ListHandler handler(Part::kEntry, instances_.size(), extra_, redact_);
  if (!Parse(entry, handler)) return Fail(ShapeOf(handler), handler.problem());
  for (const std::string& region : handler.regions()) tally_.AddRegion(region);
  return Take(handler.TakeInstance());
}

bool ListReader::Take(core::ListedInstance instance) {
  if (instances_.size() == limits::kMaxListInstances) {
    return Fail(BodyShape::kTooLarge,
                absl::StrCat("the answer has more than ", limits::kMaxListInstances, " instances"));
  }
  tally_.Add(instance, extra_);
  if (tally_.nodes > static_cast<int64_t>(limits::kMaxListNodes)) {
    return Fail(BodyShape::kTooLarge,
                absl::StrCat("the answer has more than ", limits::kMaxListNodes, " nodes"));
  }
  instances_.push_back(std::move(instance));
  return true;
}

void ListReader::ReadFrame() {
  ListHandler handler(Part::kFrame, 0, extra_, redact_);
  if (!Parse(framer_.frame(), handler)) {
    Fail(ShapeOf(handler), handler.problem());
  } else if (handler.entries() != instances_.size()) {
    Fail(BodyShape::kWrongType, "the answer has a number among its clusters");
  } else if (const auto repeated = FirstRepeated(instances_)) {
    Fail(BodyShape::kWrongType,
         absl::StrCat("clusters[", *repeated, "] has an instance_id that was there before"));
  }
}

bool ListReader::Fail(std::optional<BodyShape> shape, std::string problem) {
  instances_.clear();
  shape_ = shape.value_or(ShapeOfNonJson(beginning_));
  problem_ = problem.empty() ? "not JSON" : std::move(problem);
  return false;
}

ParsedList ListReader::Finish() {
  if (!failed()) ReadFrame();
  if (failed()) return NoList(beginning_, !has_more_, shape_, problem_, redact_);
  ParsedList list;
  list.shape = BodyShape::kJson;
  list.instances = std::move(instances_);
  list.tally = std::move(tally_);
  return list;
}

}  // namespace quiesce::cloud
