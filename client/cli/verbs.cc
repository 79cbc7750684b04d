#include "client/cli/verbs.h"

namespace quiesce::cli {
namespace {

constexpr std::string_view kDeclare = "Declare what must be stopped";
constexpr std::string_view kLook = "See where things stand";
constexpr std::string_view kFollow = "Follow and wait";
constexpr std::string_view kHold = "Keep quiesced from acting, for a while";
constexpr std::string_view kDaemon = "The daemon";

constexpr std::string_view kInstances =
    "An instance is named by its id, the first 6 or more characters of it, or its name in the "
    "cloud; each also as ALIAS/NAME with the project's alias. If several match, they are listed.";

std::vector<Verb> MakeVerbs() {
  return {
      {"validate", kDeclare, "check manifests without a daemon", "-f FILE|DIR|- ...",
       "Reads manifests as plan and apply do and reports every mistake with file, line and column. "
       "Asks no daemon, so it fits a pre-commit hook.\n\n"
       "All files, and all documents in them, are one input. Unknown and duplicate keys, bad ids "
       "and "
       "instances that are declared twice are mistakes.",
       "quiesce validate -f teams/billing/\n"
       "git show HEAD:prod.yaml | quiesce validate -f -",
       "64  there are mistakes"},
      {"plan", kDeclare, "show what applying a manifest would do", "-f FILE|DIR|- ... [flags]",
       "Compares the manifest with what is declared and what the cloud shows, and prints the "
       "difference. Nothing is changed. The daemon keeps the plan for a day: apply it by its id, "
       "and "
       "exactly what was shown is done.\n\n"
       "Instances that the manifest no longer names are released: they are left alone from then "
       "on, "
       "in whatever state they are. Several workspaces in the input give one plan each.\n\n"
       "An effect that cannot be known, because a project is not seen, is UNKNOWN: count it as a "
       "stop.",
       "quiesce plan -f teams/billing/\n"
       "# in a pipeline: 0 nothing to do, 2 something, 4 cannot tell\n"
       "quiesce plan -f prod.yaml --detailed-exitcode\n"
       "quiesce plan -f prod.yaml -o json | jq '.plans[].items[].effect'",
       "2   --detailed-exitcode: there is something to apply\n"
       "4   --detailed-exitcode: some effects cannot be told\n"
       "5   an instance is declared by another workspace"},
      {"apply", kDeclare, "apply a manifest, or a plan that was made before",
       "-f FILE|DIR|- ... [flags]\nquiesce apply PLAN [flags]",
       "With -f: plans, shows the plan, asks, applies exactly that plan and follows it until every "
       "instance has ended: stopped, or not to be stopped without somebody acting. With the id of "
       "a "
       "plan (8 or more characters): shows that plan again, and goes on from there.\n\n"
       "Where nobody can answer the question, --auto-approve is needed. The first Ctrl-C cancels "
       "the "
       "run and prints what was not called, what the cloud had accepted and what is not known; the "
       "second one leaves at once. Without a connection the daemon goes on with the run; quiesce "
       "show run/ID has the result.",
       "quiesce apply -f teams/billing/\n"
       "# review first, then apply what was reviewed\n"
       "quiesce plan -f prod.yaml\n"
       "quiesce apply 7c41e2a9\n"
       "# in a pipeline\n"
       "quiesce apply -f prod.yaml --auto-approve --timeout 30m",
       "1   the question was not answered with yes\n"
       "4   some instances ended blocked or stalled\n"
       "5   the plan is stale, or some instances changed meanwhile\n"
       "6   --timeout is over; the run goes on"},
      {"stop", kDeclare, "stop instances now, and wait until they are stopped",
       "INSTANCE... [flags]",
       "A declared instance is looked at and stopped if it runs; its declaration stays as it is. "
       "One that nobody declares is declared in the DIRECT workspace of -w, and so also kept "
       "stopped; a workspace that does not exist yet needs --owner and --contact.\n\n"
       "Held, frozen, protected and misnamed instances are not stopped: the answer says which and "
       "why.",
       "quiesce stop billing-om-17\n"
       "# without waiting for its start_grace\n"
       "quiesce stop billing-om-17 --skip start-grace --reason 'INC-4711 is over'\n"
       "quiesce stop billing-cn/scratch-3 -w adhoc --owner dba --contact '#dba'",
       "4   some are not stopped, and will not be without somebody acting\n"
       "5   a declaration was replaced meanwhile\n"
       "6   --timeout is over; the work goes on"},
      {"import", kDeclare, "write a manifest of what nobody declares", "--all [flags]",
       "A manifest for each project, of every instance that its last list shows and nobody "
       "declares, with its name as an assertion and its state as a comment. It says enforcement: "
       "observe, so applying it stops nothing: read it, delete what is not yours, then write "
       "continuous. Nothing is changed in the daemon.\n\n"
       "What others declare is in comments. A workspace that declares something already is "
       "refused, because a manifest is the whole of its workspace.",
       "quiesce import --all -p billing-cn --contact '#billing-oncall'\n"
       "# a file for each project\n"
       "quiesce import --all --output-dir manifests/",
       "1   a file is there already\n"
       "5   the workspace declares instances already"},
      {"release", kDeclare, "stop managing instances of a DIRECT workspace", "INSTANCE...",
       "Nothing is done in the cloud: a stopped instance stays stopped, and may then be started by "
       "anybody. Instances of a manifest are released by removing them from it.",
       "quiesce release scratch-3",
       "5   the instance belongs to a workspace that is written by plans"},

      {"status", kLook, "the fleet on one screen", "[flags]",
       "How much of what is declared is stopped, what needs a human, what settles by itself and "
       "when, and how recently each project was seen. Asks the cloud nothing.",
       "quiesce status\n"
       "quiesce status -w billing-prod\n"
       "watch -n 5 quiesce status",
       ""},
      {"list", kLook, "instances, one row each", "[flags]",
       "Declared instances, those that need somebody first. Asks the cloud nothing.",
       "quiesce list --phase stalled\n"
       "quiesce list --unmanaged -p billing-cn\n"
       "quiesce list -w billing-prod -o json | jq -r '.instances[].name'",
       ""},
      {"get", kLook, "one instance with all its facts", "INSTANCE...", kInstances,
       "quiesce get billing-om-17\n"
       "quiesce get f19b543c -o json",
       ""},
      {"explain", kLook, "why is it not stopped?", "INSTANCE...",
       "One reason, who has to act, commands to paste, and the evidence: what is wanted, what was "
       "last tried, what was seen, and every gate between them.\n\n"
       "An instance is named by its id, the first 6 or more characters of it, or its name in the "
       "cloud; each also as ALIAS/NAME with the project's alias. If several match, they are "
       "listed.",
       "quiesce explain billing-om-17\n"
       "quiesce explain billing-cn/om-3",
       ""},
      {"show", kLook, "a plan or a run", "plan/ID|run/ID|ID",
       "An id may be cut to 8 characters. Without plan/ or run/ both are looked for.",
       "quiesce show 7c41e2a9\n"
       "quiesce show run/5d21c0aa --all",
       ""},
      {"projects", kLook, "the projects, and how well they are seen", "",
       "When each project was last listed, what the list contained, whether its credential works, "
       "and what to do where it does not.",
       "quiesce projects", ""},
      {"drift", kLook, "instances that were stopped and run again", "[flags]",
       "Read-only. Lists declared instances that were started outside quiesced, and those of which "
       "nothing is known now.",
       "quiesce drift\n"
       "# on a timer\n"
       "quiesce drift -w billing-prod || page-somebody $?",
       "3   something has drifted\n"
       "4   nothing has drifted as far as can be told, and some cannot be told"},

      {"watch", kFollow, "follow changes until Ctrl-C", "[flags]",
       "A line for each instance that goes from one phase or reason to another, from now on. With "
       "-o "
       "json: every event as the API sends it, one a line, the present state of everything first. "
       "Goes on by itself when the daemon is restarted.",
       "quiesce watch -w billing-prod\n"
       "quiesce watch --phase stalled -o json",
       "130 ended by Ctrl-C"},
      {"wait", kFollow, "wait until instances are stopped",
       "INSTANCE...|-w WORKSPACE|--all [flags]",
       "Returns when everything is stopped, or will not be without somebody acting. Changes "
       "nothing; "
       "Ctrl-C ends the waiting and nothing else.",
       "quiesce wait billing-om-17 --timeout 10m\n"
       "quiesce wait -w billing-prod --for stopped",
       "4   some will not be stopped without somebody acting\n"
       "5   a declaration was replaced meanwhile\n"
       "6   --timeout is over; the work goes on"},

      {"hold", kHold, "leave something alone for a while",
       "SCOPE... --for DURATION|--until TIME --reason TEXT\n"
       "quiesce hold --extend HOLD --for DURATION\n"
       "quiesce hold --list [--all]",
       "A scope is an instance, workspace/W or project/P; for everything there is freeze. From the "
       "moment of the answer no stop call is decided for anything in the scope. Calls "
       "that "
       "were on their way already are listed: these may still stop something. A hold starts "
       "nothing, "
       "and always ends by itself.",
       "quiesce hold billing-om-17 --for 4h --reason 'INC-4711: reading the binlog'\n"
       "quiesce hold workspace/billing-prod --until 18:00 --reason 'month end'\n"
       "quiesce hold --list",
       ""},
      {"unhold", kHold, "end a hold now", "SCOPE|hold/ID...",
       "What it covered is stopped as soon as nothing else keeps it. If there are several holds on "
       "exactly this scope they are listed: name one, or end --all.",
       "quiesce unhold billing-om-17\n"
       "quiesce unhold hold/1a2b3c4d",
       "1   there is no such hold"},
      {"freeze", kHold, "stop nothing at all for a while",
       "--for DURATION|--until TIME --reason TEXT [--owner WHO]",
       "A hold on the whole fleet. Calls that were on their way already are listed.",
       "quiesce freeze --for 2h --reason 'core switch replacement'", ""},
      {"unfreeze", kHold, "end the freeze now", "[--all]",
       "What it covered is stopped as soon as nothing else keeps it.", "quiesce unfreeze",
       "1   nothing is frozen"},

      {"doctor", kDaemon, "find out what is wrong with a project, and what helps", "[PROJECT...]",
       "Lists each project once and stops nothing. Tells whether the credential, the clock and the "
       "region are right, how many instances there are, what each raw state is taken for, which "
       "are not known, and whether the cloud limits the calls: a line each, and what helps below "
       "it.",
       "quiesce doctor\n"
       "quiesce doctor billing-cn -o json | jq '.findings[].what'",
       "4   something is a FAIL"},
      {"refresh", kDaemon, "list projects in the cloud now", "PROJECT...|--all [flags]",
       "Answers when the list has been taken and recorded. A list that is empty, or lost more than "
       "a "
       "fifth of the declared instances, is not believed until --accept-absence confirms it.",
       "quiesce refresh billing-cn\n"
       "quiesce refresh billing-cn --accept-absence",
       "1   the cloud gave no list"},
      {"version", kDaemon, "versions of the client and the daemon", "[--client]", "",
       "quiesce version", "69  no daemon answers"},
  };
}

}  // namespace

const std::vector<Verb>& Verbs() {
  static const auto& verbs = *new std::vector<Verb>(MakeVerbs());
  return verbs;
}

const Verb* FindVerb(std::string_view name) {
  for (const Verb& verb : Verbs()) {
    if (verb.name == name) return &verb;
  }
  return nullptr;
}

}  // namespace quiesce::cli
