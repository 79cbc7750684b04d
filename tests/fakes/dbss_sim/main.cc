// The program dbss_sim; see --help, or help.cc.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fakes/dbss_sim/command_line.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/fleet.h"
#include "tests/fakes/dbss_sim/fleet_json.h"

namespace quiesce::dbss_sim {
namespace {

constexpr int kUsageError = 64;

void Complain(const std::string& message) {
  std::fprintf(stderr, "dbss_sim: %s\n", message.c_str());
}

// The file is there complete or not at all, so that who waits for it never reads half of it.
bool WriteWhole(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  {
    std::ofstream file(temporary, std::ios::trunc | std::ios::binary);
    file << text;
    file.close();
    if (!file) return false;
  }
  return std::rename(temporary.c_str(), path.c_str()) == 0;
}

std::optional<std::string> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (file) return text.str();
  Complain(path + ": cannot be read");
  return std::nullopt;
}

std::optional<std::vector<ProjectSeed>> ReadFleet(const std::string& path) {
  const auto text = ReadWhole(path);
  if (!text) return std::nullopt;
  const auto root = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) {
    Complain(path + ": is not JSON");
    return std::nullopt;
  }
  FieldProblem problem;
  std::vector<ProjectSeed> fleet = FleetFromJson(root, &problem);
  if (problem.found()) {
    Complain(path + ": " + problem.field + " " + problem.problem);
    return std::nullopt;
  }
  return fleet;
}

bool SeedFleet(const CommandLine& flags, DbssSim* sim) {
  std::vector<ProjectSeed> fleet;
  if (!flags.fleet_file.empty()) {
    auto read = ReadFleet(flags.fleet_file);
    if (!read) return false;
    fleet = *std::move(read);
  } else {
    fleet = MakeFleet(flags.projects, flags.instances, flags.state, flags.ha_share, flags.seed);
  }
  const std::string conflict = SeedCloud(fleet, &sim->cloud());
  if (!conflict.empty()) {
    Complain(flags.fleet_file + ": " + conflict);
    return false;
  }
  if (flags.write_fleet.empty()) return true;
  if (WriteWhole(flags.write_fleet, FleetToJson(fleet).dump(1) + "\n")) return true;
  Complain(flags.write_fleet + ": cannot be written");
  return false;
}

// False, having said so, when the files that were named are of no use.
bool ReadIdentity(const CommandLine& flags, DbssSim::Options* options) {
  if (flags.tls_key_file.empty()) return true;
  const auto certificate = ReadWhole(flags.tls_certificate_file);
  const auto key = ReadWhole(flags.tls_key_file);
  if (!certificate || !key) return false;
  options->tls_identity = TlsIdentity{*certificate, *key};
  if (MakeTlsContext(*options->tls_identity) != nullptr) return true;
  Complain(flags.tls_certificate_file + ", " + flags.tls_key_file +
           ": are not a certificate and its key in PEM");
  return false;
}

bool WriteIfAsked(const std::string& path, const std::string& text) {
  if (path.empty() || WriteWhole(path, text)) return true;
  Complain(path + ": cannot be written");
  return false;
}

// Says where it listens; in the files last, because they are what others wait for.
bool Announce(const CommandLine& flags, const DbssSim& sim) {
  if (!WriteIfAsked(flags.tls_ca_file, sim.tls_authority()) ||
      !WriteIfAsked(flags.tls_port_file, std::to_string(sim.tls_port()) + "\n") ||
      !WriteIfAsked(flags.port_file, std::to_string(sim.port()) + "\n")) {
    return false;
  }
  std::printf("dbss_sim: listening on %s\n", sim.endpoint().c_str());
  if (sim.tls_port() != 0) std::printf("dbss_sim: listening on %s\n", sim.tls_endpoint().c_str());
  std::fflush(stdout);
  return true;
}

int Run(const CommandLine& flags) {
  // Blocked before the first thread is started, so that all threads inherit it and the signal waits
  // for sigwait().
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  DbssSim::Options options = flags.options;
  if (!ReadIdentity(flags, &options)) return 1;
  DbssSim sim(options);
  for (const std::string& token : flags.tokens) sim.AddToken(token);
  for (const User& user : flags.users) sim.tokens().PutUser(user);
  for (const AccessKey& key : flags.keys) sim.keys().Put(key);
  if (flags.certificate) sim.ShowCertificate(*flags.certificate);
  if (!SeedFleet(flags, &sim)) return 1;
  if (!sim.Start()) {
    const int taken = sim.port() > 0 ? options.tls_port : options.port;
    Complain("port " + std::to_string(taken) + " is taken");
    return 1;
  }
  if (!Announce(flags, sim)) return 1;
  int signal = 0;
  sigwait(&signals, &signal);
  sim.Stop();
  return 0;
}

}  // namespace
}  // namespace quiesce::dbss_sim

int main(int argc, char** argv) {
  using quiesce::dbss_sim::CommandLine;
  CommandLine flags;
  const std::string problem =
      quiesce::dbss_sim::ParseCommandLine(std::vector<std::string>(argv + 1, argv + argc), &flags);
  if (!problem.empty()) {
    quiesce::dbss_sim::Complain(problem);
    return quiesce::dbss_sim::kUsageError;
  }
  if (flags.help) {
    std::fputs(quiesce::dbss_sim::HelpText().c_str(), stdout);
    return 0;
  }
  return quiesce::dbss_sim::Run(flags);
}
