#include "client/cli/render_projects.h"

#include <algorithm>
#include <set>
#include <utility>

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

Cell KeyCell(const v1::Project& project) {
  const v1::CredentialState state = project.credential_state();
  const std::string word = absl::AsciiStrToLower(Word(state));
  switch (state) {
    case v1::CREDENTIAL_STATE_OK:
      return "ok";
    case v1::CREDENTIAL_STATE_UNSPECIFIED:
      return {"unused", Tone::kDim};
    case v1::CREDENTIAL_STATE_RENEWING:
      return {word, Tone::kBusy};
    case v1::CREDENTIAL_STATE_TRYING:
      return {word, project.credential_detail().has_next_probe_time() ? Tone::kBad : Tone::kBusy};
    default:
      return {word, Tone::kBad};
  }
}

// When the secret in use was first read, and an answer last showed that it is accepted.
Cell AgeCell(const v1::Project& project, const View& view) {
  const v1::CredentialDetail& detail = project.credential_detail();
  if (!detail.has_secret_time()) return {"-", Tone::kDim};
  return ShortSpan(view.now - ToTime(detail.secret_time()));
}
Cell AcceptedCell(const v1::Project& project, const View& view) {
  const v1::CredentialDetail& detail = project.credential_detail();
  if (!detail.has_last_success_time()) return {"never", Tone::kDim};
  return absl::StrCat(ShortSpan(view.now - ToTime(detail.last_success_time())), " ago");
}
// Until the token in use ends.
Cell ExpiresCell(const v1::Project& project, const View& view) {
  const v1::CredentialDetail& detail = project.credential_detail();
  if (!detail.has_expire_time()) return {"-", Tone::kDim};
  const absl::Duration left = ToTime(detail.expire_time()) - view.now;
  if (left <= absl::ZeroDuration()) return {"ended", Tone::kBad};
  return ShortSpan(left);
}

// `150/200 5m`
Cell QuotaCell(const v1::Project& project) {
  if (project.quotas().empty()) return {"-", Tone::kDim};
  const v1::QuotaWindow& tightest = project.quotas(0);
  return absl::StrCat(project.quota_used_count(), "/", tightest.calls(), " ",
                      ManifestDuration(ToDuration(tightest.period())));
}

// What is wrong, and the command that may help. Commands stand on lines of their own: they are
// there to be pasted.
struct Problem {
  std::string text;
  std::string command;
};

// When it worked, when it is tried again.
std::string KeyTimes(const v1::CredentialDetail& detail, const View& view) {
  std::string text;
  if (detail.has_last_success_time()) {
    absl::StrAppend(&text, "; last accepted ", Ago(view, ToTime(detail.last_success_time())));
  }
  if (detail.has_next_probe_time()) {
    absl::StrAppend(&text, "; next try ", Clock(view, ToTime(detail.next_probe_time())));
  }
  return text;
}

std::string KeyProblem(const v1::Project& project, const View& view) {
  const std::string name = absl::StrCat("credential \"", project.credential(), "\"");
  const v1::CredentialDetail& detail = project.credential_detail();
  if (!detail.problem().empty()) {
    return absl::StrCat(name, ": ", detail.problem(), KeyTimes(detail, view));
  }
  const std::string source =
      project.credential_source().empty() ? "its file" : project.credential_source();
  switch (project.credential_state()) {
    case v1::CREDENTIAL_STATE_MISSING:
      return absl::StrCat(name, " cannot be read by the daemon: write a valid secret to ", source,
                          " and let the daemon read it; no restart is needed");
    case v1::CREDENTIAL_STATE_REJECTED:
    case v1::CREDENTIAL_STATE_LOCKED:
      return absl::StrCat("the cloud does not accept ", name, ": write a valid secret to ", source,
                          "; no restart is needed", KeyTimes(detail, view));
    case v1::CREDENTIAL_STATE_FORBIDDEN:
      return absl::StrCat(name,
                          " may not list instances (403): give it the permission, or configure "
                          "observation: none");
    default:
      return "";
  }
}

std::string ListProblem(const v1::ListError& error, const View& view) {
  std::string text =
      absl::StrCat("list failed ", Ago(view, ToTime(error.time())), ": ", ListErrorWords(error));
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
  const std::string key = KeyProblem(project, view);
  if (!key.empty()) problems.push_back({key, ""});
  if (project.has_last_error()) problems.push_back({ListProblem(project.last_error(), view), ""});
  if (project.has_throttled_until() && ToTime(project.throttled_until()) > view.now) {
    problems.push_back({absl::StrCat("the cloud answered 429, no calls until ",
                                     Clock(view, ToTime(project.throttled_until()))),
                        ""});
  }
  return problems;
}

// What concerns all projects with the same credential at the same endpoint, and is said once.
std::vector<std::string> SharedProblemsOf(const v1::Project& project, const View& view) {
  std::vector<std::string> problems;
  if (project.has_endpoint_down_time()) {
    const absl::Time since = ToTime(project.endpoint_down_time());
    problems.push_back(absl::StrCat("no answer since ", Clock(view, since), ", ", Ago(view, since),
                                    "; it is tried now and then, and nothing else is sent"));
  }
  if (project.has_waiting_until()) {
    problems.push_back(absl::StrCat("quota of credential \"", project.credential(),
                                    "\": ", Plural(project.waiting_stop_count(), "stop"),
                                    " to come, until about ",
                                    Clock(view, ToTime(project.waiting_until()))));
  }
  if (project.unknown_answer_count() > 0) {
    problems.push_back(absl::StrCat(Plural(project.unknown_answer_count(), "answer"),
                                    " to credential \"", project.credential(), "\" ",
                                    UnknownAnswerWords(project)));
  }
  return problems;
}

bool KnowsAQuota(const std::vector<v1::Project>& projects) {
  return std::any_of(projects.begin(), projects.end(),
                     [](const v1::Project& project) { return !project.quotas().empty(); });
}

// Of all of them, in their order; what several share after what is their own.
std::string Problems(const std::vector<v1::Project>& projects, const View& view) {
  const std::string label = Paint(view, Tone::kBad, "!") + " ";
  std::string own;
  std::string shared;
  std::set<std::pair<std::string, std::string>> told;
  for (const v1::Project& project : projects) {
    const std::string name = ProjectCalled(project.alias(), project.name());
    for (const Problem& problem : ProblemsOf(project, view)) {
      own += Labelled(label, absl::StrCat(name, ": ", problem.text), 2, view);
      if (!problem.command.empty()) absl::StrAppend(&own, "  ", problem.command, "\n");
    }
    if (!told.emplace(project.credential(), project.endpoint()).second) continue;
    for (const std::string& problem : SharedProblemsOf(project, view)) {
      shared += Labelled(label, absl::StrCat(project.endpoint(), ": ", problem), 2, view);
    }
  }
  return own + shared;
}

}  // namespace

std::string RenderProjects(const std::vector<v1::Project>& projects, const View& view) {
  using Align = Table::Align;
  using Drop = Table::Drop;
  if (projects.empty()) return "The daemon has no projects configured.\n";
  const bool with_quota = KnowsAQuota(projects);
  std::vector<Table::Column> columns = {{"PROJECT", Align::kLeft, Drop::kNever, true},
                                        {"REGION", Align::kLeft, Drop::kFirst},
                                        {"SEEN", Align::kRight},
                                        {"CLOUD", Align::kRight, Drop::kSecond},
                                        {"DECLARED", Align::kRight},
                                        {"UNMANAGED", Align::kRight, Drop::kThird},
                                        {"KEY", Align::kLeft, Drop::kAfterClipping}};
  if (with_quota) columns.push_back({"QUOTA", Align::kLeft, Drop::kFirst});
  Table table(std::move(columns));
  std::vector<v1::Project> cleaned;
  for (const v1::Project& raw : projects) {
    const v1::Project project = Cleaned(raw);
    const bool seen = project.observation_mode() != v1::OBSERVATION_MODE_NONE;
    std::vector<Cell> row = {ProjectCalled(project.alias(), project.name()),
                             project.region().empty() ? "-" : project.region(),
                             SeenCell(project),
                             seen ? absl::StrCat(project.cloud_count()) : "-",
                             absl::StrCat(project.declared_count()),
                             seen ? absl::StrCat(project.unmanaged_count()) : "-",
                             KeyCell(project)};
    if (with_quota) row.push_back(QuotaCell(project));
    table.Add(std::move(row));
    cleaned.push_back(project);
  }
  const std::string problems = Problems(cleaned, view);
  return table.Render(view) + (problems.empty() ? "" : "\n" + problems);
}

std::string RenderCredentials(const std::vector<v1::Project>& projects, const View& view) {
  using Align = Table::Align;
  using Drop = Table::Drop;
  Table table({{"PROJECT", Align::kLeft, Drop::kNever, true},
               {"CREDENTIAL", Align::kLeft, Drop::kNever, true},
               {"KEY", Align::kLeft},
               {"AGE", Align::kRight},
               {"EXPIRES IN", Align::kRight},
               {"ACCEPTED", Align::kRight}});
  for (const v1::Project& raw : projects) {
    const v1::Project project = Cleaned(raw);
    table.Add({ProjectCalled(project.alias(), project.name()), project.credential(),
               KeyCell(project), AgeCell(project, view), ExpiresCell(project, view),
               AcceptedCell(project, view)});
  }
  return projects.empty() ? "" : table.Render(view);
}

}  // namespace quiesce::cli
