#include "client/cli/command_line.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/help.h"
#include "client/cli/option_parser.h"
#include "client/cli/verbs.h"
#include "daemon/base/status_macros.h"
#include "daemon/config/yaml/suggestion.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

// What a verb's name stands for.
struct Grammar {
  std::function<absl::StatusOr<CommandLine>(const std::vector<std::string>&, const ParseContext&)>
      parse;
  std::function<std::string(const Verb&, const View&)> manual;
};

template <typename Args>
Grammar GrammarOf() {
  return {[](const std::vector<std::string>& arguments,
             const ParseContext& context) -> absl::StatusOr<CommandLine> {
            CommandLine line;
            Args args;
            OptionSet set;
            Define(args, set);
            Define(line.globals, set);
            QUIESCE_RETURN_IF_ERROR(ParseOptions(set, arguments, context.getenv));
            QUIESCE_RETURN_IF_ERROR(Check(line.globals, context));
            QUIESCE_RETURN_IF_ERROR(Check(args, context));
            line.command = std::move(args);
            return line;
          },
          [](const Verb& verb, const View& view) {
            Args args;
            GlobalArgs globals;
            OptionSet flags;
            OptionSet global_flags;
            Define(args, flags);
            Define(globals, global_flags);
            return RenderManual(verb, flags, global_flags, view);
          }};
}

const std::map<std::string, Grammar>& Grammars() {
  static const auto& grammars = *new std::map<std::string, Grammar>{
      {"validate", GrammarOf<ValidateArgs>()}, {"plan", GrammarOf<PlanArgs>()},
      {"apply", GrammarOf<ApplyArgs>()},       {"stop", GrammarOf<StopArgs>()},
      {"show", GrammarOf<ShowArgs>()},         {"status", GrammarOf<StatusArgs>()},
      {"list", GrammarOf<ListArgs>()},         {"get", GrammarOf<GetArgs>()},
      {"explain", GrammarOf<ExplainArgs>()},   {"watch", GrammarOf<WatchArgs>()},
      {"wait", GrammarOf<WaitArgs>()},         {"drift", GrammarOf<DriftArgs>()},
      {"refresh", GrammarOf<RefreshArgs>()},   {"projects", GrammarOf<ProjectsArgs>()},
      {"hold", GrammarOf<HoldArgs>()},         {"unhold", GrammarOf<UnholdArgs>()},
      {"freeze", GrammarOf<FreezeArgs>()},     {"unfreeze", GrammarOf<UnfreezeArgs>()},
      {"release", GrammarOf<ReleaseArgs>()},   {"version", GrammarOf<VersionArgs>()},
      {"doctor", GrammarOf<DoctorArgs>()},     {"import", GrammarOf<ImportArgs>()},
  };
  return grammars;
}

// Whether the next argument is the value of this one, for the flags that may stand before the verb.
bool TakesNext(const std::string& argument) {
  GlobalArgs args;
  OptionSet set;
  Define(args, set);
  for (const OptionSet::Option& option : set.options()) {
    const std::string names = "," + option.names + ",";
    if (names.find("," + argument + ",") != std::string::npos) return true;
  }
  return false;
}

// The position of the verb: the first argument that is neither a flag nor the value of one.
size_t FindVerbAt(const std::vector<std::string>& arguments) {
  size_t at = 0;
  while (at < arguments.size() && arguments[at].size() > 1 && arguments[at][0] == '-') {
    at += TakesNext(arguments[at]) ? 2 : 1;
  }
  return std::min(at, arguments.size());
}

absl::Status UnknownVerb(const std::string& name) {
  std::vector<std::string_view> known = {"help"};
  for (const Verb& verb : Verbs()) known.push_back(verb.name);
  const std::string hint = yaml::DidYouMean(name, known);
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown verb ", core::Quoted(name), hint.empty() ? "; quiesce --help lists them" : hint));
}

// `--help` counts until `--`.
bool AsksForHelp(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end, [](const std::string& argument) {
    return argument == "--help" || argument == "-h";
  });
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments,
                                             const ParseContext& context) {
  CommandLine line;
  const size_t at = FindVerbAt(arguments);
  const bool help = AsksForHelp(arguments);
  if (at == arguments.size()) {
    if (arguments.empty() || help) return line;
    if (arguments[0] == "--version") {
      line.command = VersionArgs{true};
      return line;
    }
    return absl::InvalidArgumentError("no verb is given; quiesce --help lists them");
  }
  const std::string& name = arguments[at];
  if (name == "help") {
    line.command = HelpArgs{at + 1 < arguments.size() ? arguments[at + 1] : ""};
    return line;
  }
  const auto grammar = Grammars().find(name);
  if (grammar == Grammars().end()) return UnknownVerb(name);
  if (help) {
    line.command = HelpArgs{name};
    return line;
  }
  std::vector<std::string> rest = arguments;
  rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
  auto parsed = grammar->second.parse(rest, context);
  if (parsed.ok()) return parsed;
  return absl::InvalidArgumentError(
      absl::StrCat(name, ": ", parsed.status().message(), "\nquiesce ", name, " --help says more"));
}

absl::StatusOr<std::string> HelpText(const HelpArgs& args, const View& view) {
  if (args.verb.empty()) {
    GlobalArgs globals;
    OptionSet set;
    Define(globals, set);
    return RenderOverview(set, view);
  }
  const Verb* verb = FindVerb(args.verb);
  const auto grammar = Grammars().find(args.verb);
  if (verb == nullptr || grammar == Grammars().end()) return UnknownVerb(args.verb);
  return grammar->second.manual(*verb, view);
}

}  // namespace quiesce::cli
