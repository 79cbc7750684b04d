#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/cli/args.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "client/lib/filter.h"
#include "daemon/base/limits.h"
#include "daemon/base/status_macros.h"
#include "daemon/config/yaml/duration.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

absl::Status Usage(std::string_view message) {
  return absl::InvalidArgumentError(absl::string_view(message.data(), message.size()));
}

// A problem of a flag's value, named by the flag.
absl::Status Bad(std::string_view flag, std::string_view problem) {
  return Usage(std::string(flag) + ": " + std::string(problem));
}

absl::Status Verify(std::string_view flag, const core::Problem& problem) {
  return problem.has_value() ? Bad(flag, *problem) : absl::OkStatus();
}

absl::Status NeedsOne(const std::vector<std::string>& references, std::string_view what) {
  return references.empty() ? Usage("no " + std::string(what) + " is given") : absl::OkStatus();
}

absl::Status ReadDuration(std::string_view flag, const std::string& text, absl::Duration& out) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<absl::Duration> duration = yaml::ParseDuration(text);
  if (!duration.ok()) {
    const absl::string_view message = duration.status().message();
    return Bad(flag, {message.data(), message.size()});
  }
  out = *duration;
  return absl::OkStatus();
}

absl::Status CheckFiles(const std::vector<std::string>& files) {
  if (files.empty()) return Usage("no manifest is given: -f FILE, -f DIR or -f -");
  return absl::OkStatus();
}

absl::Status CheckWorkspace(const std::string& workspace) {
  if (workspace.empty()) return absl::OkStatus();
  return Verify("--workspace", core::WorkspaceNameProblem(workspace));
}

// The word of an enum for a flag that takes one.
template <typename Enum>
absl::Status ReadWord(std::string_view flag, std::string& text) {
  if (text.empty()) return absl::OkStatus();
  const auto word = ParseEnumWord(*google::protobuf::GetEnumDescriptor<Enum>(), text);
  if (!word.ok()) {
    const absl::string_view message = word.status().message();
    return Bad(flag, {message.data(), message.size()});
  }
  text = *word;
  return absl::OkStatus();
}

void AddTerm(std::string_view field, const std::string& value, std::string& filter) {
  if (value.empty()) return;
  if (!filter.empty()) filter += " AND ";
  filter += std::string(field) + "=" + client::FilterValue(value);
}

absl::Status CheckFilter(FilterArgs& args, const ParseContext& context) {
  if (args.workspace.empty()) args.workspace = context.getenv("QUIESCE_WORKSPACE");
  QUIESCE_RETURN_IF_ERROR(CheckWorkspace(args.workspace));
  QUIESCE_RETURN_IF_ERROR(ReadWord<v1::Phase>("--phase", args.phase));
  QUIESCE_RETURN_IF_ERROR(ReadWord<v1::Reason>("--reason", args.reason));
  QUIESCE_RETURN_IF_ERROR(ReadWord<v1::Needs>("--needs", args.needs));
  QUIESCE_RETURN_IF_ERROR(ReadWord<v1::PowerState>("--state", args.state));
  AddTerm("workspace", args.workspace, args.filter);
  AddTerm("project", args.project, args.filter);
  AddTerm("phase", args.phase, args.filter);
  AddTerm("reason", args.reason, args.filter);
  AddTerm("needs", args.needs, args.filter);
  AddTerm("power_state", args.state, args.filter);
  AddTerm("cloud_name", args.name, args.filter);
  return absl::OkStatus();
}

// `--for` and `--until`: one of them, in the future and within the limit.
absl::Status CheckEnd(HoldTermsArgs& args, const ParseContext& context) {
  if (args.for_text.empty() == args.until_text.empty()) {
    return Usage(args.for_text.empty() ? "when does it end? --for 4h, or --until 14:00"
                                       : "--for and --until say the same, give one of them");
  }
  const bool by_duration = !args.for_text.empty();
  if (by_duration) {
    absl::Duration duration;
    QUIESCE_RETURN_IF_ERROR(ReadDuration("--for", args.for_text, duration));
    args.duration = duration;
  } else {
    const auto until = ParseUntil(args.until_text, context.now, context.zone);
    if (!until.ok()) {
      const absl::string_view message = until.status().message();
      return Bad("--until", {message.data(), message.size()});
    }
    args.until = *until;
  }
  const std::string_view flag = by_duration ? "--for" : "--until";
  const std::string text = core::Quoted(by_duration ? args.for_text : args.until_text);
  const absl::Duration length = by_duration ? *args.duration : *args.until - context.now;
  if (length <= absl::ZeroDuration()) return Bad(flag, text + " is over already");
  if (length > limits::kMaxHold) {
    return Bad(flag, absl::StrCat(text, " is more than ", absl::ToInt64Hours(limits::kMaxHold) / 24,
                                  " days; what is to last longer belongs in the manifest as "
                                  "`protected: true`"));
  }
  return absl::OkStatus();
}

// Where nobody is named: whoever is logged in.
void DefaultOwner(std::string& owner, const ParseContext& context) {
  if (owner.empty()) owner = context.getenv("USER");
  if (owner.empty()) owner = context.getenv("LOGNAME");
  if (owner.empty()) owner = context.login_name;
}

absl::Status CheckTerms(HoldTermsArgs& args, const ParseContext& context) {
  QUIESCE_RETURN_IF_ERROR(CheckEnd(args, context));
  if (args.reason.empty()) return Usage("why? --reason TEXT is required");
  DefaultOwner(args.owner, context);
  if (args.owner.empty()) return Usage("who wants it? --owner WHO is required");
  QUIESCE_RETURN_IF_ERROR(Verify("--reason", core::ReasonProblem(args.reason)));
  return Verify("--owner", core::OwnerProblem(args.owner));
}

}  // namespace

absl::Status Check(GlobalArgs& args, const ParseContext&) {
  if (args.output_text == "json") {
    args.output = OutputFormat::kJson;
  } else if (args.output_text != "table") {
    return Bad("--output", core::Quoted(args.output_text) + " is unknown, write table or json");
  }
  if (args.request_timeout_text.empty()) return absl::OkStatus();
  absl::Duration timeout;
  QUIESCE_RETURN_IF_ERROR(ReadDuration("--request-timeout", args.request_timeout_text, timeout));
  if (timeout <= absl::ZeroDuration())
    return Bad("--request-timeout", "has to be more than nothing");
  args.request_timeout = timeout;
  return absl::OkStatus();
}

absl::Status Check(HelpArgs&, const ParseContext&) { return absl::OkStatus(); }

absl::Status Check(ValidateArgs& args, const ParseContext&) { return CheckFiles(args.files); }

absl::Status Check(PlanArgs& args, const ParseContext&) {
  QUIESCE_RETURN_IF_ERROR(CheckFiles(args.files));
  return CheckWorkspace(args.workspace);
}

absl::Status Check(ApplyArgs& args, const ParseContext&) {
  if (args.arguments.size() > 1) return Usage("one plan at a time can be applied");
  if (!args.arguments.empty()) args.plan = args.arguments[0];
  if (args.plan.empty() == args.files.empty()) {
    return Usage(args.plan.empty() ? "what is to be applied? -f FILE, or the id of a plan"
                                   : "-f and a plan are two things to apply, give one of them");
  }
  if (args.plan.empty() && !args.digest.empty()) {
    return Usage("--digest is for a plan that was reviewed: quiesce apply PLAN --digest DIGEST");
  }
  if (args.detach && !args.timeout_text.empty()) {
    return Usage("--detach does not wait, so --timeout has no meaning with it");
  }
  QUIESCE_RETURN_IF_ERROR(CheckWorkspace(args.workspace));
  return ReadDuration("--timeout", args.timeout_text, args.timeout);
}

absl::Status Check(StopArgs& args, const ParseContext&) {
  QUIESCE_RETURN_IF_ERROR(NeedsOne(args.references, "instance"));
  for (std::string& text : args.skip_texts) {
    QUIESCE_RETURN_IF_ERROR(ReadWord<v1::GateKind>("--skip", text));
    v1::GateKind kind = v1::GATE_KIND_UNSPECIFIED;
    v1::GateKind_Parse("GATE_KIND_" + text, &kind);
    if (kind != v1::GATE_KIND_START_GRACE && kind != v1::GATE_KIND_BACKOFF) {
      return Bad("--skip", text + " cannot be skipped, only start-grace and backoff can");
    }
    args.skip.push_back(kind);
  }
  if (!args.skip.empty() && args.reason.empty()) {
    return Usage("--skip needs --reason TEXT, which is recorded");
  }
  if (!args.reason.empty()) {
    QUIESCE_RETURN_IF_ERROR(Verify("--reason", core::ReasonProblem(args.reason)));
  }
  if (args.detach && !args.timeout_text.empty()) {
    return Usage("--detach does not wait, so --timeout has no meaning with it");
  }
  QUIESCE_RETURN_IF_ERROR(CheckWorkspace(args.workspace));
  return ReadDuration("--timeout", args.timeout_text, args.timeout);
}

absl::Status Check(ShowArgs& args, const ParseContext&) {
  if (args.arguments.size() != 1) {
    return Usage("which one? quiesce show plan/ID, run/ID, or the beginning of an id");
  }
  args.reference = args.arguments[0];
  return absl::OkStatus();
}

absl::Status Check(StatusArgs& args, const ParseContext& context) {
  return CheckFilter(args.filter, context);
}

absl::Status Check(ListArgs& args, const ParseContext& context) {
  if (args.all && args.unmanaged) return Usage("--all includes --unmanaged, give one of them");
  if (args.unmanaged && !args.filter.workspace.empty()) {
    return Usage("what is unmanaged belongs to no workspace: leave out --unmanaged or --workspace");
  }
  // The environment's workspace is a default, and does not stand against what was asked for.
  ParseContext without_workspace = context;
  without_workspace.getenv = [](const std::string&) { return std::string(); };
  const bool ignore = args.unmanaged || args.all;
  QUIESCE_RETURN_IF_ERROR(CheckFilter(args.filter, ignore ? without_workspace : context));
  if (!args.all) AddTerm("declared", args.unmanaged ? "false" : "true", args.filter.filter);
  if (!args.limit_text.empty() &&
      (!absl::SimpleAtoi(args.limit_text, &args.limit) || args.limit < 1)) {
    return Bad("--limit", core::Quoted(args.limit_text) + " is no number of rows");
  }
  return absl::OkStatus();
}

absl::Status Check(GetArgs& args, const ParseContext&) {
  return NeedsOne(args.references, "instance");
}

absl::Status Check(ExplainArgs& args, const ParseContext&) {
  return NeedsOne(args.references, "instance");
}

absl::Status Check(WatchArgs& args, const ParseContext& context) {
  return CheckFilter(args.filter, context);
}

absl::Status Check(WaitArgs& args, const ParseContext& context) {
  const int ways = (args.references.empty() ? 0 : 1) + (args.workspace.empty() ? 0 : 1) +
                   (args.everything ? 1 : 0);
  if (ways == 0) args.workspace = context.getenv("QUIESCE_WORKSPACE");
  if (ways == 0 && args.workspace.empty()) {
    return Usage("what is to be waited for? Instances, -w WORKSPACE or --all");
  }
  if (ways > 1) return Usage("instances, -w and --all are three ways to say it, give one of them");
  if (args.condition != "stopped") {
    return Bad("--for", core::Quoted(args.condition) + " cannot be waited for, only stopped can");
  }
  QUIESCE_RETURN_IF_ERROR(CheckWorkspace(args.workspace));
  AddTerm("workspace", args.workspace, args.filter);
  return ReadDuration("--timeout", args.timeout_text, args.timeout);
}

absl::Status Check(DriftArgs& args, const ParseContext& context) {
  if (!args.filter.phase.empty()) return Usage("--phase has no meaning here: drift is one phase");
  return CheckFilter(args.filter, context);
}

absl::Status Check(RefreshArgs& args, const ParseContext&) {
  if (args.projects.empty() == !args.all) {
    return Usage(args.all ? "a project and --all are two things, give one of them"
                          : "which project? An alias, an id, or --all");
  }
  if (args.all && args.accept_absence) {
    return Usage("--accept-absence confirms what one list lacks: name the project");
  }
  return absl::OkStatus();
}

absl::Status Check(ProjectsArgs&, const ParseContext&) { return absl::OkStatus(); }

absl::Status Check(DoctorArgs&, const ParseContext&) { return absl::OkStatus(); }

absl::Status Check(ImportArgs& args, const ParseContext& context) {
  if (!args.all) return Usage("what is to be imported? --all, which -p PROJECT narrows");
  DefaultOwner(args.owner, context);
  if (args.owner.empty()) return Usage("whose are they? --owner WHO is required");
  QUIESCE_RETURN_IF_ERROR(Verify("--owner", core::OwnerProblem(args.owner)));
  if (!args.contact.empty()) {
    QUIESCE_RETURN_IF_ERROR(Verify("--contact", core::ContactProblem(args.contact)));
  }
  return CheckWorkspace(args.workspace);
}

absl::Status Check(HoldArgs& args, const ParseContext& context) {
  const int ways =
      (args.scopes.empty() ? 0 : 1) + (args.list ? 1 : 0) + (args.extend.empty() ? 0 : 1);
  if (ways == 0) {
    return Usage(
        "what is to be held? An instance, workspace/W or project/P; holds in force: quiesce hold "
        "--list");
  }
  if (ways > 1) return Usage("holding, --extend and --list are three things, give one of them");
  if (args.list) return absl::OkStatus();
  if (!args.extend.empty()) return CheckEnd(args.terms, context);
  return CheckTerms(args.terms, context);
}

absl::Status Check(UnholdArgs& args, const ParseContext&) {
  return NeedsOne(args.scopes, "instance, workspace/W, project/P or hold/ID");
}

absl::Status Check(FreezeArgs& args, const ParseContext& context) {
  return CheckTerms(args.terms, context);
}

absl::Status Check(UnfreezeArgs&, const ParseContext&) { return absl::OkStatus(); }

absl::Status Check(ReleaseArgs& args, const ParseContext&) {
  return NeedsOne(args.references, "instance");
}

absl::Status Check(VersionArgs&, const ParseContext&) { return absl::OkStatus(); }

}  // namespace quiesce::cli
