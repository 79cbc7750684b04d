#include "client/cli/render_projects.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

Cell SeenCell(const v1::Project& project) {
  if (project.observation_mode() == v1::OBSERVATION_MODE_NONE) return {"assumed", Tone::kDim};
  if (!project.has_freshness() || !project.freshness().has_list_time()) {
    return {"never", Tone::kBad};
  }
  const std::string age = ShortSpan(ToDuration(project.freshness().age()));
  if (!project.freshness().fresh()) return {absl::StrCat(age, " old"), Tone::kBad};
  return age;
}

Cell KeyCell(v1::CredentialState state) {
  switch (state) {
    case v1::CREDENTIAL_STATE_OK:
      return "ok";
    case v1::CREDENTIAL_STATE_UNSPECIFIED:
      return {"unused", Tone::kDim};
    default:
      return {absl::AsciiStrToLower(Word(state)), Tone::kBad};
  }
}

// What is wrong, and the command that may help. Commands stand on lines of their own: they are
// there to be pasted.
struct Problem {
  std::string text;
  std::string command;
};

std::string KeyProblem(const v1::Project& project) {
  const std::string source =
      project.credential_source().empty() ? "its file" : project.credential_source();
  switch (project.credential_state()) {
    case v1::CREDENTIAL_STATE_UNREADABLE:
      return absl::StrCat("credential \"", project.credential(),
                          "\" cannot be read by the daemon: write a valid token to ", source,
                          " and let the daemon read it; no restart is needed");
    case v1::CREDENTIAL_STATE_REJECTED:
      return absl::StrCat("the cloud does not accept credential \"", project.credential(),
                          "\" (401): write a valid token to ", source, "; no restart is needed");
    case v1::CREDENTIAL_STATE_FORBIDDEN:
      return absl::StrCat("credential \"", project.credential(),
                          "\" may not list instances (403): give it the permission, or configure "
                          "observation: none");
    default:
      return "";
  }
}

std::string ListProblem(const v1::ListError& error, const View& view) {
  std::string text = absl::StrCat("list failed ", Ago(view, ToTime(error.time())), ": ",
                                  Word(error.error_class()));
  if (error.http_status() != 0) absl::StrAppend(&text, ", HTTP ", error.http_status());
  if (!error.error_code().empty()) absl::StrAppend(&text, " ", error.error_code());
  if (!error.message().empty()) absl::StrAppend(&text, ", \"", error.message(), "\"");
  if (!error.cloud_request_id().empty()) {
    absl::StrAppend(&text, ", cloud request ", error.cloud_request_id());
  }
  return text;
}

std::vector<Problem> ProblemsOf(const v1::Project& project, const View& view) {
  std::vector<Problem> problems;
  if (project.has_suspect_list()) {
    const v1::SuspectList& list = project.suspect_list();
    problems.push_back(
        {absl::StrCat(
             "the list of ", Clock(view, ToTime(list.list_time())), " lacks ", list.missing_count(),
             " of ", list.tracked_count(),
             " declared instances and is not believed; check the credential's scope, then"),
         absl::StrCat("quiesce refresh ", ProjectCalled(project.alias(), project.name()),
                      " --accept-absence")});
  }
  const std::string key = KeyProblem(project);
  if (!key.empty()) problems.push_back({key, ""});
  if (project.has_last_error()) problems.push_back({ListProblem(project.last_error(), view), ""});
  if (project.has_throttled_until() && ToTime(project.throttled_until()) > view.now) {
    problems.push_back({absl::StrCat("the cloud answered 429, no calls until ",
                                     Clock(view, ToTime(project.throttled_until()))),
                        ""});
  }
  return problems;
}

}  // namespace

std::string RenderProjects(const std::vector<v1::Project>& projects, const View& view) {
  using Align = Table::Align;
  using Drop = Table::Drop;
  Table table({{"PROJECT", Align::kLeft, Drop::kNever, true},
               {"REGION", Align::kLeft, Drop::kFirst},
               {"SEEN", Align::kRight},
               {"CLOUD", Align::kRight, Drop::kSecond},
               {"DECLARED", Align::kRight},
               {"UNMANAGED", Align::kRight, Drop::kThird},
               {"KEY", Align::kLeft, Drop::kAfterClipping}});
  std::string problems;
  for (const v1::Project& raw : projects) {
    const v1::Project project = Cleaned(raw);
    const std::string name = ProjectCalled(project.alias(), project.name());
    const bool seen = project.observation_mode() != v1::OBSERVATION_MODE_NONE;
    table.Add({name, project.region().empty() ? "-" : project.region(), SeenCell(project),
               seen ? absl::StrCat(project.cloud_count()) : "-",
               absl::StrCat(project.declared_count()),
               seen ? absl::StrCat(project.unmanaged_count()) : "-",
               KeyCell(project.credential_state())});
    for (const Problem& problem : ProblemsOf(project, view)) {
      problems += Labelled(Paint(view, Tone::kBad, "!") + " ",
                           absl::StrCat(name, ": ", problem.text), 2, view);
      if (!problem.command.empty()) absl::StrAppend(&problems, "  ", problem.command, "\n");
    }
  }
  if (projects.empty()) return "The daemon has no projects configured.\n";
  return table.Render(view) + (problems.empty() ? "" : "\n" + problems);
}

}  // namespace quiesce::cli
