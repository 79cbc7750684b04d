#ifndef QUIESCE_DAEMON_CONFIG_TIMING_SECTION_H_
#define QUIESCE_DAEMON_CONFIG_TIMING_SECTION_H_

#include "daemon/config/yaml/field_reader.h"
#include "daemon/config/yaml/tree.h"
#include "daemon/core/facts.h"

namespace quiesce::config {

// `timing:`. What is not given keeps the value that it has in `timing`.
void ReadTiming(const yaml::Node& value, yaml::FieldReader& fields, core::Timing& timing);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_TIMING_SECTION_H_
