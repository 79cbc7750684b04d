#ifndef QUIESCE_DAEMON_CONFIG_PROJECT_SECTION_H_
#define QUIESCE_DAEMON_CONFIG_PROJECT_SECTION_H_

#include "daemon/config/config.h"
#include "daemon/config/yaml/field_reader.h"
#include "daemon/config/yaml/tree.h"

namespace quiesce::config {

// `projects:`. The credentials must have been read.
void ReadProjects(const yaml::Node& value, yaml::FieldReader& fields, Config& config);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_PROJECT_SECTION_H_
