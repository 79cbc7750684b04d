#ifndef QUIESCE_CLIENT_CLI_ARGS_H_
#define QUIESCE_CLIENT_CLI_ARGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cli/option_parser.h"
#include "client/cli/option_set.h"
#include "quiesce/v1/instance.pb.h"

// What each verb is told, checked: a command does not look at texts of flags again.
//
// For each verb there is a struct, Define(), which gives its flags their targets and their help,
// and Check(), which converts what was read and finds what does not go together.
namespace quiesce::cli {

// What checks need to know of the world.
struct ParseContext {
  GetEnv getenv;
  std::string login_name;  // by the system's list of users; may be empty
  absl::Time now;
  absl::TimeZone zone = absl::UTCTimeZone();
};

enum class OutputFormat { kTable, kJson };

// The flags of every verb.
struct GlobalArgs {
  std::string server = "unix:///run/quiesced/api.sock";
  OutputFormat output = OutputFormat::kTable;
  std::optional<absl::Duration> request_timeout;  // instead of the library's defaults

  std::string output_text = "table";
  std::string request_timeout_text;
};

struct HelpArgs {
  std::string verb;  // empty: all of them
};

struct ValidateArgs {
  std::vector<std::string> files;
};

struct PlanArgs {
  std::vector<std::string> files;
  std::string workspace;  // only this one of the input
  bool all = false;
  bool detailed_exitcode = false;
};

struct ApplyArgs {
  std::vector<std::string> files;
  std::string plan;  // instead of files
  std::string workspace;
  std::string digest;
  bool all = false;
  bool auto_approve = false;
  bool detach = false;
  absl::Duration timeout = absl::InfiniteDuration();

  std::vector<std::string> arguments;
  std::string timeout_text;
};

struct StopArgs {
  std::vector<std::string> references;
  std::vector<v1::GateKind> skip;
  std::string reason;
  std::string workspace;
  std::string owner;
  std::string contact;
  bool detach = false;
  absl::Duration timeout = absl::InfiniteDuration();

  std::vector<std::string> skip_texts;
  std::string timeout_text;
};

struct ShowArgs {
  std::string reference;
  bool all = false;

  std::vector<std::string> arguments;
};

// Which instances. `filter` becomes the whole of it, as the API takes it.
struct FilterArgs {
  std::string workspace;
  std::string project;
  std::string phase;
  std::string reason;
  std::string needs;
  std::string state;
  std::string name;
  std::string filter;
};

struct StatusArgs {
  FilterArgs filter;
};

struct ListArgs {
  FilterArgs filter;
  bool all = false;
  bool unmanaged = false;
  int64_t limit = 0;  // 0: none

  std::string limit_text;
};

struct GetArgs {
  std::vector<std::string> references;
};

struct ExplainArgs {
  std::vector<std::string> references;
};

struct WatchArgs {
  FilterArgs filter;
};

struct WaitArgs {
  std::vector<std::string> references;
  std::string filter;  // instead of references; empty with `everything`
  bool everything = false;
  absl::Duration timeout = absl::InfiniteDuration();

  std::string workspace;
  std::string condition = "stopped";
  std::string timeout_text;
};

struct DriftArgs {
  FilterArgs filter;
};

struct RefreshArgs {
  std::vector<std::string> projects;
  bool all = false;
  bool accept_absence = false;
};

struct ProjectsArgs {};

struct DoctorArgs {
  std::vector<std::string> projects;  // none: all
};

struct ImportArgs {
  bool all = false;
  std::string project;
  std::string workspace;  // empty: one for each project
  std::string owner;
  std::string contact;  // empty: as the owner
  std::string output_dir;
};

// How long something is held, and why; of hold and freeze.
struct HoldTermsArgs {
  std::optional<absl::Duration> duration;  // one of these two
  std::optional<absl::Time> until;
  std::string reason;
  std::string owner;

  std::string for_text;
  std::string until_text;
};

struct HoldArgs {
  std::vector<std::string> scopes;
  HoldTermsArgs terms;
  std::string extend;  // a hold's id: move its end instead
  bool list = false;
  bool all = false;  // of the list: also those that have ended
};

struct UnholdArgs {
  std::vector<std::string> scopes;
  bool all = false;
};

struct FreezeArgs {
  HoldTermsArgs terms;
};

struct UnfreezeArgs {
  bool all = false;
};

struct ReleaseArgs {
  std::vector<std::string> references;
};

struct VersionArgs {
  bool client_only = false;
};

void Define(GlobalArgs& args, OptionSet& set);
void Define(HelpArgs& args, OptionSet& set);
void Define(ValidateArgs& args, OptionSet& set);
void Define(PlanArgs& args, OptionSet& set);
void Define(ApplyArgs& args, OptionSet& set);
void Define(StopArgs& args, OptionSet& set);
void Define(ShowArgs& args, OptionSet& set);
void Define(StatusArgs& args, OptionSet& set);
void Define(ListArgs& args, OptionSet& set);
void Define(GetArgs& args, OptionSet& set);
void Define(ExplainArgs& args, OptionSet& set);
void Define(WatchArgs& args, OptionSet& set);
void Define(WaitArgs& args, OptionSet& set);
void Define(DriftArgs& args, OptionSet& set);
void Define(RefreshArgs& args, OptionSet& set);
void Define(ProjectsArgs& args, OptionSet& set);
void Define(DoctorArgs& args, OptionSet& set);
void Define(ImportArgs& args, OptionSet& set);
void Define(HoldArgs& args, OptionSet& set);
void Define(UnholdArgs& args, OptionSet& set);
void Define(FreezeArgs& args, OptionSet& set);
void Define(UnfreezeArgs& args, OptionSet& set);
void Define(ReleaseArgs& args, OptionSet& set);
void Define(VersionArgs& args, OptionSet& set);

absl::Status Check(GlobalArgs& args, const ParseContext& context);
absl::Status Check(HelpArgs& args, const ParseContext& context);
absl::Status Check(ValidateArgs& args, const ParseContext& context);
absl::Status Check(PlanArgs& args, const ParseContext& context);
absl::Status Check(ApplyArgs& args, const ParseContext& context);
absl::Status Check(StopArgs& args, const ParseContext& context);
absl::Status Check(ShowArgs& args, const ParseContext& context);
absl::Status Check(StatusArgs& args, const ParseContext& context);
absl::Status Check(ListArgs& args, const ParseContext& context);
absl::Status Check(GetArgs& args, const ParseContext& context);
absl::Status Check(ExplainArgs& args, const ParseContext& context);
absl::Status Check(WatchArgs& args, const ParseContext& context);
absl::Status Check(WaitArgs& args, const ParseContext& context);
absl::Status Check(DriftArgs& args, const ParseContext& context);
absl::Status Check(RefreshArgs& args, const ParseContext& context);
absl::Status Check(ProjectsArgs& args, const ParseContext& context);
absl::Status Check(DoctorArgs& args, const ParseContext& context);
absl::Status Check(ImportArgs& args, const ParseContext& context);
absl::Status Check(HoldArgs& args, const ParseContext& context);
absl::Status Check(UnholdArgs& args, const ParseContext& context);
absl::Status Check(FreezeArgs& args, const ParseContext& context);
absl::Status Check(UnfreezeArgs& args, const ParseContext& context);
absl::Status Check(ReleaseArgs& args, const ParseContext& context);
absl::Status Check(VersionArgs& args, const ParseContext& context);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_ARGS_H_
