#include "tests/simulation/gateway_log.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"

namespace quiesce::simulation {
namespace {

// Probes are half a minute apart at most, lists after failures a minute, pauses that nothing
// explains five: all of them once, and the last call before them.
constexpr absl::Duration kLongestNotice = absl::Minutes(8);

bool IsSilence(const GatewayLog::Answer& answer) {
  const int status = answer.http_status;
  return status == 0 || status == 502 || status == 503 || status == 504;
}

}  // namespace

const std::string& GatewayLog::CredentialOf(const std::string& project_id) const {
  for (const ProjectPlan& project : scenario_.projects) {
    if (project.id == project_id) return project.credential;
  }
  return scenario_.projects.front().credential;
}

bool GatewayLog::HasListedProject(const std::string& credential) const {
  return std::any_of(
      scenario_.projects.begin(), scenario_.projects.end(), [&](const ProjectPlan& project) {
        return project.credential == credential && project.mode == core::ObservationMode::kList;
      });
}

void GatewayLog::ProcessStarted() {
  process_started_ = world_.now();
  states_.clear();
  for (const auto& [credential, quota] : scenario_.quotas) {
    if (quota.told) states_[credential].window = quota.window;
  }
}

void GatewayLog::PersonAsked(const std::string& project_id) {
  states_[CredentialOf(project_id)].asked[project_id] = 2;
}

void GatewayLog::Excuse(const std::string& credential, State& state) const {
  state.excused = std::max(0, count_begun_(credential) - state.handed);
}

GatewayLog::Call GatewayLog::Handed(const std::string& project_id, Kind kind) {
  State& state = states_[CredentialOf(project_id)];
  Call call;
  call.project_id = project_id;
  call.handed = world_.now();
  ++state.handed;
  if (state.excused > 0) {
    --state.excused;
    call.excused = true;
  }
  const bool by_person = kind == Kind::kList && state.asked[project_id] > 0;
  if (by_person) --state.asked[project_id];
  if (!state.is_down() || call.excused || by_person) return call;
  CheckProbe(state, project_id);
  call.probes = true;
  ++state.probes;
  return call;
}

void GatewayLog::CheckProbe(const State& state, const std::string& project_id) const {
  const std::string what =
      absl::StrCat("a call for project ", project_id, " goes to an endpoint that does not answer");
  if (state.probes > 0) verdict_.Fail("probe", absl::StrCat(what, ", as another one does"));
  const absl::Duration since = world_.now() - std::max(state.down_since, state.last_probe);
  if (since < limits::kCircuitProbeMin) {
    verdict_.Fail("probe",
                  absl::StrCat(what, ", ", absl::FormatDuration(since), " after the last"));
  }
}

void GatewayLog::Sent(const Call& call) {
  State& state = states_[CredentialOf(call.project_id)];
  state.sent.push_back(world_.now());
  while (state.sent.front() + limits::kMaxQuotaPeriod <= world_.now()) state.sent.pop_front();
  const bool knew_better = state.window && call.handed > state.learned && !call.excused;
  if (!knew_better) return;
  const SteadyTime since = world_.now() - state.window->period;
  const auto within = std::count_if(state.sent.begin(), state.sent.end(),
                                    [since](SteadyTime sent) { return sent > since; });
  if (within <= state.window->calls) return;
  verdict_.Fail("I6",
                absl::StrCat(within, " calls within ", absl::FormatDuration(state.window->period),
                             ", of which ", state.window->calls, " are known to be allowed"));
}

void GatewayLog::Answered(const Call& call, const Answer& answer) {
  const std::string& credential = CredentialOf(call.project_id);
  State& state = states_[credential];
  if (answer.window) {
    Excuse(credential, state);
    state.window = answer.window;
    state.learned = world_.now();
  }
  if (call.probes && state.is_down()) {
    --state.probes;
    state.last_probe = world_.now();
  }
  if (answer.tried && !IsSilence(answer)) {
    state.silent = 0;
    state.probes = 0;
    state.down_since = SteadyTime::Never();
  } else if (answer.tried && ++state.silent == limits::kCircuitFailures) {
    world_.Hit("gateway: found dead");
    Excuse(credential, state);
    state.down_since = world_.now();
    state.last_probe = SteadyTime::Never();
  }
  --state.handed;
}

void GatewayLog::CheckNoticed(SteadyTime back_since) const {
  for (const auto& [credential, state] : states_) {
    if (!state.is_down() || !HasListedProject(credential)) continue;
    const auto quota = scenario_.quotas.find(credential);
    const absl::Duration in_turn =
        quota == scenario_.quotas.end() ? absl::ZeroDuration() : 2 * quota->second.window.period;
    const SteadyTime from = std::max({back_since, process_started_, state.down_since});
    if (world_.now() - from < kLongestNotice + in_turn) continue;
    verdict_.Fail("probe", "nobody has noticed that the endpoint answers again");
  }
}

}  // namespace quiesce::simulation
