#include "tests/fakes/dbss_sim/control_replies.h"

#include <algorithm>

namespace quiesce::dbss_sim {

using Json = nlohmann::json;

ApiReply JsonReply(const Json& body) {
  ApiReply reply;
  reply.body = body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return reply;
}

ApiReply ProblemReply(int status, const FieldProblem& problem) {
  ApiReply reply = JsonReply({{"error", {{"field", problem.field}, {"problem", problem.problem}}}});
  reply.status = status;
  return reply;
}

ApiReply NoSuchInstanceReply() {
  return ProblemReply(404, {"instance", "names no instance of that project"});
}

Json ParsedBody(const ApiRequest& request, FieldProblem* problem) {
  if (request.body.empty()) return Json::object();
  Json body = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (!body.is_discarded()) return body;
  if (!problem->found()) *problem = {"", "the body is not JSON"};
  return Json::object();
}

std::string_view PathOfTarget(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::map<std::string, std::string, std::less<>> QueryOfTarget(std::string_view target) {
  std::map<std::string, std::string, std::less<>> query;
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return query;
  target.remove_prefix(mark + 1);
  while (!target.empty()) {
    const std::size_t end = std::min(target.find('&'), target.size());
    const std::string_view pair = target.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    query[std::string(pair.substr(0, equals))] = pair.substr(std::min(equals + 1, pair.size()));
    target.remove_prefix(std::min(end + 1, target.size()));
  }
  return query;
}

}  // namespace quiesce::dbss_sim
