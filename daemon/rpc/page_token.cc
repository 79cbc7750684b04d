#include "daemon/rpc/page_token.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/sha256.h"
#include "daemon/base/string_views.h"
#include "daemon/core/error.h"

namespace quiesce::rpc {
namespace {

constexpr size_t kChecksumLength = 16;  // hex digits

// Each part after its length, so that no two positions read the same.
void AppendPart(std::string_view part, std::string& out) {
  absl::StrAppend(&out, part.size(), ":", ToAbsl(part));
}

std::string ChecksumOf(const Listing& listing, std::string_view payload) {
  std::string covered;
  AppendPart(listing.method, covered);
  AppendPart(listing.parent, covered);
  AppendPart(listing.filter, covered);
  AppendPart(payload, covered);
  Sha256 sha;
  sha.Update(covered);
  return sha.HexDigest().substr(0, kChecksumLength);
}

// What AppendPart wrote; its integrity has been checked.
PagePosition ReadParts(std::string_view payload) {
  PagePosition position;
  while (!payload.empty()) {
    size_t length = 0;
    while (!payload.empty() && payload.front() != ':') {
      length = length * 10 + static_cast<size_t>(payload.front() - '0');
      payload.remove_prefix(1);
    }
    if (payload.empty()) break;
    payload.remove_prefix(1);
    position.emplace_back(payload.substr(0, length));
    payload.remove_prefix(std::min(length, payload.size()));
  }
  return position;
}

}  // namespace

std::string EncodePageToken(const Listing& listing, const PagePosition& position) {
  std::string payload;
  for (const std::string& part : position) AppendPart(part, payload);
  return absl::WebSafeBase64Escape(absl::StrCat(ChecksumOf(listing, payload), payload));
}

absl::Status InvalidPageToken() {
  const std::string problem =
      "was not given by this method for this parent and filter; begin with the first page, which "
      "has no page_token";
  return core::MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("page_token: ", problem),
                         {"INVALID_PAGE_TOKEN", {}, {{"page_token", problem}}});
}

absl::StatusOr<PagePosition> DecodePageToken(const Listing& listing, std::string_view token) {
  if (token.empty()) return PagePosition();
  std::string decoded;
  if (token.size() > limits::kMaxPageTokenBytes ||
      !absl::WebSafeBase64Unescape(ToAbsl(token), &decoded) || decoded.size() <= kChecksumLength) {
    return InvalidPageToken();
  }
  const std::string_view payload = std::string_view(decoded).substr(kChecksumLength);
  if (ChecksumOf(listing, payload) != decoded.substr(0, kChecksumLength)) return InvalidPageToken();
  return ReadParts(payload);
}

}  // namespace quiesce::rpc
