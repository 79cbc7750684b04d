#ifndef QUIESCE_DAEMON_CLOUD_AUTH_TOKEN_CACHE_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_TOKEN_CACHE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "daemon/base/random.h"
#include "daemon/base/time.h"
#include "daemon/cloud/auth/evidence.h"
#include "daemon/cloud/auth/iam_answer.h"

namespace quiesce::cloud::auth {

// The tokens that one password gave, one for each project, and when to fetch the next. Pure: time
// is an argument.
//
// A token is renewed between limits::kRenewTokenFrom and kRenewTokenUntil of its life, at a moment
// drawn for each, and used until its successor is there or its end. One that the cloud refuses is
// dropped, and renewed once: a token that is refused before it worked, or within
// limits::kMinTokenUse of its fetch, is not the token's fault, and its project rests for
// limits::kRejectedProbe. However short the life of a token is, the next one of its project is
// fetched limits::kMinTokenFetchGap later at the earliest, unless the password changes.
//
// A password that IAM refuses is not sent again for as long, for whichever project: IAM locks the
// account of who guesses. Only when it gave a token to another project, and this one never had one,
// this project alone rests.
class TokenCache {
 public:
  enum class Trouble : uint8_t {
    kNone,
    kPasswordRefused,  // of all projects
    kProjectRefused,   // IAM gives none for this project
    kTokenRefused,     // the gateway takes none
    kNoToken,          // IAM does not answer, or has a fault
  };
  struct Token {
    std::string text;
    uint64_t version = 0;  // 0: there is none
    uint64_t password = 0;
    SteadyTime fetched_at;
    SteadyTime expires_at;  // on our time line
    SteadyTime renew_at;
    absl::Time wall_expires_at;
  };
  struct Project {
    Token token;
    bool worked = false;  // the token was accepted
    SteadyTime last_good = SteadyTime::Never();
    SteadyTime next_try;  // no fetch before
    SteadyTime last_try = SteadyTime::Never();
    uint64_t last_password = 0;  // with which it had a token
    int failures = 0;
    Trouble trouble = Trouble::kNone;
    std::string problem;  // of the trouble; safe to show
  };
  struct Found {
    enum class Kind : uint8_t { kSend, kWait, kRefuse };
    Kind kind = Kind::kRefuse;
    const Token* token = nullptr;  // to send; valid until the next call
  };
  struct Fetch {
    std::string project_id;
    SteadyTime at;
  };

  explicit TokenCache(Random* random) : random_(random) {}

  // The source holds this password now; 0: none, and no token of it is used any more. A number
  // never comes back for another password. Tokens of the one before are used until the new one
  // gave others.
  void OfferPassword(uint64_t password, SteadyTime now);

  // For one request. From the first one on the project's tokens are renewed.
  Found Find(const std::string& project_id, SteadyTime now);

  // The next fetch, due now or later; nothing while one is under way or nobody wants one.
  std::optional<Fetch> NextFetch() const;
  void Started(const std::string& project_id, SteadyTime now);
  void Ended(const std::string& project_id, uint64_t password, const TokenAnswer& answer,
             SteadyTime now);

  // What the gateway says of a token.
  void Report(const std::string& project_id, uint64_t version, Evidence evidence,
              const std::string& said, SteadyTime now);

  uint64_t password() const { return password_; }
  // Whether the password in use has given a token.
  bool password_works() const { return password_works_; }
  const Project* Look(std::string_view project_id) const;  // null: was never wanted
  Trouble TroubleOf(const Project& project) const;
  std::string ProblemOf(const Project& project) const;
  // When the next fetch may be tried, for a project in trouble.
  SteadyTime NextTry(const Project& project) const;

 private:
  void TakeToken(Project& project, uint64_t password, const TokenAnswer& answer, SteadyTime now);
  void WakeOthers(SteadyTime now);
  void Rest(Project& project, Trouble trouble, std::string problem, SteadyTime now);

  Random* const random_;
  std::map<std::string, Project, std::less<>> projects_;
  uint64_t password_ = 0;
  bool password_works_ = false;
  bool password_refused_ = false;
  std::string password_problem_;
  SteadyTime password_probe_ = SteadyTime::Never();
  uint64_t last_version_ = 0;
  bool fetching_ = false;
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_TOKEN_CACHE_H_
