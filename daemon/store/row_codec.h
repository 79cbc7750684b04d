#ifndef QUIESCE_DAEMON_STORE_ROW_CODEC_H_
#define QUIESCE_DAEMON_STORE_ROW_CODEC_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/plan.h"
#include "daemon/store/records.h"

// What does not deserve a column of its own, as bytes: lists inside a row, and rows that are only
// ever read whole. Numbers are varints, texts follow their length. Every encoding begins with the
// version of its format; a decoder reads all versions that were ever written.
namespace quiesce::store {

class ByteWriter {
 public:
  void Unsigned(uint64_t value);
  void Signed(int64_t value);
  void Bool(bool value) { Unsigned(value ? 1 : 0); }
  void Text(std::string_view value);
  void Steady(SteadyTime value) { Signed(value.micros()); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a ByteWriter wrote. After the first value that is not there or not right, every value
// is empty and ok() is false; so a decoder reads everything and asks once, at its end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  uint64_t Unsigned();
  int64_t Signed();
  bool Bool() { return Unsigned() != 0; }
  std::string Text();
  SteadyTime Steady() { return SteadyTime::FromMicros(Signed()); }
  // A count of things that follow. Never more than bytes are left, so that a damaged one cannot
  // make a loop long.
  uint64_t Count();
  void Fail();
  bool ok() const { return ok_; }
  // ok() and nothing is left over.
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// Wall time as microseconds since 1970; the infinities are the ends of the range.
int64_t EncodeTime(absl::Time time);
absl::Time DecodeTime(int64_t micros);
// `time` as it comes back from the store.
inline absl::Time Storable(absl::Time time) { return DecodeTime(EncodeTime(time)); }

// Each Decode returns false for bytes that its Encode cannot have written.
std::string EncodeNodes(const std::vector<core::Node>& nodes);
bool DecodeNodes(std::string_view bytes, std::vector<core::Node>& nodes);

std::string EncodeIntents(const std::vector<SteadyTime>& intents);
bool DecodeIntents(std::string_view bytes, std::vector<SteadyTime>& intents);

std::string EncodeLabels(const std::map<std::string, std::string>& labels);
bool DecodeLabels(std::string_view bytes, std::map<std::string, std::string>& labels);

std::string EncodeFieldChanges(const std::vector<core::FieldChange>& fields);
bool DecodeFieldChanges(std::string_view bytes, std::vector<core::FieldChange>& fields);

std::string EncodePlanCounts(const core::PlanCounts& counts);
bool DecodePlanCounts(std::string_view bytes, core::PlanCounts& counts);

std::string EncodeRunCounts(const Run& run);
bool DecodeRunCounts(std::string_view bytes, Run& run);

// Everything but index.
std::string EncodePlanItem(const core::PlanItem& item);
bool DecodePlanItem(std::string_view bytes, core::PlanItem& item);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_ROW_CODEC_H_
