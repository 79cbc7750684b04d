#include "client/cli/import_manifest.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "daemon/base/limits.h"
#include "daemon/config/yaml/quote.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

using yaml::Quote;

using Instances = std::vector<const v1::Instance*>;

Instances ByName(const std::vector<v1::Instance>& instances, bool declared) {
  Instances out;
  for (const v1::Instance& instance : instances) {
    if (IsShown(instance) && instance.has_desired() == declared) out.push_back(&instance);
  }
  std::sort(out.begin(), out.end(), [](const v1::Instance* a, const v1::Instance* b) {
    return std::tie(a->cloud_name(), a->name()) < std::tie(b->cloud_name(), b->name());
  });
  return out;
}

// `{id: a8c3..., name: billing-om-01}`
std::string Entry(const v1::Instance& instance, bool with_name) {
  std::string entry = absl::StrCat("{id: ", Quote(IdOf(instance.name())));
  if (with_name) absl::StrAppend(&entry, ", name: ", Quote(instance.cloud_name()));
  return entry + "}";
}

bool MayBeAsserted(const std::string& name) { return !core::AssertedNameProblem(name); }

std::string Line(const v1::Instance& instance) {
  const std::string& name = instance.cloud_name();
  std::string remark = StateWord(instance.observation().power_state());
  if (!MayBeAsserted(name)) {
    absl::StrAppend(
        &remark,
        name.empty() ? ", has no name" : ", has a name that cannot be asserted: ", Clean(name));
  }
  return absl::StrCat("  - ", Entry(instance, MayBeAsserted(name)), "  # ", remark, "\n");
}

std::string CommentLine(const v1::Instance& instance) {
  const v1::Desired& desired = instance.desired();
  return absl::StrCat("#  - ", Clean(Entry(instance, !instance.cloud_name().empty())),
                      "  # workspace ", Clean(desired.workspace()), ", ", Clean(desired.owner()),
                      "\n");
}

std::string Heading(const v1::Project& project, const View& view) {
  std::string text = absl::StrCat("# What the cloud listed in project ",
                                  Clean(ProjectCalled(project.alias(), project.name())), " (",
                                  Clean(IdOf(project.name())), ")");
  if (project.freshness().has_list_time()) {
    absl::StrAppend(&text, "\n# on ", DateSeconds(view, ToTime(project.freshness().list_time())));
  }
  return text +
         " and nobody declared.\n"
         "# `observe` reports what runs, and stops nothing. To have all of it stopped,\n"
         "# write `continuous` instead (or `once`), here or at one instance, and look at\n"
         "# the plan first.\n";
}

}  // namespace

std::string WorkspaceOfProject(std::string_view alias) {
  std::string name;
  for (const char c : alias) {
    const auto byte = static_cast<unsigned char>(c);
    const bool fits = absl::ascii_isalnum(byte);
    // No two dashes in a row, and none at the ends.
    if (fits) {
      name.push_back(absl::ascii_tolower(byte));
    } else if (!name.empty() && name.back() != '-') {
      name.push_back('-');
    }
  }
  name = name.substr(0, limits::kMaxWorkspaceLength);
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name.empty() ? "imported" : name;
}

bool IsShown(const v1::Instance& instance) {
  const v1::Observation& seen = instance.observation();
  return seen.has_list_time() && seen.missing_lists() == 0 &&
         seen.power_state() != v1::POWER_STATE_ABSENT;
}

std::string ImportManifest(const v1::Project& project, const ImportHeader& header,
                           const std::vector<v1::Instance>& instances, const View& view) {
  const Instances unmanaged = ByName(instances, false);
  const Instances declared = ByName(instances, true);
  std::string out = absl::StrCat(
      Heading(project, view), "apiVersion: quiesce/v1\nworkspace: ", Quote(header.workspace),
      "\nowner: ", Quote(header.owner), "\ncontact: ", Quote(header.contact),
      header.contact_is_guessed ? "  # how to reach the owner: nobody said, please write it" : "",
      "\ndefaults: {project: ", Quote(ProjectCalled(project.alias(), project.name())),
      ", enforcement: observe}\ninstances:", unmanaged.empty() ? " []\n" : "\n");
  for (const v1::Instance* instance : unmanaged) out += Line(*instance);
  if (declared.empty()) return out;
  out += "# Declared by others already, and left to them:\n";
  for (const v1::Instance* instance : declared) out += CommentLine(*instance);
  return out;
}

}  // namespace quiesce::cli
