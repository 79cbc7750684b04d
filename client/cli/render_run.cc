#include "client/cli/render_run.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/clean_message.h"
#include "client/cli/item_rows.h"
#include "client/cli/progress_bar.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

// In the order in which a reader wants them.
constexpr v1::RunItemState kStates[] = {v1::RUN_ITEM_STATE_STALLED,   v1::RUN_ITEM_STATE_BLOCKED,
                                        v1::RUN_ITEM_STATE_SKIPPED,   v1::RUN_ITEM_STATE_SUPERSEDED,
                                        v1::RUN_ITEM_STATE_CANCELLED, v1::RUN_ITEM_STATE_PENDING,
                                        v1::RUN_ITEM_STATE_GONE,      v1::RUN_ITEM_STATE_CONVERGED};

int OrderOf(v1::RunItemState state) {
  return static_cast<int>(std::find(std::begin(kStates), std::end(kStates), state) -
                          std::begin(kStates));
}

Tone ToneOfState(v1::RunItemState state) {
  switch (state) {
    case v1::RUN_ITEM_STATE_CONVERGED:
      return Tone::kGood;
    case v1::RUN_ITEM_STATE_STALLED:
      return Tone::kBad;
    case v1::RUN_ITEM_STATE_BLOCKED:
    case v1::RUN_ITEM_STATE_SKIPPED:
    case v1::RUN_ITEM_STATE_SUPERSEDED:
    case v1::RUN_ITEM_STATE_CANCELLED:
      return Tone::kWarn;
    case v1::RUN_ITEM_STATE_PENDING:
      return Tone::kBusy;
    default:
      return Tone::kDim;
  }
}

int64_t EndedCount(const v1::Run& run) {
  return std::max<int64_t>(0, run.item_count() - CountOf(run, v1::RUN_ITEM_STATE_PENDING));
}

std::string CountsText(const v1::Run& run) {
  std::vector<std::string> parts;
  for (auto state = std::rbegin(kStates); state != std::rend(kStates); ++state) {
    const int64_t count = CountOf(run, *state);
    if (count == 0) continue;
    const bool converged = *state == v1::RUN_ITEM_STATE_CONVERGED;
    parts.push_back(
        absl::StrCat(count, " ", converged ? "as planned" : absl::AsciiStrToLower(Word(*state))));
  }
  return absl::StrCat(Plural(run.item_count(), "item"), ": ",
                      parts.empty() ? "none has begun" : absl::StrJoin(parts, ", "));
}

std::string DetailOf(const v1::RunItem& item) {
  switch (item.state()) {
    case v1::RUN_ITEM_STATE_SKIPPED:
      return "changed after the plan was made; plan again";
    case v1::RUN_ITEM_STATE_SUPERSEDED:
      return "replaced by a later write";
    case v1::RUN_ITEM_STATE_CANCELLED:
      return "taken back";
    default:
      break;
  }
  if (item.reason() == v1::REASON_UNSPECIFIED) return absl::AsciiStrToLower(Word(item.change()));
  const std::string phrase = ReasonPhrase(item.reason());
  if (item.reason() == v1::REASON_CONVERGED || item.reason() == v1::REASON_GONE) return phrase;
  return phrase.empty() ? Word(item.reason()) : absl::StrCat(Word(item.reason()), " ", phrase);
}

// Names for the lists of a cancelled run, as many as are worth reading.
std::string NamesText(const google::protobuf::RepeatedPtrField<std::string>& names, int64_t count,
                      const std::map<std::string, std::string>& called) {
  constexpr int kShown = 20;
  std::vector<std::string> texts;
  for (const std::string& name : names) {
    if (texts.size() == kShown) break;
    const auto found = called.find(name);
    texts.push_back(found == called.end() ? IdOf(name) : found->second);
  }
  std::string text = absl::StrJoin(texts, ", ");
  const auto rest = count - static_cast<int64_t>(texts.size());
  if (rest > 0) absl::StrAppend(&text, " and ", rest, " more");
  return text;
}

}  // namespace

int64_t CountOf(const v1::Run& run, v1::RunItemState state) {
  for (const v1::RunCount& count : run.counts()) {
    if (count.state() == state) return count.count();
  }
  return 0;
}

bool HasEnded(const v1::Run& run) {
  return run.state() == v1::RUN_STATE_DONE || run.state() == v1::RUN_STATE_CANCELLED;
}

std::string RenderRunProgress(const v1::Run& raw, const View& view) {
  const v1::Run run = Cleaned(raw);
  const int64_t stalled = CountOf(run, v1::RUN_ITEM_STATE_STALLED);
  const int64_t blocked = CountOf(run, v1::RUN_ITEM_STATE_BLOCKED);
  const int64_t ended = EndedCount(run);
  std::string tail = absl::StrCat("  ", ended, "/", run.item_count());
  if (blocked > 0) absl::StrAppend(&tail, "  ", blocked, " blocked");
  if (stalled > 0) absl::StrAppend(&tail, "  ", stalled, " stalled");
  if (run.state() == v1::RUN_STATE_CANCELLING) tail += "  cancelling";
  const absl::Time end = run.has_end_time() ? ToTime(run.end_time()) : view.now;
  // In whole seconds: tenths would flicker.
  absl::StrAppend(&tail, "  ",
                  Span(absl::Floor(end - ToTime(run.create_time()), absl::Seconds(1))));
  const std::string head = Clip(run.workspace(), std::max(8, view.width / 4)) + "  ";
  const int width = std::min(view.width, 100) - 1 - DisplayWidth(head) - DisplayWidth(tail);
  if (width < 6) return Clip(head + tail.substr(2), view.width - 1);
  return absl::StrCat(head,
                      RenderBar({{ended - stalled - blocked, '#', Tone::kGood},
                                 {blocked, '.', Tone::kWarn},
                                 {stalled, '!', Tone::kBad}},
                                run.item_count(), width, view),
                      tail);
}

std::string RenderRun(const v1::Run& raw, const std::vector<v1::RunItem>& raw_items,
                      const View& view) {
  const v1::Run run = Cleaned(raw);
  std::vector<v1::RunItem> items;
  items.reserve(raw_items.size());
  for (const v1::RunItem& item : raw_items) items.push_back(Cleaned(item));
  std::stable_sort(items.begin(), items.end(), [](const v1::RunItem& a, const v1::RunItem& b) {
    return OrderOf(a.state()) < OrderOf(b.state());
  });
  std::vector<ItemRow> rows;
  for (const v1::RunItem& item : items) {
    rows.push_back({Word(item.state()), ToneOfState(item.state()),
                    CalledInRow(item.cloud_name(), item.instance(), view),
                    ProjectCalled(item.project_alias(), item.instance()), DetailOf(item)});
  }
  const absl::Time begin = ToTime(run.create_time());
  std::string head = absl::StrCat("run ", ShortId(run.name()), "   ", run.workspace(), "   plan ",
                                  ShortId(run.plan()), "   ", Word(run.state()));
  absl::StrAppend(&head, run.has_end_time() ? " in " : " for ",
                  Span((run.has_end_time() ? ToTime(run.end_time()) : view.now) - begin));
  std::string out = Labelled("", head, 0, view);
  out += Labelled(
      "",
      absl::StrCat(
          "begun ", Date(view, begin), " by ", run.created_by(),
          run.cancelled_by().empty() ? "" : absl::StrCat(", cancelled by ", run.cancelled_by())),
      0, view);
  if (!rows.empty()) absl::StrAppend(&out, "\n", RenderItemRows(rows, view));
  absl::StrAppend(&out, "\n", Labelled("", CountsText(run) + ".", 0, view));
  return out;
}

std::string RenderCancelled(const v1::CancelRunResponse& raw, const std::vector<v1::RunItem>& items,
                            const View& view) {
  const v1::CancelRunResponse response = Cleaned(raw);
  std::map<std::string, std::string> called;
  for (const v1::RunItem& raw_item : items) {
    const v1::RunItem item = Cleaned(raw_item);
    called[item.instance()] = Called(item.cloud_name(), item.instance());
  }
  std::string out = absl::StrCat("Cancelled run ", ShortId(response.run().name()), " of ",
                                 response.run().workspace(), ".\n");
  const auto add = [&](const char* label, int64_t count, const auto& names, const char* meaning) {
    std::string text = absl::StrCat(count);
    if (count > 0) absl::StrAppend(&text, "  ", meaning, ": ", NamesText(names, count, called));
    out += Labelled(absl::StrCat("  ", label), text, 14, view);
  };
  add("not called", response.not_called_count(), response.not_called(), "taken back");
  add("accepted", response.accepted_count(), response.accepted(), "will be stopped");
  add("unknown", response.unknown_count(), response.unknown(),
      "taken back, may be stopped nonetheless");
  return out;
}

}  // namespace quiesce::cli
