#ifndef QUIESCE_DAEMON_CLOUD_QUOTA_TEXT_H_
#define QUIESCE_DAEMON_CLOUD_QUOTA_TEXT_H_

#include <optional>
#include <string_view>

#include "daemon/core/quota.h"

namespace quiesce::cloud {

// The limit that the message of a 429 names, or nothing. Pure and total.
//
// Seen in the wild: "policy user over ratelimit,limit:200,time:5 minute",
// "policy ip over ratelimit,limit:5,time:1 second", "limit:60,time:1 minute". Reads units second,
// minute and hour, with or without a plural s, in any case and with spaces anywhere between words;
// refuses a limit or a time of zero, one over limits::kMaxQuotaCalls or limits::kMaxQuotaPeriod,
// because nothing sensible follows from them. The first limit in the message decides.
std::optional<core::QuotaWindow> ParseQuotaText(std::string_view message);

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_QUOTA_TEXT_H_
