#include "tests/fakes/dbss_sim/token_endpoint.h"

#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "tests/fakes/dbss_sim/api_errors.h"
#include "tests/fakes/dbss_sim/deterministic_ids.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

// nullptr when a step of `path` is missing or no object.
const Json* Descend(const Json& root, std::initializer_list<const char*> path) {
  const Json* at = &root;
  for (const char* key : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(key);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string TextAt(const Json& root, std::initializer_list<const char*> path) {
  const Json* found = Descend(root, path);
  return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

struct TokenRequest {
  User user;
  std::string project;  // Id or name; empty for the scope of a domain.
};

std::optional<TokenRequest> ParseRequest(std::string_view body) {
  const Json root = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return std::nullopt;
  const Json* methods = Descend(root, {"auth", "identity", "methods"});
  if (methods == nullptr || *methods != Json::array({"password"})) return std::nullopt;
  TokenRequest request;
  request.user.name = TextAt(root, {"auth", "identity", "password", "user", "name"});
  request.user.password = TextAt(root, {"auth", "identity", "password", "user", "password"});
  request.user.domain = TextAt(root, {"auth", "identity", "password", "user", "domain", "name"});
  if (request.user.name.empty() || request.user.password.empty() || request.user.domain.empty()) {
    return std::nullopt;
  }
  const Json* project = Descend(root, {"auth", "scope", "project"});
  const Json* domain = Descend(root, {"auth", "scope", "domain"});
  if ((project == nullptr) == (domain == nullptr)) return std::nullopt;  // Exactly one.
  if (domain != nullptr) return request;
  const std::string id = TextAt(root, {"auth", "scope", "project", "id"});
  const std::string name = TextAt(root, {"auth", "scope", "project", "name"});
  if (id.empty() == name.empty()) return std::nullopt;
  request.project = id.empty() ? name : id;
  return request;
}

// As long as a small real one, and beginning like one: the encoding of a CMS message.
std::string TokenText(std::string_view unique) {
  std::string text = "MIID";
  for (std::uint64_t i = 0; i < 16; ++i) text += HexId(unique, i);
  return text;
}

}  // namespace

std::string IamTime(std::chrono::system_clock::time_point moment) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(micros / 1000000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%06dZ", date, static_cast<int>(micros % 1000000));
  return text;
}

std::string UserOfTokenRequest(std::string_view body) {
  const Json root = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  return root.is_discarded() ? "" : TextAt(root, {"auth", "identity", "password", "user", "name"});
}

ApiReply IssueToken(std::string_view body, const Cloud& cloud, std::string_view unique, SimTime now,
                    std::chrono::system_clock::time_point wall, std::chrono::microseconds lifetime,
                    TokenBook* tokens) {
  const std::optional<TokenRequest> request = ParseRequest(body);
  if (!request) return IamError(400, "Bad Request", "The request body is invalid");
  if (!tokens->Authenticates(request->user)) {
    return IamError(401, "Unauthorized", "The username or password is wrong.");
  }
  std::optional<ProjectFacts> project;
  if (!request->project.empty()) {
    project = cloud.FindProject(request->project);
    // The cloud publishes no answer to an unknown project; it says 401 to what it cannot scope.
    if (!project) return IamError(401, "Unauthorized", "The username or password is wrong.");
  }

  TokenGrant grant;
  grant.projects.emplace();
  if (project) grant.projects->insert(project->id);
  grant.expires = now + lifetime;
  grant.expires_at = IamTime(wall + lifetime);
  grant.issued = true;
  grant.user = request->user.name;

  const Json domain = {{"id", HexId(request->user.domain, 0)}, {"name", request->user.domain}};
  Json token = {{"catalog", Json::array()},
                {"expires_at", grant.expires_at},
                {"issued_at", IamTime(wall)},
                {"methods", {"password"}},
                {"roles", Json::array({{{"id", "0"}, {"name", "te_admin"}}})},
                {"user",
                 {{"domain", domain},
                  {"id", HexId(request->user.name, 1)},
                  {"name", request->user.name},
                  {"password_expires_at", ""}}}};
  if (project) {
    token["project"] = {{"domain", domain}, {"id", project->id}, {"name", project->name}};
  } else {
    token["domain"] = domain;
  }

  ApiReply reply;
  reply.status = 201;
  reply.body =
      Json{{"token", std::move(token)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text = TokenText(unique);
  tokens->Put(text, std::move(grant));
  reply.headers.emplace_back("X-Subject-Token", std::move(text));
  return reply;
}

}  // namespace quiesce::dbss_sim
