#include "tests/fakes/dbss_sim/fault_json.h"

#include <utility>

#include "tests/fakes/dbss_sim/fault_kinds.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::json;

constexpr int kMaxTimes = 1'000'000'000;

// Leaves `every` and `times` 0 when they are not given.
void ReadMatch(JsonFields* fields, FaultRule* rule) {
  if (fields->Has("op")) {
    const std::string op = fields->Choice("op", {"list", "stop", "token", "other"});
    for (const Op candidate : {Op::kList, Op::kStop, Op::kToken, Op::kOther}) {
      if (op == OpName(candidate)) rule->op = candidate;
    }
  }
  rule->project = fields->Text("project").value_or("");
  rule->instance = fields->Text("instance").value_or("");
  rule->skip = static_cast<int>(fields->Integer("skip", 0, 0, kMaxTimes));
  rule->every = static_cast<int>(fields->Integer("every", 0, 1, kMaxTimes));
  rule->times = static_cast<int>(fields->Integer("times", 0, 1, kMaxTimes));
  rule->probability = fields->Number("probability", 1, 0, 1);
}

void FillMatch(FaultRule* rule) {
  if (rule->every == 0) rule->every = 1;
  const bool recurs = rule->every > 1 || rule->probability < 1;
  if (rule->times == 0) rule->times = recurs ? kMaxTimes : 1;
}

bool NeedsTheGenuineAnswer(const Fault& fault) {
  return !fault.reply && fault.delivery != Delivery::kDrop && fault.delivery != Delivery::kReset;
}

}  // namespace

FaultRule FaultRuleFromJson(const Json& value, const std::string& path, const Cloud& cloud,
                            SimTime now, FieldProblem* problem) {
  JsonFields fields(value, path, problem);
  FaultRule rule;
  if (const Json* match = fields.Any("match")) {
    JsonFields nested(*match, fields.PathOf("match"), problem);
    ReadMatch(&nested, &rule);
    nested.Finish();
  } else {
    ReadMatch(&fields, &rule);
  }
  rule.kind = fields.Text("kind").value_or("");
  const FaultKind* kind = FindFaultKind(rule.kind);
  if (kind == nullptr) {
    fields.Fail("kind", "is required and must be one of those of /_sim/faults/kinds");
    return rule;
  }
  rule.fault.name = fields.Text("name").value_or("");
  if (fields.Has("seed")) {
    rule.seed = static_cast<std::uint64_t>(fields.Integer("seed", 0, 0, INT64_MAX));
  }
  kind->read({&fields, &cloud, now}, &rule);
  FillMatch(&rule);
  Fault& fault = rule.fault;
  fault.effect = fields.Flag("effect", kind->effect);
  if (!fault.effect && NeedsTheGenuineAnswer(fault)) {
    fields.Fail("effect", "must be true for this kind, which needs the genuine answer");
  }
  fault.effect_delay = fields.Millis("effect_delay_ms", fault.effect_delay);
  fault.reply_delay = fields.Millis("reply_delay_ms", fault.reply_delay);
  fields.Finish();
  return rule;
}

}  // namespace quiesce::dbss_sim
