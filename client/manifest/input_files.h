#ifndef QUIESCE_CLIENT_MANIFEST_INPUT_FILES_H_
#define QUIESCE_CLIENT_MANIFEST_INPUT_FILES_H_

#include <deque>
#include <istream>
#include <string>
#include <vector>

#include "daemon/config/yaml/source.h"

namespace quiesce::manifest {

// Reads what `paths` name, in order; see Load(). Reports what cannot be read and what is too large.
std::deque<yaml::Source> ReadInput(const std::vector<std::string>& paths,
                                   std::istream& standard_input, yaml::ErrorList& errors);

}  // namespace quiesce::manifest

#endif  // QUIESCE_CLIENT_MANIFEST_INPUT_FILES_H_
