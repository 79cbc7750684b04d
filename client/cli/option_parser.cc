#include "client/cli/option_parser.h"

#include <algorithm>
#include <deque>
#include <string_view>

#include "CLI/CLI.hpp"  // Takes seconds to compile: only here.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "daemon/config/yaml/suggestion.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

// `--file` of `-f,--file`.
std::string LongName(const OptionSet::Option& option) {
  return option.names.substr(option.names.rfind(',') + 1);
}

absl::Status UnknownArgument(const OptionSet& set, const std::string& argument) {
  if (argument.size() < 2 || argument[0] != '-') {
    const bool takes_files =
        std::any_of(set.options().begin(), set.options().end(),
                    [](const OptionSet::Option& option) { return LongName(option) == "--file"; });
    return absl::InvalidArgumentError(absl::StrCat("unexpected argument ", core::Quoted(argument),
                                                   takes_files ? ": files are given with -f" : ""));
  }
  const std::string flag = argument.substr(0, argument.find('='));
  std::vector<std::string> names = {"--help"};
  for (const OptionSet::Option& option : set.options()) {
    for (const absl::string_view name : absl::StrSplit(option.names, ',', absl::SkipEmpty())) {
      names.emplace_back(name);
    }
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  return absl::InvalidArgumentError(
      absl::StrCat("unknown flag ", core::Quoted(flag), yaml::DidYouMean(flag, known)));
}

// A flag that was given and the values it got; CLI11 writes into it.
struct Slot {
  explicit Slot(const OptionSet::Option* option_in) : option(option_in) {}
  const OptionSet::Option* option;
  CLI::Option* parsed = nullptr;
  bool flag = false;
  std::vector<std::string> values;
};

void Define(CLI::App& app, Slot& slot) {
  const OptionSet::Option& option = *slot.option;
  if (option.flag != nullptr) {
    slot.parsed = app.add_flag(option.names, slot.flag);
  } else if (option.names.empty()) {
    slot.parsed = app.add_option("arguments", slot.values);
  } else {
    // Without allow_extra_args(false), `-f a b` would take both.
    slot.parsed = app.add_option(option.names, slot.values)->type_size(1)->allow_extra_args(false);
  }
}

// `-f=FILE` as two arguments, as kubectl takes it; CLI11 would take `=FILE` for the value.
std::vector<std::string> SplitShortFlags(const OptionSet& set,
                                         const std::vector<std::string>& arguments) {
  const auto takes_value = [&set](const std::string& flag) {
    return std::any_of(
        set.options().begin(), set.options().end(), [&flag](const OptionSet::Option& option) {
          return option.flag == nullptr && !option.names.empty() &&
                 ("," + option.names + ",").find("," + flag + ",") != std::string::npos;
        });
  };
  std::vector<std::string> out;
  bool is_value = false;  // of the flag before
  for (const std::string& argument : arguments) {
    const bool split = !is_value && argument.size() > 2 && argument[0] == '-' &&
                       argument[2] == '=' && takes_value(argument.substr(0, 2));
    out.push_back(split ? argument.substr(0, 2) : argument);
    if (split) out.push_back(argument.substr(3));
    is_value = !is_value && takes_value(argument);
  }
  return out;
}

absl::Status Take(Slot& slot, const GetEnv& getenv) {
  const OptionSet::Option& option = *slot.option;
  if (option.flag != nullptr) {
    *option.flag = slot.flag;
    return absl::OkStatus();
  }
  if (option.values != nullptr) {
    *option.values = std::move(slot.values);
    return absl::OkStatus();
  }
  if (slot.values.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(LongName(option), " is given more than once"));
  }
  if (!slot.values.empty()) {
    *option.value = slot.values[0];
    if (option.value->empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(LongName(option), " has an empty value, it needs ", option.placeholder));
    }
  } else if (!option.env.empty()) {
    const std::string value = getenv(option.env);
    if (!value.empty()) *option.value = value;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseOptions(const OptionSet& set, const std::vector<std::string>& arguments,
                          const GetEnv& getenv) {
  CLI::App app;
  app.set_help_flag("");
  app.allow_extras();
  std::deque<Slot> slots;
  for (const OptionSet::Option& option : set.options()) {
    slots.emplace_back(&option);
    Define(app, slots.back());
  }
  try {
    std::vector<std::string> reversed = SplitShortFlags(set, arguments);
    std::reverse(reversed.begin(), reversed.end());
    app.parse(std::move(reversed));
  } catch (const CLI::ArgumentMismatch&) {
    // Every flag takes exactly one value: the last one has none.
    const std::string& flag = arguments.back();
    return absl::InvalidArgumentError(absl::StrCat(flag, " needs a value"));
  } catch (const CLI::Error& error) {
    return absl::InvalidArgumentError(error.what());
  }
  std::vector<std::string> unknown = app.remaining();
  // CLI11 counts the mark after which nothing is a flag as unknown.
  const auto mark = std::find(unknown.begin(), unknown.end(), "--");
  if (mark != unknown.end()) unknown.erase(mark);
  if (!unknown.empty()) {
    const auto flag = std::find_if(unknown.begin(), unknown.end(), [](const std::string& text) {
      return text.size() > 1 && text[0] == '-';
    });
    return UnknownArgument(set, flag == unknown.end() ? unknown.front() : *flag);
  }
  for (Slot& slot : slots) {
    const absl::Status status = Take(slot, getenv);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace quiesce::cli
