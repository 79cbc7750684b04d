#ifndef QUIESCE_DAEMON_CONFIG_YAML_QUOTE_H_
#define QUIESCE_DAEMON_CONFIG_YAML_QUOTE_H_

#include <string>
#include <string_view>

namespace quiesce::yaml {

// The text as a scalar of YAML that every reader takes for this very text, in a map of either form:
// as it is where no reader could take it for a number, a boolean, a date or punctuation, else in
// double quotes on one line. Control and invisible characters are escaped; a byte that is no UTF-8
// is written as U+FFFD, which is another text.
std::string Quote(std::string_view text);

}  // namespace quiesce::yaml

#endif  // QUIESCE_DAEMON_CONFIG_YAML_QUOTE_H_
