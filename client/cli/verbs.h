#ifndef QUIESCE_CLIENT_CLI_VERBS_H_
#define QUIESCE_CLIENT_CLI_VERBS_H_

#include <string_view>
#include <vector>

namespace quiesce::cli {

// The manual page of a verb, without its flags, which the verb's OptionSet describes.
struct Verb {
  std::string_view name;
  std::string_view group;        // the task it belongs to, as a heading of `quiesce --help`
  std::string_view summary;      // one line
  std::string_view usage;        // after `quiesce NAME`
  std::string_view description;  // paragraphs, separated by empty lines
  std::string_view examples;     // lines; those that begin with # are comments
  std::string_view exit_codes;   // beside 0 and those that every verb may give
};

// In the order of `quiesce --help`.
const std::vector<Verb>& Verbs();

// Null if there is none of this name.
const Verb* FindVerb(std::string_view name);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_VERBS_H_
