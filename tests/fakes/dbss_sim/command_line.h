// The flags of the dbss_sim program.

#ifndef TESTS_FAKES_DBSS_SIM_COMMAND_LINE_H_
#define TESTS_FAKES_DBSS_SIM_COMMAND_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/dbss_sim/certificates.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/fleet.h"
#include "tests/fakes/dbss_sim/key_book.h"
#include "tests/fakes/dbss_sim/token_book.h"

namespace quiesce::dbss_sim {

struct CommandLine {
  bool help = false;
  DbssSim::Options options;
  std::string port_file;
  std::vector<std::string> tokens;
  std::vector<User> users;
  std::vector<AccessKey> keys;
  std::optional<CertificateKind> certificate;  // What the TLS port shows first.
  std::string tls_port_file;
  std::string tls_ca_file;           // To be written.
  std::string tls_certificate_file;  // To be read.
  std::string tls_key_file;          // To be read.
  std::string fleet_file;            // Instead of the made-up fleet below.
  std::string write_fleet;
  int projects = 0;
  int instances = 0;
  FleetState state = FleetState::kRunning;
  double ha_share = 0;
  std::uint64_t seed = 1;
};

std::string HelpText();

// Parses --name=value arguments, without the program's name. Returns what is wrong, naming the
// flag; empty when nothing is.
std::string ParseCommandLine(const std::vector<std::string>& arguments, CommandLine* result);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_COMMAND_LINE_H_
