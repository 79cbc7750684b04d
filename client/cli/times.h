#ifndef QUIESCE_CLIENT_CLI_TIMES_H_
#define QUIESCE_CLIENT_CLI_TIMES_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/view.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

// Times and durations as people read and write them. Times are in the local zone of who reads.
namespace quiesce::cli {

absl::Time ToTime(const google::protobuf::Timestamp& time);
absl::Duration ToDuration(const google::protobuf::Duration& duration);
google::protobuf::Timestamp ToProtoTime(absl::Time time);

// In sentences: `21 s`, `14 min`, `2 h 10 min`, `1 d 4 h`, `12 d`. Whole seconds: less than
// one is `1 s`, nothing `0 s`.
std::string Span(absl::Duration duration);
// In columns: as Span with `m` for minutes.
std::string ShortSpan(absl::Duration duration);
// As a manifest writes it: `15m`, `1h30m`, `0s`.
std::string ManifestDuration(absl::Duration duration);

// `24 Nov 03:12`, with the year if it is not this year.
std::string Date(const View& view, absl::Time time);
// `24 Nov 03:12:20`.
std::string DateTime(const View& view, absl::Time time);
// `24 Nov 03:12:20 CST`.
std::string DateSeconds(const View& view, absl::Time time);
// A time to come, as short as it can be: `14:00 CST` today, else `25 Nov 14:00 CST`.
std::string Until(const View& view, absl::Time time);
// `03:26:30` today, else `25 Nov 03:26`.
std::string Clock(const View& view, absl::Time time);
// `CST`.
std::string ZoneName(const View& view, absl::Time time);
// ` ago` appended: `21 s ago`; `just now` for less than a second and for the future.
std::string Ago(const View& view, absl::Time time);
std::string Ago(absl::Duration age);
// How long it is until then. What was asked for as an hour loses some moments on the way to whoever
// reads it, and is still an hour: up to five seconds are added to a full minute.
std::string Left(const View& view, absl::Time end);

// What `--until` takes: `14:00` (the next time it is 14:00), `2026-11-25 14:00` or with a T, both
// in the local zone, or RFC 3339 with a zone. Otherwise INVALID_ARGUMENT, to be put after `--until:
// `.
absl::StatusOr<absl::Time> ParseUntil(std::string_view text, absl::Time now, absl::TimeZone zone);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_TIMES_H_
