#ifndef QUIESCE_DAEMON_CLOUD_ROUTES_H_
#define QUIESCE_DAEMON_CLOUD_ROUTES_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/base/clock.h"
#include "daemon/base/random.h"
#include "daemon/cloud/api_call.h"
#include "daemon/cloud/auth/authenticator.h"
#include "daemon/cloud/auth/iam_client.h"
#include "daemon/cloud/dbss_options.h"
#include "daemon/cloud/line.h"

namespace quiesce::cloud {

// How the calls of one project go out.
class ProjectRoute final : public CallRoute {
 public:
  // The line outlives every call of it.
  ProjectRoute(HttpTarget target, core::StatusMap status_map,
               std::shared_ptr<auth::Authenticator> authenticator, Line* line);

  auth::Authenticator& authenticator() override { return *authenticator_; }
  const std::string& host() const override { return host_; }
  HttpConnection& ConnectionOf(int worker) override { return line_->ConnectionOf(worker, target_); }
  const core::StatusMap& status_map() const override { return status_map_; }

  void Submit(std::shared_ptr<PooledCall> call) { line_->Submit(std::move(call)); }

 private:
  const HttpTarget target_;
  const std::string host_;
  const core::StatusMap status_map_;
  const std::shared_ptr<auth::Authenticator> authenticator_;
  Line* const line_;  // shared by projects with the same credential and endpoint
};

// What stands behind the routes: connections, and what is known of secrets.
struct RouteParts {
  std::vector<std::shared_ptr<auth::Authenticator>> authenticators;
  std::vector<std::shared_ptr<Line>> lines;

  bool empty() const { return authenticators.empty() && lines.empty(); }
  // Takes no further call, lets those in flight end for `grace` at most, cuts the others. Blocks
  // until no thread of them is left.
  void Close(absl::Duration grace);
};

// One configuration of the client: how the calls of every project go out. Constant, and so
// thread-safe, but for the parts behind it, which are.
class Routes {
 public:
  // What `options` say. Parts of `before` (null: there is none) that they leave as they are go on
  // being used: an authenticator whose secret is where it was, whatever its credential is called,
  // because the cloud goes on counting how often it was refused; and the lines of a credential that
  // keeps that and its number of connections. An access key that no credential names is remembered
  // all the same. Changes nothing of `before`. Clock and random source must outlive the parts.
  //
  // INVALID_ARGUMENT for options that contradict themselves or name an unusable ca_file.
  static absl::StatusOr<std::shared_ptr<const Routes>> Make(const DbssOptions& options,
                                                            const Routes* before, Random* random,
                                                            Clock* clock);

  // Lets the parts that are those of another configuration, too, go by this one.
  void PutInForce() const;

  // Null: not configured.
  std::shared_ptr<ProjectRoute> Find(std::string_view project_id) const;
  // Its parts that are not those of `other`.
  RouteParts PartsWithout(const Routes& other) const;

 private:
  // One secret, and what is known of it.
  struct Secret {
    DbssCredential config;  // says where it is
    auth::IamTargets::Map targets;
    std::shared_ptr<auth::IamTargets> targets_in_force;
    std::shared_ptr<auth::Authenticator> authenticator;  // one, so that a secret is tried once
  };
  struct Credential {
    int max_in_flight = 0;
    Secret secret;
    std::map<std::string, std::shared_ptr<Line>> lines{};  // by endpoint
  };

  absl::Status AddCredential(const DbssCredential& config, const DbssOptions& options,
                             const Routes* before, Random* random, Clock* clock);
  absl::Status AddProject(const DbssProject& config, const DbssOptions& options,
                          const Routes* before, Clock* clock);
  // The secret that `wanted` is as well, unless `taken` says that it is somebody else's by now.
  const Secret* FindSecret(const Secret& wanted, const Routes& taken) const;
  bool Uses(const auth::Authenticator* authenticator) const;
  void RememberUnused(const Routes& before);
  std::shared_ptr<Line> FindLine(const Credential& credential, const std::string& endpoint) const;
  RouteParts Parts() const;

  std::map<std::string, Credential> credentials_;
  std::vector<Secret> unused_;  // access keys of earlier configurations
  std::map<std::string, std::shared_ptr<ProjectRoute>, std::less<>> projects_;
};

}  // namespace quiesce::cloud

#endif  // QUIESCE_DAEMON_CLOUD_ROUTES_H_
