#ifndef QUIESCE_CLIENT_CLI_OPTION_SET_H_
#define QUIESCE_CLIENT_CLI_OPTION_SET_H_

#include <string>
#include <utility>
#include <vector>

namespace quiesce::cli {

// The flags and arguments of one verb, where their values go, and what their help says. Plain data:
// the parser and the help read the same.
class OptionSet {
 public:
  struct Option {
    std::string names;        // `-f,--file`; empty for the arguments without a flag
    std::string placeholder;  // `FILE`; empty for a switch
    std::string help;
    std::string env;  // read when the flag is not given; empty: none
    // Exactly one of these is set.
    bool* flag = nullptr;
    std::string* value = nullptr;
    std::vector<std::string>* values = nullptr;
  };

  void Flag(std::string names, bool& target, std::string help) {
    Option option;
    option.names = std::move(names);
    option.help = std::move(help);
    option.flag = &target;
    options_.push_back(std::move(option));
  }
  // At most once.
  void Value(std::string names, std::string placeholder, std::string& target, std::string help,
             std::string env = "") {
    Option option;
    option.names = std::move(names);
    option.placeholder = std::move(placeholder);
    option.help = std::move(help);
    option.env = std::move(env);
    option.value = &target;
    options_.push_back(std::move(option));
  }
  // Any number of times, each with one value.
  void Values(std::string names, std::string placeholder, std::vector<std::string>& target,
              std::string help) {
    Option option;
    option.names = std::move(names);
    option.placeholder = std::move(placeholder);
    option.help = std::move(help);
    option.values = &target;
    options_.push_back(std::move(option));
  }
  // What is given without a flag.
  void Arguments(std::vector<std::string>& target) {
    Option option;
    option.values = &target;
    options_.push_back(std::move(option));
  }

  const std::vector<Option>& options() const { return options_; }

 private:
  std::vector<Option> options_;
};

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_OPTION_SET_H_
