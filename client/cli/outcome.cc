#include "client/cli/outcome.h"

#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/table.h"
#include "client/cli/times.h"
#include "client/cli/words.h"

namespace quiesce::cli {
namespace {

std::string StoppedText(const v1::Instance& instance, const View& view) {
  const v1::Observation& seen = instance.observation();
  if (seen.assumed()) return "taken for stopped: the cloud accepted it, nobody can look";
  if (!seen.has_list_time()) return "stopped";
  return absl::StrCat("stopped, seen ", Clock(view, ToTime(seen.list_time())));
}

std::string WhyText(const v1::Verdict& verdict) {
  const std::string& text =
      verdict.summary().empty() ? ReasonPhrase(verdict.reason()) : verdict.summary();
  return absl::StrCat(Word(verdict.reason()), ", ", text);
}

}  // namespace

std::string RenderOutcome(const v1::WaitInstanceResponse& raw, const View& view) {
  const v1::WaitInstanceResponse response = Cleaned(raw);
  const v1::Instance& instance = response.instance();
  const std::string name = Called(instance.cloud_name(), instance.name());
  const std::string head = name + "  ";
  const auto line = [&](const std::string& text) { return Labelled("", head + text, 0, view); };
  switch (response.result()) {
    case v1::WAIT_RESULT_CONVERGED:
      return line(StoppedText(instance, view));
    case v1::WAIT_RESULT_BLOCKED:
      return absl::StrCat(line(absl::StrCat("NOT stopped: ", WhyText(instance.verdict()))),
                          "  quiesce explain ", name, "\n");
    case v1::WAIT_RESULT_SUPERSEDED:
      return line("its declaration was replaced or released meanwhile");
    default:
      return line(absl::StrCat("not yet: ", Word(instance.verdict().phase()), ", ",
                               WhyText(instance.verdict())));
  }
}

ExitCode CodeOf(v1::WaitResult result) {
  switch (result) {
    case v1::WAIT_RESULT_CONVERGED:
      return ExitCode::kDone;
    case v1::WAIT_RESULT_BLOCKED:
      return ExitCode::kBlocked;
    case v1::WAIT_RESULT_SUPERSEDED:
      return ExitCode::kConflict;
    default:
      return ExitCode::kTimeout;
  }
}

}  // namespace quiesce::cli
