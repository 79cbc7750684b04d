// The part of the control interface that is about who may call.

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "tests/fakes/dbss_sim/control.h"
#include "tests/fakes/dbss_sim/control_replies.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/fakes/dbss_sim/token_endpoint.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

// The projects that a credential opens; nullopt for all.
std::optional<std::set<std::string, std::less<>>> ReadProjects(JsonFields* fields) {
  const Json* projects = fields->Array("projects");
  if (projects == nullptr) return std::nullopt;
  std::set<std::string, std::less<>> read;
  for (const Json& project : *projects) {
    if (project.is_string()) {
      read.insert(project.get<std::string>());
    } else {
      fields->Fail("projects", "must be an array of strings");
    }
  }
  return read;
}

}  // namespace

ApiReply Control::Tokens(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  const std::string token = fields.RequiredText("token");
  const std::string state =
      fields.Choice("state", {"valid", "expired", "must_be_updated", "unknown"});
  TokenGrant grant;
  grant.projects = ReadProjects(&fields);
  auto lifetime = fields.Millis("expires_in_ms", SimTime::zero());
  if (fields.Has("expires_in_ms") || state == "expired") {
    if (state == "expired") lifetime = SimTime::zero();
    grant.expires = sim_->now() + lifetime;
    grant.expires_at = IamTime(sim_->wall_now() + lifetime);
  }
  grant.must_be_updated = state == "must_be_updated";
  grant.user = fields.Text("user").value_or("");
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  if (state == "unknown") {
    sim_->tokens().Remove(token);
  } else {
    sim_->tokens().Put(token, std::move(grant));
  }
  return JsonReply({{"ok", true}});
}

ApiReply Control::Revoke(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  const std::string user = fields.RequiredText("user");
  const std::string name = fields.Choice("as", {"unknown", "expired", "must_be_updated"});
  const auto delay = fields.Millis("in_ms", SimTime::zero());
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  const TokenBook::Revoked as = name == "unknown"   ? TokenBook::Revoked::kUnknown
                                : name == "expired" ? TokenBook::Revoked::kExpired
                                                    : TokenBook::Revoked::kMustBeUpdated;
  const int count =
      sim_->tokens().RevokeAllOf(user, as, sim_->now() + delay, IamTime(sim_->wall_now() + delay));
  return JsonReply({{"tokens", count}});
}

ApiReply Control::Users(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  User user;
  user.name = fields.RequiredText("name");
  user.password = fields.RequiredText("password");
  user.domain = fields.RequiredText("domain");
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  sim_->tokens().PutUser(std::move(user));
  return JsonReply({{"ok", true}});
}

ApiReply Control::Keys(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  AccessKey key;
  key.access = fields.RequiredText("access");
  const std::string state = fields.Choice("state", {"valid", "unknown", "secret_unavailable"});
  key.secret = fields.Text("secret").value_or("");
  if (state == "valid" && key.secret.empty()) fields.Fail("secret", "is required for a valid key");
  key.security_token = fields.Text("security_token");
  key.projects = ReadProjects(&fields);
  if (fields.Has("expires_in_ms")) {
    const auto lifetime = fields.Millis("expires_in_ms", SimTime::zero());
    key.expires = sim_->now() + lifetime;
    key.expires_at = IamTime(sim_->wall_now() + lifetime);
  }
  key.user = fields.Text("user").value_or("");
  key.secret_unavailable = state == "secret_unavailable";
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  if (state == "unknown") {
    sim_->keys().Remove(key.access);
  } else {
    sim_->keys().Put(std::move(key));
  }
  return JsonReply({{"ok", true}});
}

ApiReply Control::Tls(const ApiRequest& request) {
  FieldProblem problem;
  const Json body = ParsedBody(request, &problem);
  JsonFields fields(body, "", &problem);
  const std::string name =
      fields.Choice("certificate", {"good", "bad_host", "expired", "not_yet_valid", "untrusted"});
  fields.Finish();
  if (problem.found()) return ProblemReply(400, problem);
  if (sim_->tls_port() == 0) return ProblemReply(409, {"", "the simulator has no TLS port"});
  sim_->ShowCertificate(*CertificateKindNamed(name));
  return JsonReply({{"ok", true}});
}

}  // namespace quiesce::dbss_sim
