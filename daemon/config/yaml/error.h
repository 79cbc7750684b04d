#ifndef QUIESCE_DAEMON_CONFIG_YAML_ERROR_H_
#define QUIESCE_DAEMON_CONFIG_YAML_ERROR_H_

#include <string>

namespace quiesce::yaml {

// A place in a file, as editors count: from 1, columns in characters. Line 0: the file as a whole.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;
};

// `FILE:LINE:COL`, or `FILE` for a file as a whole.
std::string ToString(const Position& at);

struct Error {
  Position at;
  // Begins with the path of the field where there is one: `instances[3].id: "a8c3" has ...`.
  std::string message;
};

// `FILE:LINE:COL: MESSAGE`, without a newline.
std::string ToString(const Error& error);

}  // namespace quiesce::yaml

#endif  // QUIESCE_DAEMON_CONFIG_YAML_ERROR_H_
