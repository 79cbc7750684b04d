// The tokens that the simulated gateway accepts and the users that may ask for one
// (daemon/cloud/API.md 5.2). Thread-safe; never blocks for long.

#ifndef TESTS_FAKES_DBSS_SIM_TOKEN_BOOK_H_
#define TESTS_FAKES_DBSS_SIM_TOKEN_BOOK_H_

#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

struct TokenGrant {
  // The projects whose API the token opens; nullopt opens all. A real token has one.
  std::optional<std::set<std::string, std::less<>>> projects;
  std::optional<SimTime> expires;  // Never, when not set.
  // When set, from then on the verdict is not what the rest says but this one.
  std::optional<SimTime> revoked;
  bool revoked_is_update = false;  // Then the gateway asks for an update, rather than not know it.
  std::string expires_at;          // The same moment as text, for the error message.
  bool must_be_updated = false;    // The gateway answers APIGW.0307, as to one of another region.
  bool issued = false;             // By the token endpoint, rather than seeded.
  std::string user;                // Whose it is, for quotas and revocation; may be empty.
};

struct User {
  std::string name;
  std::string password;
  std::string domain;
};

class TokenBook {
 public:
  enum class Verdict { kValid, kUnknown, kExpired, kMustBeUpdated, kOtherProject };

  struct Checked {
    Verdict verdict = Verdict::kUnknown;
    std::string expires_at;  // Of an expired token.
    std::string user;        // Whose it is; the token itself when nobody's. Empty for kUnknown.
  };

  // Replaces what the book has for `token`.
  void Put(std::string_view token, TokenGrant grant);

  // The token is unknown from now on: the gateway cannot decrypt it.
  void Remove(std::string_view token);

  enum class Revoked { kUnknown, kExpired, kMustBeUpdated };

  // The end of the tokens of a user before their time, as after a change of the password: from
  // `from` on they are what `as` says. Returns how many there are.
  int RevokeAllOf(std::string_view user, Revoked as, SimTime from, const std::string& from_text);

  Checked Check(std::string_view token, std::string_view project, SimTime now) const;

  // Replaces a user of that name in that domain.
  void PutUser(User user);

  // Whether these are the name, domain and password of a user. Names a wrong password and an
  // unknown user alike, as the cloud does.
  bool Authenticates(const User& user) const;

  // Forgets the tokens that the endpoint issued; seeded tokens and users stay.
  void ForgetIssued();

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, TokenGrant> tokens_;
  std::unordered_map<std::string, User> users_;  // By domain, a NUL, and name.
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_TOKEN_BOOK_H_
