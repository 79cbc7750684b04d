#ifndef QUIESCE_DAEMON_STORE_STORED_NAMES_H_
#define QUIESCE_DAEMON_STORE_STORED_NAMES_H_

#include <string_view>

#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/plan.h"
#include "daemon/core/reason.h"
#include "daemon/store/records.h"

// How enumerations are stored: by name, so that a file can be read by people, and so that neither
// the order of an enum nor the name that an API shows can change what a stored row means. A name
// that was ever written stays.
namespace quiesce::store {

std::string_view StoredName(core::Enforcement value);
std::string_view StoredName(core::Authority::Kind value);
std::string_view StoredName(core::CallClass value);
std::string_view StoredName(core::Outcome value);
std::string_view StoredName(core::PowerState value);
std::string_view StoredName(core::Presence value);
std::string_view StoredName(core::HoldScope value);
std::string_view StoredName(core::Change value);
std::string_view StoredName(core::Effect value);
std::string_view StoredName(core::Reason value);
std::string_view StoredName(WriterKind value);
std::string_view StoredName(RunState value);
std::string_view StoredName(ItemState value);
std::string_view StoredName(CallAtCancel value);

// False for a name that no version has written; `value` is then left as it was.
bool ParseStoredName(std::string_view name, core::Enforcement& value);
bool ParseStoredName(std::string_view name, core::Authority::Kind& value);
bool ParseStoredName(std::string_view name, core::CallClass& value);
bool ParseStoredName(std::string_view name, core::Outcome& value);
bool ParseStoredName(std::string_view name, core::PowerState& value);
bool ParseStoredName(std::string_view name, core::Presence& value);
bool ParseStoredName(std::string_view name, core::HoldScope& value);
bool ParseStoredName(std::string_view name, core::Change& value);
bool ParseStoredName(std::string_view name, core::Effect& value);
bool ParseStoredName(std::string_view name, core::Reason& value);
bool ParseStoredName(std::string_view name, WriterKind& value);
bool ParseStoredName(std::string_view name, RunState& value);
bool ParseStoredName(std::string_view name, ItemState& value);
bool ParseStoredName(std::string_view name, CallAtCancel& value);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_STORED_NAMES_H_
