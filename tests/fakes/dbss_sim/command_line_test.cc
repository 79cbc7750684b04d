#include "tests/fakes/dbss_sim/command_line.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/dbss_sim/fault_kinds.h"

namespace quiesce::dbss_sim {
namespace {

using std::chrono::milliseconds;

TEST(CommandLineTest, WithoutFlagsTheFleetIsEmptyAndThePortIsChosenByTheSystem) {
  CommandLine flags;
  EXPECT_EQ(ParseCommandLine({}, &flags), "");
  EXPECT_FALSE(flags.help);
  EXPECT_FALSE(flags.options.tls);
  EXPECT_EQ(flags.options.port, 0);
  EXPECT_EQ(flags.options.threads, 128);
  EXPECT_EQ(flags.projects, 0);
}

TEST(CommandLineTest, EveryFlagHasItsEffect) {
  CommandLine flags;
  EXPECT_EQ(ParseCommandLine({"--listen_port=8080",
                              "--port_file=/p",
                              "--threads=9",
                              "--idle_timeout_s=8",
                              "--token=a",
                              "--token=b",
                              "--user=name:pass:word:domain",
                              "--write_fleet=/w",
                              "--projects=3",
                              "--instances=30",
                              "--state=mixed",
                              "--ha_share=0.25",
                              "--seed=7",
                              "--visible_lag_ms=1",
                              "--powering_off_ms=2",
                              "--finishing_ms=3",
                              "--standby_extra_ms=4",
                              "--latency_ms=5",
                              "--stop_in_wrong_state=success",
                              "--key=AK:SK:with:colons",
                              "--tls=expired",
                              "--tls_port=8443",
                              "--tls_port_file=/tp",
                              "--tls_ca_file=/ca",
                              "--tls_cert=/c",
                              "--tls_key=/k"},
                             &flags),
            "");
  EXPECT_EQ(flags.options.port, 8080);
  EXPECT_EQ(flags.port_file, "/p");
  EXPECT_EQ(flags.options.threads, 9);
  EXPECT_EQ(flags.options.idle_timeout, std::chrono::seconds(8));
  EXPECT_EQ(flags.tokens, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(flags.users.size(), 1u);
  EXPECT_EQ(flags.users[0].name, "name");
  EXPECT_EQ(flags.users[0].password, "pass:word");
  EXPECT_EQ(flags.users[0].domain, "domain");
  ASSERT_EQ(flags.keys.size(), 1u);
  EXPECT_EQ(flags.keys[0].access, "AK");
  EXPECT_EQ(flags.keys[0].secret, "SK:with:colons");
  EXPECT_TRUE(flags.options.tls);
  EXPECT_EQ(flags.certificate, CertificateKind::kExpired);
  EXPECT_EQ(flags.options.tls_port, 8443);
  EXPECT_EQ(flags.tls_port_file, "/tp");
  EXPECT_EQ(flags.tls_ca_file, "/ca");
  EXPECT_EQ(flags.tls_certificate_file, "/c");
  EXPECT_EQ(flags.tls_key_file, "/k");
  EXPECT_EQ(flags.write_fleet, "/w");
  EXPECT_EQ(flags.projects, 3);
  EXPECT_EQ(flags.instances, 30);
  EXPECT_EQ(flags.state, FleetState::kMixed);
  EXPECT_EQ(flags.ha_share, 0.25);
  EXPECT_EQ(flags.seed, 7u);
  EXPECT_EQ(flags.options.timelines[0].visible_lag, milliseconds(1));
  EXPECT_EQ(flags.options.timelines[0].powering, milliseconds(2));
  EXPECT_EQ(flags.options.timelines[1].powering, milliseconds(6));
  EXPECT_EQ(flags.options.timelines[1].finishing, milliseconds(3));
  EXPECT_EQ(flags.options.settings.stop_latency, milliseconds(5));
  EXPECT_EQ(flags.options.settings.stop_in_wrong_state, WrongStateAnswer::kSuccess);
}

TEST(CommandLineTest, AWrongFlagIsNamed) {
  for (const std::string argument :
       {"--listen_port=x", "--listen_port=70000", "--listen_port=", "--threads=0",
        "--token=", "--user=a:b", "--state=asleep", "--ha_share=1.1", "--ha_share=x", "--nothing=1",
        "--seed", "--instances=5", "--key=AK", "--tls=maybe", "--tls_cert=/c", "--tls_key=/k"}) {
    CommandLine flags;
    const std::string problem = ParseCommandLine({argument}, &flags);
    EXPECT_EQ(problem.rfind(argument.substr(0, argument.find('=')) + ":", 0), 0u)
        << argument << " -> " << problem;
  }
  CommandLine flags;
  EXPECT_EQ(ParseCommandLine({"stray"}, &flags), "stray: is not a flag; see --help");
  EXPECT_NE(ParseCommandLine({"--fleet=f", "--projects=1"}, &flags), "");
  EXPECT_NE(ParseCommandLine({"--tls_port=1"}, &flags), "");
}

TEST(CommandLineTest, HelpNamesEveryFlag) {
  CommandLine flags;
  EXPECT_EQ(ParseCommandLine({"--help"}, &flags), "");
  EXPECT_TRUE(flags.help);
  const std::string help = HelpText();
  for (const char* flag : {"--listen_port",
                           "--port_file",
                           "--threads",
                           "--idle_timeout_s",
                           "--token",
                           "--user",
                           "--fleet",
                           "--projects",
                           "--instances",
                           "--state",
                           "--ha_share",
                           "--seed",
                           "--write_fleet",
                           "--visible_lag_ms",
                           "--powering_off_ms",
                           "--finishing_ms",
                           "--standby_extra_ms",
                           "--latency_ms",
                           "--stop_in_wrong_state",
                           "--key",
                           "--tls",
                           "--tls_port",
                           "--tls_port_file",
                           "--tls_ca_file",
                           "--tls_cert",
                           "--tls_key"}) {
    EXPECT_NE(help.find(std::string("  ") + flag + "="), std::string::npos) << flag;
  }
  for (const FaultKind& kind : FaultKinds()) {
    EXPECT_NE(help.find("\n  " + kind.name + " "), std::string::npos) << kind.name;
  }
}

}  // namespace
}  // namespace quiesce::dbss_sim
