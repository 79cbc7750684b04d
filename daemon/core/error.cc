#include "daemon/core/error.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/core/names.h"

namespace quiesce::core {
namespace {

constexpr absl::string_view kPayloadUrl = "quiesce.core.ErrorDetail";
constexpr size_t kMaxMetadataBytes = 256;  // of one value

// --- the payload: every string as LENGTH:BYTES, every list after its count
// ------------------------

void Append(std::string& out, std::string_view text) {
  absl::StrAppend(&out, text.size(), ":", ToAbsl(text));
}

void AppendCount(std::string& out, size_t count) { absl::StrAppend(&out, count, ":"); }

std::string Encode(const ErrorDetail& detail) {
  std::string out;
  Append(out, detail.reason);
  AppendCount(out, detail.metadata.size());
  for (const auto& [key, value] : detail.metadata) {
    Append(out, key);
    Append(out, value);
  }
  AppendCount(out, detail.field_violations.size());
  for (const auto& [field, problem] : detail.field_violations) {
    Append(out, field);
    Append(out, problem);
  }
  return out;
}

// Reads what Encode wrote. Anything else makes it fail for good and give empty values.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  size_t Count() {
    size_t count = 0;
    size_t digits = 0;
    while (digits < in_.size() && in_[digits] >= '0' && in_[digits] <= '9' && digits < 9) {
      count = count * 10 + static_cast<size_t>(in_[digits++] - '0');
    }
    if (digits == 0 || digits == in_.size() || in_[digits] != ':') return Fail();
    in_.remove_prefix(digits + 1);
    // Nothing has more parts than bytes; so a damaged count cannot make a loop long.
    return count <= in_.size() ? count : Fail();
  }

  std::string Text() {
    const size_t length = Count();
    std::string text(in_.substr(0, length));
    in_.remove_prefix(length);
    return text;
  }

  bool done() const { return ok_ && in_.empty(); }

 private:
  size_t Fail() {
    ok_ = false;
    in_ = {};
    return 0;
  }

  std::string_view in_;
  bool ok_ = true;
};

// --- bounds
// ----------------------------------------------------------------------------------------

// The violations that fit, in their order. How many did not is said in the metadata.
void BoundViolations(ErrorDetail& detail) {
  size_t bytes = detail.reason.size();
  for (const auto& [key, value] : detail.metadata) bytes += key.size() + value.size();
  size_t kept = 0;
  for (auto& [field, problem] : detail.field_violations) {
    problem = Truncated(problem, limits::kMaxErrorMessageBytes);
    bytes += field.size() + problem.size();
    if (bytes > limits::kMaxErrorDetailBytes) break;
    ++kept;
  }
  const size_t omitted = detail.field_violations.size() - kept;
  if (omitted == 0) return;
  detail.field_violations.resize(kept);
  detail.metadata["violations_omitted"] = absl::StrCat(omitted);
}

ErrorDetail Bounded(ErrorDetail detail) {
  for (auto& [key, value] : detail.metadata) value = Truncated(value, kMaxMetadataBytes);
  BoundViolations(detail);
  return detail;
}

// At most a handful of names for a message.
std::string Listed(const std::vector<std::string>& names) {
  constexpr size_t kShown = 8;
  if (names.empty()) return "none";
  const size_t shown = std::min(names.size(), kShown);
  const std::string list =
      absl::StrJoin(names.begin(), names.begin() + static_cast<ptrdiff_t>(shown), ", ",
                    [](std::string* out, const std::string& name) { *out += Quoted(name); });
  if (shown == names.size()) return list;
  return absl::StrCat(list, " and ", names.size() - shown, " more");
}

// The name of an instance is the longest text that a message must carry whole.
std::string QuotedName(std::string_view name) { return Quoted(name, 200); }

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view message, ErrorDetail detail) {
  absl::Status status(code, Truncated(message, limits::kMaxErrorMessageBytes));
  status.SetPayload(kPayloadUrl, absl::Cord(Encode(Bounded(std::move(detail)))));
  return status;
}

std::optional<ErrorDetail> DetailOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload) return std::nullopt;
  const std::string encoded(*payload);
  Reader reader(encoded);
  ErrorDetail detail;
  detail.reason = reader.Text();
  for (size_t left = reader.Count(); left > 0; --left) {
    std::string key = reader.Text();
    detail.metadata[std::move(key)] = reader.Text();
  }
  for (size_t left = reader.Count(); left > 0; --left) {
    std::string field = reader.Text();
    detail.field_violations.emplace_back(std::move(field), reader.Text());
  }
  if (!reader.done()) return std::nullopt;
  return detail;
}

absl::Status InvalidField(std::string_view field, std::string_view problem) {
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(ToAbsl(field), ": ", ToAbsl(problem)),
                   ErrorDetail{"INVALID_FIELD", {}, {{std::string(field), std::string(problem)}}});
}

namespace error {

absl::Status InstanceNotFound(std::string_view name) {
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("instance ", QuotedName(name),
                   " is neither declared nor in the project's last list; check its id, or list "
                   "the project again with `quiesce refresh`"),
      ErrorDetail{"INSTANCE_NOT_FOUND", {{"name", std::string(name)}}, {}});
}

absl::Status UnknownProject(std::string_view field, std::string_view given,
                            const std::vector<std::string>& known) {
  const std::string problem =
      absl::StrCat("project ", Quoted(given), " is not in the daemon's configuration, which has ",
                   Listed(known), "; use one of these, or have the operator add it");
  return MakeError(
      absl::StatusCode::kInvalidArgument, absl::StrCat(ToAbsl(field), ": ", problem),
      ErrorDetail{
          "INVALID_FIELD", {{"name", std::string(given)}}, {{std::string(field), problem}}});
}

absl::Status PlanNotFound(std::string_view id) {
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("plan ", Quoted(id), " does not exist; plans are kept for ",
                   absl::ToInt64Hours(limits::kPlanLifetime),
                   " hours, make a new one with `quiesce plan`"),
      ErrorDetail{"PLAN_NOT_FOUND", {{"name", absl::StrCat("plans/", ToAbsl(id))}}, {}});
}

absl::Status RunNotFound(std::string_view id) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("run ", Quoted(id),
                                " does not exist; `quiesce apply` prints the id of the run that "
                                "it starts"),
                   ErrorDetail{"RUN_NOT_FOUND", {{"name", absl::StrCat("runs/", ToAbsl(id))}}, {}});
}

absl::Status HoldNotFound(std::string_view id) {
  return MakeError(
      absl::StatusCode::kNotFound,
      absl::StrCat("hold ", Quoted(id),
                   " does not exist; ListHolds has those that do, `quiesce explain` "
                   "names the one that covers an instance"),
      ErrorDetail{"HOLD_NOT_FOUND", {{"name", absl::StrCat("holds/", ToAbsl(id))}}, {}});
}

absl::Status PlanExpired(std::string_view id) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("plan ", Quoted(id), " is older than ",
                                absl::ToInt64Hours(limits::kPlanLifetime),
                                " hours and says nothing about the present; make a new one with "
                                "`quiesce plan`"),
                   ErrorDetail{"PLAN_EXPIRED", {{"name", absl::StrCat("plans/", ToAbsl(id))}}, {}});
}

absl::Status PlanStale(std::string_view workspace) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("workspace ", Quoted(workspace),
                                " was changed after this plan was made, nothing was applied; make "
                                "a new one with `quiesce plan`"),
                   ErrorDetail{"PLAN_STALE", {{"workspace", std::string(workspace)}}, {}});
}

absl::Status DeclaredElsewhere(std::string_view instance, std::string_view workspace,
                               std::string_view owner, std::string_view contact) {
  return MakeError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("instance ", QuotedName(instance), " is declared by workspace ",
                   Quoted(workspace), " of ", Quoted(owner), " (contact ", Quoted(contact),
                   "); it has to be released there first, or taken over by a plan whose "
                   "`move_from` names that workspace"),
      ErrorDetail{"INSTANCE_CLAIMED",
                  {{"name", std::string(instance)},
                   {"workspace", std::string(workspace)},
                   {"owner", std::string(owner)},
                   {"contact", std::string(contact)}},
                  {}});
}

absl::Status WrongWriterKind(std::string_view workspace, bool workspace_is_declared) {
  const std::string_view way = workspace_is_declared
                                   ? "is DECLARED, written as a whole through plans; change its "
                                     "manifest and use `quiesce apply`"
                                   : "is DIRECT, written instance by instance through "
                                     "SetDesiredState; use that, or a manifest with another "
                                     "workspace name";
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("workspace ", Quoted(workspace), " ", ToAbsl(way)),
                   ErrorDetail{"WORKSPACE_KIND_MISMATCH",
                               {{"workspace", std::string(workspace)},
                                {"kind", workspace_is_declared ? "DECLARED" : "DIRECT"}},
                               {}});
}

absl::Status WorkspaceNeedsOwner(std::string_view workspace) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("workspace ", Quoted(workspace),
                                " does not exist yet, and the write that creates it must name its "
                                "owner and contact; set both, or check the workspace's name"),
                   ErrorDetail{"WORKSPACE_NEEDS_OWNER",
                               {{"workspace", std::string(workspace)}},
                               {{"owner", "is required for a new workspace"},
                                {"contact", "is required for a new workspace"}}});
}

absl::Status EtagMismatch(std::string_view instance, std::string_view given,
                          std::string_view current) {
  return MakeError(
      absl::StatusCode::kAborted,
      absl::StrCat("instance ", QuotedName(instance), " was changed: the request has etag ",
                   Quoted(given), ", the current one is ", Quoted(current),
                   "; read the instance again and decide again"),
      ErrorDetail{
          "ETAG_MISMATCH", {{"name", std::string(instance)}, {"etag", std::string(current)}}, {}});
}

absl::Status RequestIdReused(std::string_view request_id, std::string_view method) {
  const std::string problem =
      absl::StrCat(Quoted(request_id), " was used within the last ",
                   absl::ToInt64Hours(limits::kRequestIdHorizon), " hours for another request to ",
                   Quoted(method), "; a new request needs a new request_id");
  return MakeError(
      absl::StatusCode::kInvalidArgument, absl::StrCat("request_id: ", problem),
      ErrorDetail{"REQUEST_ID_REUSED",
                  {{"request_id", std::string(request_id)}, {"method", std::string(method)}},
                  {{"request_id", problem}}});
}

absl::Status NotDeclared(std::string_view instance) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("instance ", QuotedName(instance),
                                " is declared by no workspace, so there is nothing to act on; "
                                "declare it with SetDesiredState or in a manifest"),
                   ErrorDetail{"NOT_DECLARED", {{"name", std::string(instance)}}, {}});
}

absl::Status HoldEnded(std::string_view id) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("hold ", Quoted(id),
                                " has ended and cannot be changed; make a new one with `quiesce "
                                "hold`"),
                   ErrorDetail{"HOLD_ENDED", {{"name", absl::StrCat("holds/", ToAbsl(id))}}, {}});
}

absl::Status RunEnded(std::string_view id) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("run ", Quoted(id),
                                " has ended, nothing of it is left to cancel; `quiesce show` says "
                                "what came of it"),
                   ErrorDetail{"RUN_ENDED", {{"name", absl::StrCat("runs/", ToAbsl(id))}}, {}});
}

}  // namespace error
}  // namespace quiesce::core
