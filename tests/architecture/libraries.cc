#include "tests/architecture/libraries.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/path_pattern.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

struct Library {
  std::vector<std::string_view> headers;  // patterns
  std::vector<std::string_view> files;    // patterns: who may include them
  std::string_view why;
};

const std::vector<Library>& Libraries() {
  static const auto* const kLibraries = new std::vector<Library>{
      {{"httplib.h"},
       {"daemon/cloud/http_connection.cc", "tests/**"},
       "One file makes HTTP requests, so one file shows that it sends each only once"},
      {{"nlohmann/**"},
       {"daemon/cloud/response_parser.cc", "daemon/cloud/list_reader.cc",
        "daemon/cloud/auth/iam_answer.cc", "tests/**"},
       "What the cloud answers is untrusted, and few parsers take care of that"},
      {{"sqlite3.h"},
       {"daemon/store/sqlite_*", "tests/**"},
       "No code but SQLite may open the database, and another backend must not meet SQLite's "
       "types"},
      {{"yaml-cpp/**"},
       {"daemon/config/yaml/**"},
       "One strict reader for manifests and configurations, with one behaviour"},
      {{"CLI/**"},
       {"client/cli/option_parser.cc"},
       "It takes seconds to compile, and only one file needs it"},
      {{"openssl/**"},
       {"daemon/base/sha256.cc", "daemon/cloud/**", "tests/**"},
       "Cryptography has few places, which are easy to review"},
      {{"grpcpp/**", "grpc/**", "google/protobuf/**", "google/rpc/**", "quiesce/v1/**"},
       {"daemon/rpc/**", "daemon/app/**", "client/**", "tests/**"},
       "The API is one way to reach the engine; what decides and records knows nothing of it"},
      {{"gtest/**", "gmock/**"}, {"tests/**"}, "Only tests link GoogleTest"},
      {{"absl/**"}, {"**"}, ""},
  };
  return *kLibraries;
}

bool IsOfThisRepository(std::string_view include) {
  return MatchesAny({"daemon/**", "client/**", "tests/**"}, include);
}

// Of C++ (no dot), C or POSIX.
bool IsOfTheSystem(std::string_view include) {
  if (!Contains(include, ".") && !Contains(include, "/")) return true;
  return MatchesAny(
      {"sys/*.h",   "net/*.h",    "netinet/*.h", "arpa/*.h",   "linux/*.h", "dirent.h", "dlfcn.h",
       "errno.h",   "fcntl.h",    "grp.h",       "inttypes.h", "limits.h",  "netdb.h",  "poll.h",
       "pthread.h", "pwd.h",      "sched.h",     "signal.h",   "spawn.h",   "stddef.h", "stdint.h",
       "stdio.h",   "stdlib.h",   "string.h",    "syslog.h",   "termios.h", "time.h",   "unistd.h",
       "malloc.h",  "langinfo.h", "locale.h"},
      include);
}

}  // namespace

std::vector<Finding> CheckLibraries(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!IsCpp(file.path)) return findings;
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& include = file.lines[i].include;
    if (include.empty() || IsOfThisRepository(include) || IsOfTheSystem(include)) continue;
    const Library* library = nullptr;
    for (const Library& row : Libraries()) {
      if (MatchesAny(row.headers, include)) library = &row;
    }
    if (library == nullptr) {
      findings.push_back({i + 1, include,
                          Concat({include,
                                  " is neither a path from the root of the repository nor a "
                                  "library of the table in libraries.cc"}),
                          "Who may use a library is decided when it is first used"});
    } else if (!MatchesAny(library->files, file.path)) {
      findings.push_back(
          {i + 1, include, Concat({"may not include ", include}), std::string(library->why)});
    }
  }
  return findings;
}

}  // namespace quiesce::architecture
