#ifndef QUIESCE_DAEMON_STORE_SQLITE_SCHEMA_H_
#define QUIESCE_DAEMON_STORE_SQLITE_SCHEMA_H_

#include <string>

#include "absl/status/status.h"
#include "daemon/store/sqlite_database.h"

namespace quiesce::store {

// The version of the schema that this program writes.
int CurrentSchemaVersion();

// Brings a new or older database to the current schema, each numbered migration in its own
// transaction. FAILED_PRECONDITION for a schema that a newer version made, and for a database of
// another application; neither is changed.
absl::Status Migrate(SqliteDatabase& db, const std::string& path);

}  // namespace quiesce::store

#endif  // QUIESCE_DAEMON_STORE_SQLITE_SCHEMA_H_
