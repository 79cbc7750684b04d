#ifndef QUIESCE_CLIENT_LIB_CLIENT_H_
#define QUIESCE_CLIENT_LIB_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/lib/api_error.h"
#include "client/lib/cancel_token.h"
#include "client/lib/filter.h"
#include "client/lib/options.h"
#include "client/lib/watch_handler.h"
#include "quiesce/v1/hold.pb.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"
#include "quiesce/v1/server.pb.h"

// The C++ client of quiesced. The comments in proto/quiesce/v1 say what each method does; what is
// said here is what the client adds:
//
// - Every unary call has a deadline, repeats included (see options.h).
// - A call that got UNAVAILABLE is repeated, with pauses that grow and vary, up to
//   RetryPolicy::max_attempts. All are safe to repeat: reads and plans by nature, ApplyPlan,
//   CancelRun and EndHold because the API makes them so, and all other writes because the client
//   makes up one request_id, if the caller gave none, and sends it with every repeat. Only the
//   answer LIST_FAILED is not repeated: it is about the cloud, not about the daemon.
// - Errors are statuses that ToApiError() takes apart.
// - Names of plans, runs and holds may come without their collection: `7c41e2a9`, `plan/7c41e2a9`
//   and `plans/7c41e2a9` are the same.
namespace quiesce::client {

class Connection;

// Thread-safe, except that a CancelToken and a handler belong to the caller.
class Client {
 public:
  // Checks the options; connects with the first call. INVALID_ARGUMENT (Trouble::kArgument) for a
  // target that cannot be used.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const ClientOptions& options() const;

  // --- plans and runs ----------------------------------------------------------------------------

  // One call up to 1000 specs, else a stream with count and digest. A repeat makes another plan,
  // which does nothing until it is applied.
  absl::StatusOr<v1::CreatePlanResponse> CreatePlan(const v1::WorkspaceHeader& header,
                                                    const std::vector<v1::InstanceSpec>& specs,
                                                    const CallOptions& call = {});
  absl::StatusOr<v1::Plan> GetPlan(std::string_view plan, const CallOptions& call = {});
  // All pages, item by item, until the function returns false. The deadline is that of each page.
  absl::Status ListPlanItems(std::string_view plan, const std::string& filter,
                             const std::function<bool(const v1::PlanItem&)>& item,
                             const CallOptions& call = {});
  // `digest` empty: not checked.
  absl::StatusOr<v1::Run> ApplyPlan(std::string_view plan, const std::string& digest = {},
                                    const CallOptions& call = {});
  absl::StatusOr<v1::Run> GetRun(std::string_view run, const CallOptions& call = {});
  absl::Status ListRunItems(std::string_view run, const std::string& filter,
                            const std::function<bool(const v1::RunItem&)>& item,
                            const CallOptions& call = {});
  // Reads the run until it has ended (DONE or CANCELLED), giving each reading to `progress` (may be
  // null; false ends the following). Returns the last reading: look at its state, for the time may
  // be over before the run. Outlasts a restart of the daemon. CANCELLED when the token is: the run
  // goes on.
  absl::StatusOr<v1::Run> FollowRun(std::string_view run,
                                    const std::function<bool(const v1::Run&)>& progress,
                                    const FollowOptions& follow = {});
  absl::StatusOr<v1::CancelRunResponse> CancelRun(std::string_view run,
                                                  const CallOptions& call = {});

  // --- instances ---------------------------------------------------------------------------------

  // The full name of the instance that a person means: by full name, instance id, the first 6 or
  // more characters of the id, or name in the cloud; the latter three also as `ALIAS/...`. A full
  // name is taken as it is, without asking the daemon. An exact id comes before a prefix.
  // INVALID_ARGUMENT (AMBIGUOUS_NAME, Trouble::kArgument) with the candidates as lines in the
  // message and their names, separated by commas, in the metadata `candidates`; NOT_FOUND
  // (Trouble::kNotFound) if there is none.
  absl::StatusOr<std::string> ResolveInstance(std::string_view reference,
                                              const CallOptions& call = {});
  // Those that a reference may mean, by name; at most `limit`.
  absl::StatusOr<std::vector<v1::Instance>> FindInstances(std::string_view reference, size_t limit,
                                                          const CallOptions& call = {});

  absl::StatusOr<v1::Instance> GetInstance(const std::string& name, const CallOptions& call = {});
  // All pages; returns the revision to watch from.
  absl::StatusOr<int64_t> ListInstances(const std::string& filter,
                                        const std::function<bool(const v1::Instance&)>& instance,
                                        const CallOptions& call = {});
  absl::StatusOr<v1::SummarizeInstancesResponse> SummarizeInstances(const std::string& filter,
                                                                    const CallOptions& call = {});
  absl::StatusOr<v1::Explanation> ExplainInstance(const std::string& name,
                                                  const CallOptions& call = {});
  absl::StatusOr<v1::SetDesiredStateResponse> SetDesiredState(v1::SetDesiredStateRequest request,
                                                              const CallOptions& call = {});
  absl::StatusOr<v1::BatchSetDesiredStateResponse> BatchSetDesiredState(
      v1::BatchSetDesiredStateRequest request, const CallOptions& call = {});
  absl::StatusOr<v1::Instance> ReleaseInstance(v1::ReleaseInstanceRequest request,
                                               const CallOptions& call = {});
  absl::StatusOr<v1::RequestReconcileResponse> RequestReconcile(v1::RequestReconcileRequest request,
                                                                const CallOptions& call = {});
  // Repeats long polls until there is an answer other than NOT_YET or `timeout` is over; then the
  // answer is NOT_YET. With an empty etag it waits for the declaration that the first answer shows,
  // not for a later one. Outlasts a restart of the daemon. The options' timeout is not used.
  absl::StatusOr<v1::WaitInstanceResponse> WaitInstance(const std::string& name,
                                                        const std::string& etag,
                                                        absl::Duration timeout,
                                                        const CallOptions& call = {});
  // Follows what matches the filter, from a revision of ListInstances or a bookmark, or from the
  // present (0), until the handler or the token ends it, or an error that repeating does not cure.
  // The options' timeout is not used.
  absl::Status Watch(const std::string& filter, int64_t revision, WatchHandler& handler,
                     const CallOptions& call = {});

  // --- holds -------------------------------------------------------------------------------------

  absl::StatusOr<v1::CreateHoldResponse> CreateHold(v1::CreateHoldRequest request,
                                                    const CallOptions& call = {});
  absl::StatusOr<v1::Hold> ExtendHold(v1::ExtendHoldRequest request, const CallOptions& call = {});
  absl::StatusOr<v1::Hold> EndHold(std::string_view hold, const CallOptions& call = {});
  absl::Status ListHolds(const std::string& filter, bool include_ended,
                         const std::function<bool(const v1::Hold&)>& hold,
                         const CallOptions& call = {});

  // --- server ------------------------------------------------------------------------------------

  absl::StatusOr<v1::ServerInfo> GetServerInfo(const CallOptions& call = {});
  absl::StatusOr<std::vector<v1::Project>> ListProjects(const CallOptions& call = {});
  // `project`: id, alias or `projects/...`.
  absl::StatusOr<v1::Project> RefreshProject(std::string_view project, bool accept_absence = false,
                                             const CallOptions& call = {});
  absl::StatusOr<v1::ProjectDiagnosis> DiagnoseProject(std::string_view project,
                                                       const CallOptions& call = {});

 private:
  explicit Client(std::unique_ptr<Connection> connection);

  const std::unique_ptr<Connection> connection_;
};

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_CLIENT_H_
