// The signature SDK-HMAC-SHA256 of a request as the gateway computes it (daemon/cloud/API.md 5.5).
// Written from that description alone: the daemon's signer must not be able to agree with itself.
// Pure.

#ifndef TESTS_FAKES_DBSS_SIM_REQUEST_SIGNATURE_H_
#define TESTS_FAKES_DBSS_SIM_REQUEST_SIGNATURE_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/dbss_sim/api_types.h"

namespace quiesce::dbss_sim {

// What the header Authorization says.
struct Authorization {
  std::string access;
  std::vector<std::string> signed_headers;
  std::string signature;
};

// nullopt when it is not "SDK-HMAC-SHA256 Access=..., SignedHeaders=..., Signature=...".
std::optional<Authorization> ParseAuthorization(std::string_view header);

// "20060102T150405Z", in UTC; nullopt when it is not such a time.
std::optional<std::chrono::system_clock::time_point> ParseSdkDate(std::string_view text);

// The text whose hash is signed. Headers that are signed but not there count as empty.
std::string CanonicalRequest(const ApiRequest& request,
                             const std::vector<std::string>& signed_headers);

// Lower-case hexadecimal digits.
std::string Sha256Hex(std::string_view text);
std::string SignatureOf(const std::string& canonical_request, std::string_view sdk_date,
                        std::string_view secret);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_REQUEST_SIGNATURE_H_
