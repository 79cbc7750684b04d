#include "client/cli/doctor_command.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/doctor_findings.h"
#include "client/cli/json_output.h"
#include "client/cli/render_doctor.h"
#include "google/protobuf/struct.pb.h"

namespace quiesce::cli {
namespace {

// Every project by its full name, where none is named.
absl::StatusOr<std::vector<std::string>> NamesOf(const DoctorArgs& args, Environment& env) {
  if (!args.projects.empty()) return args.projects;
  const auto projects = env.client->ListProjects();
  if (!projects.ok()) return projects.status();
  std::vector<std::string> names;
  for (const v1::Project& project : *projects) names.push_back(project.name());
  return names;
}

google::protobuf::Struct ToStruct(const Finding& finding) {
  google::protobuf::Struct out;
  auto& fields = *out.mutable_fields();
  fields["level"].set_string_value(LevelWord(finding.level));
  fields["project"].set_string_value(finding.project);
  fields["what"].set_string_value(finding.what);
  fields["remedy"].set_string_value(finding.remedy);
  fields["command"].set_string_value(finding.command);
  return out;
}

std::string Json(const v1::ServerInfo& server, const std::vector<v1::ProjectDiagnosis>& diagnoses,
                 const std::vector<Finding>& findings) {
  std::vector<google::protobuf::Struct> structs;
  for (const Finding& finding : findings) structs.push_back(ToStruct(finding));
  return JsonObject()
             .Add("server", server)
             .AddList("findings", structs)
             .AddList("diagnoses", diagnoses)
             .Text() +
         "\n";
}

}  // namespace

ExitCode RunDoctor(const DoctorArgs& args, Environment& env) {
  const auto raw_server = AskServer(env);
  if (!raw_server.ok()) return Report(env, raw_server.status());
  const auto names = NamesOf(args, env);
  if (!names.ok()) return Report(env, names.status());
  const bool json = env.output == OutputFormat::kJson;
  const v1::ServerInfo server = Cleaned(*raw_server);
  if (!json) {
    Print(env, absl::StrCat(server.server_name(), " (", env.client->options().target,
                            ")   one list a project, no stop\n\n"));
  }
  ExitCode code = ExitCode::kDone;
  std::vector<v1::ProjectDiagnosis> diagnoses;
  std::vector<Finding> findings = FindingsOf(*raw_server, OutView(env));
  if (!json && !findings.empty()) Print(env, RenderFindings(findings, OutView(env)) + "\n");
  for (const std::string& name : *names) {
    const auto diagnosis = env.client->DiagnoseProject(name);
    if (!diagnosis.ok()) {
      code = Worse(code, Report(env, diagnosis.status()));
      continue;
    }
    const std::vector<Finding> found = FindingsOf(*diagnosis, OutView(env));
    if (!json) Print(env, RenderDiagnosis(*diagnosis, found, OutView(env)) + "\n");
    diagnoses.push_back(*diagnosis);
    findings.insert(findings.end(), found.begin(), found.end());
  }
  for (const Finding& finding : findings) {
    if (finding.level == Finding::Level::kFail) code = Worse(code, ExitCode::kBlocked);
  }
  if (json) {
    Print(env, Json(*raw_server, diagnoses, findings));
  } else if (!findings.empty()) {
    Print(env, RenderFindingCounts(findings));
  }
  return code;
}

}  // namespace quiesce::cli
