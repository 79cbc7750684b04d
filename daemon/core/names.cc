#include "daemon/core/names.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"

namespace quiesce::core {
namespace {

// --- problems ------------------------------------------------------------------------------------

std::string Count(size_t n) { return absl::StrCat(n, n == 1 ? " character" : " characters"); }

bool IsIdCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

// The first character that `accepts` refuses, named as a problem of `text`.
template <typename Accepts>
Problem WrongCharacter(std::string_view text, Accepts accepts, std::string_view what,
                       std::string_view rule) {
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = FirstCodePoint(text.substr(i));
    if (c.length != 1 || !accepts(text[i])) {
      const size_t length = c.length == 0 ? 1 : c.length;
      return absl::StrCat(Quoted(text), " contains ", Quoted(text.substr(i, length)),
                          " at character ", i + 1, ", ", ToAbsl(what), " consists of ",
                          ToAbsl(rule));
    }
    i += c.length;
  }
  return std::nullopt;
}

Problem IdProblem(std::string_view id, std::string_view what) {
  if (id.empty()) return absl::StrCat("is empty, ", ToAbsl(what), " is required");
  if (Problem p = WrongCharacter(id, IsIdCharacter, what, "letters, digits, '_' and '-'")) return p;
  if (id.size() >= limits::kMinIdLength && id.size() <= limits::kMaxIdLength) return std::nullopt;
  return absl::StrCat(Quoted(id), " has ", Count(id.size()), ", ", ToAbsl(what), " has ",
                      limits::kMinIdLength, " to ", limits::kMaxIdLength);
}

Problem LengthProblem(std::string_view text, size_t length, size_t max, std::string_view what) {
  if (length <= max) return std::nullopt;
  return absl::StrCat(Quoted(text), " has ", Count(length), ", ", ToAbsl(what), " has at most ",
                      max);
}

// For texts that people write.
Problem TextProblem(std::string_view text, size_t max, std::string_view what) {
  if (text.empty()) return absl::StrCat("is empty, ", ToAbsl(what), " is required");
  size_t length = 0;
  bool blank = true;
  for (size_t i = 0; i < text.size(); ++length) {
    const CodePoint c = FirstCodePoint(text.substr(i));
    if (c.length == 0) {
      return absl::StrCat(Quoted(text), " is not valid UTF-8 at byte ", i + 1);
    }
    if (IsControl(c.value) || IsInvisible(c.value)) {
      return absl::StrCat(Quoted(text), " contains the control or invisible character ",
                          Quoted(text.substr(i, c.length)), ", ", ToAbsl(what),
                          " is one line of printable text");
    }
    blank = blank && c.value == ' ';
    i += c.length;
  }
  if (blank) return absl::StrCat(Quoted(text), " is blank, ", ToAbsl(what), " is required");
  return LengthProblem(text, length, max, what);
}

bool IsWorkspaceCharacter(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
}

bool IsLabelKeyCharacter(char c) {
  return IsWorkspaceCharacter(c) || c == '.' || c == '_' || c == '/';
}

Problem EndsProblem(std::string_view name, std::string_view what) {
  for (const char end : {name.front(), name.back()}) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(end))) continue;
    return absl::StrCat(Quoted(name), " begins or ends with '", std::string(1, end), "', ",
                        ToAbsl(what), " begins and ends with a letter or digit");
  }
  return std::nullopt;
}

Problem LabelProblem(const std::string& key, const std::string& value) {
  if (key.empty()) return "has a label with an empty key";
  constexpr std::string_view kKey = "a label's key";
  if (Problem p = WrongCharacter(key, IsLabelKeyCharacter, kKey,
                                 "lower-case letters, digits, '-', '.', '_' and '/'")) {
    return p;
  }
  if (Problem p = EndsProblem(key, kKey)) return p;
  if (Problem p = LengthProblem(key, key.size(), limits::kMaxLabelLength, kKey)) return p;
  if (value.empty()) return std::nullopt;
  Problem p = TextProblem(value, limits::kMaxLabelLength, "a label's value");
  if (p) return absl::StrCat("label ", Quoted(key), ": ", *p);
  return std::nullopt;
}

}  // namespace

bool IsValidId(std::string_view id) { return !IdProblem(id, ""); }

Problem ProjectIdProblem(std::string_view id) { return IdProblem(id, "a project id"); }

Problem InstanceIdProblem(std::string_view id) { return IdProblem(id, "an instance id"); }

Problem WorkspaceNameProblem(std::string_view name) {
  constexpr std::string_view kWhat = "a workspace name";
  if (name.empty()) return absl::StrCat("is empty, ", ToAbsl(kWhat), " is required");
  if (Problem p =
          WrongCharacter(name, IsWorkspaceCharacter, kWhat, "lower-case letters, digits and '-'")) {
    return p;
  }
  if (Problem p = EndsProblem(name, kWhat)) return p;
  return LengthProblem(name, name.size(), limits::kMaxWorkspaceLength, kWhat);
}

Problem RequestIdProblem(std::string_view request_id) {
  constexpr std::string_view kWhat = "a request id";
  if (request_id.empty()) return absl::StrCat("is empty, ", ToAbsl(kWhat), " is required");
  auto accepts = [](char c) { return absl::ascii_isgraph(static_cast<unsigned char>(c)); };
  if (Problem p = WrongCharacter(request_id, accepts, kWhat, "printable ASCII without spaces")) {
    return p;
  }
  return LengthProblem(request_id, request_id.size(), limits::kMaxRequestIdLength, kWhat);
}

Problem ReasonProblem(std::string_view reason) {
  return TextProblem(reason, limits::kMaxReasonLength, "a reason");
}

Problem OwnerProblem(std::string_view owner) {
  return TextProblem(owner, limits::kMaxOwnerLength, "an owner");
}

Problem ContactProblem(std::string_view contact) {
  return TextProblem(contact, limits::kMaxOwnerLength, "a contact");
}

Problem AssertedNameProblem(std::string_view name) {
  return TextProblem(name, limits::kMaxCloudNameLength, "an instance name");
}

Problem LabelsProblem(const std::map<std::string, std::string>& labels) {
  if (labels.size() > limits::kMaxLabels) {
    return absl::StrCat("has ", labels.size(), " labels, a workspace has at most ",
                        limits::kMaxLabels);
  }
  for (const auto& [key, value] : labels) {
    if (Problem p = LabelProblem(key, value)) return p;
  }
  return std::nullopt;
}

Problem ParseInstanceName(std::string_view name, InstanceKey& key) {
  constexpr std::string_view kProjects = "projects/";
  constexpr std::string_view kInstances = "/instances/";
  if (name.empty()) return "is empty, the name of an instance is required";
  const size_t middle = name.find(kInstances);
  if (name.substr(0, kProjects.size()) != kProjects || middle == std::string_view::npos ||
      middle < kProjects.size()) {
    return absl::StrCat(Quoted(name, 200),
                        " is not of the form projects/{project_id}/instances/{instance_id}");
  }
  const std::string_view project = name.substr(kProjects.size(), middle - kProjects.size());
  const std::string_view instance = name.substr(middle + kInstances.size());
  if (Problem p = ProjectIdProblem(project)) return absl::StrCat("project_id ", *p);
  if (Problem p = InstanceIdProblem(instance)) return absl::StrCat("instance_id ", *p);
  key = InstanceKey{std::string(project), std::string(instance)};
  return std::nullopt;
}

std::string FormatInstanceName(const InstanceKey& key) {
  return absl::StrCat("projects/", key.project_id, "/instances/", key.instance_id);
}

}  // namespace quiesce::core
