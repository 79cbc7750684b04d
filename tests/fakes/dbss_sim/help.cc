// The text of --help.

#include <algorithm>
#include <cstddef>
#include <string>

#include "tests/fakes/dbss_sim/command_line.h"
#include "tests/fakes/dbss_sim/fault_kinds.h"

namespace quiesce::dbss_sim {
namespace {

constexpr char kHelp[] =
    R"(dbss_sim - a simulated Huawei Cloud DBSS database O&M API, for tests and demos

Usage: dbss_sim [--flag=value ...]

Serves on 127.0.0.1, in plain HTTP and if told so in TLS, from memory:
  POST /v2/{project}/db-om/instances         the list of a project's instances
  POST /v1/{project}/db-om/{instance}/stop   stop one
  POST /v3/auth/tokens                       a token for a name and a password
  /_sim/...                                  the control interface: seed, start behind the
                                             client's back, plan faults, read the request log;
                                             described in tests/fakes/dbss_sim/control.h
Prints one line with its address for each port when it accepts connections. SIGTERM and SIGINT end
it.

Listening:
  --listen_port=0          port; 0 lets the system choose
  --port_file=PATH         write the port to this file, which appears complete, once ready
  --threads=128            connections served at one time; more wait
  --idle_timeout_s=300     close idle connections after that

A second port, for TLS, if one of --tls and --tls_cert is given:
  --tls=good               with a certificate made on the spot, for localhost and 127.0.0.1: good,
                           or a bad_host, expired, not_yet_valid or untrusted one. POST /_sim/tls
                           changes it.
  --tls_ca_file=PATH       write the authority that finds good certificates good, once ready
  --tls_cert=FILE          with this certificate, in PEM, ...
  --tls_key=FILE           ... and this key
  --tls_port=0             port; 0 lets the system choose
  --tls_port_file=PATH     write the port to this file, which appears complete, once ready

Who may call:
  --token=TEXT             accept this X-Auth-Token for every project; may be repeated.
                           Without any, calls are refused until one is seeded or issued.
  --user=NAME:PASSWORD:DOMAIN
                           may ask for tokens; may be repeated
  --key=ACCESS:SECRET      accept requests signed with this pair, for every project; may be
                           repeated

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

// A line for each kind of fault, and one for its parameters.
std::string FaultText() {
  std::string text = R"(
Faults, by POST /_sim/faults {"kind": NAME, ...}; tests/fakes/dbss_sim/fault_json.h tells the rest:
)";
  constexpr std::size_t kIndent = 39;
  for (const FaultKind& kind : FaultKinds()) {
    std::string line = "  " + kind.name;
    line.resize(std::max(kIndent, line.size() + 1), ' ');
    text += line + kind.what + "\n";
    // All errors take the same one.
    if (kind.parameters.empty() || kind.name.rfind("error:", 0) == 0) continue;
    text += std::string(kIndent, ' ') + "  " + kind.parameters + "\n";
  }
  return text + "All named error: take retry_after_s.\n";
}

}  // namespace

std::string HelpText() { return kHelp + FaultText(); }

}  // namespace quiesce::dbss_sim
