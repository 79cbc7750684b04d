#include "tests/fakes/dbss_sim/command_line.h"

#include <charconv>
#include <functional>
#include <map>
#include <utility>

namespace quiesce::dbss_sim {

const char kHelp[] =
    R"(dbss_sim - a simulated Huawei Cloud DBSS database O&M API, for tests and demos

Usage: dbss_sim [--flag=value ...]

Serves on 127.0.0.1, in plain HTTP, from memory:
  POST /v2/{project}/db-om/instances         the list of a project's instances
  POST /v1/{project}/db-om/{instance}/stop   stop one
  POST /v3/auth/tokens                       a token for a name and a password
  /_sim/...                                  the control interface: seed, start behind the
                                             client's back, plan faults, read the request log;
                                             described in tests/fakes/dbss_sim/control.h
Prints one line with its address when it accepts connections. SIGTERM and SIGINT end it.

Listening:
  --listen_port=0          port; 0 lets the system choose
  --port_file=PATH         write the port to this file, which appears complete, once ready
  --threads=128            connections served at one time; more wait
  --idle_timeout_s=300     close idle connections after that

Who may call:
  --token=TEXT             accept this X-Auth-Token for every project; may be repeated.
                           Without any, calls are refused until one is seeded or issued.
  --user=NAME:PASSWORD:DOMAIN
                           may ask for tokens; may be repeated

The fleet, empty unless one of these is given:
  --fleet=FILE             read it from a JSON file:
                           {"projects":[{"id":"...","name":"...","instances":[
                             {"id":"...","name":"...","ha":false,"state":"running"}]}]}
  --projects=N             make up N projects, whose ids depend on --seed alone, ...
  --instances=N            ... with N instances in all, named like billing-om-01
  --state=running          of the made-up instances: running, stopped or mixed
  --ha_share=0.0           part of them that are a pair of servers, 0 to 1
  --seed=1                 another seed gives other ids
  --write_fleet=FILE       write the fleet in the format of --fleet, before listening

How it behaves:
  --visible_lag_ms=0       after an accepted stop the list still shows ACTIVE/NO_TASK,
  --powering_off_ms=0      then ACTIVE/powering-off,
  --finishing_ms=0         then SHUTOFF/powering-off, and at last SHUTOFF/NO_TASK
  --standby_extra_ms=0     the second server of a pair takes longer to power off
  --latency_ms=0           every call takes that long before it has its effect
  --stop_in_wrong_state=error
                           stop of what is not running: error (400 DBSS.10020131),
                           success (200, nothing happens) or failed (200 "failed")

Exit status: 0 after a signal, 1 when the port is taken or a file cannot be used, 64 for a wrong
flag.

Example:
  dbss_sim --projects=3 --instances=300 --ha_share=0.2 --token=demo --port_file=/tmp/sim.port
  curl -s "http://127.0.0.1:$(cat /tmp/sim.port)/_sim/fleet"
)";

namespace {

// Sets a flag from its text and returns what is wrong with it, empty when nothing is.
using Setter = std::function<std::string(const std::string&)>;

template <typename Number>
Setter SetNumber(Number* target, std::int64_t min, std::int64_t max) {
  return [=](const std::string& text) -> std::string {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) {
      return "must be an integer from " + std::to_string(min) + " to " + std::to_string(max);
    }
    *target = static_cast<Number>(value);
    return "";
  };
}

Setter SetText(std::string* target) {
  return [=](const std::string& text) -> std::string {
    if (text.empty()) return "must not be empty";
    *target = text;
    return "";
  };
}

template <typename Choice>
Setter SetChoice(Choice* target, std::map<std::string, Choice> choices) {
  return [=](const std::string& text) -> std::string {
    const auto found = choices.find(text);
    if (found != choices.end()) {
      *target = found->second;
      return "";
    }
    std::string names;
    for (const auto& [name, choice] : choices) names += (names.empty() ? "" : ", ") + name;
    return "must be one of: " + names;
  };
}

std::string SetShare(const std::string& text, double* target) {
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0 && value <= 1)) {
    return "must be a number from 0 to 1";
  }
  *target = value;
  return "";
}

std::string AddUser(const std::string& text, std::vector<User>* users) {
  const std::size_t first = text.find(':');
  const std::size_t last = text.rfind(':');
  if (first == std::string::npos || first == last || first == 0 || last == first + 1 ||
      last + 1 == text.size()) {
    return "must be NAME:PASSWORD:DOMAIN";
  }
  users->push_back(
      {text.substr(0, first), text.substr(first + 1, last - first - 1), text.substr(last + 1)});
  return "";
}

// The numbers that need converting once all flags are known.
struct Numbers {
  std::int64_t idle_timeout_s = 300;
  std::int64_t visible_lag_ms = 0;
  std::int64_t powering_off_ms = 0;
  std::int64_t finishing_ms = 0;
  std::int64_t standby_extra_ms = 0;
  std::int64_t latency_ms = 0;
};

std::map<std::string, Setter> Setters(CommandLine* result, Numbers* numbers) {
  constexpr std::int64_t kDayMs = 86'400'000;
  return {
      {"listen_port", SetNumber(&result->options.port, 0, 65535)},
      {"port_file", SetText(&result->port_file)},
      {"threads", SetNumber(&result->options.threads, 1, 10000)},
      {"idle_timeout_s", SetNumber(&numbers->idle_timeout_s, 1, 86400)},
      {"token",
       [=](const std::string& text) -> std::string {
         if (text.empty()) return "must not be empty";
         result->tokens.push_back(text);
         return "";
       }},
      {"user", [=](const std::string& text) { return AddUser(text, &result->users); }},
      {"fleet", SetText(&result->fleet_file)},
      {"write_fleet", SetText(&result->write_fleet)},
      {"projects", SetNumber(&result->projects, 0, 100000)},
      {"instances", SetNumber(&result->instances, 0, 10'000'000)},
      {"state", SetChoice<FleetState>(&result->state, {{"running", FleetState::kRunning},
                                                       {"stopped", FleetState::kStopped},
                                                       {"mixed", FleetState::kMixed}})},
      {"ha_share", [=](const std::string& text) { return SetShare(text, &result->ha_share); }},
      {"seed", SetNumber(&result->seed, 0, INT64_MAX)},
      {"visible_lag_ms", SetNumber(&numbers->visible_lag_ms, 0, kDayMs)},
      {"powering_off_ms", SetNumber(&numbers->powering_off_ms, 0, kDayMs)},
      {"finishing_ms", SetNumber(&numbers->finishing_ms, 0, kDayMs)},
      {"standby_extra_ms", SetNumber(&numbers->standby_extra_ms, 0, kDayMs)},
      {"latency_ms", SetNumber(&numbers->latency_ms, 0, kDayMs)},
      {"stop_in_wrong_state",
       SetChoice<WrongStateAnswer>(&result->options.settings.stop_in_wrong_state,
                                   {{"error", WrongStateAnswer::kError},
                                    {"success", WrongStateAnswer::kSuccess},
                                    {"failed", WrongStateAnswer::kFailed}})},
  };
}

void Apply(const Numbers& numbers, DbssSim::Options* options) {
  using std::chrono::milliseconds;
  options->idle_timeout = std::chrono::seconds(numbers.idle_timeout_s);
  for (PowerTimeline& timeline : options->timelines) {
    timeline.visible_lag = milliseconds(numbers.visible_lag_ms);
    timeline.powering = milliseconds(numbers.powering_off_ms);
    timeline.finishing = milliseconds(numbers.finishing_ms);
  }
  options->timelines[1].powering += milliseconds(numbers.standby_extra_ms);
  options->settings.list_latency = milliseconds(numbers.latency_ms);
  options->settings.stop_latency = milliseconds(numbers.latency_ms);
  options->settings.token_latency = milliseconds(numbers.latency_ms);
}

}  // namespace

std::string ParseCommandLine(const std::vector<std::string>& arguments, CommandLine* result) {
  Numbers numbers;
  const std::map<std::string, Setter> setters = Setters(result, &numbers);
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h") {
      result->help = true;
      return "";
    }
    if (argument.rfind("--", 0) != 0) return argument + ": is not a flag; see --help";
    const std::size_t equals = argument.find('=');
    const std::string flag = argument.substr(0, equals);
    const auto setter = setters.find(flag.substr(2));
    if (setter == setters.end()) return flag + ": there is no such flag; see --help";
    if (equals == std::string::npos) return flag + ": needs a value: " + flag + "=...";
    const std::string problem = setter->second(argument.substr(equals + 1));
    if (!problem.empty()) return flag + ": " + problem;
  }
  const bool made_up = result->projects > 0 || result->instances > 0;
  if (made_up && !result->fleet_file.empty()) return "--fleet: excludes --projects, --instances";
  if (result->instances > 0 && result->projects == 0) return "--instances: needs --projects=N";
  Apply(numbers, &result->options);
  return "";
}

}  // namespace quiesce::dbss_sim
