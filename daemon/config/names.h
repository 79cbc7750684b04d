#ifndef QUIESCE_DAEMON_CONFIG_NAMES_H_
#define QUIESCE_DAEMON_CONFIG_NAMES_H_

#include <string_view>

#include "daemon/core/names.h"

namespace quiesce::config {

// Names that the configuration gives: of the server, of credentials, aliases of projects. 1 to 63
// letters, digits, '-', '_' and '.', the first one a letter or digit.
core::Problem NameProblem(std::string_view name);

// An absolute path of a file. The problem does not repeat the text: a token that stands where its
// file's name should must not get into a log.
core::Problem PathProblem(std::string_view path);

}  // namespace quiesce::config

#endif  // QUIESCE_DAEMON_CONFIG_NAMES_H_
