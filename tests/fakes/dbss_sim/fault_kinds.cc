#include "tests/fakes/dbss_sim/fault_kinds.h"

#include <optional>
#include <utility>

#include "tests/fakes/dbss_sim/api_errors.h"
#include "tests/fakes/dbss_sim/error_catalog.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

constexpr int kMaxCount = 1'000'000'000;
constexpr std::int64_t kGigabyte = std::int64_t{1} << 30;

ApiReply& Replace(FaultRule* rule, int status, std::string body) {
  ApiReply& reply = rule->fault.reply.emplace();
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

int Status(const FaultSource& source, int otherwise) {
  return static_cast<int>(source.fields->Integer("status", otherwise, 200, 599));
}

void ReadRetryAfter(const FaultSource& source, FaultRule* rule) {
  if (!source.fields->Has("retry_after_s")) return;
  rule->fault.reply->headers.emplace_back(
      "Retry-After", std::to_string(source.fields->Integer("retry_after_s", 0, 0, 86400)));
}

void ReadError(const FaultSource& source, FaultRule* rule) {
  rule->fault.reply = MakeError(*FindError(rule->kind), kPlannedRequestId);
  ReadRetryAfter(source, rule);
}

void ReadReply(const FaultSource& source, FaultRule* rule) {
  JsonFields& fields = *source.fields;
  if (!fields.Has("status")) fields.Fail("status", "is required");
  ApiReply& reply = Replace(rule, Status(source, 200), "");
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
}

void ReadThrottle(const FaultSource& source, FaultRule* rule) {
  JsonFields& fields = *source.fields;
  const std::string policy = fields.Choice("policy", {"user", "ip"});
  const std::int64_t limit = fields.Integer("limit", 200, 0, kMaxCount);
  const std::string period = fields.Text("period").value_or("5 minute");
  rule->fault.reply =
      Throttled(policy + " over ratelimit,limit:" + std::to_string(limit) + ",time:" + period,
                kPlannedRequestId);
  ReadRetryAfter(source, rule);
}

void ReadUnauthorized(const FaultSource& source, FaultRule* rule) {
  const std::string code = source.fields->Choice("code", {"0307", "0301"});
  const std::string sub = source.fields->Text("sub_message").value_or("Unauthorized");
  rule->fault.reply = code == "0307" ? TokenMustBeUpdated(kPlannedRequestId)
                                     : AuthenticationError(sub, kPlannedRequestId);
}

void ReadGatewayTimeout(const FaultSource&, FaultRule* rule) {
  rule->fault.reply = BackendTimeout(kPlannedRequestId);
}

void ReadEmpty(const FaultSource& source, FaultRule* rule) {
  Replace(rule, Status(source, 200), "");
}

void ReadNoBody(const FaultSource& source, FaultRule* rule) {
  Replace(rule, Status(source, 500), "");
}

void ReadHtml(const FaultSource& source, FaultRule* rule) {
  Replace(rule, Status(source, 502),
          "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
          "Gateway</h1></center>\r\n<hr><center>api-gateway</center>\r\n</body>\r\n</html>\r\n")
      .content_type = "text/html";
}

void ReadHuge(const FaultSource& source, FaultRule* rule) {
  ApiReply& reply =
      Replace(rule, Status(source, 200), R"({"result":"success","clusters":[],"padding":")");
  reply.padded_size =
      static_cast<std::uint64_t>(source.fields->Integer("bytes", kGigabyte, 1, 64 * kGigabyte));
}

void ReadWrongType(const FaultSource& source, FaultRule* rule) {
  const char* body = R"({"result":{"success":true},"clusters":{"a":1},"token":[]})";
  if (rule->op == Op::kList) body = R"({"clusters":{"instance_id":7}})";
  if (rule->op == Op::kStop) body = R"({"result":0})";
  Replace(rule, Status(source, 200), body);
}

void ReadNestedError(const FaultSource& source, FaultRule* rule) {
  rule->fault.reply = MakeError(*FindError("error:DBSS.11000000:nested"), kPlannedRequestId);
  rule->fault.reply->status = Status(source, 500);
}

void ReadNumericCode(const FaultSource& source, FaultRule* rule) {
  const int status = Status(source, 400);
  rule->fault.reply = IamError(status, "Bad Request", "The request body is invalid");
}

void ReadUnknownCode(const FaultSource& source, FaultRule* rule) {
  const std::string code = source.fields->Text("code").value_or("DBSS.99999999");
  rule->fault.reply = ServiceError(Status(source, 400), code, "An error that no document names.");
}

void ReadResultFailed(const FaultSource&, FaultRule* rule) {
  Replace(rule, 200, R"({"result":"failed"})");
}

void ReadGzip(const FaultSource&, FaultRule* rule) { rule->fault.gzip = true; }

void ReadDrop(const FaultSource& source, FaultRule* rule) {
  rule->fault.delivery = source.fields->Flag("reset", false) ? Delivery::kReset : Delivery::kDrop;
}

void ReadClose(const FaultSource&, FaultRule* rule) { rule->fault.delivery = Delivery::kDrop; }

void ReadReset(const FaultSource&, FaultRule* rule) { rule->fault.delivery = Delivery::kReset; }

void ReadTruncate(const FaultSource&, FaultRule* rule) { rule->fault.delivery = Delivery::kCut; }

void ReadHalfThenReset(const FaultSource&, FaultRule* rule) {
  rule->fault.delivery = Delivery::kCutReset;
}

void ReadDrip(const FaultSource& source, FaultRule* rule) {
  rule->fault.drip.bytes =
      static_cast<std::size_t>(source.fields->Integer("bytes", 1, 1, kMaxCount));
  rule->fault.drip.interval = source.fields->Millis("interval_ms", std::chrono::milliseconds(10));
}

void ReadDelay(const FaultSource& source, FaultRule*) {
  if (!source.fields->Has("effect_delay_ms") && !source.fields->Has("reply_delay_ms")) {
    source.fields->Fail("reply_delay_ms", "or effect_delay_ms is required for a delay");
  }
}

void ReadLatency(const FaultSource& source, FaultRule* rule) {
  JsonFields& fields = *source.fields;
  const std::string name = fields.Choice("distribution", {"fixed", "uniform", "exponential"});
  const std::string when = fields.Choice("when", {"before", "after"});
  Latency latency;
  const auto required = [&fields](const char* field) {
    if (!fields.Has(field)) fields.Fail(field, "is required for this distribution");
    return fields.Millis(field, std::chrono::microseconds(0));
  };
  if (name == "uniform") {
    latency.distribution = Latency::Distribution::kUniform;
    latency.low = fields.Millis("min_ms", latency.low);
    latency.high = required("max_ms");
    if (latency.high < latency.low) fields.Fail("max_ms", "must not be less than min_ms");
  } else if (name == "exponential") {
    latency.distribution = Latency::Distribution::kExponential;
    latency.low = required("mean_ms");
    latency.high = fields.Millis("cap_ms", latency.low * 10);
  } else {
    latency.low = required("ms");
  }
  (when == "before" ? rule->before_effect : rule->after_effect) = latency;
  rule->stacks = true;
}

// Names of a field, or nothing when it is not given.
std::set<std::string, std::less<>> ReadNames(JsonFields* fields, const char* field) {
  std::set<std::string, std::less<>> names;
  const Json* values = fields->Array(field);
  if (values == nullptr) return names;
  for (const Json& value : *values) {
    if (!value.is_string()) {
      fields->Fail(field, "must be an array of strings");
      break;
    }
    names.insert(value.get<std::string>());
  }
  return names;
}

// What all edits of a list have: which instances.
ListEdit& ReadEdit(const FaultSource& source, FaultRule* rule) {
  rule->op = Op::kList;
  ListEdit& edit = rule->fault.list_edit.emplace();
  edit.instances = ReadNames(source.fields, "instances");
  edit.share = source.fields->Number("share", 1, 0, 1);
  return edit;
}

void ReadOmit(const FaultSource& source, FaultRule* rule) {
  ListEdit& edit = ReadEdit(source, rule);
  edit.omit = true;
  if (edit.instances.empty() && !source.fields->Has("share")) {
    source.fields->Fail("instances", "is required and must not be empty, unless share is given");
  }
}

void ReadFlapping(const FaultSource& source, FaultRule* rule) {
  ListEdit& edit = ReadEdit(source, rule);
  if (source.fields->Has("status")) {
    const RawState shown{source.fields->Text("status"), "NO_TASK"};
    edit.states = {shown, shown};
  } else {
    edit.omit = true;
  }
  if (rule->every == 0) rule->every = 2;
}

void ReadStale(const FaultSource& source, FaultRule* rule) {
  rule->op = Op::kList;
  auto body = source.cloud->ListBody(rule->project, source.now);
  if (!body) {
    source.fields->Fail("project", "is required and must be a project of the simulator");
    return;
  }
  Replace(rule, 200, *std::move(body));
}

void ReadLag(const FaultSource& source, FaultRule* rule) {
  rule->op = Op::kList;
  if (!source.fields->Has("ms")) source.fields->Fail("ms", "is required");
  rule->fault.list_lag = source.fields->Millis("ms", std::chrono::microseconds(0));
}

void ReadEmptyList(const FaultSource&, FaultRule* rule) {
  rule->op = Op::kList;
  Replace(rule, 200, R"({"clusters":[]})");
}

void ReadMixedPairs(const FaultSource& source, FaultRule* rule) {
  ListEdit& edit = ReadEdit(source, rule);
  edit.pairs_only = true;
  edit.states = {StoppedState(), RunningState()};
}

void ReadUnknownStates(const FaultSource& source, FaultRule* rule) {
  ListEdit& edit = ReadEdit(source, rule);
  RawState state;
  state.status = source.fields->Text("status").value_or("HIBERNATED");
  state.task_status = source.fields->Text("task_status").value_or("NO_TASK");
  edit.states = {state, state};
}

void ReadNulls(const FaultSource& source, FaultRule* rule) {
  ListEdit& edit = ReadEdit(source, rule);
  edit.nulls = ReadNames(source.fields, "fields");
  if (edit.nulls.empty()) edit.nulls = FieldsThatTellNothing();
  edit.absent = source.fields->Flag("absent", false);
}

void ReadCertificate(const FaultSource& source, FaultRule* rule) {
  if (rule->op || !rule->project.empty() || !rule->instance.empty()) {
    source.fields->Fail("kind", "is for connections, which have no op, project or instance");
  }
  rule->fault.certificate = CertificateKindNamed(std::string_view(rule->kind).substr(4));
}

std::vector<FaultKind> MakeKinds() {
  std::vector<FaultKind> kinds;
  for (const NamedError& error : NamedErrors()) {
    kinds.push_back({error.name, "error", std::to_string(error.status) + " " + error.message,
                     "retry_after_s", false, ReadError});
  }
  const char* const which = "instances, share";
  const std::string states = std::string(which) + ", status";
  for (FaultKind& kind : std::vector<FaultKind>{
           {"throttle", "error", "429 APIGW.0308 with these words",
            "policy, limit, period, retry_after_s", false, ReadThrottle},
           {"unauthorized", "error", "401 APIGW.0307 or 0301", "code, sub_message", false,
            ReadUnauthorized},
           {"gateway_timeout", "error", "504 APIGW.0201", "", true, ReadGatewayTimeout},
           {"reply", "body", "any reply", "status, body, content_type, headers", false, ReadReply},
           {"empty", "body", "200 and no body at all", "status", true, ReadEmpty},
           {"no_body", "body", "an error status and no body at all", "status", false, ReadNoBody},
           {"html", "body", "a page of a proxy", "status", false, ReadHtml},
           {"huge", "body", "JSON that does not end, a gigabyte of it", "status, bytes", false,
            ReadHuge},
           {"wrong_type", "body", "JSON whose fields have other types", "status", false,
            ReadWrongType},
           {"nested_error", "body", "an error inside \"error\"", "status", false, ReadNestedError},
           {"numeric_code", "body", "an error whose code is a number", "status", false,
            ReadNumericCode},
           {"unknown_code", "body", "an error that no document names", "status, code", false,
            ReadUnknownCode},
           {"result_failed", "body", "200 {\"result\":\"failed\"}", "", false, ReadResultFailed},
           {"gzip", "body", "the genuine answer, encoded although nobody asked", "", true,
            ReadGzip},
           {"drop", "transport", "closed, or reset, without an answer", "reset", false, ReadDrop},
           {"close", "transport", "closed without an answer", "", false, ReadClose},
           {"reset", "transport", "reset without an answer", "", false, ReadReset},
           {"truncate", "transport", "half the body, then closed", "", true, ReadTruncate},
           {"half_then_reset", "transport", "half the body, then reset", "", true,
            ReadHalfThenReset},
           {"drip", "transport", "the genuine answer, a few bytes at a time", "bytes, interval_ms",
            true, ReadDrip},
           {"delay", "time", "the genuine answer, later", "", true, ReadDelay},
           {"latency", "time", "a distribution of delays; adds to the rules after it",
            "distribution, ms or min_ms, max_ms or mean_ms, cap_ms, when", true, ReadLatency},
           {"omit", "list", "instances are missing", which, true, ReadOmit},
           {"flapping", "list", "instances are missing, or in another state, in every other list",
            states, true, ReadFlapping},
           {"stale", "list", "the list as it was when the rule was planned", "", true, ReadStale},
           {"lag", "list", "the list as it was so long ago", "ms", true, ReadLag},
           {"empty_list", "list", "no instances, as some services say instead of 403", "", true,
            ReadEmptyList},
           {"mixed_ha", "list", "pairs of which one server is off and one is on", which, true,
            ReadMixedPairs},
           {"unknown_strings", "list", "states that no document names", states + ", task_status",
            true, ReadUnknownStates},
           {"nulls", "list", "fields that tell nothing are null, or left out",
            std::string(which) + ", fields, absent", true, ReadNulls},
           {"tls:bad_host", "tls", "a certificate of another host", "", true, ReadCertificate},
           {"tls:expired", "tls", "a certificate that has expired", "", true, ReadCertificate},
           {"tls:not_yet_valid", "tls", "a certificate that is not valid yet", "", true,
            ReadCertificate},
           {"tls:untrusted", "tls", "a certificate of an unknown authority", "", true,
            ReadCertificate},
       }) {
    kinds.push_back(std::move(kind));
  }
  return kinds;
}

}  // namespace

const std::vector<FaultKind>& FaultKinds() {
  static const auto* const kKinds = new std::vector<FaultKind>(MakeKinds());
  return *kKinds;
}

const FaultKind* FindFaultKind(std::string_view name) {
  for (const FaultKind& kind : FaultKinds()) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

}  // namespace quiesce::dbss_sim
