#include "client/cli/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/config/yaml/suggestion.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

constexpr std::string_view kUnspecified = "UNSPECIFIED";

// `POWER_STATE_`, from `POWER_STATE_UNSPECIFIED`.
size_t PrefixLength(const google::protobuf::EnumDescriptor& type) {
  return type.value(0)->name().size() - kUnspecified.size();
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

std::string EnumWord(const google::protobuf::EnumDescriptor& type, int value) {
  const google::protobuf::EnumValueDescriptor* found = type.FindValueByNumber(value);
  if (found == nullptr || value == 0) return "?";
  return found->name().substr(PrefixLength(type));
}

std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 1; i < type.value_count(); ++i) {
    words.push_back(type.value(i)->name().substr(PrefixLength(type)));
  }
  return words;
}

absl::StatusOr<std::string> ParseEnumWord(const google::protobuf::EnumDescriptor& type,
                                          std::string_view text) {
  std::string word = absl::AsciiStrToUpper(absl::string_view(text.data(), text.size()));
  std::replace(word.begin(), word.end(), '-', '_');
  const std::vector<std::string> words = EnumWords(type);
  if (std::find(words.begin(), words.end(), word) != words.end()) return word;
  const std::vector<std::string_view> known(words.begin(), words.end());
  std::string way_out = yaml::DidYouMean(word, known);
  if (way_out.empty()) way_out = absl::StrCat("; it is one of ", absl::StrJoin(words, " "));
  return absl::InvalidArgumentError(absl::StrCat(core::Quoted(text), " is unknown", way_out));
}

Tone ToneOf(v1::Phase phase) {
  switch (phase) {
    case v1::PHASE_STOPPED:
      return Tone::kGood;
    case v1::PHASE_PENDING:
    case v1::PHASE_STOPPING:
      return Tone::kBusy;
    case v1::PHASE_WAITING:
    case v1::PHASE_DRIFTED:
    case v1::PHASE_RETRYING:
    case v1::PHASE_UNKNOWN:
      return Tone::kWarn;
    case v1::PHASE_STALLED:
      return Tone::kBad;
    case v1::PHASE_GONE:
    case v1::PHASE_UNMANAGED:
      return Tone::kDim;
    default:
      return Tone::kPlain;
  }
}

Tone ToneOf(v1::Needs needs) {
  return needs == v1::NEEDS_NOBODY || needs == v1::NEEDS_UNSPECIFIED ? Tone::kPlain : Tone::kBad;
}

std::string StateWord(v1::PowerState state) {
  if (state == v1::POWER_STATE_UNSPECIFIED) return "never seen";
  if (state == v1::POWER_STATE_UNKNOWN) return "in an unknown state";
  return absl::AsciiStrToLower(Word(state));
}

std::string ReasonPhrase(v1::Reason reason) {
  switch (reason) {
    case v1::REASON_CONVERGED:
      return "seen stopped";
    case v1::REASON_ASSUMED:
      return "the cloud accepted the stop, nobody can look";
    case v1::REASON_NOT_LISTED:
      return "no list of the cloud has it; wrong id?";
    case v1::REASON_AWAITING_LOOK:
      return "a look at the cloud comes first";
    case v1::REASON_CALL_DUE:
      return "running, its stop call is next";
    case v1::REASON_CALL_IN_FLIGHT:
      return "stop call on its way";
    case v1::REASON_ACCEPTED:
      return "stop accepted, not visible yet";
    case v1::REASON_OUTCOME_UNKNOWN:
      return "the last call may have worked; not known yet";
    case v1::REASON_STOPPING:
      return "accepted, cloud still powering off";
    case v1::REASON_STUCK:
      return "powering off for more than 15 min";
    case v1::REASON_START_GRACE:
      return "started by somebody, left alone for now";
    case v1::REASON_REPORT_ONLY:
      return "running; its enforcement says report only";
    case v1::REASON_PROTECTED:
      return "declared protected, never stopped";
    case v1::REASON_HELD:
      return "a hold is in force";
    case v1::REASON_FROZEN:
      return "a freeze is in force";
    case v1::REASON_NAME_MISMATCH:
      return "the cloud has another name for it";
    case v1::REASON_BUSY:
      return "another task runs in the cloud";
    case v1::REASON_BUSY_LONG:
      return "another task runs for more than 30 min";
    case v1::REASON_CLOUD_UNAVAILABLE:
      return "its state in the cloud permits no stop";
    case v1::REASON_CLOUD_STATE_UNKNOWN:
      return "the cloud reports an unknown state";
    case v1::REASON_STALE:
      return "its project was not seen lately";
    case v1::REASON_BACKOFF:
      return "the last call failed, the next follows";
    case v1::REASON_REPEATED_FAILURE:
      return "five calls in a row failed";
    case v1::REASON_FORBIDDEN:
      return "the credential may not stop it (403)";
    case v1::REASON_PERMANENT_ERROR:
      return "the cloud refuses to stop it";
    case v1::REASON_THROTTLED:
      return "the cloud asked for a pause (429)";
    case v1::REASON_CALL_BUDGET:
      return "12 stop calls within an hour";
    case v1::REASON_PARTIAL_STUCK:
      return "some nodes stay on after three stops";
    case v1::REASON_MISSING:
      return "missing from the last list";
    case v1::REASON_GONE:
      return "no longer in the cloud";
    case v1::REASON_NOT_OBSERVABLE:
      return "five calls without a clear outcome";
    case v1::REASON_UNMANAGED:
      return "declared by nobody";
    case v1::REASON_SUSPECT_LIST:
      return "the last list lost too much to be believed";
    case v1::REASON_PROJECT_NOT_CONFIGURED:
      return "its project is no longer configured";
    case v1::REASON_LIST_REFUSED:
      return "the credential gets no list of its project";
    case v1::REASON_QUOTA:
      return "waits for its turn within the quota";
    case v1::REASON_ENDPOINT_DOWN:
      return "the endpoint does not answer";
    default:
      return "";
  }
}

std::string IdOf(std::string_view name) { return std::string(name.substr(name.rfind('/') + 1)); }

std::string ShortId(std::string_view name) { return IdOf(name).substr(0, 8); }

std::string CutName(std::string_view instance_name) {
  constexpr std::string_view kProjects = "projects/";
  const size_t end = instance_name.find('/', kProjects.size());
  if (!StartsWith(instance_name, kProjects) || end == std::string_view::npos ||
      end <= kProjects.size() + 12) {
    return std::string(instance_name);
  }
  const std::string_view head = instance_name.substr(0, kProjects.size() + 8);
  const std::string_view tail = instance_name.substr(end);
  return absl::StrCat(absl::string_view(head.data(), head.size()), "...",
                      absl::string_view(tail.data(), tail.size()));
}

std::string Called(const std::string& cloud_name, std::string_view instance_name) {
  return cloud_name.empty() ? IdOf(instance_name) : cloud_name;
}

std::string CalledInRow(const std::string& cloud_name, std::string_view instance_name,
                        const View& view) {
  constexpr size_t kShown = 12;
  const std::string called = Called(cloud_name, instance_name);
  if (!cloud_name.empty() || !view.clip || called.size() <= kShown) return called;
  return called.substr(0, kShown) + "…";
}

std::string ProjectCalled(const std::string& alias, std::string_view name) {
  if (!alias.empty()) return alias;
  constexpr std::string_view kProjects = "projects/";
  if (!StartsWith(name, kProjects)) return std::string(name);
  return std::string(
             name.substr(kProjects.size(), name.find('/', kProjects.size()) - kProjects.size()))
      .substr(0, 8);
}

std::string ScopeCalled(std::string_view scope) {
  if (StartsWith(scope, "workspaces/")) return "workspace/" + IdOf(scope);
  if (scope.find("/instances/") != std::string_view::npos) return "instance/" + ShortId(scope);
  if (StartsWith(scope, "projects/")) return "project/" + IdOf(scope);
  return std::string(scope);
}

std::string ListErrorWords(const v1::ListError& error) {
  std::string text = Word(error.error_class());
  if (error.http_status() != 0) absl::StrAppend(&text, ", HTTP ", error.http_status());
  if (!error.error_code().empty()) absl::StrAppend(&text, " ", error.error_code());
  if (!error.message().empty()) absl::StrAppend(&text, ", \"", error.message(), "\"");
  return text;
}

std::string UnknownAnswerWords(const v1::Project& project) {
  return absl::StrCat("that this version does not know, taken for failures; the last: \"",
                      project.last_unknown_answer(), "\"");
}

}  // namespace quiesce::cli
