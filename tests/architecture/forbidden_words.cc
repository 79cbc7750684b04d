#include "tests/architecture/forbidden_words.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/architecture/path_pattern.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

struct Ban {
  std::vector<std::string_view> files;    // patterns
  std::vector<std::string_view> headers;  // patterns
  std::vector<std::string_view> words;    // in code
  std::string_view why;
};

std::vector<Finding> Check(const Ban& ban, const SourceFile& file) {
  std::vector<Finding> findings;
  if (!IsCpp(file.path) || !MatchesAny(ban.files, file.path)) return findings;
  const auto add = [&](size_t index, std::string_view subject, std::string what) {
    findings.push_back({index + 1, std::string(subject), std::move(what), std::string(ban.why)});
  };
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const Line& line = file.lines[i];
    if (MatchesAny(ban.headers, line.include)) {
      add(i, line.include, Concat({"may not include ", line.include}));
    }
    for (const std::string_view word : ban.words) {
      if (Mentions(line.code, word)) add(i, word, Concat({"may not mention ", word}));
    }
  }
  return findings;
}

// The beginning and the parts of the paths of the two requests that the daemon makes, and the one
// by which it logs in.
constexpr std::string_view kPathParts[] = {
    "/v1/", "/v2/", "/db-om/", "/db-om/instances", "/stop", "/v3/auth/tokens?nocatalog=true"};

// What the literals of a path look like. "/?#" and the like are characters that are looked for.
bool LooksLikeAPath(std::string_view literal) {
  return literal.size() > 1 && literal[0] == '/' &&
         literal.find_first_not_of("/?#%&=:@") != std::string_view::npos;
}

bool EndsWithAny(const std::string& text, const std::vector<std::string_view>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&text](std::string_view ending) { return EndsWith(text, ending); });
}

}  // namespace

std::vector<Finding> CheckThreads(const SourceFile& file) {
  static const auto* const kBan =
      new Ban{{"daemon/core/**", "daemon/engine/**", "daemon/store/**"},
              {"daemon/base/mutex.h", "absl/synchronization/*", "thread", "mutex", "shared_mutex",
               "condition_variable", "future", "pthread.h"},
              {"std::thread",
               "std::jthread",
               "std::this_thread",
               "thread_local",
               "std::mutex",
               "std::shared_mutex",
               "std::recursive_mutex",
               "std::timed_mutex",
               "std::lock_guard",
               "std::unique_lock",
               "std::scoped_lock",
               "std::condition_variable",
               "std::condition_variable_any",
               "std::async",
               "std::future",
               "std::promise",
               "std::call_once",
               "absl::Mutex",
               "absl::MutexLock",
               "absl::CondVar",
               "absl::Notification",
               "pthread_create"},
              "They run single-threaded under virtual time in tests/simulation: threads belong to "
              "adapters"};
  return Check(*kBan, file);
}

std::vector<Finding> CheckHiddenInputs(const SourceFile& file) {
  static const auto* const kBan = new Ban{
      {"daemon/core/**", "daemon/engine/**", "daemon/store/*_operations.*",
       "daemon/store/sqlite_*"},
      {"absl/time/clock.h", "absl/random/**", "chrono", "random", "ctime", "time.h", "iostream",
       "sys/random.h", "sys/time.h"},
      {"absl::Now", "absl::GetCurrentTimeNanos", "SystemClock", "SystemRandom", "std::chrono",
       "clock_gettime", "gettimeofday", "std::rand", "std::random_device", "getenv"},
      "A run of tests/simulation must be repeatable: clock and random source are passed in"};
  return Check(*kBan, file);
}

std::vector<Finding> CheckSleeps(const SourceFile& file) {
  static const auto* const kBan = new Ban{
      {"daemon/**", "client/**", "tests/**"},
      {},
      {"sleep_for", "sleep_until", "usleep", "nanosleep", "clock_nanosleep", "sleep(",
       "absl::SleepFor", "AbslInternalSleepFor"},
      "A sleep is too long or too short: wait for the event, with a clock that a test can move"};
  return Check(*kBan, file);
}

std::vector<Finding> CheckCloudRequests(const SourceFile& file) {
  static constexpr char kWhy[] =
      "Quiesced can only ever stop: its credential needs no other permission, which is a promise "
      "about security";
  std::vector<Finding> findings;
  if (!IsCpp(file.path) || !Matches("daemon/**", file.path)) return findings;
  const bool is_cloud = Matches("daemon/cloud/**", file.path);
  static const auto* const kMethods =
      new Ban{{"daemon/cloud/**"},
              {},
              {".Delete(", "->Delete(", ".Put(", "->Put(", ".Patch(", "->Patch("},
              kWhy};
  findings = Check(*kMethods, file);
  for (size_t i = 0; i < file.lines.size(); ++i) {
    for (const std::string& literal : file.lines[i].literals) {
      const bool is_known =
          std::find(std::begin(kPathParts), std::end(kPathParts), literal) != std::end(kPathParts);
      const bool is_method = literal == "DELETE" || literal == "PUT" || literal == "PATCH";
      const bool is_action =
          EndsWithAny(ToLower(literal),
                      {"/start", "/reboot", "/restart", "/delete", "/reset", "/bind", "/unbind"});
      const bool is_unknown_path = is_cloud && LooksLikeAPath(literal) && !is_known;
      if (!is_method && !is_action && !is_unknown_path) continue;
      findings.push_back(
          {i + 1, literal,
           Concat({"\"", literal, "\" is no part of the two requests, list and stop"}), kWhy});
    }
  }
  return findings;
}

}  // namespace quiesce::architecture
