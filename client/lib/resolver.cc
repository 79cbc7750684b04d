#include "client/lib/resolver.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/lib/filter.h"
#include "daemon/base/limits.h"
#include "daemon/core/names.h"

namespace quiesce::client {
namespace {

// Of an ambiguous reference: enough to choose from, and what fits a screen.
constexpr size_t kMaxCandidates = 10;
constexpr char kProjects[] = "projects/";

// By name, each once.
using Found = std::map<std::string, v1::Instance>;

bool MayBeginId(std::string_view text) {
  return text.size() >= limits::kMinIdPrefixLength && text.size() <= limits::kMaxIdLength &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

std::string IdOf(const v1::Instance& instance) {
  return instance.name().substr(instance.name().rfind('/') + 1);
}

class Resolver {
 public:
  Resolver(Connection& connection, size_t limit, const CallOptions& call)
      : connection_(connection), limit_(limit), call_(call) {}

  absl::Status Find(std::string_view reference) {
    const size_t slash = reference.find('/');
    if (slash != std::string_view::npos && slash != 0) {
      const std::string project =
          absl::StrCat("project=", FilterValue(reference.substr(0, slash)), " AND ");
      const absl::Status status = FindIn(project, reference.substr(slash + 1));
      if (!status.ok() || !found_.empty()) return status;
    }
    return FindIn("", reference);  // a name in the cloud may contain a slash
  }

  std::vector<v1::Instance> Take() {
    std::vector<v1::Instance> out;
    for (auto& [name, instance] : found_) {
      if (out.size() < limit_) out.push_back(std::move(instance));
    }
    return out;
  }

 private:
  // `scope` is empty or ends with " AND ".
  absl::Status FindIn(const std::string& scope, std::string_view text) {
    if (text.empty()) return absl::OkStatus();
    if (MayBeginId(text)) {
      absl::Status status = List(absl::StrCat(scope, "id_prefix=", FilterValue(text)));
      if (!status.ok()) return status;
      // A whole id is meant as one, although another id may begin with it.
      Found exact;
      for (const auto& [name, instance] : found_) {
        if (IdOf(instance) == text) exact[name] = instance;
      }
      if (!exact.empty()) {
        found_ = std::move(exact);
        return absl::OkStatus();
      }
    }
    return List(absl::StrCat(scope, "cloud_name=", FilterValue(text)));
  }

  // One page: nobody reads more candidates.
  absl::Status List(const std::string& filter) {
    v1::ListInstancesRequest request;
    request.set_filter(filter);
    request.set_page_size(static_cast<int32_t>(std::min(limit_, limits::kMaxPageSize)));
    const auto response = connection_.Call<v1::ListInstancesResponse>(
        call_.timeout.value_or(connection_.options().timeout), call_.cancel,
        [&](grpc::ClientContext& context, v1::ListInstancesResponse& out) {
          return connection_.instances().ListInstances(&context, request, &out);
        });
    if (!response.ok()) return response.status();
    for (const v1::Instance& instance : response->instances()) {
      found_.emplace(instance.name(), instance);
    }
    return absl::OkStatus();
  }

  Connection& connection_;
  const size_t limit_;
  const CallOptions& call_;
  Found found_;
};

absl::Status NotFound(std::string_view reference) {
  const std::string why = reference.size() < limits::kMinIdPrefixLength
                              ? absl::StrCat(" (of an id, the first ", limits::kMinIdPrefixLength,
                                             " characters or more are needed)")
                              : "";
  return ToStatus(absl::StatusCode::kNotFound,
                  absl::StrCat("no instance has the name ", core::Quoted(reference),
                               " in the cloud, or an id that begins so", why),
                  Trouble::kNotFound);
}

absl::Status Ambiguous(std::string_view reference, const std::vector<v1::Instance>& candidates) {
  ApiError error;
  error.code = absl::StatusCode::kInvalidArgument;
  error.trouble = Trouble::kArgument;
  error.reason = v1::ERROR_REASON_AMBIGUOUS_NAME;
  error.message = absl::StrCat(core::Quoted(reference),
                               " may be any of these, say which by its id or as ALIAS/NAME:");
  std::string names;
  for (size_t i = 0; i < std::min(candidates.size(), kMaxCandidates); ++i) {
    const v1::Instance& instance = candidates[i];
    absl::StrAppend(&error.message, "\n  ", IdOf(instance), "  ", instance.project_alias(), "/",
                    instance.cloud_name());
    absl::StrAppend(&names, names.empty() ? "" : ",", instance.name());
  }
  if (candidates.size() > kMaxCandidates) absl::StrAppend(&error.message, "\n  ... and more");
  error.metadata = {{"name", std::string(reference)}, {"candidates", names}};
  return ToStatus(error);
}

}  // namespace

absl::StatusOr<std::vector<v1::Instance>> FindInstances(Connection& connection,
                                                        std::string_view reference, size_t limit,
                                                        const CallOptions& call) {
  Resolver resolver(connection, limit, call);
  const absl::Status status = resolver.Find(reference);
  if (!status.ok()) return status;
  return resolver.Take();
}

absl::StatusOr<std::string> ResolveInstance(Connection& connection, std::string_view reference,
                                            const CallOptions& call) {
  if (absl::StartsWith(absl::string_view(reference.data(), reference.size()), kProjects)) {
    return std::string(reference);
  }
  const auto candidates = FindInstances(connection, reference, kMaxCandidates + 1, call);
  if (!candidates.ok()) return candidates.status();
  if (candidates->empty()) return NotFound(reference);
  if (candidates->size() > 1) return Ambiguous(reference, *candidates);
  return candidates->front().name();
}

}  // namespace quiesce::client
