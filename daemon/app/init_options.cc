#include "daemon/app/init_options.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/string_views.h"
#include "daemon/cloud/endpoint.h"
#include "daemon/config/names.h"
#include "daemon/config/yaml/suggestion.h"
#include "daemon/core/names.h"

namespace quiesce::app {
namespace {

using Text = std::string InitOptions::*;

struct Flag {
  std::string_view name;
  Text text;
};
constexpr Flag kFlags[] = {
    {"--project", &InitOptions::project_id},
    {"--region", &InitOptions::region},
    {"--endpoint", &InitOptions::endpoint},
    {"--alias", &InitOptions::alias},
    {"--token-file", &InitOptions::token_file},
    {"--password-file", &InitOptions::password_file},
    {"--user", &InitOptions::user},
    {"--domain", &InitOptions::domain},
    {"--key-file", &InitOptions::key_file},
    {"--config", &InitOptions::config_file},
};

class Parser {
 public:
  Parser(const std::vector<std::string>& arguments, InitOptions& options)
      : arguments_(arguments), options_(options) {}

  std::vector<std::string> Parse() {
    for (const std::string& argument : arguments_) {
      options_.help |= argument == "--help" || argument == "-h";
    }
    if (options_.help) return {};
    while (at_ < arguments_.size()) ReadOne(arguments_[at_++]);
    CheckProject();
    CheckPlace();
    CheckCredential();
    if (options_.config_file.empty()) Mistake("--config needs the name of a file");
    return std::move(mistakes_);
  }

 private:
  void Mistake(std::string text) { mistakes_.push_back(std::move(text)); }
  // `problem` as core::Problem: to be put behind the name of its field.
  void Verify(std::string_view flag, const core::Problem& problem) {
    if (problem) Mistake(absl::StrCat(ToAbsl(flag), ": ", *problem));
  }
  void Verify(std::string_view flag, const absl::Status& status) {
    if (!status.ok()) Mistake(absl::StrCat(ToAbsl(flag), ": ", status.message()));
  }
  // Whether the flag was written, perhaps without a value.
  bool Given(std::string_view flag) const { return given_.count(flag) != 0; }

  void ReadOne(const std::string& argument) {
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const auto* const flag = std::find_if(std::begin(kFlags), std::end(kFlags),
                                          [&](const Flag& known) { return known.name == name; });
    if (flag == std::end(kFlags)) {
      Unknown(argument, name);
      // What follows a mistyped flag is its value, not a mistake of its own.
      const bool has_value = name.substr(0, 2) == "--" && equals == std::string::npos;
      if (has_value && at_ < arguments_.size() && arguments_[at_].substr(0, 1) != "-") ++at_;
      return;
    }
    std::string value;
    if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (at_ == arguments_.size() || arguments_[at_].substr(0, 2) == "--") {
      given_.insert(flag->name);
      return Mistake(absl::StrCat(name, " needs a value"));
    } else {
      value = arguments_[at_++];
    }
    if (!given_.insert(flag->name).second) return Mistake(absl::StrCat(name, " is there twice"));
    options_.*flag->text = std::move(value);
  }

  void Unknown(const std::string& argument, const std::string& name) {
    if (argument.substr(0, 1) != "-") {
      // Not repeated: it may be a token that was meant for a file.
      return Mistake(absl::StrCat("argument ", at_, " belongs to no flag"));
    }
    std::vector<std::string_view> known = {"--help"};
    for (const Flag& flag : kFlags) known.push_back(flag.name);
    Mistake(absl::StrCat("unknown flag ", core::Quoted(name), yaml::DidYouMean(name, known)));
  }

  void CheckProject() {
    if (!Given("--project")) return Mistake("--project ID is required, the project's id");
    if (!options_.project_id.empty()) {
      Verify("--project", core::ProjectIdProblem(options_.project_id));
    }
  }

  void CheckPlace() {
    if (!Given("--region") && !Given("--endpoint")) {
      Mistake("--region R is required, like cn-north-4, or --endpoint URL");
    }
    std::string made = options_.region;
    if (!options_.region.empty()) {
      Verify("--region", cloud::EndpointOfRegion(options_.region).status());
    }
    if (!options_.endpoint.empty()) {
      const auto endpoint = cloud::ParseEndpoint(options_.endpoint);
      Verify("--endpoint", endpoint.status());
      if (made.empty() && endpoint.ok()) {
        made = config::NameProblem(endpoint->host) ? "main" : endpoint->host;
      }
    }
    if (Given("--alias")) return Verify("--alias", config::NameProblem(options_.alias));
    options_.alias = made;
  }

  void CheckCredential() {
    size_t ways = 0;
    for (const auto& [flag, path] : {std::pair("--token-file", &options_.token_file),
                                     std::pair("--password-file", &options_.password_file),
                                     std::pair("--key-file", &options_.key_file)}) {
      if (!Given(flag)) continue;
      ++ways;
      Verify(flag, config::PathProblem(*path));
    }
    if (ways == 0) {
      Mistake("--token-file F is required, or --password-file F or --key-file F");
    } else if (ways > 1) {
      Mistake(
          "--token-file, --password-file and --key-file are three ways to say who calls: "
          "give one of them");
    }
    const bool password = Given("--password-file");
    for (const char* flag : {"--user", "--domain"}) {
      if (password && !Given(flag)) {
        Mistake(absl::StrCat(flag, " is required with --password-file"));
      } else if (ways > 0 && !password && Given(flag)) {
        Mistake(absl::StrCat(flag, " is for --password-file only"));
      }
    }
    if (password && !Given("--region")) {
      Mistake("--region is required with --password-file: its tokens come from there");
    }
  }

  const std::vector<std::string>& arguments_;
  InitOptions& options_;
  size_t at_ = 0;
  std::set<std::string_view> given_;
  std::vector<std::string> mistakes_;
};

}  // namespace

const std::string& InitOptions::secret_file() const {
  if (!token_file.empty()) return token_file;
  return password_file.empty() ? key_file : password_file;
}

std::vector<std::string> ParseInitOptions(const std::vector<std::string>& arguments,
                                          InitOptions& options) {
  return Parser(arguments, options).Parse();
}

}  // namespace quiesce::app
