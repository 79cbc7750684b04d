#include "client/cli/args.h"

// The flags and their help, verb by verb. What the flags are checked for is in args_check.cc.
namespace quiesce::cli {
namespace {

void DefineFiles(std::vector<std::string>& files, OptionSet& set) {
  set.Values("-f,--file", "FILE|DIR|-", files,
             "a manifest, a folder of manifests, or standard input; may be repeated, all of it is "
             "one input");
}

void DefineFilter(FilterArgs& args, OptionSet& set) {
  set.Value("-w,--workspace", "WORKSPACE", args.workspace,
            "only instances of this workspace [$QUIESCE_WORKSPACE]");
  set.Value("-p,--project", "PROJECT", args.project, "only of this project, by alias or id");
  set.Value("--phase", "PHASE", args.phase,
            "only in this phase: pending, waiting, stopping, stopped, drifted, retrying, stalled, "
            "gone, unknown or unmanaged");
  set.Value("--reason", "REASON", args.reason,
            "only for this reason, such as held or name-mismatch");
  set.Value("--needs", "WHO", args.needs,
            "only those that need nobody, operator, owner or cloud to act");
  set.Value("--state", "STATE", args.state,
            "only seen in this state: running, stopping, stopped, partial, busy, unavailable, "
            "absent or unknown");
  set.Value("--name", "NAME", args.name, "only with this name in the cloud, exactly");
  set.Value("--filter", "FILTER", args.filter,
            "more terms as the API takes them: field=value, joined by AND");
}

void DefineTimeout(std::string& target, const char* what, OptionSet& set) {
  set.Value("--timeout", "DURATION", target,
            std::string("wait at most so long (90s, 15m, 1h30m) ") + what);
}

void DefineTerms(HoldTermsArgs& args, OptionSet& set) {
  set.Value("--for", "DURATION", args.for_text, "how long: 90m, 4h, 2d");
  set.Value("--until", "TIME", args.until_text,
            "until when: 14:00, \"2026-11-25 14:00\" or 2026-11-25T14:00:00+08:00");
  set.Value("--reason", "TEXT", args.reason, "why, for whoever wonders at 3 a.m.; required");
  set.Value("--owner", "WHO", args.owner, "who wants it and can be asked; default: your login name",
            "QUIESCE_OWNER");
}

}  // namespace

void Define(GlobalArgs& args, OptionSet& set) {
  set.Value("--server", "ADDRESS", args.server,
            "the daemon: unix:///path, or host:port on this machine; default "
            "unix:///run/quiesced/api.sock",
            "QUIESCE_SERVER");
  set.Value("-o,--output", "FORMAT", args.output_text, "table (default) or json", "QUIESCE_OUTPUT");
  set.Value("--request-timeout", "DURATION", args.request_timeout_text,
            "how long one request may take; default 10s, and 60s for those that wait for the cloud",
            "QUIESCE_REQUEST_TIMEOUT");
}

void Define(HelpArgs&, OptionSet&) {}

void Define(ValidateArgs& args, OptionSet& set) { DefineFiles(args.files, set); }

void Define(PlanArgs& args, OptionSet& set) {
  DefineFiles(args.files, set);
  set.Value("-w,--workspace", "WORKSPACE", args.workspace, "only this workspace of the input");
  set.Flag("--all", args.all, "also list what does not change, and every row of long plans");
  set.Flag("--detailed-exitcode", args.detailed_exitcode,
           "exit 2 if there is something to apply, 0 if not, 4 if that cannot be told");
}

void Define(ApplyArgs& args, OptionSet& set) {
  set.Arguments(args.arguments);
  DefineFiles(args.files, set);
  set.Value("-w,--workspace", "WORKSPACE", args.workspace, "only this workspace of the input");
  set.Flag("--auto-approve", args.auto_approve, "do not ask; needed where nobody can answer");
  set.Value("--digest", "DIGEST", args.digest,
            "apply PLAN only if it has this digest, as a reviewer saw it");
  set.Flag("--detach", args.detach, "do not wait: print the run and return");
  DefineTimeout(args.timeout_text, "for the run to end; default: until it ends", set);
  set.Flag("--all", args.all, "also list what does not change, and every row of long plans");
}

void Define(StopArgs& args, OptionSet& set) {
  set.Arguments(args.references);
  set.Values("--skip", "GATE", args.skip_texts,
             "stop although this gate is closed: start-grace or backoff; may be repeated, needs "
             "--reason");
  set.Value("--reason", "TEXT", args.reason, "why; recorded");
  set.Value("-w,--workspace", "WORKSPACE", args.workspace,
            "the DIRECT workspace that is to declare an instance which nobody declares",
            "QUIESCE_WORKSPACE");
  set.Value("--owner", "WHO", args.owner, "the workspace's owner, if it does not exist yet",
            "QUIESCE_OWNER");
  set.Value("--contact", "HOW", args.contact, "how to reach the owner, if it does not exist yet",
            "QUIESCE_CONTACT");
  set.Flag("--detach", args.detach, "do not wait until it is stopped");
  DefineTimeout(args.timeout_text, "for all of them; default: until they are stopped", set);
}

void Define(ShowArgs& args, OptionSet& set) {
  set.Arguments(args.arguments);
  set.Flag("--all", args.all, "every item, also those that ended well or do not change");
}

void Define(StatusArgs& args, OptionSet& set) { DefineFilter(args.filter, set); }

void Define(ListArgs& args, OptionSet& set) {
  DefineFilter(args.filter, set);
  set.Flag("--unmanaged", args.unmanaged, "those that are seen and declared by nobody");
  set.Flag("--all", args.all, "declared or not");
  set.Value("--limit", "N", args.limit_text, "at most N rows");
}

void Define(GetArgs& args, OptionSet& set) { set.Arguments(args.references); }

void Define(ExplainArgs& args, OptionSet& set) { set.Arguments(args.references); }

void Define(WatchArgs& args, OptionSet& set) { DefineFilter(args.filter, set); }

void Define(WaitArgs& args, OptionSet& set) {
  set.Arguments(args.references);
  set.Value("-w,--workspace", "WORKSPACE", args.workspace,
            "all declared instances of this workspace [$QUIESCE_WORKSPACE]");
  set.Flag("--all", args.everything, "all declared instances");
  set.Value("--for", "CONDITION", args.condition, "what for: stopped (default, and the only one)");
  DefineTimeout(args.timeout_text, "for all of them; default: as long as it takes", set);
}

void Define(DriftArgs& args, OptionSet& set) { DefineFilter(args.filter, set); }

void Define(RefreshArgs& args, OptionSet& set) {
  set.Arguments(args.projects);
  set.Flag("--all", args.all, "all projects that can be listed");
  set.Flag("--accept-absence", args.accept_absence,
           "believe a list that is empty or lost many instances: what it lacks is really absent");
}

void Define(ProjectsArgs&, OptionSet&) {}

void Define(DoctorArgs& args, OptionSet& set) { set.Arguments(args.projects); }

void Define(ImportArgs& args, OptionSet& set) {
  set.Flag("--all", args.all, "everything that is listed and declared by nobody");
  set.Value("-p,--project", "PROJECT", args.project, "only of this project, by alias or id");
  set.Value("-w,--workspace", "WORKSPACE", args.workspace,
            "the workspace that is to declare them; default: one for each project, called like it");
  set.Value("--owner", "WHO", args.owner, "the workspace's owner; default: your login name",
            "QUIESCE_OWNER");
  set.Value("--contact", "HOW", args.contact, "how to reach the owner; default: as the owner",
            "QUIESCE_CONTACT");
  set.Value("--output-dir", "DIR", args.output_dir,
            "write one file a project there, instead of printing; none is overwritten");
}

void Define(HoldArgs& args, OptionSet& set) {
  set.Arguments(args.scopes);
  DefineTerms(args.terms, set);
  set.Value("--extend", "HOLD", args.extend, "move the end of this hold further away instead");
  set.Flag("--list", args.list, "list the holds in force instead");
  set.Flag("--all", args.all, "with --list: also those that have ended");
}

void Define(UnholdArgs& args, OptionSet& set) {
  set.Arguments(args.scopes);
  set.Flag("--all", args.all, "end all holds on it, if there are several");
}

void Define(FreezeArgs& args, OptionSet& set) { DefineTerms(args.terms, set); }

void Define(UnfreezeArgs& args, OptionSet& set) {
  set.Flag("--all", args.all, "end all freezes, if there are several");
}

void Define(ReleaseArgs& args, OptionSet& set) { set.Arguments(args.references); }

void Define(VersionArgs& args, OptionSet& set) {
  set.Flag("--client", args.client_only, "do not ask the daemon");
}

}  // namespace quiesce::cli
