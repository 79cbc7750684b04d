#include "daemon/cloud/auth/evidence.h"

#include "absl/strings/match.h"
#include "daemon/base/string_views.h"

namespace quiesce::cloud::auth {
namespace {

using core::CallClass;

// What APIGW.0301 is about stands in its message only.
Evidence OfRefusal(std::string_view message) {
  if (absl::StrContains(ToAbsl(message), "AK access failed to reach the limit")) {
    return Evidence::kLockedOut;
  }
  if (absl::StrContains(ToAbsl(message), "aksk signature fail")) return Evidence::kWrongSignature;
  return Evidence::kRefused;
}

}  // namespace

Evidence EvidenceOf(const Verdict& verdict, std::string_view error_code, std::string_view message) {
  // The service itself is asked after the gateway has looked at the secret.
  const bool of_the_service = absl::StartsWith(ToAbsl(error_code), "DBSS.");
  switch (verdict.call_class) {
    case CallClass::kAuth:
      return OfRefusal(message);
    case CallClass::kAccepted:
    case CallClass::kAlreadyInState:
    case CallClass::kBlocked:
      return Evidence::kWorks;
    case CallClass::kForbidden:
      // The other codes of this class are about addresses and regions.
      return of_the_service || error_code == "APIGW.0302" || error_code == "APIGW.0310"
                 ? Evidence::kForbidden
                 : Evidence::kNone;
    default:
      return of_the_service ? Evidence::kKnown : Evidence::kNone;
  }
}

}  // namespace quiesce::cloud::auth
