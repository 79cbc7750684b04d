#include "tests/fakes/dbss_sim/command_line.h"

#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace quiesce::dbss_sim {

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

std::string AddKey(const std::string& text, std::vector<AccessKey>* keys) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    return "must be ACCESS:SECRET";
  }
  AccessKey key;
  key.access = text.substr(0, colon);
  key.secret = text.substr(colon + 1);
  keys->push_back(std::move(key));
  return "";
}

std::string SetCertificate(const std::string& text, std::optional<CertificateKind>* target) {
  *target = CertificateKindNamed(text);
  return *target ? "" : "must be one of: good, bad_host, expired, not_yet_valid, untrusted";
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
      {"key", [=](const std::string& text) { return AddKey(text, &result->keys); }},
      {"tls", [=](const std::string& text) { return SetCertificate(text, &result->certificate); }},
      {"tls_port", SetNumber(&result->options.tls_port, 0, 65535)},
      {"tls_port_file", SetText(&result->tls_port_file)},
      {"tls_ca_file", SetText(&result->tls_ca_file)},
      {"tls_cert", SetText(&result->tls_certificate_file)},
      {"tls_key", SetText(&result->tls_key_file)},
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
  if (result->tls_certificate_file.empty() != result->tls_key_file.empty()) {
    return result->tls_key_file.empty() ? "--tls_cert: needs --tls_key=FILE"
                                        : "--tls_key: needs --tls_cert=FILE";
  }
  result->options.tls = result->certificate || !result->tls_key_file.empty();
  const bool tls_meant = result->options.tls_port != 0 || !result->tls_port_file.empty() ||
                         !result->tls_ca_file.empty();
  if (tls_meant && !result->options.tls) {
    return "--tls_port, --tls_port_file, --tls_ca_file: need --tls or --tls_cert";
  }
  Apply(numbers, &result->options);
  return "";
}

}  // namespace quiesce::dbss_sim
