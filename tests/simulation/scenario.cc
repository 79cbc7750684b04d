#include "tests/simulation/scenario.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/base/limits.h"

namespace quiesce::simulation {
namespace {

// Swarm testing: each fault is off in about half of the seeds, else anything up to `most`.
double Rate(Dice& dice, double most) {
  const bool on = dice.Chance(0.5);
  const double share = static_cast<double>(dice.Between(1, 100)) / 100.0;
  return on ? most * share : 0;
}

Faults MakeFaults(Dice& dice) {
  Faults faults;
  faults.stop_not_sent = Rate(dice, 0.2);
  faults.stop_lost_before = Rate(dice, 0.2);
  faults.stop_lost_after = Rate(dice, 0.3);
  faults.stop_broken_answer = Rate(dice, 0.2);
  faults.stop_late = Rate(dice, 0.3);
  faults.stop_throttled = Rate(dice, 0.1);
  faults.stop_auth = Rate(dice, 0.05);
  faults.stop_forbidden = Rate(dice, 0.05);
  faults.stop_unavailable = Rate(dice, 0.2);
  faults.stop_no_effect = Rate(dice, 0.3);
  faults.stop_half = Rate(dice, 0.3);
  faults.stop_permanent = Rate(dice, 0.05);
  faults.list_lost = Rate(dice, 0.2);
  faults.list_late = Rate(dice, 0.2);
  faults.list_throttled = Rate(dice, 0.05);
  faults.list_forbidden = Rate(dice, 0.05);
  faults.list_omits = Rate(dice, 0.1);
  faults.list_empty = Rate(dice, 0.05);
  faults.list_stale = Rate(dice, 1.0);
  faults.others_call = Rate(dice, 0.2);
  faults.outage = Rate(dice, 0.5);
  faults.manual_start = Rate(dice, 8);
  faults.odd_state = Rate(dice, 2);
  faults.deletion = Rate(dice, 0.3);
  faults.creation = Rate(dice, 0.3);
  faults.rename = Rate(dice, 0.3);
  faults.store_refuses = Rate(dice, 0.05);
  faults.slow_commit = Rate(dice, 0.05);
  faults.failed_commit = Rate(dice, 0.005);
  faults.crash_before_commit = Rate(dice, 0.005);
  faults.crash_after_commit = Rate(dice, 0.005);
  faults.meddle = Rate(dice, 0.5);
  faults.crash = Rate(dice, 0.0005);
  faults.pause = Rate(dice, 0.002);
  faults.forgotten_project = Rate(dice, 0.1);
  faults.reload = Rate(dice, 1.0);
  faults.zombie_finish = Rate(dice, 0.5);
  faults.clock_jump = Rate(dice, 0.5);
  return faults;
}

void MakeTiming(Dice& dice, Scenario& scenario) {
  core::Timing& timing = scenario.timing;
  timing.call_deadline = dice.Between(absl::Seconds(2), absl::Seconds(10));
  scenario.gateway_timeout = dice.Between(absl::Seconds(1), absl::Seconds(8));
  scenario.stop_lag = dice.Between(absl::Milliseconds(10), absl::Seconds(4));
  scenario.list_lag = dice.Between(absl::Milliseconds(10), absl::Seconds(6));
  const bool takes_ages = dice.Chance(0.05);
  scenario.power_off_time =
      dice.Between(absl::Seconds(5), takes_ages ? absl::Minutes(30) : absl::Seconds(90));
  scenario.odd_time = takes_ages ? absl::Minutes(60) : absl::Minutes(3);
  // What it has to cover. A request of a process that was killed may have been sent
  // just before, so its own deadline counts too.
  timing.settle = timing.call_deadline + scenario.gateway_timeout + scenario.stop_lag +
                  scenario.list_lag + absl::Seconds(1);
  timing.list_active = dice.Between(absl::Seconds(2), absl::Seconds(6));
  timing.list_idle = dice.Between(absl::Seconds(10), absl::Seconds(60));
  timing.look_max_age = dice.Between(absl::Seconds(3), absl::Seconds(30));
}

std::string HexId(Dice& dice) { return absl::StrFormat("%016x%016x", dice.Next(), dice.Next()); }

void MakeProjects(Dice& dice, Scenario& scenario) {
  const int64_t projects = dice.Between(1, 3);
  const int64_t credentials = dice.Between(1, 2);
  for (int64_t p = 0; p < projects; ++p) {
    ProjectPlan& project = scenario.projects.emplace_back();
    project.id = HexId(dice);
    project.alias = absl::StrCat("project-", p);
    project.credential = absl::StrCat("credential-", p % credentials);
    const bool unobserved = dice.Chance(0.1);
    if (unobserved) project.mode = core::ObservationMode::kNone;
    // A crowd takes more than one slice of everything that is done in slices.
    const bool crowd = dice.Chance(0.004);
    const int64_t instances = crowd ? dice.Between(1100, 2300) : dice.Between(1, 10);
    scenario.crowded |= crowd;
    for (int64_t i = 0; i < instances; ++i) project.instances.push_back(HexId(dice));
  }
}

// Half of them as small as a place or four, which lists and stops have to share.
void MakeQuota(Dice& dice, Scenario& scenario, const std::string& credential) {
  CloudQuota quota;
  quota.window.policy =
      dice.Chance(0.5) ? core::QuotaWindow::Policy::kUser : core::QuotaWindow::Policy::kIp;
  const bool small = dice.Chance(0.5);
  quota.window.calls = small ? dice.Between(1, 4) : dice.Between(5, 60);
  const int64_t seconds = small ? dice.Between(1, 120) : dice.Between(10, 300);
  quota.window.period = absl::Seconds(seconds);
  // With one place a period a stop comes a period after its list: that has to be young enough.
  if (quota.window.calls == 1) {
    const bool patient = scenario.timing.look_max_age > absl::Seconds(6);
    quota.window.period = absl::Seconds(patient ? 2 : 1);
  }
  quota.slides = dice.Chance(0.5);
  quota.counts_refused = dice.Chance(0.5);
  quota.says_when = dice.Chance(0.3);
  quota.told = dice.Chance(0.2);
  const bool limited = dice.Chance(0.5);
  if (limited && !scenario.crowded) scenario.quotas[credential] = quota;
}

void MakeGateway(Dice& dice, Scenario& scenario) {
  for (const ProjectPlan& project : scenario.projects) {
    if (scenario.quotas.count(project.credential) == 0) {
      MakeQuota(dice, scenario, project.credential);
    }
  }
  const bool default_reserve = dice.Chance(0.5);
  if (default_reserve) scenario.quota_reserve = limits::kDefaultQuotaReserve;
  scenario.outage_time = dice.Between(absl::Seconds(10), absl::Minutes(10));
}

}  // namespace

// An instance may need a list before its stop and one after it, some of them more than once.
absl::Duration Scenario::QuotaTime() const {
  constexpr int kCallsPerInstance = 8;
  absl::Duration longest = absl::ZeroDuration();
  for (const auto& [credential, quota] : quotas) {
    int64_t calls = 0;
    for (const ProjectPlan& project : projects) {
      if (project.credential != credential) continue;
      calls += kCallsPerInstance * (1 + static_cast<int64_t>(project.instances.size()));
    }
    const int64_t places = std::max<int64_t>(1, quota.window.calls - 1);
    longest = std::max(longest, quota.window.period * (calls / places + 1));
  }
  return longest;
}

std::vector<engine::ProjectConfig> Scenario::Configs() const {
  std::vector<engine::ProjectConfig> configs;
  for (const ProjectPlan& project : projects) {
    engine::ProjectConfig& config = configs.emplace_back();
    config.settings.id = project.id;
    config.settings.alias = project.alias;
    config.settings.mode = project.mode;
    config.settings.timing = timing;
    config.endpoint = "https://cloud.invalid";
    config.credential = project.credential;
    config.max_in_flight = max_in_flight;
    config.quota.reserve = quota_reserve;
    const auto quota = quotas.find(project.credential);
    if (quota != quotas.end() && quota->second.told) config.quota.told = quota->second.window;
  }
  return configs;
}

Scenario MakeScenario(Dice& dice) {
  Scenario scenario;
  MakeTiming(dice, scenario);
  const int64_t refusal = dice.Between(0, 3);
  scenario.refusal = refusal == 0   ? RefusalStyle::kResultFailed
                     : refusal == 1 ? RefusalStyle::kAcceptsAnyway
                                    : RefusalStyle::kOpaqueError;
  scenario.max_in_flight = static_cast<int>(dice.Between(1, 6));
  MakeProjects(dice, scenario);
  MakeGateway(dice, scenario);
  scenario.direct_workspaces = {"direct-a", "direct-b"};
  scenario.declared_workspaces = {"declared-a", "declared-b"};
  scenario.faults = MakeFaults(dice);
  scenario.chaos = dice.Between(absl::Minutes(3), absl::Minutes(15));
  if (scenario.crowded) scenario.chaos = absl::Minutes(2);
  scenario.think = dice.Between(absl::Seconds(1), absl::Seconds(20));
  const bool busy_host = dice.Chance(0.2);
  scenario.longest_task = busy_host ? absl::Milliseconds(300) : absl::Milliseconds(2);
  const bool slow_disk = dice.Chance(0.2);
  scenario.longest_commit = slow_disk ? absl::Milliseconds(1500) : absl::Milliseconds(20);
  const bool no_grace = dice.Chance(0.3);
  scenario.graces =
      no_grace ? std::vector<absl::Duration>{absl::ZeroDuration(), absl::Seconds(1)}
               : std::vector<absl::Duration>{absl::Seconds(5), absl::Seconds(45), absl::Minutes(2)};
  return scenario;
}

}  // namespace quiesce::simulation
