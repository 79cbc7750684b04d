#include "tests/fakes/dbss_sim/fault_json.h"

#include <array>
#include <optional>
#include <utility>

#include "tests/fakes/dbss_sim/api_errors.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

constexpr int kMaxTimes = 1'000'000'000;

// What all kinds read: the object and what its reply is made from.
struct Source {
  JsonFields* fields;
  const Cloud* cloud;
  SimTime now;
};

void ReadReply(const Source& source, Fault* fault) {
  ApiReply reply;
  JsonFields& fields = *source.fields;
  if (!fields.Has("status")) fields.Fail("status", "is required");
  reply.status = static_cast<int>(fields.Integer("status", 200, 200, 599));
  if (const Json* body = fields.Any("body")) {
    reply.body = body->is_string() ? body->get<std::string>() : body->dump();
  }
  if (auto type = fields.Text("content_type")) reply.content_type = *type;
  if (const Json* headers = fields.Any("headers")) {
    for (const auto& header : headers->items()) {
      if (!headers->is_object() || !header.value().is_string()) {
        fields.Fail("headers", "must be an object of strings");
        break;
      }
      reply.headers.emplace_back(header.key(), header.value().get<std::string>());
    }
  }
  fault->reply = std::move(reply);
}

void ReadDrop(const Source& source, Fault* fault) {
  fault->delivery = source.fields->Flag("reset", false) ? Delivery::kReset : Delivery::kDrop;
}

void ReadThrottle(const Source& source, Fault* fault) {
  JsonFields& fields = *source.fields;
  const std::string policy = fields.Choice("policy", {"user", "ip"});
  const std::int64_t limit = fields.Integer("limit", 200, 0, kMaxTimes);
  const std::string period = fields.Text("period").value_or("5 minute");
  fault->reply =
      Throttled(policy + " over ratelimit,limit:" + std::to_string(limit) + ",time:" + period,
                kPlannedRequestId);
  if (fields.Has("retry_after_s")) {
    fault->reply->headers.emplace_back(
        "Retry-After", std::to_string(fields.Integer("retry_after_s", 0, 0, 86400)));
  }
}

void ReadUnauthorized(const Source& source, Fault* fault) {
  const std::string code = source.fields->Choice("code", {"0307", "0301"});
  const std::string sub = source.fields->Text("sub_message").value_or("Unauthorized");
  fault->reply = code == "0307" ? TokenMustBeUpdated(kPlannedRequestId)
                                : AuthenticationError(sub, kPlannedRequestId);
}

void ReadGatewayTimeout(const Source&, Fault* fault) {
  fault->reply = BackendTimeout(kPlannedRequestId);
}

void ReadEmpty(const Source& source, Fault* fault) {
  fault->reply.emplace();
  fault->reply->status = static_cast<int>(source.fields->Integer("status", 200, 200, 599));
}

void ReadHtml(const Source& source, Fault* fault) {
  fault->reply.emplace();
  fault->reply->status = static_cast<int>(source.fields->Integer("status", 502, 200, 599));
  fault->reply->content_type = "text/html";
  fault->reply->body =
      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
      "Gateway</h1></center>\r\n<hr><center>api-gateway</center>\r\n</body>\r\n</html>\r\n";
}

void ReadDelay(const Source& source, Fault*) {
  if (!source.fields->Has("effect_delay_ms") && !source.fields->Has("reply_delay_ms")) {
    source.fields->Fail("reply_delay_ms", "or effect_delay_ms is required for a delay");
  }
}

void ReadTruncate(const Source&, Fault* fault) { fault->delivery = Delivery::kCut; }

void ReadResultFailed(const Source&, Fault* fault) {
  fault->reply.emplace();
  fault->reply->body = R"({"result":"failed"})";
}

void ReadOmit(const Source& source, Fault* fault) {
  fault->op = Op::kList;
  const Json* instances = source.fields->Array("instances");
  if (instances == nullptr || instances->empty()) {
    source.fields->Fail("instances", "is required and must not be empty");
    return;
  }
  for (const Json& instance : *instances) {
    if (!instance.is_string()) {
      source.fields->Fail("instances", "must be an array of strings");
      return;
    }
    fault->omitted.insert(instance.get<std::string>());
  }
}

void ReadStale(const Source& source, Fault* fault) {
  fault->op = Op::kList;
  auto body = source.cloud->ListBody(fault->project, source.now, {});
  if (!body) {
    source.fields->Fail("project", "is required and must be a project of the simulator");
    return;
  }
  fault->reply.emplace();
  fault->reply->body = *std::move(body);
}

struct Kind {
  const char* name;
  void (*read)(const Source&, Fault*);
  bool effect;  // When the input does not say.
};

constexpr std::array<Kind, 12> kKinds = {{{"reply", ReadReply, false},
                                          {"drop", ReadDrop, false},
                                          {"delay", ReadDelay, true},
                                          {"throttle", ReadThrottle, false},
                                          {"unauthorized", ReadUnauthorized, false},
                                          {"gateway_timeout", ReadGatewayTimeout, true},
                                          {"empty", ReadEmpty, true},
                                          {"html", ReadHtml, false},
                                          {"truncate", ReadTruncate, true},
                                          {"result_failed", ReadResultFailed, false},
                                          {"omit", ReadOmit, true},
                                          {"stale", ReadStale, true}}};

const Kind* FindKind(const std::string& name) {
  for (const Kind& kind : kKinds) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

std::string KindNames() {
  std::string names;
  for (const Kind& kind : kKinds) names += (names.empty() ? "" : ", ") + std::string(kind.name);
  return names;
}

void ReadMatch(JsonFields* fields, Fault* fault) {
  if (fields->Has("op")) {
    const std::string op = fields->Choice("op", {"list", "stop", "token", "other"});
    for (const Op candidate : {Op::kList, Op::kStop, Op::kToken, Op::kOther}) {
      if (op == OpName(candidate)) fault->op = candidate;
    }
  }
  fault->project = fields->Text("project").value_or("");
  fault->instance = fields->Text("instance").value_or("");
  fault->times = static_cast<int>(fields->Integer("times", 1, 1, kMaxTimes));
  fault->skip = static_cast<int>(fields->Integer("skip", 0, 0, kMaxTimes));
}

}  // namespace

Fault FaultFromJson(const Json& value, const std::string& path, const Cloud& cloud, SimTime now,
                    FieldProblem* problem) {
  JsonFields fields(value, path, problem);
  Fault fault;
  ReadMatch(&fields, &fault);
  const Kind* kind = FindKind(fields.Text("kind").value_or(""));
  if (kind == nullptr) {
    fields.Fail("kind", "is required and must be one of: " + KindNames());
    return fault;
  }
  kind->read({&fields, &cloud, now}, &fault);
  fault.effect = fields.Flag("effect", kind->effect);
  if (!fault.effect && !fault.reply && fault.delivery != Delivery::kDrop &&
      fault.delivery != Delivery::kReset) {
    fields.Fail("effect", "must be true for this kind, which needs the genuine answer");
  }
  fault.effect_delay = fields.Millis("effect_delay_ms", fault.effect_delay);
  fault.reply_delay = fields.Millis("reply_delay_ms", fault.reply_delay);
  fields.Finish();
  return fault;
}

}  // namespace quiesce::dbss_sim
