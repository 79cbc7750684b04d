#ifndef QUIESCE_DAEMON_RPC_REQUEST_READER_H_
#define QUIESCE_DAEMON_RPC_REQUEST_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/rpc/project_directory.h"
#include "daemon/rpc/violations.h"
#include "google/protobuf/duration.pb.h"

namespace quiesce::rpc {

// Reads the fields of one request into values of the core, and collects everything that is wrong
// with them. A value read from a bad field must not be used: ask status() first.
class RequestReader {
 public:
  explicit RequestReader(const ProjectDirectory& projects) : projects_(projects) {}

  // The verdict on all that was read: INVALID_ARGUMENT with all violations; else NOT_FOUND for a
  // name that is well formed and names no configured project; else OK.
  absl::Status status() const;
  Violations& violations() { return violations_; }
  const ProjectDirectory& projects() const { return projects_; }

  // --- names
  // --------------------------------------------------------------------------------------
  // `projects/{id or alias}/instances/{id}`. An id that is not configured is let through: the
  // instance may be declared from an earlier configuration. An unknown alias is
  // INSTANCE_NOT_FOUND.
  core::InstanceKey InstanceName(std::string_view field, std::string_view name);
  // `projects/{id or alias}` of a configured project; its id. PROJECT_NOT_FOUND.
  std::string ProjectName(std::string_view field, std::string_view name);
  // `{collection}/{id}` with an id of 8 to 32 lower-case hex digits; the id.
  std::string ResourceId(std::string_view field, std::string_view collection,
                         std::string_view name);
  // `fleet`, `workspaces/{name}`, `projects/{project}` or the name of an instance. Only the scope
  // of the hold is set.
  core::Hold HoldScope(std::string_view field, std::string_view scope);

  // --- texts
  // --------------------------------------------------------------------------------------
  std::string RequestId(const std::string& request_id);               // may be empty
  std::string Etag(std::string_view field, const std::string& etag);  // may be empty
  std::string Workspace(std::string_view field, const std::string& name);
  std::string Owner(std::string_view field, const std::string& owner);
  std::string OptionalOwner(std::string_view field, const std::string& owner);
  std::string Contact(std::string_view field, const std::string& contact);
  std::string OptionalContact(std::string_view field, const std::string& contact);
  std::string Reason(std::string_view field, const std::string& reason);
  std::string Digest(std::string_view field, const std::string& digest);  // may be empty

  // --- numbers and times
  // --------------------------------------------------------------------------
  size_t PageSize(int32_t page_size);
  // Between `min` and `max`, both permitted.
  absl::Duration Duration(std::string_view field, const google::protobuf::Duration& duration,
                          absl::Duration min, absl::Duration max);

 private:
  std::string Checked(std::string_view field, const std::string& text, core::Problem problem);
  // Of `name` after "projects/"; null: not configured.
  void NotFound(absl::Status status);

  const ProjectDirectory& projects_;
  Violations violations_;
  absl::Status not_found_;
};

// NOT_FOUND (PROJECT_NOT_FOUND), with the projects that there are.
absl::Status ProjectNotFound(const ProjectDirectory& projects, std::string_view name);

// What is wrong with a project of a spec that is not configured.
std::string UnknownProjectProblem(const ProjectDirectory& projects, std::string_view given);

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_REQUEST_READER_H_
