#ifndef QUIESCE_DAEMON_CONFIG_CREDENTIAL_SECTION_H_
#define QUIESCE_DAEMON_CONFIG_CREDENTIAL_SECTION_H_

#include "daemon/config/config.h"
#include "daemon/config/yaml/field_reader.h"
#include "daemon/config/yaml/tree.h"

namespace quiesce::config {

// `credentials:`. No error repeats a value that may be a secret which somebody wrote where its
// file's name, or its variable's, belongs.
void ReadCredentials(const yaml::Node& value, yaml::FieldReader& fields, Config& config);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_CREDENTIAL_SECTION_H_
