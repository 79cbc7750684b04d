#include "client/cli/help.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "daemon/base/string_views.h"

namespace quiesce::cli {
namespace {

std::string Heading(const View& view, std::string_view text) {
  return Paint(view, Tone::kStrong, text) + "\n";
}

std::string Indented(std::string_view text, std::string_view margin) {
  std::string out;
  for (const absl::string_view line : absl::StrSplit(ToAbsl(text), '\n')) {
    absl::StrAppend(&out, ToAbsl(margin), line, "\n");
  }
  return out;
}

std::string Paragraphs(std::string_view text, const View& view) {
  std::string out;
  for (const absl::string_view paragraph : absl::StrSplit(ToAbsl(text), "\n\n")) {
    for (const std::string& line : Wrap({paragraph.data(), paragraph.size()}, view.width)) {
      absl::StrAppend(&out, line, "\n");
    }
    out += "\n";
  }
  return out;
}

// `  -f, --file FILE|DIR|-`, and the help beside it, or below it if the flag is long.
std::string FlagText(const OptionSet::Option& option, const View& view) {
  constexpr int kHelpAt = 30;
  std::string names = absl::StrReplaceAll(option.names, {{",", ", "}});
  if (names.substr(0, 2) == "--") names = "    " + names;
  if (!option.placeholder.empty()) absl::StrAppend(&names, " ", option.placeholder);
  const std::string help =
      option.env.empty() ? option.help : absl::StrCat(option.help, " [$", option.env, "]");
  const std::string head = "  " + names;
  if (DisplayWidth(head) + 2 > kHelpAt) return head + "\n" + Labelled("", help, kHelpAt, view);
  return Labelled(head, help, kHelpAt, view);
}

std::string FlagsText(const OptionSet& set, const View& view) {
  std::string out;
  for (const OptionSet::Option& option : set.options()) {
    if (!option.names.empty()) out += FlagText(option, view);
  }
  return out;
}

}  // namespace

std::string RenderOverview(const OptionSet& globals, const View& view) {
  std::string out = Paragraphs(
      "quiesce: says which instances must be stopped, and why one is not. It can only ever stop: "
      "nothing is started, restarted or deleted.",
      view);
  out += "usage:  quiesce VERB [arguments] [flags]\n";
  std::string_view group;
  for (const Verb& verb : Verbs()) {
    if (verb.group != group) absl::StrAppend(&out, "\n", Heading(view, verb.group));
    group = verb.group;
    absl::StrAppend(&out, "  ", PadRight(verb.name, 11), ToAbsl(verb.summary), "\n");
  }
  absl::StrAppend(&out, "\n", Heading(view, "Flags of every verb"), FlagsText(globals, view), "\n",
                  Heading(view, "Exit codes"),
                  "  0   done                         6   timeout, the work goes on\n"
                  "  1   other error                  64  usage, or a mistake in a manifest\n"
                  "  2   changes (plan)               69  no daemon answers\n"
                  "  3   drift (drift)                77  not permitted\n"
                  "  4   blocked, or cannot tell      130 interrupted\n"
                  "  5   stale, or a conflict\n\n"
                  "The manual of a verb, with examples:  quiesce VERB --help\n");
  return out;
}

std::string RenderManual(const Verb& verb, const OptionSet& flags, const OptionSet& globals,
                         const View& view) {
  std::string out = absl::StrCat("quiesce ", ToAbsl(verb.name), ": ", ToAbsl(verb.summary), "\n\n");
  absl::StrAppend(&out, "usage:  quiesce ", ToAbsl(verb.name), verb.usage.empty() ? "" : " ",
                  absl::StrReplaceAll(ToAbsl(verb.usage), {{"\n", "\n        "}}), "\n\n");
  if (!verb.description.empty()) out += Paragraphs(verb.description, view);
  absl::StrAppend(&out, Heading(view, "Examples"), Indented(verb.examples, "  "), "\n");
  const std::string own = FlagsText(flags, view);
  if (!own.empty()) absl::StrAppend(&out, Heading(view, "Flags"), own, "\n");
  absl::StrAppend(&out, Heading(view, "Flags of every verb"), FlagsText(globals, view));
  if (!verb.exit_codes.empty()) {
    absl::StrAppend(&out, "\n", Heading(view, "Exit codes (all of them: quiesce --help)"),
                    Indented(verb.exit_codes, "  "));
  }
  return TrimLines(out);
}

}  // namespace quiesce::cli
