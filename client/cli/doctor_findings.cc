#include "client/cli/doctor_findings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/clean_message.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "daemon/config/yaml/quote.h"

namespace quiesce::cli {
namespace {

using Level = Finding::Level;

// Clocks that are further apart make ages and times in the log misleading.
constexpr absl::Duration kSkewToMention = absl::Seconds(30);
// From here on the cloud's gateway refuses signed requests.
constexpr absl::Duration kSkewThatBreaks = absl::Minutes(15);

std::string Nodes(int64_t count) { return Plural(count, "node"); }

class Doctor {
 public:
  Doctor(const v1::ProjectDiagnosis& diagnosis, const View& view)
      : diagnosis_(diagnosis),
        project_(diagnosis.project()),
        name_(ProjectCalled(project_.alias(), project_.name())),
        view_(view) {}

  std::vector<Finding> Find() {
    if (project_.observation_mode() == v1::OBSERVATION_MODE_NONE) {
      Add(Level::kWarn, "nothing can be looked at (observation: none), so no list was made",
          "give its credential the permission to list and take `observation: none` out of the "
          "configuration, if stops are to be seen and not assumed");
      Quota();
      UnknownAnswers();
      return Sorted();
    }
    const bool seen = List();
    Clock();
    Quota();
    UnknownAnswers();
    if (!seen) return Sorted();
    Suspicion();
    Regions();
    Counts();
    UnknownStates();
    return Sorted();
  }

 private:
  void Add(Level level, std::string what, std::string remedy = "", std::string command = "") {
    findings_.push_back({level, name_, std::move(what), std::move(remedy), std::move(command)});
  }

  std::vector<Finding> Sorted() {
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const Finding& a, const Finding& b) { return a.level < b.level; });
    return std::move(findings_);
  }

  // Whether there is a list to look into.
  bool List() {
    if (diagnosis_.has_list_error()) {
      ListFailed(diagnosis_.list_error());
      return false;
    }
    if (!diagnosis_.listed()) {
      const bool paused = project_.has_throttled_until();
      Add(Level::kFail,
          absl::StrCat(diagnosis_.not_listed_reason(),
                       paused ? absl::StrCat(" until ",
                                             cli::Clock(view_, ToTime(project_.throttled_until())))
                              : ""),
          "wait for that, then ask again; it goes on by itself");
      return false;
    }
    const std::string& detail = diagnosis_.credential_detail();
    Add(detail.empty() ? Level::kOk : Level::kWarn,
        absl::StrCat("credential \"", project_.credential(), "\" is accepted"), detail);
    const int64_t took = absl::ToInt64Milliseconds(ToDuration(diagnosis_.list_duration()));
    Add(Level::kOk,
        absl::StrCat("listed in ", std::max<int64_t>(1, took), " ms from ", project_.endpoint()));
    return true;
  }

  void ListFailed(const v1::ListError& error) {
    // `the cloud does not accept the token of FILE (...); put a good one there`
    const std::string& detail = diagnosis_.credential_detail();
    const size_t middle = detail.rfind("; ");
    if (!IsRefusal(error) || middle == std::string::npos) {
      return Add(Level::kFail, ErrorText(error), RemedyOf(error));
    }
    Add(Level::kFail,
        absl::StrCat("credential \"", project_.credential(), "\": ", detail.substr(0, middle)),
        detail.substr(middle + 2));
  }

  static bool IsRefusal(const v1::ListError& error) {
    return error.error_class() == v1::ERROR_CLASS_AUTH ||
           error.error_class() == v1::ERROR_CLASS_FORBIDDEN;
  }

  std::string ErrorText(const v1::ListError& error) const {
    const std::string what = IsRefusal(error)
                                 ? absl::StrCat("credential \"", project_.credential(), "\": ")
                                 : std::string("the list failed: ");
    return what + ListErrorWords(error);
  }

  std::string RemedyOf(const v1::ListError& error) const {
    switch (error.error_class()) {
      case v1::ERROR_CLASS_AUTH:
        return absl::StrCat("renew what is in ", project_.credential_source(),
                            "; no restart is needed");
      case v1::ERROR_CLASS_FORBIDDEN:
        return "give its user the permission to list, or configure observation: none";
      case v1::ERROR_CLASS_NOT_FOUND:
        return absl::StrCat("check the project's id, ", IdOf(project_.name()),
                            ", and that its region is the one of ", project_.endpoint());
      case v1::ERROR_CLASS_THROTTLED:
        return "wait; it goes on by itself after the pause that the cloud asked for";
      case v1::ERROR_CLASS_MALFORMED:
        return absl::StrCat("find out what answers at ", project_.endpoint(),
                            ": a proxy's page or another service, probably");
      case v1::ERROR_CLASS_TRANSIENT:
      case v1::ERROR_CLASS_UNKNOWN:
        if (error.http_status() == 0) {
          return absl::StrCat("check from the daemon's machine that ", project_.endpoint(),
                              " can be reached: name, firewall, proxy, ca_file");
        }
        return "lists go on by themselves; ask the provider if it lasts";
      default:
        return "ask the provider, with the words above";
    }
  }

  void Clock() {
    if (!diagnosis_.has_clock_skew()) {
      const bool answered = diagnosis_.listed() && (!diagnosis_.has_list_error() ||
                                                    diagnosis_.list_error().http_status() != 0);
      if (answered) Add(Level::kOk, "the answer has no Date, clocks are not compared");
      return;
    }
    const absl::Duration skew = ToDuration(diagnosis_.clock_skew());
    const absl::Duration size = absl::AbsDuration(skew);
    if (size <= kSkewToMention) {
      return Add(Level::kOk, absl::StrCat("clocks agree within ", Span(kSkewToMention)));
    }
    Add(size < kSkewThatBreaks ? Level::kWarn : Level::kFail,
        absl::StrCat("the daemon's clock is ", Span(size),
                     skew > absl::ZeroDuration() ? " behind the cloud's" : " ahead of the cloud's"),
        absl::StrCat("set the clock of the daemon's machine (timedatectl, chrony): ends of holds "
                     "are wrong by that much, and from ",
                     Span(kSkewThatBreaks), " on signed requests are refused"));
  }

  // Whose calls a window counts, as part of a sentence.
  static std::string WhoseCalls(v1::QuotaPolicy policy) {
    if (policy == v1::QUOTA_POLICY_USER) return " of its user";
    if (policy == v1::QUOTA_POLICY_IP) return " from the daemon's address";
    return "";
  }

  void UnknownAnswers() {
    if (project_.unknown_answer_count() == 0) return;
    Add(Level::kWarn,
        absl::StrCat(Plural(project_.unknown_answer_count(), "answer"), " ",
                     UnknownAnswerWords(project_)),
        "report it: it belongs into the table of answers");
  }

  void KnownQuota() {
    if (project_.quotas().empty()) return;
    std::vector<std::string> windows;
    for (const v1::QuotaWindow& window : project_.quotas()) {
      windows.push_back(absl::StrCat(Plural(window.calls(), "call"), WhoseCalls(window.policy()),
                                     " in ", ManifestDuration(ToDuration(window.period()))));
    }
    Add(Level::kOk, absl::StrCat("quota known: ", absl::StrJoin(windows, "; "),
                                 "; used now: ", project_.quota_used_count(),
                                 windows.size() > 1 ? " of the first" : ""));
  }

  void Quota() {
    KnownQuota();
    if (!diagnosis_.has_last_throttle()) {
      return Add(Level::kOk, "no 429 since the daemon started");
    }
    const v1::ThrottleNotice& notice = diagnosis_.last_throttle();
    Add(Level::kWarn,
        absl::StrCat("the cloud answered 429 ", Ago(view_, ToTime(notice.time())), ": \"",
                     notice.message(), "\""),
        absl::StrCat("it goes on by itself; if it comes often, find who else uses the quota, or "
                     "lower max_in_flight of the credential \"",
                     project_.credential(), "\""));
  }

  void Suspicion() {
    if (!project_.has_suspect_list()) return;
    const v1::SuspectList& list = project_.suspect_list();
    Add(Level::kFail,
        absl::StrCat("the list lacks ", list.missing_count(), " of ", list.tracked_count(),
                     " declared instances and is not believed"),
        "check that the credential sees the whole project; if they are really gone:",
        absl::StrCat("quiesce refresh ", name_, " --accept-absence"));
  }

  void Regions() {
    std::vector<std::string> seen;
    bool match = project_.region().empty();
    for (const v1::RegionCount& region : diagnosis_.regions()) {
      seen.push_back(absl::StrCat(region.region(), " (", Nodes(region.node_count()), ")"));
      match |= region.region() == project_.region();
    }
    if (seen.empty()) {
      if (diagnosis_.node_count() > 0) Add(Level::kOk, "the nodes say no region");
      return;
    }
    const std::string where = absl::StrJoin(seen, ", ");
    if (project_.region().empty()) {
      return Add(Level::kOk, absl::StrCat("nodes are in ", where, "; none is configured"));
    }
    if (match && seen.size() == 1) {
      return Add(Level::kOk, absl::StrCat("region as configured: ", where));
    }
    Add(Level::kWarn,
        absl::StrCat("configured is region ", project_.region(), ", the nodes are in ", where),
        absl::StrCat("check that id, region and endpoint of projects.", name_,
                     " in the configuration belong together"));
  }

  void Counts() {
    const int64_t unmanaged = project_.unmanaged_count();
    if (diagnosis_.instance_count() == 0) {
      return Add(Level::kWarn, "the list is empty",
                 "check the project's id, and that the credential may list: some services answer "
                 "who may not with an empty list");
    }
    std::string text = absl::StrCat(Plural(diagnosis_.instance_count(), "instance"), " of ",
                                    Nodes(diagnosis_.node_count()));
    if (diagnosis_.high_availability_count() > 0) {
      absl::StrAppend(&text, ", ", diagnosis_.high_availability_count(), " of them pairs");
    }
    absl::StrAppend(&text, "; ", project_.declared_count(), " declared");
    if (unmanaged == 0) return Add(Level::kOk, text);
    absl::StrAppend(&text, ", ", unmanaged, " declared by nobody");
    Add(Level::kOk, text, "a manifest of those, to report and not to stop:",
        absl::StrCat("quiesce import --all -p ", name_));
  }

  void UnknownStates() {
    std::set<std::string> statuses;
    int64_t unknown = 0;
    int64_t silent = 0;
    for (const v1::RawStateCount& raw : diagnosis_.raw_states()) {
      if (!raw.unknown_status()) continue;
      if (raw.status().empty()) {
        silent += raw.node_count();
      } else {
        unknown += raw.node_count();
        statuses.insert(raw.status());
      }
    }
    if (silent > 0) {
      Add(Level::kWarn, absl::StrCat(Nodes(silent), " of no status: UNKNOWN, never stopped"),
          "nothing can map that; ask the provider if it lasts");
    }
    if (statuses.empty()) {
      if (silent == 0 && diagnosis_.node_count() > 0) Add(Level::kOk, "every raw status is known");
      return;
    }
    std::vector<std::string> quoted;
    std::vector<std::string> entries;
    for (const std::string& status : statuses) {
      quoted.push_back(absl::StrCat("\"", status, "\""));
      entries.push_back(absl::StrCat(yaml::Quote(status), ": UNAVAILABLE"));
    }
    Add(Level::kFail,
        absl::StrCat("unknown status ", absl::StrJoin(quoted, ", "), " of ", Nodes(unknown),
                     ": UNKNOWN, never stopped"),
        absl::StrCat("find out what it means and put it into projects.", name_,
                     " of the configuration, as UNAVAILABLE, BUSY, RUNNING or STOPPED:"),
        absl::StrCat("status_map: {", absl::StrJoin(entries, ", "), "}"));
  }

  const v1::ProjectDiagnosis& diagnosis_;
  const v1::Project& project_;
  const std::string name_;
  const View& view_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string LevelWord(Finding::Level level) {
  switch (level) {
    case Level::kFail:
      return "FAIL";
    case Level::kWarn:
      return "warn";
    case Level::kOk:
      break;
  }
  return "ok";
}

std::vector<Finding> FindingsOf(const v1::ProjectDiagnosis& raw, const View& view) {
  const v1::ProjectDiagnosis diagnosis = Cleaned(raw);
  return Doctor(diagnosis, view).Find();
}

std::vector<Finding> FindingsOf(const v1::ServerInfo& raw, const View& view) {
  const v1::ServerInfo server = Cleaned(raw);
  if (server.config_problem().empty()) return {};
  return {
      {Level::kFail, "configuration",
       absl::StrCat("the file was not taken at the last SIGHUP: ", server.config_problem(),
                    "; what was read ", Ago(view, ToTime(server.config_time())), " stays in force"),
       "mend that and send SIGHUP again; mistakes in the file itself are found by:",
       "quiesced --check-config --config FILE"}};
}

}  // namespace quiesce::cli
