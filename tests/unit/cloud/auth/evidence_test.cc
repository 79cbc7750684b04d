#include "daemon/cloud/auth/evidence.h"

#include "gtest/gtest.h"

namespace quiesce::cloud::auth {
namespace {

using core::CallClass;

TEST(Evidence, SaysWhatAnAnswerProvesAboutTheSecret) {
  const struct {
    CallClass call_class;
    const char* code;
    const char* message;
    Evidence evidence;
  } rows[] = {
      {CallClass::kAccepted, "", "", Evidence::kWorks},
      {CallClass::kAlreadyInState, "DBSS.10020131", "", Evidence::kWorks},
      {CallClass::kBlocked, "", "", Evidence::kWorks},
      {CallClass::kPermanent, "DBSS.10020021", "", Evidence::kKnown},
      {CallClass::kNotFound, "DBSS.10021004", "", Evidence::kKnown},
      {CallClass::kUnknown, "DBSS.11000000", "", Evidence::kKnown},
      {CallClass::kForbidden, "APIGW.0302", "", Evidence::kForbidden},
      {CallClass::kForbidden, "APIGW.0310", "", Evidence::kForbidden},
      // Addresses and regions are looked at before the secret is, perhaps.
      {CallClass::kForbidden, "APIGW.0401", "", Evidence::kNone},
      {CallClass::kForbidden, "", "", Evidence::kNone},
      {CallClass::kPermanent, "APIGW.0101", "", Evidence::kNone},
      {CallClass::kThrottled, "APIGW.0308", "", Evidence::kNone},
      {CallClass::kUnknown, "APIGW.0201", "", Evidence::kNone},
      {CallClass::kTransient, "APIGW.0613", "", Evidence::kNone},
      {CallClass::kMalformed, "", "", Evidence::kNone},
      {CallClass::kNone, "", "", Evidence::kNone},
      {CallClass::kAuth, "APIGW.0301", "token expires, expires_at: x", Evidence::kRefused},
      {CallClass::kAuth, "APIGW.0301", "decrypt token fail", Evidence::kRefused},
      {CallClass::kAuth, "APIGW.0301", "ak AK not exist", Evidence::kRefused},
      {CallClass::kAuth, "APIGW.0307", "The token must be updated.", Evidence::kRefused},
      {CallClass::kAuth, "DBSS.10020100", "", Evidence::kRefused},
      {CallClass::kAuth, "", "", Evidence::kRefused},
      {CallClass::kAuth, "APIGW.0301",
       "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:x",
       Evidence::kWrongSignature},
      {CallClass::kAuth, "APIGW.0301", "AK access failed to reach the limit,forbidden",
       Evidence::kLockedOut},
  };
  for (const auto& row : rows) {
    Verdict verdict;
    verdict.call_class = row.call_class;
    EXPECT_EQ(EvidenceOf(verdict, row.code, row.message), row.evidence)
        << row.code << " " << row.message;
  }
}

}  // namespace
}  // namespace quiesce::cloud::auth
