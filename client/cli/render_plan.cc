#include "client/cli/render_plan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/clean_message.h"
#include "client/cli/item_rows.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

// More rows of one kind than this are counted instead of listed, unless all are asked for.
constexpr size_t kMaxRowsOfAKind = 100;

// The word before an item, and its place on the screen: what the cloud feels first.
enum class Kind { kStop, kUnknown, kAdopt, kMove, kUpdate, kRelease, kBlocked, kUnchanged };

Kind KindOf(v1::Change change, v1::Effect effect) {
  if (effect == v1::EFFECT_STOP) return Kind::kStop;
  if (effect == v1::EFFECT_UNKNOWN) return Kind::kUnknown;
  if (effect == v1::EFFECT_BLOCKED) return Kind::kBlocked;
  switch (change) {
    case v1::CHANGE_ADOPT:
      return Kind::kAdopt;
    case v1::CHANGE_MOVE:
      return Kind::kMove;
    case v1::CHANGE_UPDATE:
      return Kind::kUpdate;
    case v1::CHANGE_RELEASE:
      return Kind::kRelease;
    default:
      return Kind::kUnchanged;
  }
}

std::pair<const char*, Tone> LabelOf(Kind kind) {
  switch (kind) {
    case Kind::kStop:
      return {"STOP", Tone::kBad};
    case Kind::kUnknown:
      return {"UNKNOWN", Tone::kWarn};
    case Kind::kAdopt:
      return {"ADOPT", Tone::kGood};
    case Kind::kMove:
      return {"MOVE", Tone::kGood};
    case Kind::kUpdate:
      return {"UPDATE", Tone::kGood};
    case Kind::kRelease:
      return {"RELEASE", Tone::kBusy};
    case Kind::kBlocked:
      return {"BLOCKED", Tone::kWarn};
    case Kind::kUnchanged:
      return {"OK", Tone::kDim};
  }
  return {"", Tone::kPlain};
}

std::string FieldChangeText(const v1::FieldChange& change) {
  std::string text;
  if (change.before().empty()) {
    text = absl::StrCat(change.field(), " ", change.after());
  } else if (change.after().empty()) {
    text = absl::StrCat(change.field(), " ", change.before(), " removed");
  } else {
    text = absl::StrCat(change.field(), " ", change.before(), " -> ", change.after());
  }
  if (change.loosens_rail()) text += ", loosens a rail";
  return text;
}

template <typename Changes>
std::vector<std::string> FieldChangeTexts(const Changes& changes) {
  std::vector<std::string> texts;
  for (const v1::FieldChange& change : changes) texts.push_back(FieldChangeText(change));
  return texts;
}

// Of all that a new declaration brings, what a reader would not take for granted.
bool IsUnusual(const v1::FieldChange& change) {
  return change.field() == "protected" ||
         (change.field() == "enforcement" && change.after() != "continuous");
}

// `running, seen since 02 Nov 09:14`.
std::string SeenText(const v1::PlanItem& item, const View& view) {
  std::string text = StateWord(item.power_state());
  if (item.has_since_time()) {
    absl::StrAppend(&text, ", seen since ", Date(view, ToTime(item.since_time())));
  }
  return text;
}

// `HELD until 14:00 CST (INC-4711)`.
std::string WhyText(const v1::PlanItem& item, const View& view) {
  std::string text = Word(item.reason());
  if (item.has_until()) absl::StrAppend(&text, " until ", Until(view, ToTime(item.until())));
  if (!item.detail().empty()) {
    return absl::StrCat(text, item.has_until() ? absl::StrCat(" (", item.detail(), ")")
                                               : absl::StrCat(" ", item.detail()));
  }
  const std::string phrase = ReasonPhrase(item.reason());
  return phrase.empty() ? text : absl::StrCat(text, " ", phrase);
}

// What leads to no call: because there is nothing to stop, or because of the reason.
std::string NoCallText(const v1::PlanItem& item, const View& view) {
  if (item.power_state() == v1::POWER_STATE_STOPPED) return "already stopped, no call";
  if (item.reason() == v1::REASON_UNSPECIFIED) return SeenText(item, view);
  return absl::StrCat(StateWord(item.power_state()), ", ", WhyText(item, view));
}

std::string EffectText(const v1::PlanItem& item, Kind kind, const View& view) {
  switch (kind) {
    case Kind::kStop:
      return SeenText(item, view);
    case Kind::kUnknown:
      return absl::StrCat("cannot be seen, count it as a stop: ", WhyText(item, view));
    case Kind::kBlocked:
      return WhyText(item, view);
    case Kind::kAdopt:
    case Kind::kMove:
      return NoCallText(item, view);
    case Kind::kRelease:
      return absl::StrCat(StateWord(item.power_state()), " now, no longer kept stopped");
    default:
      return "";
  }
}

ItemRow RowOf(const v1::PlanItem& item, const View& view) {
  const Kind kind = KindOf(item.change(), item.effect());
  const auto [label, tone] = LabelOf(kind);
  std::vector<std::string> parts;
  std::string effect = EffectText(item, kind, view);
  // Where the label is about the cloud, the declaration needs a word of its own.
  const bool about_cloud = kind == Kind::kStop || kind == Kind::kUnknown || kind == Kind::kBlocked;
  if (about_cloud && item.change() == v1::CHANGE_ADOPT) effect += ", new";
  if (about_cloud && item.change() == v1::CHANGE_MOVE) effect += ", moved here";
  if (!effect.empty()) parts.push_back(std::move(effect));
  for (const v1::FieldChange& change : item.field_changes()) {
    if (item.change() == v1::CHANGE_ADOPT && !IsUnusual(change)) continue;
    // The reason has said it.
    if (change.field() == "protected" && item.reason() == v1::REASON_PROTECTED) continue;
    // That a new declaration asserts the name that the cloud gives is no news.
    if (change.field() == "name" && change.before().empty() &&
        change.after() == item.cloud_name()) {
      continue;
    }
    parts.push_back(FieldChangeText(change));
  }
  return {label, tone, CalledInRow(item.cloud_name(), item.instance(), view),
          ProjectCalled(item.project_alias(), item.instance()), absl::StrJoin(parts, "; ")};
}

ItemRow RowOf(const v1::Instance& instance, const View& view) {
  const auto [label, tone] = LabelOf(Kind::kUnchanged);
  return {label, tone, CalledInRow(instance.cloud_name(), instance.name(), view),
          ProjectCalled(instance.project_alias(), instance.name()),
          absl::StrCat("unchanged, ", Word(instance.verdict().phase()))};
}

std::string ItemsText(const PlanDocument& document, const View& view) {
  std::map<Kind, std::vector<ItemRow>> kinds;
  for (const v1::PlanItem& item : document.items) {
    kinds[KindOf(item.change(), item.effect())].push_back(RowOf(Cleaned(item), view));
  }
  for (const v1::Instance& instance : document.unchanged) {
    kinds[Kind::kUnchanged].push_back(RowOf(Cleaned(instance), view));
  }
  // The specs have an order that their author knows; the others come in that of their ids.
  for (const Kind kind : {Kind::kRelease, Kind::kUnchanged}) {
    std::sort(kinds[kind].begin(), kinds[kind].end(),
              [](const ItemRow& a, const ItemRow& b) { return a.name < b.name; });
  }
  std::vector<ItemRow> rows;
  std::vector<std::string> left_out;
  for (auto& [kind, of_kind] : kinds) {
    const size_t shown = document.all ? of_kind.size() : std::min(of_kind.size(), kMaxRowsOfAKind);
    if (shown < of_kind.size()) {
      left_out.push_back(absl::StrCat(of_kind.size() - shown, " more ", LabelOf(kind).first));
    }
    std::move(of_kind.begin(), of_kind.begin() + static_cast<std::ptrdiff_t>(shown),
              std::back_inserter(rows));
  }
  std::string out = RenderItemRows(rows, view);
  const std::string margin(11, ' ');
  if (!left_out.empty()) {
    absl::StrAppend(&out, margin, absl::StrJoin(left_out, ", "), "   (--all lists them)\n");
  }
  const int64_t unchanged = TotalsOf(document.plan).unchanged;
  if (unchanged > 0 && document.unchanged.empty()) {
    absl::StrAppend(&out, margin, unchanged, " unchanged   (--all lists them)\n");
  }
  return out;
}

// `all projects seen within 21 s`, or those that are not seen.
std::string FreshnessText(const std::vector<v1::ProjectFreshness>& projects) {
  absl::Duration oldest;
  std::vector<std::string> unseen;
  for (const v1::ProjectFreshness& raw : projects) {
    const v1::ProjectFreshness project = Cleaned(raw);
    oldest = std::max(oldest, ToDuration(project.age()));
    if (project.fresh()) continue;
    unseen.push_back(absl::StrCat(
        ProjectCalled(project.project_alias(), project.project()),
        project.has_list_time() ? absl::StrCat(" not seen for ", Span(ToDuration(project.age())))
                                : " never seen"));
  }
  if (!unseen.empty()) return absl::StrJoin(unseen, ", ");
  if (projects.size() == 1) return absl::StrCat("project seen ", Ago(oldest));
  return absl::StrCat("all projects seen within ", Span(oldest));
}

std::string HeadText(const PlanDocument& document, const v1::Plan& plan, const View& view) {
  std::string out = absl::StrCat(Paint(view, Tone::kStrong, Clean(document.server_name)), " (",
                                 Clean(document.target), ")");
  const std::string aside =
      document.projects.empty()
          ? absl::StrCat("made ", Date(view, ToTime(plan.create_time())), " by ", plan.created_by())
          : FreshnessText(document.projects);
  const bool fits = DisplayWidth(document.server_name) + DisplayWidth(document.target) + 6 +
                        DisplayWidth(aside) <=
                    view.width;
  absl::StrAppend(&out, fits ? "   " : "\n", aside, "\n\n");

  absl::StrAppend(&out, Paint(view, Tone::kStrong, plan.header().workspace()));
  if (plan.header_change() == v1::CHANGE_ADOPT) out += "   new workspace";
  absl::StrAppend(&out, "   owner ", plan.header().owner(), "   ", plan.spec_count(),
                  " declared\n");
  if (plan.header_change() == v1::CHANGE_UPDATE) {
    for (const std::string& text : FieldChangeTexts(plan.header_field_changes())) {
      absl::StrAppend(&out, "  workspace  ", text, "\n");
    }
  }
  return out;
}

std::string FootText(const PlanDocument& document, const v1::Plan& plan, const View& view,
                     PlanFooter footer) {
  std::string out;
  if (!HasItems(plan)) {
    out = absl::StrCat("No changes. ", Plural(plan.spec_count(), "instance"),
                       " declared, nothing to do.\n");
  } else {
    out = Labelled("Plan: ", TotalsInWords(TotalsOf(plan)) + ".", 6, view);
  }
  if (document.unmanaged_count > 0) {
    const bool one = document.unmanaged_count == 1;
    absl::StrAppend(
        &out,
        Labelled("  beside  ",
                 absl::StrCat(Plural(document.unmanaged_count, "instance"), " in these projects ",
                              one ? "is" : "are", " declared by nobody"),
                 10, view),
        "          quiesce list --unmanaged\n");
  }
  if (!HasItems(plan)) return out;
  const std::string id = ShortId(plan.name());
  absl::StrAppend(&out, "\n",
                  Labelled("",
                           absl::StrCat("plan ", id, "   digest ", plan.digest().substr(0, 15),
                                        "...   expires ", Date(view, ToTime(plan.expire_time())),
                                        " ", ZoneName(view, ToTime(plan.expire_time()))),
                           0, view));
  if (!plan.run().empty()) {
    absl::StrAppend(&out, "Applied already:  quiesce show run/", ShortId(plan.run()), "\n");
  } else if (footer == PlanFooter::kHowToApply && ToTime(plan.expire_time()) <= view.now) {
    out += "It has expired: plan again.\n";
  } else if (footer == PlanFooter::kHowToApply) {
    absl::StrAppend(&out, "Apply exactly this:  quiesce apply ", id, "\n");
  }
  return out;
}

}  // namespace

PlanTotals TotalsOf(const v1::Plan& plan) {
  PlanTotals totals;
  for (const v1::PlanCount& count : plan.counts()) {
    const int64_t n = count.count();
    if (count.change() != v1::CHANGE_NONE) totals.declarations += n;
    switch (KindOf(count.change(), count.effect())) {
      case Kind::kStop:
        totals.stop += n;
        if (count.change() == v1::CHANGE_ADOPT) totals.newly_declared += n;
        break;
      case Kind::kUnknown:
        totals.unknown += n;
        break;
      case Kind::kAdopt:
        totals.adopt += n;
        break;
      case Kind::kMove:
        totals.move += n;
        break;
      case Kind::kUpdate:
        totals.update += n;
        break;
      case Kind::kRelease:
        totals.release += n;
        break;
      case Kind::kBlocked:
        totals.blocked += n;
        break;
      case Kind::kUnchanged:
        totals.unchanged += n;
        break;
    }
  }
  return totals;
}

bool HasItems(const v1::Plan& plan) {
  const bool header =
      plan.header_change() == v1::CHANGE_ADOPT || plan.header_change() == v1::CHANGE_UPDATE;
  return header || TotalsOf(plan).items() > 0;
}

bool HasChanges(const v1::Plan& plan) {
  const PlanTotals totals = TotalsOf(plan);
  const bool header =
      plan.header_change() == v1::CHANGE_ADOPT || plan.header_change() == v1::CHANGE_UPDATE;
  return header || totals.declarations + totals.stop + totals.unknown > 0;
}

std::string TotalsInWords(const PlanTotals& totals) {
  std::vector<std::string> parts;
  const auto add = [&parts](int64_t count, const char* word) {
    if (count > 0) parts.push_back(absl::StrCat(count, " ", word));
  };
  add(totals.stop, "stop");
  if (totals.newly_declared > 0) {
    absl::StrAppend(&parts.back(), " (", totals.newly_declared, " new)");
  }
  add(totals.unknown, "unknown");
  add(totals.adopt, "adopt");
  add(totals.move, "move");
  add(totals.update, "update");
  add(totals.release, "release");
  add(totals.blocked, "blocked");
  add(totals.unchanged, "unchanged");
  return parts.empty() ? "no instances" : absl::StrJoin(parts, ", ");
}

std::string StopsInWords(const PlanTotals& totals) {
  if (totals.stop == 0 && totals.unknown == 0) return "stop nothing";
  std::string text = totals.stop > 0 ? absl::StrCat("stop ", Plural(totals.stop, "instance")) : "";
  if (totals.unknown == 0) return text;
  if (totals.stop == 0) {
    return absl::StrCat("perhaps stop ", Plural(totals.unknown, "instance"),
                        " that cannot be seen now");
  }
  return absl::StrCat(text, ", and perhaps ", totals.unknown, " more that cannot be seen now");
}

std::string RenderPlan(const PlanDocument& document, const View& view, PlanFooter footer) {
  const v1::Plan plan = Cleaned(document.plan);
  std::string out = HeadText(document, plan, view);
  const std::string items = ItemsText(document, view);
  if (!items.empty()) absl::StrAppend(&out, "\n", items);
  absl::StrAppend(&out, "\n", FootText(document, plan, view, footer));
  return out;
}

}  // namespace quiesce::cli
