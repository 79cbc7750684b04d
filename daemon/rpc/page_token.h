#ifndef QUIESCE_DAEMON_RPC_PAGE_TOKEN_H_
#define QUIESCE_DAEMON_RPC_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace quiesce::rpc {

// What a page belongs to. A token of one listing is no token of another.
struct Listing {
  std::string_view method;
  std::string_view parent;
  std::string_view filter;
};

// Where a listing goes on: after this position, in the words of its method.
using PagePosition = std::vector<std::string>;

// Opaque to clients: base64url, with a checksum that covers the listing. It protects against
// mistakes, not malice: whoever makes one up learns nothing that another listing would not tell.
std::string EncodePageToken(const Listing& listing, const PagePosition& position);

// INVALID_ARGUMENT (INVALID_PAGE_TOKEN) for anything that EncodePageToken did not make for this
// listing. An empty token is the first page: an empty position.
absl::StatusOr<PagePosition> DecodePageToken(const Listing& listing, std::string_view token);

absl::Status InvalidPageToken();

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_PAGE_TOKEN_H_
