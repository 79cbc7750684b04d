// The pairs of access key and secret key that the simulated gateway knows, and its judgement of a
// signed request (daemon/cloud/API.md 4, 5.5). Thread-safe.

#ifndef TESTS_FAKES_DBSS_SIM_KEY_BOOK_H_
#define TESTS_FAKES_DBSS_SIM_KEY_BOOK_H_

#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

// So many failures in a row lock a key ...
inline constexpr int kFailuresToLock = 5;
// ... for so long.
inline constexpr std::chrono::minutes kLockTime{5};
// By how much X-Sdk-Date may differ from the gateway's clock.
inline constexpr std::chrono::minutes kMaxClockSkew{15};

struct AccessKey {
  std::string access;
  std::string secret;
  // Of a temporary pair: X-Security-Token must be this.
  std::optional<std::string> security_token;
  // The projects whose API it opens; nullopt opens all.
  std::optional<std::set<std::string, std::less<>>> projects;
  std::optional<SimTime> expires;   // Never, when not set.
  std::string expires_at;           // The same moment as text, for the error message.
  std::string user;                 // For quotas; the access key itself when empty.
  bool secret_unavailable = false;  // The gateway answers "Get secretKey failed".
};

class KeyBook {
 public:
  struct Judgement {
    bool authenticated = false;
    bool project_allowed = false;
    std::string user;         // When authenticated.
    std::string sub_message;  // Of 401 APIGW.0301, when not.
  };

  // Replaces the key of that name, which is unlocked then.
  void Put(AccessKey key);

  // False when there was none.
  bool Remove(std::string_view access);

  // Judges the header Authorization of `request`, which must be there. `wall` is the gateway's
  // clock.
  Judgement Judge(const ApiRequest& request, std::string_view project, SimTime now,
                  std::chrono::system_clock::time_point wall);

  // Unlocks all keys.
  void ForgetFailures();

 private:
  struct Entry {
    AccessKey key;
    int failures = 0;  // In a row.
    std::optional<SimTime> locked_until;
  };

  // What is wrong with the request, as the sub-message says; empty when nothing is.
  static std::string ProblemOf(const ApiRequest& request, Entry* entry, SimTime now,
                               std::chrono::system_clock::time_point wall);

  std::mutex mutex_;
  std::unordered_map<std::string, Entry> keys_;  // Guarded by mutex_.
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_KEY_BOOK_H_
