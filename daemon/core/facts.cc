#include "daemon/core/facts.h"

#include "absl/strings/str_cat.h"

namespace quiesce::core {

std::string EtagOf(const InstanceRecord& record) {
  if (!record.desired) return "";
  // 64 random bits tell two adoptions of one instance apart; the whole uid would say no more.
  return absl::StrCat(record.desired->uid.substr(0, 16), "-", record.desired->generation);
}

}  // namespace quiesce::core
