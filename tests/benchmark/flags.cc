#include "tests/benchmark/flags.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace quiesce::benchmark {

const char kHelp[] =
    R"(converge - how fast quiesced stops a fleet, against what the machine could do

Usage: bazel run -c opt //tests/benchmark:converge -- [--flag=value ...]

Starts a simulated cloud and a daemon with an empty store, declares a fleet of running instances by
one plan, applies it, and waits until all of them are observed stopped and that is durable. Before
it, in the same run: the same fleet stopped by a bare loop of HTTP requests from as many threads,
which is the limit, and bare commits on the same disk. Then kills the daemon, starts it again on its
store, and checks that nothing was lost and that no instance was asked twice to stop.

All of it twice: with a cloud that answers after --latency_ms, some ten times faster than the real
one; and, as *_without_latency, with one that answers at once, where what is compared is processor
time alone, the simulator's on the same machine included.

Prints lines of JSON on stdout, what it does on stderr. Exit status: 0; 1 when anything that must be
true is not; 64 for a wrong flag. Times mean nothing on a machine that is busy otherwise.

  --instances=20000      of the fleet, all of them running
  --projects=20          that they are spread over
  --workers=32           max_in_flight of the one credential, and threads of the bare loop
  --rounds=1             does all of it so often
  --powering_off_ms=100  how long a stopped instance shows "powering-off"
  --latency_ms=5         of every call to the cloud; 0: only the run without
  --timing="{...}"       the timing section of the daemon's configuration, see the first line
  --folder=PATH          where the databases are written; default: $TMPDIR, else /tmp
)";

namespace {

struct IntFlag {
  const char* name;
  int Flags::*field;
  int min;
  int max;
};

constexpr IntFlag kIntFlags[] = {
    {"instances", &Flags::instances, 1, 1000000},
    {"projects", &Flags::projects, 1, 1000},
    {"workers", &Flags::workers, 1, 256},
    {"rounds", &Flags::rounds, 1, 100},
    {"powering_off_ms", &Flags::powering_off_ms, 0, 60000},
    {"latency_ms", &Flags::latency_ms, 0, 4000},
};

struct TextFlag {
  const char* name;
  std::string Flags::*field;
};

constexpr TextFlag kTextFlags[] = {{"timing", &Flags::timing}, {"folder", &Flags::folder}};

std::string Set(const std::string& name, const std::string& value, Flags& flags) {
  for (const IntFlag& flag : kIntFlags) {
    if (name != flag.name) continue;
    int number = 0;
    if (!absl::SimpleAtoi(value, &number) || number < flag.min || number > flag.max) {
      return absl::StrCat("--", name, ": must be an integer from ", flag.min, " to ", flag.max);
    }
    flags.*flag.field = number;
    return "";
  }
  for (const TextFlag& flag : kTextFlags) {
    if (name != flag.name) continue;
    flags.*flag.field = value;
    return "";
  }
  return absl::StrCat("--", name, ": there is no such flag; see --help");
}

}  // namespace

std::string ParseFlags(const std::vector<std::string>& arguments, Flags& flags) {
  for (const std::string& argument : arguments) {
    if (argument == "--help" || argument == "-h") {
      flags.help = true;
      return "";
    }
    const size_t equals = argument.find('=');
    if (argument.rfind("--", 0) != 0 || equals == std::string::npos) {
      return absl::StrCat(argument, ": is not of the form --name=value; see --help");
    }
    std::string problem = Set(argument.substr(2, equals - 2), argument.substr(equals + 1), flags);
    if (!problem.empty()) return problem;
  }
  return "";
}

}  // namespace quiesce::benchmark
