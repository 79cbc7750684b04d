#include "client/cli/run_command.h"

#include "client/cli/apply_command.h"
#include "client/cli/doctor_command.h"
#include "client/cli/hold_commands.h"
#include "client/cli/import_command.h"
#include "client/cli/plan_command.h"
#include "client/cli/read_commands.h"
#include "client/cli/stop_command.h"
#include "client/cli/wait_command.h"
#include "client/cli/watch_command.h"

namespace quiesce::cli {
namespace {

struct Runner {
  Environment& env;

  ExitCode operator()(const HelpArgs& args) const {
    const auto text = HelpText(args, OutView(env));
    if (!text.ok()) {
      const absl::string_view message = text.status().message();
      return Report(env, ExitCode::kUsage, {message.data(), message.size()});
    }
    Print(env, *text);
    return ExitCode::kDone;
  }
  ExitCode operator()(const ValidateArgs& args) const { return RunValidate(args, env); }
  ExitCode operator()(const PlanArgs& args) const { return RunPlan(args, env); }
  ExitCode operator()(const ApplyArgs& args) const { return RunApply(args, env); }
  ExitCode operator()(const StopArgs& args) const { return RunStop(args, env); }
  ExitCode operator()(const ShowArgs& args) const { return RunShow(args, env); }
  ExitCode operator()(const StatusArgs& args) const { return RunStatus(args, env); }
  ExitCode operator()(const ListArgs& args) const { return RunList(args, env); }
  ExitCode operator()(const GetArgs& args) const { return RunGet(args, env); }
  ExitCode operator()(const ExplainArgs& args) const { return RunExplain(args, env); }
  ExitCode operator()(const WatchArgs& args) const { return RunWatch(args, env); }
  ExitCode operator()(const WaitArgs& args) const { return RunWait(args, env); }
  ExitCode operator()(const DriftArgs& args) const { return RunDrift(args, env); }
  ExitCode operator()(const RefreshArgs& args) const { return RunRefresh(args, env); }
  ExitCode operator()(const ProjectsArgs& args) const { return RunProjects(args, env); }
  ExitCode operator()(const HoldArgs& args) const { return RunHold(args, env); }
  ExitCode operator()(const UnholdArgs& args) const { return RunUnhold(args, env); }
  ExitCode operator()(const FreezeArgs& args) const { return RunFreeze(args, env); }
  ExitCode operator()(const UnfreezeArgs& args) const { return RunUnfreeze(args, env); }
  ExitCode operator()(const ReleaseArgs& args) const { return RunRelease(args, env); }
  ExitCode operator()(const VersionArgs& args) const { return RunVersion(args, env); }
  ExitCode operator()(const DoctorArgs& args) const { return RunDoctor(args, env); }
  ExitCode operator()(const ImportArgs& args) const { return RunImport(args, env); }
};

}  // namespace

bool NeedsClient(const Command& command) {
  if (const auto* version = std::get_if<VersionArgs>(&command)) return !version->client_only;
  return !std::holds_alternative<HelpArgs>(command) &&
         !std::holds_alternative<ValidateArgs>(command);
}

ExitCode RunCommand(const Command& command, Environment& env) {
  return std::visit(Runner{env}, command);
}

}  // namespace quiesce::cli
