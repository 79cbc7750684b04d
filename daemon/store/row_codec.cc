#include "daemon/store/row_codec.h"

#include <limits>
#include <optional>
#include <utility>

#include "daemon/store/stored_names.h"

namespace quiesce::store {
namespace {

constexpr uint64_t kVersion = 1;

// --- enumerations, optional values ---------------------------------------------------------------

template <typename Enum>
void WriteName(ByteWriter& out, Enum value) {
  out.Text(StoredName(value));
}

template <typename Enum>
void ReadName(ByteReader& in, Enum& value) {
  if (!ParseStoredName(in.Text(), value)) in.Fail();
}

void WriteReason(ByteWriter& out, const std::optional<core::Reason>& reason) {
  out.Text(reason ? StoredName(*reason) : std::string_view());
}

void ReadReason(ByteReader& in, std::optional<core::Reason>& reason) {
  const std::string name = in.Text();
  if (name.empty()) return;
  reason.emplace();
  if (!ParseStoredName(name, *reason)) in.Fail();
}

void WritePolicy(ByteWriter& out, const std::optional<core::Policy>& policy) {
  out.Bool(policy.has_value());
  if (!policy) return;
  WriteName(out, policy->enforcement);
  out.Signed(absl::ToInt64Microseconds(policy->start_grace));
  out.Bool(policy->is_protected);
  out.Text(policy->asserted_name);
}

void ReadPolicy(ByteReader& in, std::optional<core::Policy>& policy) {
  if (!in.Bool()) return;
  policy.emplace();
  ReadName(in, policy->enforcement);
  policy->start_grace = absl::Microseconds(in.Signed());
  policy->is_protected = in.Bool();
  policy->asserted_name = in.Text();
}

void WriteFields(ByteWriter& out, const std::vector<core::FieldChange>& fields) {
  out.Unsigned(fields.size());
  for (const core::FieldChange& field : fields) {
    out.Text(field.field);
    out.Text(field.from);
    out.Text(field.to);
    out.Bool(field.loosens_rail);
  }
}

void ReadFields(ByteReader& in, std::vector<core::FieldChange>& fields) {
  fields.clear();
  for (uint64_t left = in.Count(); left > 0; --left) {
    core::FieldChange& field = fields.emplace_back();
    field.field = in.Text();
    field.from = in.Text();
    field.to = in.Text();
    field.loosens_rail = in.Bool();
  }
}

template <typename Key>
void WriteCounts(ByteWriter& out, const std::map<Key, int64_t>& counts) {
  out.Unsigned(counts.size());
  for (const auto& [key, count] : counts) {
    WriteName(out, key);
    out.Signed(count);
  }
}

template <typename Key>
void ReadCounts(ByteReader& in, std::map<Key, int64_t>& counts) {
  counts.clear();
  for (uint64_t left = in.Count(); left > 0; --left) {
    Key key{};
    ReadName(in, key);
    counts[key] = in.Signed();
  }
}

void CheckVersion(ByteReader& in) {
  if (in.Unsigned() != kVersion) in.Fail();
}

ByteWriter Versioned() {
  ByteWriter out;
  out.Unsigned(kVersion);
  return out;
}

}  // namespace

void ByteWriter::Unsigned(uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

// Zigzag: small numbers of either sign are short.
void ByteWriter::Signed(int64_t value) {
  Unsigned((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

void ByteWriter::Text(std::string_view value) {
  Unsigned(value.size());
  bytes_.append(value.data(), value.size());
}

uint64_t ByteReader::Unsigned() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

int64_t ByteReader::Signed() {
  const uint64_t value = Unsigned();
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

std::string ByteReader::Text() {
  const uint64_t size = Count();
  std::string text(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return text;
}

uint64_t ByteReader::Count() {
  const uint64_t count = Unsigned();
  if (count <= rest_.size()) return count;
  Fail();
  return 0;
}

void ByteReader::Fail() {
  ok_ = false;
  rest_ = {};
}

int64_t EncodeTime(absl::Time time) { return absl::ToUnixMicros(time); }

absl::Time DecodeTime(int64_t micros) {
  if (micros == std::numeric_limits<int64_t>::max()) return absl::InfiniteFuture();
  if (micros == std::numeric_limits<int64_t>::min()) return absl::InfinitePast();
  return absl::FromUnixMicros(micros);
}

std::string EncodeNodes(const std::vector<core::Node>& nodes) {
  if (nodes.empty()) return "";
  ByteWriter out = Versioned();
  out.Unsigned(nodes.size());
  for (const core::Node& node : nodes) {
    out.Text(node.name);
    out.Text(node.status);
    out.Text(node.task_status);
    out.Text(node.scene);
  }
  return out.Take();
}

bool DecodeNodes(std::string_view bytes, std::vector<core::Node>& nodes) {
  nodes.clear();
  if (bytes.empty()) return true;
  ByteReader in(bytes);
  CheckVersion(in);
  for (uint64_t left = in.Count(); left > 0; --left) {
    core::Node& node = nodes.emplace_back();
    node.name = in.Text();
    node.status = in.Text();
    node.task_status = in.Text();
    node.scene = in.Text();
  }
  return in.done();
}

// Differences, which are short: at most twelve of them lie within an hour.
std::string EncodeIntents(const std::vector<SteadyTime>& intents) {
  if (intents.empty()) return "";
  ByteWriter out = Versioned();
  out.Unsigned(intents.size());
  int64_t last = 0;
  for (const SteadyTime intent : intents) {
    out.Signed(intent.micros() - last);
    last = intent.micros();
  }
  return out.Take();
}

bool DecodeIntents(std::string_view bytes, std::vector<SteadyTime>& intents) {
  intents.clear();
  if (bytes.empty()) return true;
  ByteReader in(bytes);
  CheckVersion(in);
  int64_t last = 0;
  for (uint64_t left = in.Count(); left > 0; --left) {
    // Wraps rather than overflows on damaged bytes.
    last = static_cast<int64_t>(static_cast<uint64_t>(last) + static_cast<uint64_t>(in.Signed()));
    intents.push_back(SteadyTime::FromMicros(last));
  }
  return in.done();
}

std::string EncodeLabels(const std::map<std::string, std::string>& labels) {
  if (labels.empty()) return "";
  ByteWriter out = Versioned();
  out.Unsigned(labels.size());
  for (const auto& [key, value] : labels) {
    out.Text(key);
    out.Text(value);
  }
  return out.Take();
}

bool DecodeLabels(std::string_view bytes, std::map<std::string, std::string>& labels) {
  labels.clear();
  if (bytes.empty()) return true;
  ByteReader in(bytes);
  CheckVersion(in);
  for (uint64_t left = in.Count(); left > 0; --left) {
    std::string key = in.Text();
    labels[std::move(key)] = in.Text();
  }
  return in.done();
}

std::string EncodeFieldChanges(const std::vector<core::FieldChange>& fields) {
  ByteWriter out = Versioned();
  WriteFields(out, fields);
  return out.Take();
}

bool DecodeFieldChanges(std::string_view bytes, std::vector<core::FieldChange>& fields) {
  ByteReader in(bytes);
  CheckVersion(in);
  ReadFields(in, fields);
  return in.done();
}

std::string EncodePlanCounts(const core::PlanCounts& counts) {
  ByteWriter out = Versioned();
  out.Signed(counts.unchanged);
  out.Unsigned(counts.kept.size());
  for (const auto& [kind, count] : counts.kept) {
    WriteName(out, kind.first);
    WriteName(out, kind.second);
    out.Signed(count);
  }
  return out.Take();
}

bool DecodePlanCounts(std::string_view bytes, core::PlanCounts& counts) {
  counts = core::PlanCounts();
  ByteReader in(bytes);
  CheckVersion(in);
  counts.unchanged = in.Signed();
  for (uint64_t left = in.Count(); left > 0; --left) {
    std::pair<core::Change, core::Effect> kind;
    ReadName(in, kind.first);
    ReadName(in, kind.second);
    counts.kept[kind] = in.Signed();
  }
  return in.done();
}

std::string EncodeRunCounts(const Run& run) {
  ByteWriter out = Versioned();
  WriteCounts(out, run.counts);
  WriteCounts(out, run.cancel_counts);
  return out.Take();
}

bool DecodeRunCounts(std::string_view bytes, Run& run) {
  ByteReader in(bytes);
  CheckVersion(in);
  ReadCounts(in, run.counts);
  ReadCounts(in, run.cancel_counts);
  return in.done();
}

std::string EncodePlanItem(const core::PlanItem& item) {
  ByteWriter out = Versioned();
  out.Text(item.key.project_id);
  out.Text(item.key.instance_id);
  WriteName(out, item.change);
  WriteName(out, item.effect);
  WriteReason(out, item.reason);
  WriteFields(out, item.fields);
  WritePolicy(out, item.policy);
  out.Text(item.expected_etag);
  WritePolicy(out, item.prior_policy);
  out.Text(item.prior_workspace);
  out.Text(item.cloud_name);
  WriteName(out, item.state);
  out.Steady(item.since);
  return out.Take();
}

bool DecodePlanItem(std::string_view bytes, core::PlanItem& item) {
  ByteReader in(bytes);
  CheckVersion(in);
  item.key.project_id = in.Text();
  item.key.instance_id = in.Text();
  ReadName(in, item.change);
  ReadName(in, item.effect);
  ReadReason(in, item.reason);
  ReadFields(in, item.fields);
  ReadPolicy(in, item.policy);
  item.expected_etag = in.Text();
  ReadPolicy(in, item.prior_policy);
  item.prior_workspace = in.Text();
  item.cloud_name = in.Text();
  ReadName(in, item.state);
  item.since = in.Steady();
  return in.done();
}

}  // namespace quiesce::store
