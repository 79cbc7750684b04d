#include "tests/fakes/dbss_sim/fault_plan.h"

#include <algorithm>
#include <utility>

#include "tests/fakes/dbss_sim/deterministic_ids.h"

namespace quiesce::dbss_sim {
namespace {

bool Matches(const FaultRule& rule, Op op, std::string_view project, std::string_view instance) {
  return !rule.fault.certificate && (!rule.op || *rule.op == op) &&
         (rule.project.empty() || rule.project == project) &&
         (rule.instance.empty() || rule.instance == instance);
}

}  // namespace

std::int64_t FaultPlan::Add(FaultRule rule) {
  std::lock_guard lock(mutex_);
  Pending pending;
  pending.id = ++last_id_;
  pending.rule = std::move(rule);
  FaultRule& added = pending.rule;
  if (added.fault.name.empty()) added.fault.name = added.kind;
  if (!added.seed) added.seed = static_cast<std::uint64_t>(pending.id);
  if (added.fault.list_edit) added.fault.list_edit->seed = *added.seed;
  rules_.push_back(std::move(pending));
  any_ = true;
  return last_id_;
}

double FaultPlan::Chance(const Pending& pending, const char* what) {
  return UnitInterval(what + std::to_string(pending.matched), *pending.rule.seed);
}

bool FaultPlan::Spoils(const Pending& pending) {
  const FaultRule& rule = pending.rule;
  const std::int64_t position = pending.matched - 1 - rule.skip;
  if (position < 0 || position % rule.every != 0) return false;
  return rule.probability >= 1 || Chance(pending, "whether") < rule.probability;
}

Fault FaultPlan::Spoil(Pending* pending) {
  FaultRule& rule = pending->rule;
  --rule.times;
  ++pending->spoiled;
  ++spoiled_[rule.fault.name];
  Fault fault = rule.fault;
  if (rule.before_effect) {
    fault.effect_delay += rule.before_effect->Draw(Chance(*pending, "before"));
  }
  if (rule.after_effect) fault.reply_delay += rule.after_effect->Draw(Chance(*pending, "after"));
  return fault;
}

void FaultPlan::EraseSpent() {
  rules_.erase(std::remove_if(rules_.begin(), rules_.end(),
                              [](const Pending& pending) { return pending.rule.times <= 0; }),
               rules_.end());
  any_ = !rules_.empty();
}

std::optional<Fault> FaultPlan::Take(Op op, std::string_view project, std::string_view instance) {
  if (!any_) return std::nullopt;
  std::lock_guard lock(mutex_);
  std::optional<Fault> taken;
  for (Pending& pending : rules_) {
    if (!Matches(pending.rule, op, project, instance)) continue;
    ++pending.matched;
    if (!Spoils(pending)) continue;
    Fault fault = Spoil(&pending);
    if (taken) {
      fault.effect_delay += taken->effect_delay;
      fault.reply_delay += taken->reply_delay;
    }
    taken = std::move(fault);
    if (!pending.rule.stacks) break;
  }
  EraseSpent();
  return taken;
}

std::optional<CertificateKind> FaultPlan::TakeCertificate() {
  if (!any_) return std::nullopt;
  std::lock_guard lock(mutex_);
  std::optional<CertificateKind> taken;
  for (Pending& pending : rules_) {
    if (!pending.rule.fault.certificate) continue;
    ++pending.matched;
    if (!Spoils(pending)) continue;
    taken = Spoil(&pending).certificate;
    break;
  }
  EraseSpent();
  return taken;
}

std::vector<FaultPlan::Pending> FaultPlan::pending() const {
  std::lock_guard lock(mutex_);
  std::vector<Pending> pending = rules_;
  for (Pending& each : pending) {
    each.rule.skip = static_cast<int>(std::max<std::int64_t>(0, each.rule.skip - each.matched));
  }
  return pending;
}

std::map<std::string, std::int64_t> FaultPlan::spoiled() const {
  std::lock_guard lock(mutex_);
  return spoiled_;
}

void FaultPlan::Clear() {
  std::lock_guard lock(mutex_);
  rules_.clear();
  spoiled_.clear();
  any_ = false;
}

bool FaultPlan::Remove(std::string_view name) {
  std::lock_guard lock(mutex_);
  const std::size_t before = rules_.size();
  for (Pending& pending : rules_) {
    if (pending.rule.fault.name == name) pending.rule.times = 0;
  }
  EraseSpent();
  return rules_.size() != before;
}

}  // namespace quiesce::dbss_sim
