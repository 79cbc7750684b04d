#ifndef QUIESCE_TESTS_BENCHMARK_FLAGS_H_
#define QUIESCE_TESTS_BENCHMARK_FLAGS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace quiesce::benchmark {

// The flags of the converge program.
struct Flags {
  bool help = false;
  int instances = 20000;
  int projects = 20;
  int workers = 32;
  int rounds = 1;
  int powering_off_ms = 100;
  int latency_ms = 5;
  // settle: longer than call_deadline, and short, though nothing here should ever wait for it.
  // list_active: shorter ones make the lists (1,000 instances each) compete with the calls.
  std::string timing =
      "{call_deadline: 5s, settle: 6s, list_idle: 60s, list_active: 1s, look_max_age: 30s}";
  std::string folder;  // empty: TMPDIR, else /tmp
  absl::Duration patience = absl::Minutes(5);
};

// The text of --help.
extern const char kHelp[];

// Parses --name=value arguments, without the program's name. Returns what is wrong, naming the
// flag; empty when nothing is.
std::string ParseFlags(const std::vector<std::string>& arguments, Flags& flags);

}  // namespace quiesce::benchmark

#endif  // QUIESCE_TESTS_BENCHMARK_FLAGS_H_
