#include "client/cli/hold_commands.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/json_output.h"
#include "client/cli/references.h"
#include "client/cli/render_list.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "client/lib/duration.h"
#include "client/lib/filter.h"

namespace quiesce::cli {
namespace {

constexpr char kFleet[] = "fleet";

// A command that asks the daemon first learns its clock, by which times are shown.
ExitCode Greet(Environment& env) {
  const auto server = AskServer(env);
  return server.ok() ? ExitCode::kDone : Report(env, server.status());
}

absl::StatusOr<v1::CreateHoldResponse> Create(const std::string& scope, const HoldTermsArgs& terms,
                                              Environment& env) {
  v1::CreateHoldRequest request;
  request.set_scope(scope);
  request.set_reason(terms.reason);
  request.set_owner(terms.owner);
  if (terms.duration.has_value()) {
    *request.mutable_ttl() = client::ToProto(*terms.duration);
  } else if (terms.until.has_value()) {
    *request.mutable_expire_time() = ToProtoTime(*terms.until);
  }
  return env.client->CreateHold(std::move(request));
}

// Creates a hold on each scope, and prints them.
ExitCode CreateAll(const std::vector<std::string>& scopes, const HoldTermsArgs& terms,
                   Environment& env) {
  ExitCode code = ExitCode::kDone;
  std::vector<v1::CreateHoldResponse> created;
  for (const std::string& text : scopes) {
    const auto scope = text == kFleet ? absl::StatusOr<std::string>(text) : ResolveScope(env, text);
    const auto response = scope.ok() ? Create(*scope, terms, env)
                                     : absl::StatusOr<v1::CreateHoldResponse>(scope.status());
    if (!response.ok()) {
      code = Worse(code, Report(env, response.status()));
      continue;
    }
    created.push_back(*response);
    if (env.output == OutputFormat::kTable)
      Print(env, RenderCreatedHold(*response, text, OutView(env)));
  }
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddList("holds", created).Text() + "\n");
  }
  return code;
}

ExitCode Extend(const HoldArgs& args, Environment& env) {
  v1::ExtendHoldRequest request;
  request.set_name(args.extend);
  if (args.terms.duration.has_value()) {
    *request.mutable_ttl() = client::ToProto(*args.terms.duration);
  } else {
    *request.mutable_expire_time() = ToProtoTime(*args.terms.until);
  }
  const auto hold = env.client->ExtendHold(std::move(request));
  if (!hold.ok()) return Report(env, hold.status());
  Print(env, env.output == OutputFormat::kJson ? ToJson(*hold) + "\n"
                                               : RenderHoldLine(*hold, "", OutView(env)));
  return ExitCode::kDone;
}

absl::StatusOr<std::vector<v1::Hold>> Holds(const std::string& filter, bool include_ended,
                                            Environment& env) {
  std::vector<v1::Hold> holds;
  const absl::Status status =
      env.client->ListHolds(filter, include_ended, [&](const v1::Hold& hold) {
        holds.push_back(hold);
        return true;
      });
  if (!status.ok()) return status;
  return holds;
}

// What held instances are called. Best effort: without a name the id has to do.
std::map<std::string, std::string> NamesOf(const std::vector<v1::Hold>& holds, Environment& env) {
  constexpr size_t kMaxAsked = 50;
  std::map<std::string, std::string> names;
  for (const v1::Hold& hold : holds) {
    if (names.size() >= kMaxAsked) break;
    if (!absl::StrContains(hold.scope(), "/instances/") || names.count(hold.scope()) > 0) continue;
    const auto instance = env.client->GetInstance(hold.scope());
    if (!instance.ok() || instance->cloud_name().empty()) continue;
    names[hold.scope()] = instance->cloud_name();
  }
  return names;
}

ExitCode List(bool include_ended, Environment& env) {
  const auto holds = Holds("", include_ended, env);
  if (!holds.ok()) return Report(env, holds.status());
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddList("holds", *holds).Text() + "\n");
  } else {
    Print(env, RenderHolds(*holds, NamesOf(*holds, env), OutView(env)));
  }
  return ExitCode::kDone;
}

ExitCode End(const std::string& name, const std::string& called, Environment& env,
             std::vector<v1::Hold>& ended) {
  const auto hold = env.client->EndHold(name);
  if (!hold.ok()) return Report(env, hold.status());
  ended.push_back(*hold);
  if (env.output == OutputFormat::kTable) {
    Print(env, RenderHoldLine(*hold, called, OutView(env)));
  }
  return ExitCode::kDone;
}

// Ends what holds exactly this scope: all of it, or the one that there is.
ExitCode EndOn(const std::string& scope, const std::string& called, bool all, Environment& env,
               std::vector<v1::Hold>& ended) {
  const auto holds = Holds("scope=" + client::FilterValue(scope), false, env);
  if (!holds.ok()) return Report(env, holds.status());
  if (holds->empty()) {
    return Report(env, ExitCode::kOther,
                  scope == kFleet ? "nothing is frozen"
                                  : absl::StrCat("there is no hold on exactly ", called,
                                                 "; those in force: quiesce hold --list"));
  }
  if (holds->size() > 1 && !all) {
    *env.err << RenderHolds(*holds, NamesOf(*holds, env), ErrView(env));
    return Report(
        env, ExitCode::kUsage,
        absl::StrCat("there are ", holds->size(),
                     " holds on it: name one as hold/ID with quiesce unhold, or end --all"));
  }
  ExitCode code = ExitCode::kDone;
  for (const v1::Hold& hold : *holds) code = Worse(code, End(hold.name(), called, env, ended));
  return code;
}

ExitCode Unhold(const std::string& text, bool all, Environment& env, std::vector<v1::Hold>& ended) {
  if (absl::StartsWith(text, "hold/") || absl::StartsWith(text, "holds/")) {
    return End(text, "", env, ended);
  }
  auto scope = ResolveScope(env, text);
  if (scope.ok()) scope = WithProjectId(env, *scope);
  if (!scope.ok()) return Report(env, scope.status());
  return EndOn(*scope, text, all, env, ended);
}

void PrintEnded(const std::vector<v1::Hold>& ended, Environment& env) {
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddList("holds", ended).Text() + "\n");
  }
}

}  // namespace

ExitCode RunHold(const HoldArgs& args, Environment& env) {
  const ExitCode greeted = Greet(env);
  if (greeted != ExitCode::kDone) return greeted;
  if (args.list) return List(args.all, env);
  if (!args.extend.empty()) return Extend(args, env);
  return CreateAll(args.scopes, args.terms, env);
}

ExitCode RunUnhold(const UnholdArgs& args, Environment& env) {
  ExitCode code = Greet(env);
  if (code != ExitCode::kDone) return code;
  std::vector<v1::Hold> ended;
  for (const std::string& text : args.scopes) {
    code = Worse(code, Unhold(text, args.all, env, ended));
  }
  PrintEnded(ended, env);
  return code;
}

ExitCode RunFreeze(const FreezeArgs& args, Environment& env) {
  const ExitCode greeted = Greet(env);
  return greeted == ExitCode::kDone ? CreateAll({kFleet}, args.terms, env) : greeted;
}

ExitCode RunUnfreeze(const UnfreezeArgs& args, Environment& env) {
  const ExitCode greeted = Greet(env);
  if (greeted != ExitCode::kDone) return greeted;
  std::vector<v1::Hold> ended;
  const ExitCode code = EndOn(kFleet, kFleet, args.all, env, ended);
  PrintEnded(ended, env);
  return code;
}

}  // namespace quiesce::cli
