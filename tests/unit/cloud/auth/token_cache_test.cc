#include "daemon/cloud/auth/token_cache.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using Kind = TokenCache::Found::Kind;
using Result = TokenAnswer::Result;
using Trouble = TokenCache::Trouble;

class TokenCacheTest : public ::testing::Test {
 protected:
  TokenCacheTest() { cache_.OfferPassword(1, now_); }

  Kind Find(const std::string& project = "a") { return cache_.Find(project, now_).kind; }
  // Of the project's token; "" when there is none to send.
  std::string Text(const std::string& project = "a") {
    const TokenCache::Found found = cache_.Find(project, now_);
    return found.kind == Kind::kSend ? found.token->text : "";
  }
  uint64_t Version(const std::string& project = "a") { return cache_.Look(project)->token.version; }
  bool IsDue() {
    const auto next = cache_.NextFetch();
    return next && next->at <= now_;
  }
  // Fetches what is due, for which IAM answers so. Returns its project.
  std::string Fetch(Result result, absl::Duration lifetime = absl::Hours(24)) {
    const auto next = cache_.NextFetch();
    if (!next || next->at > now_) return "";
    cache_.Started(next->project_id, now_);
    EXPECT_FALSE(cache_.NextFetch()) << "two at a time";
    TokenAnswer answer;
    answer.result = result;
    answer.problem = "no";
    if (result == Result::kToken) {
      answer.token = absl::StrCat("token-", ++tokens_);
      answer.lifetime = lifetime;
    }
    cache_.Ended(next->project_id, cache_.password(), answer, now_);
    return next->project_id;
  }
  void Report(Evidence evidence, const std::string& project = "a") {
    cache_.Report(project, Version(project), evidence, "said", now_);
  }
  void Pass(absl::Duration time) { now_ = now_ + time; }

  SeededRandom random_{1};
  TokenCache cache_{&random_};
  SteadyTime now_ = SteadyTime::FromMicros(1000000);
  int tokens_ = 0;
};

TEST_F(TokenCacheTest, FetchesForAProjectOnceItIsWanted) {
  EXPECT_FALSE(cache_.NextFetch());
  EXPECT_EQ(Find(), Kind::kWait);
  EXPECT_EQ(Fetch(Result::kToken), "a");
  EXPECT_EQ(Text(), "token-1");
  EXPECT_FALSE(IsDue());
  EXPECT_EQ(Find("b"), Kind::kWait);
  EXPECT_EQ(Fetch(Result::kToken), "b");
  EXPECT_EQ(Text("a"), "token-1");
  EXPECT_EQ(Text("b"), "token-2");
}

TEST_F(TokenCacheTest, RenewsAheadOfTheEndAtDifferentMoments) {
  std::set<int64_t> moments;
  for (int i = 0; i < 20; ++i) {
    const std::string project = absl::StrCat("p", i);
    Find(project);
    Fetch(Result::kToken);
    const absl::Duration until = cache_.Look(project)->token.renew_at - now_;
    EXPECT_GE(until, absl::Hours(24) * limits::kRenewTokenFrom);
    EXPECT_LE(until, absl::Hours(24) * limits::kRenewTokenUntil);
    moments.insert(absl::ToInt64Seconds(until));
  }
  EXPECT_GT(moments.size(), 15u);
}

TEST_F(TokenCacheTest, UsesATokenUntilItsSuccessorIsThere) {
  Find();
  Fetch(Result::kToken);
  Pass(absl::Hours(24) * limits::kRenewTokenUntil);
  EXPECT_TRUE(IsDue());
  EXPECT_EQ(Text(), "token-1");
  EXPECT_EQ(Fetch(Result::kNoToken), "a");
  EXPECT_EQ(Text(), "token-1");
  EXPECT_FALSE(IsDue());  // backs off
  Pass(limits::kBackoffMax);
  EXPECT_EQ(Fetch(Result::kToken), "a");
  EXPECT_EQ(Text(), "token-2");
}

TEST_F(TokenCacheTest, DoesNotUseAnExpiredToken) {
  Find();
  Fetch(Result::kToken);
  Pass(absl::Hours(24) - absl::Microseconds(1));
  EXPECT_EQ(Text(), "token-1");
  Pass(absl::Microseconds(1));
  EXPECT_EQ(Find(), Kind::kWait);
}

TEST_F(TokenCacheTest, ARefusedTokenIsRenewedOnce) {
  Find();
  Fetch(Result::kToken);
  Report(Evidence::kWorks);
  Pass(absl::Hours(1));
  const uint64_t version = Version();
  Report(Evidence::kRefused);
  EXPECT_EQ(Find(), Kind::kWait);
  EXPECT_EQ(Fetch(Result::kToken), "a");
  // The others that were under way with the old one.
  for (int i = 0; i < 15; ++i) cache_.Report("a", version, Evidence::kRefused, "said", now_);
  EXPECT_EQ(Text(), "token-2");
  EXPECT_FALSE(IsDue());
}

TEST_F(TokenCacheTest, AFreshTokenThatIsRefusedRestsItsProject) {
  Find();
  Fetch(Result::kToken);
  Report(Evidence::kRefused);
  EXPECT_EQ(Find(), Kind::kRefuse);
  EXPECT_FALSE(IsDue());
  EXPECT_EQ(cache_.TroubleOf(*cache_.Look("a")), Trouble::kTokenRefused);
  EXPECT_EQ(cache_.ProblemOf(*cache_.Look("a")), "said");
  // Another project is none of its business.
  Find("b");
  EXPECT_EQ(Fetch(Result::kToken), "b");
  Pass(limits::kRejectedProbe);
  EXPECT_EQ(Find(), Kind::kWait);
  EXPECT_EQ(Fetch(Result::kToken), "a");
  EXPECT_EQ(Find(), Kind::kSend);
}

TEST_F(TokenCacheTest, ATokenThatWorkedForAMomentIsNotRenewedInALoop) {
  Find();
  Fetch(Result::kToken);
  Report(Evidence::kWorks);
  Pass(limits::kMinTokenUse - absl::Microseconds(1));
  Report(Evidence::kRefused);
  EXPECT_EQ(Find(), Kind::kRefuse);
  EXPECT_FALSE(IsDue());
}

TEST_F(TokenCacheTest, AWrongPasswordIsSentOnceForAllProjects) {
  for (const char* project : {"a", "b", "c"}) Find(project);
  EXPECT_EQ(Fetch(Result::kWrongPassword), "a");
  for (const char* project : {"a", "b", "c"}) EXPECT_EQ(Find(project), Kind::kRefuse);
  EXPECT_FALSE(IsDue());
  Pass(limits::kRejectedProbe);
  // Another one's turn: the first may be the only one that is wrong.
  EXPECT_EQ(Fetch(Result::kToken), "b");
  EXPECT_EQ(Fetch(Result::kToken), "c");
  EXPECT_EQ(Fetch(Result::kWrongPassword), "a");
  EXPECT_EQ(cache_.TroubleOf(*cache_.Look("a")), Trouble::kProjectRefused);
  EXPECT_EQ(Find("a"), Kind::kRefuse);
  EXPECT_EQ(Find("b"), Kind::kSend);
}

TEST_F(TokenCacheTest, APasswordThatIsWrongFromNowOnIsNotSentForEachProject) {
  Find("a");
  Fetch(Result::kToken);
  Find("b");
  Fetch(Result::kToken);
  Pass(absl::Hours(23));
  EXPECT_EQ(Fetch(Result::kWrongPassword), "a");
  EXPECT_FALSE(IsDue());
  EXPECT_EQ(Text("b"), "token-2");  // as long as it lives
}

TEST_F(TokenCacheTest, AChangedPasswordIsTriedAtOnceWhileOldTokensStay) {
  Find("a");
  Fetch(Result::kToken);
  cache_.OfferPassword(2, now_);
  EXPECT_EQ(Text(), "token-1");
  EXPECT_EQ(Fetch(Result::kWrongPassword), "a");
  EXPECT_EQ(Text(), "token-1");
  EXPECT_FALSE(IsDue());
  cache_.OfferPassword(3, now_);
  EXPECT_EQ(Fetch(Result::kToken), "a");
  EXPECT_EQ(Text(), "token-2");
}

TEST_F(TokenCacheTest, AWithdrawnPasswordTakesItsTokensAlong) {
  Find();
  Fetch(Result::kToken);
  cache_.OfferPassword(0, now_);
  EXPECT_EQ(Find(), Kind::kRefuse);
  EXPECT_FALSE(cache_.NextFetch());
  cache_.OfferPassword(2, now_);
  EXPECT_EQ(Find(), Kind::kWait);
  EXPECT_TRUE(IsDue());
}

TEST_F(TokenCacheTest, AnAnswerToAPasswordThatWasReplacedCountsNothing) {
  Find();
  cache_.Started("a", now_);
  cache_.OfferPassword(2, now_);
  TokenAnswer answer;
  answer.result = Result::kWrongPassword;
  cache_.Ended("a", 1, answer, now_);
  EXPECT_TRUE(IsDue());
}

TEST_F(TokenCacheTest, WhatIamRefusesIsAskedAgainAfterTenMinutes) {
  Find();
  Fetch(Result::kRefused);
  EXPECT_EQ(Find(), Kind::kRefuse);
  Pass(limits::kRejectedProbe);
  EXPECT_EQ(Fetch(Result::kToken), "a");
}

TEST_F(TokenCacheTest, WhenIamAnswersAgainNobodyWaitsForItsBackoff) {
  Find("a");
  Find("b");
  for (int n = 0; n < 8; ++n) {
    EXPECT_NE(Fetch(Result::kNoToken), "");
    EXPECT_NE(Fetch(Result::kNoToken), "");
    Pass(limits::kBackoffMax);
  }
  EXPECT_NE(Fetch(Result::kNoToken), "");
  const std::string first = Fetch(Result::kToken);
  EXPECT_NE(first, "");
  EXPECT_EQ(Fetch(Result::kToken), first == "a" ? "b" : "a") << "at once";
}

TEST_F(TokenCacheTest, ATinyLifetimeIsNoReasonForAHotLoop) {
  for (const absl::Duration lifetime :
       {-absl::Hours(1), absl::ZeroDuration(), absl::Microseconds(1), absl::Seconds(1),
        limits::kMinTokenFetchGap}) {
    SCOPED_TRACE(lifetime);
    const std::string project = absl::FormatDuration(lifetime);
    Find(project);
    ASSERT_EQ(Fetch(Result::kToken, lifetime), project);
    const SteadyTime fetched = now_;
    const auto next = cache_.NextFetch();
    ASSERT_TRUE(next);
    EXPECT_GE(next->at, fetched + limits::kMinTokenFetchGap);
    // Whoever wants one meanwhile waits, and has none fetched.
    Pass(limits::kMinTokenFetchGap - absl::Microseconds(1));
    EXPECT_NE(Find(project), Kind::kRefuse);
    EXPECT_FALSE(IsDue());
    Pass(absl::Microseconds(1));
    EXPECT_EQ(Fetch(Result::kToken), project);
  }
}

TEST_F(TokenCacheTest, TheTokenOfAnotherProjectOrPasswordIsNotHeldUpByATinyLifetime) {
  Find("a");
  Fetch(Result::kToken, absl::Seconds(1));
  Find("b");
  EXPECT_EQ(Fetch(Result::kToken), "b");
  cache_.OfferPassword(2, now_);
  EXPECT_EQ(Fetch(Result::kToken), "a");
}

TEST_F(TokenCacheTest, ReportsOfProjectsThatNobodyWantedAreIgnored) {
  cache_.Report("x", 1, Evidence::kRefused, "", now_);
  EXPECT_EQ(cache_.Look("x"), nullptr);
}

}  // namespace
}  // namespace quiesce::cloud::auth
