#ifndef QUIESCE_DAEMON_CONFIG_SERVER_SECTION_H_
#define QUIESCE_DAEMON_CONFIG_SERVER_SECTION_H_

#include "daemon/config/config.h"
#include "daemon/config/yaml/field_reader.h"
#include "daemon/config/yaml/tree.h"

namespace quiesce::config {

// `server:`. What is not given keeps the value that it has in `config`.
void ReadServer(const yaml::Node& value, yaml::FieldReader& fields, Config& config);

// `store:`.
void ReadStore(const yaml::Node& value, yaml::FieldReader& fields, Config& config);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_SERVER_SECTION_H_
