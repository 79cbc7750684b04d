#ifndef QUIESCE_DAEMON_RPC_ENUM_NAMES_H_
#define QUIESCE_DAEMON_RPC_ENUM_NAMES_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "daemon/core/names.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace quiesce::rpc {

// Reads an enum value of the API as a filter writes it, without its prefix: `STALLED` with
// `PHASE_`. UNSPECIFIED is none. On a problem `out` is left as it was.
template <typename Enum>
core::Problem ReadEnum(std::string_view field, std::string_view prefix, const std::string& text,
                       std::optional<Enum>& out) {
  const google::protobuf::EnumDescriptor* type = google::protobuf::GetEnumDescriptor<Enum>();
  const auto* value = type->FindValueByName(std::string(prefix) + text);
  if (value != nullptr && value->number() != 0) {
    out = static_cast<Enum>(value->number());
    return std::nullopt;
  }
  std::string known;
  for (int i = 1; i < type->value_count(); ++i) {
    absl::StrAppend(&known, i == 1 ? "" : ", ", type->value(i)->name().substr(prefix.size()));
  }
  return absl::StrCat(std::string(field), " ", core::Quoted(text), " is none of ", known);
}

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_ENUM_NAMES_H_
