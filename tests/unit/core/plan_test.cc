#include "daemon/core/plan.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "daemon/base/time.h"
#include "daemon/core/decide.h"
#include "daemon/core/error.h"
#include "daemon/core/facts.h"
#include "daemon/core/hold.h"
#include "daemon/core/reason.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

// An instance that a list of five seconds ago shows running, declared by nobody.
struct Scene {
  Scene() {
    now = Now{absl::FromUnixSeconds(1700000000), SteadyTime::FromMicros(1700000000000000)};
    record.key = spec.key = InstanceKey{"project", "instance"};
    record.observation.state = PowerState::kRunning;
    record.observation.presence = Presence::kPresent;
    record.observation.since = record.observation.start_seen = now.steady - absl::Minutes(4);
    record.observation.list_seq = 106;
    record.observation.cloud_name = "om-1";
    freshness.last_seq = 110;
    freshness.list_started = now.steady - absl::Seconds(5);
    freshness.list_took = absl::Seconds(1);
    freshness.process_floor_seq = 100;
    freshness.process_started = now.steady - absl::Hours(1);
  }

  // Declared as the spec says, after the last list, and stopped once.
  void Declared(const std::string& workspace = "billing") {
    record.desired.emplace();
    record.desired->uid = "0123456789abcdef0123456789abcdef";
    record.desired->generation = 3;
    record.desired->adopted_floor_seq = 110;
    record.desired->floor_seq = 110;
    record.desired->workspace = workspace;
    record.desired->policy = spec.policy;
    record.history.stopped_generation = 3;
  }
  void See(PowerState state) { record.observation.state = state; }
  void ListedAgo(absl::Duration d) { freshness.list_started = now.steady - d; }
  void Put(HoldScope scope) {
    Hold hold;
    hold.id = "hold";
    hold.scope = scope;
    hold.instance = record.key;
    hold.expires = now.wall + absl::Hours(1);
    holds.Put(hold);
  }

  absl::StatusOr<PlanItem> Plan() const {
    return PlanDeclared(spec, "billing", known ? &record : nullptr,
                        Surroundings{settings, freshness, holds}, now, asked);
  }

  SteadyTime asked = SteadyTime::Infinite();  // after every list
  bool known = true;
  Spec spec;
  InstanceRecord record;
  ProjectSettings settings;
  ProjectFreshness freshness;
  HoldIndex holds;
  Now now;
};

// --- the table of effects ------------------------------------------------------------------------

struct Row {
  const char* name;
  std::function<void(Scene&)> given;
  Change change;
  Effect effect;
  Reason reason;
};

const std::vector<Row>& Rows() {
  static const auto* const rows = new std::vector<Row>{
      {"runs", [](Scene&) {}, Change::kAdopt, Effect::kStop, Reason::kCallDue},
      {"runs, by a list too old to act on", [](Scene& s) { s.ListedAgo(absl::Minutes(2)); },
       Change::kAdopt, Effect::kStop, Reason::kAwaitingLook},
      {"ran, by a list that is not fresh", [](Scene& s) { s.ListedAgo(absl::Minutes(4)); },
       Change::kAdopt, Effect::kUnknown, Reason::kAwaitingLook},
      {"stopped", [](Scene& s) { s.See(PowerState::kStopped); }, Change::kAdopt, Effect::kNone,
       Reason::kConverged},
      {"powering off", [](Scene& s) { s.See(PowerState::kStopping); }, Change::kAdopt,
       Effect::kNone, Reason::kStopping},
      {"busy", [](Scene& s) { s.See(PowerState::kBusy); }, Change::kAdopt, Effect::kUnknown,
       Reason::kBusy},
      {"in an unknown state", [](Scene& s) { s.See(PowerState::kUnknown); }, Change::kAdopt,
       Effect::kUnknown, Reason::kCloudStateUnknown},
      {"unavailable", [](Scene& s) { s.See(PowerState::kUnavailable); }, Change::kAdopt,
       Effect::kBlocked, Reason::kCloudUnavailable},
      {"never heard of, by a list from before", [](Scene& s) { s.known = false; }, Change::kAdopt,
       Effect::kUnknown, Reason::kMissing},
      {"never heard of, by a list that came for the plan",
       [](Scene& s) {
         s.known = false;
         s.asked = s.freshness.list_started;
       },
       Change::kAdopt, Effect::kBlocked, Reason::kNotListed},
      {"never heard of, and the list for the plan did not come",
       [](Scene& s) {
         s.known = false;
         s.asked = s.now.steady - absl::Minutes(10);
         s.ListedAgo(absl::Minutes(4));
       },
       Change::kAdopt, Effect::kUnknown, Reason::kAwaitingLook},
      {"declared so already and never shown, by a list that came for the plan",
       [](Scene& s) {
         s.Declared();
         s.asked = s.freshness.list_started;
         s.record.observation.presence = Presence::kMissing;
         s.record.observation.missing_lists = 1;
       },
       Change::kNone, Effect::kBlocked, Reason::kNotListed},
      {"missing, but shown before",
       [](Scene& s) {
         s.asked = s.freshness.list_started;
         s.record.observation.presence = Presence::kMissing;
         s.record.observation.missing_lists = 1;
         s.record.observation.shown_seq = 109;
       },
       Change::kAdopt, Effect::kUnknown, Reason::kMissing},
      {"in a project that is not configured",
       [](Scene& s) { s.settings.mode = ObservationMode::kUnconfigured; }, Change::kAdopt,
       Effect::kBlocked, Reason::kProjectNotConfigured},
      {"in a project without lists", [](Scene& s) { s.settings.mode = ObservationMode::kNone; },
       Change::kAdopt, Effect::kStop, Reason::kCallDue},
      {"to be reported only", [](Scene& s) { s.spec.policy.enforcement = Enforcement::kObserve; },
       Change::kAdopt, Effect::kNone, Reason::kReportOnly},
      {"to be protected", [](Scene& s) { s.spec.policy.is_protected = true; }, Change::kAdopt,
       Effect::kNone, Reason::kProtected},
      {"to be reported only, in an unknown state",
       [](Scene& s) {
         s.spec.policy.enforcement = Enforcement::kObserve;
         s.See(PowerState::kUnknown);
       },
       Change::kAdopt, Effect::kNone, Reason::kCloudStateUnknown},
      {"to be protected, in an unknown state",
       [](Scene& s) {
         s.spec.policy.is_protected = true;
         s.See(PowerState::kUnknown);
       },
       Change::kAdopt, Effect::kNone, Reason::kCloudStateUnknown},
      {"to be reported only, by a list that is not fresh",
       [](Scene& s) {
         s.spec.policy.enforcement = Enforcement::kObserve;
         s.ListedAgo(absl::Minutes(4));
       },
       Change::kAdopt, Effect::kNone, Reason::kAwaitingLook},
      {"to be reported only, and never heard of, by a list that came for the plan",
       [](Scene& s) {
         s.spec.policy.enforcement = Enforcement::kObserve;
         s.known = false;
         s.asked = s.freshness.list_started;
       },
       Change::kAdopt, Effect::kBlocked, Reason::kNotListed},
      {"under another name", [](Scene& s) { s.spec.policy.asserted_name = "om-2"; }, Change::kAdopt,
       Effect::kBlocked, Reason::kNameMismatch},
      {"held", [](Scene& s) { s.Put(HoldScope::kInstance); }, Change::kAdopt, Effect::kBlocked,
       Reason::kHeld},
      {"frozen", [](Scene& s) { s.Put(HoldScope::kFleet); }, Change::kAdopt, Effect::kBlocked,
       Reason::kFrozen},
      {"released after it was stopped", [](Scene& s) { s.record.history.stopped_generation = 1; },
       Change::kAdopt, Effect::kStop, Reason::kCallDue},
      {"released after failures",
       [](Scene& s) {
         s.record.history.failures = 5;
         s.record.history.next_attempt = s.now.steady + absl::Hours(1);
       },
       Change::kAdopt, Effect::kStop, Reason::kCallDue},
      {"declared so already, stopped",
       [](Scene& s) {
         s.Declared();
         s.See(PowerState::kStopped);
       },
       Change::kNone, Effect::kNone, Reason::kConverged},
      {"declared so already, drifted within its grace", [](Scene& s) { s.Declared(); },
       Change::kNone, Effect::kNone, Reason::kStartGrace},
      {"declared so already, waiting before the next call",
       [](Scene& s) {
         s.Declared();
         s.record.history.stopped_generation = 0;
         s.record.history.failures = 1;
         s.record.history.next_attempt = s.now.steady + absl::Minutes(1);
       },
       Change::kNone, Effect::kStop, Reason::kBackoff},
      {"declared so already, forbidden",
       [](Scene& s) {
         s.Declared();
         s.record.history.stopped_generation = 0;
         s.record.history.failures = 1;
         s.record.history.next_attempt = s.now.steady + absl::Minutes(9);
         s.record.attempt.outcome = Outcome::kRejected;
         s.record.attempt.call_class = CallClass::kForbidden;
       },
       Change::kNone, Effect::kBlocked, Reason::kForbidden},
      {"declared so already, forbidden, and the slow retry is due",
       [](Scene& s) {
         s.Declared();
         s.record.history.stopped_generation = 0;
         s.record.history.failures = 1;
         s.record.attempt.outcome = Outcome::kRejected;
         s.record.attempt.call_class = CallClass::kForbidden;
       },
       Change::kNone, Effect::kStop, Reason::kForbidden},
      {"forbidden, and changed: tried again",
       [](Scene& s) {
         s.Declared();
         s.record.history.stopped_generation = 0;
         s.record.history.failures = 1;
         s.record.history.next_attempt = s.now.steady + absl::Minutes(9);
         s.record.attempt.outcome = Outcome::kRejected;
         s.record.attempt.call_class = CallClass::kForbidden;
         s.spec.policy.start_grace = absl::Hours(1);
       },
       Change::kUpdate, Effect::kStop, Reason::kCallDue},
      {"drifted, and its grace shortened",
       [](Scene& s) {
         s.Declared();
         s.spec.policy.start_grace = absl::Minutes(1);
       },
       Change::kUpdate, Effect::kStop, Reason::kCallDue},
      {"drifted, and its grace lengthened",
       [](Scene& s) {
         s.Declared();
         s.spec.policy.start_grace = absl::Hours(1);
       },
       Change::kUpdate, Effect::kNone, Reason::kStartGrace},
      {"stopped, and changed",
       [](Scene& s) {
         s.Declared();
         s.See(PowerState::kStopped);
         s.spec.policy.start_grace = absl::Hours(1);
       },
       Change::kUpdate, Effect::kNone, Reason::kConverged},
      {"taken over from another workspace",
       [](Scene& s) {
         s.Declared("risk");
         s.See(PowerState::kStopped);
         s.spec.move_from = "risk";
       },
       Change::kMove, Effect::kNone, Reason::kConverged},
  };
  return *rows;
}

TEST(PlanDeclared, FollowsItsTable) {
  for (const Row& row : Rows()) {
    Scene scene;
    row.given(scene);
    const absl::StatusOr<PlanItem> item = scene.Plan();
    ASSERT_TRUE(item.ok()) << row.name << item.status();
    EXPECT_EQ(ToString(item->change), ToString(row.change)) << row.name;
    EXPECT_EQ(ToString(item->effect), ToString(row.effect)) << row.name;
    EXPECT_EQ(ToString(item->reason.value()), ToString(row.reason)) << row.name;
  }
}

// A plan must not foresee less than what is then done.
TEST(ForeseeEffect, IsAStopWheneverACallIsDue) {
  for (const Row& row : Rows()) {
    Scene s;
    row.given(s);
    if (!s.record.desired || s.record.desired->policy != s.spec.policy) continue;
    s.record.desired->adopted_floor_seq = s.record.desired->floor_seq = 105;
    const Surroundings around{s.settings, s.freshness, s.holds};
    if (Decide(s.record, around, s.now).action != Action::kCall) continue;
    const Foreseen foreseen =
        ForeseeEffect(&s.record, s.record.key, s.spec.policy, "billing", around, s.now);
    EXPECT_EQ(foreseen.effect, Effect::kStop) << row.name;
  }
}

// --- items ---------------------------------------------------------------------------------------

TEST(PlanDeclared, RefusesWhatAnotherWorkspaceDeclares) {
  for (const char* move_from : {"", "third", "billing"}) {
    Scene scene;
    scene.Declared("risk");
    scene.spec.move_from = move_from;
    const absl::Status status = scene.Plan().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << move_from;
    EXPECT_EQ(DetailOf(status).value().reason, "INSTANCE_CLAIMED");
    EXPECT_EQ(DetailOf(status).value().metadata.at("workspace"), "risk");
  }
}

TEST(PlanDeclared, RemembersWhatItWasComputedFromAndWhatToGoBackTo) {
  Scene scene;
  scene.Declared("risk");
  const Policy before = scene.spec.policy;
  scene.spec.move_from = "risk";
  scene.spec.policy.is_protected = true;
  const PlanItem item = scene.Plan().value();
  EXPECT_EQ(item.expected_etag, EtagOf(scene.record));
  EXPECT_EQ(item.prior_policy, before);
  EXPECT_EQ(item.prior_workspace, "risk");
  EXPECT_EQ(item.policy, scene.spec.policy);
  EXPECT_EQ(item.cloud_name, "om-1");
  EXPECT_EQ(item.state, PowerState::kRunning);
  EXPECT_EQ(item.since, scene.record.observation.since);
}

TEST(PlanDeclared, AnAdoptionHasNothingToGoBackTo) {
  const PlanItem item = Scene().Plan().value();
  EXPECT_EQ(item.expected_etag, "");
  EXPECT_FALSE(item.prior_policy);
  EXPECT_EQ(item.prior_workspace, "");
  EXPECT_TRUE(item.fields.empty());
}

std::vector<std::string> FieldTexts(const PlanItem& item) {
  std::vector<std::string> texts;
  for (const FieldChange& change : FieldChangesOf(item)) {
    texts.push_back(change.field + ": '" + change.from + "' -> '" + change.to + "'" +
                    (change.loosens_rail ? ", loosens" : ""));
  }
  return texts;
}

TEST(FieldChangesOf, AnAdoptionAreAllThatItBrings) {
  Scene scene;
  EXPECT_EQ(
      FieldTexts(scene.Plan().value()),
      (std::vector<std::string>{"enforcement: '' -> 'continuous'", "start_grace: '' -> '15m'"}));
  scene.spec.policy.enforcement = Enforcement::kObserve;
  scene.spec.policy.is_protected = true;
  scene.spec.policy.asserted_name = "om-1";
  EXPECT_EQ(FieldTexts(scene.Plan().value()),
            (std::vector<std::string>{"enforcement: '' -> 'observe'", "start_grace: '' -> '15m'",
                                      "protected: '' -> 'true'", "name: '' -> 'om-1'"}));
}

TEST(FieldChangesOf, AnUpdateAreThoseThatDifferAndAReleaseNone) {
  Scene scene;
  scene.Declared();
  EXPECT_TRUE(FieldChangesOf(PlanReleased(scene.record)).empty());
  scene.spec.policy.start_grace = absl::Minutes(5);
  EXPECT_EQ(FieldTexts(scene.Plan().value()),
            std::vector<std::string>{"start_grace: '15m' -> '5m', loosens"});
}

struct FieldRow {
  const char* name;
  Policy from;
  Policy to;
  std::string field;
  std::string from_text;
  std::string to_text;
  bool loosens;
};

Policy With(Enforcement enforcement) {
  Policy policy;
  policy.enforcement = enforcement;
  return policy;
}
Policy WithGrace(absl::Duration grace) {
  Policy policy;
  policy.start_grace = grace;
  return policy;
}
Policy Protected(bool is_protected) {
  Policy policy;
  policy.is_protected = is_protected;
  return policy;
}
Policy Named(const std::string& name) {
  Policy policy;
  policy.asserted_name = name;
  return policy;
}

TEST(PlanDeclared, SaysWhichFieldsChangeAndWhichLoosenARail) {
  const std::vector<FieldRow> rows = {
      {"more is enforced", With(Enforcement::kOnce), With(Enforcement::kContinuous), "enforcement",
       "once", "continuous", true},
      {"less is enforced", With(Enforcement::kOnce), With(Enforcement::kObserve), "enforcement",
       "once", "observe", false},
      {"less grace", WithGrace(absl::Hours(1)), WithGrace(absl::Minutes(15)), "start_grace", "1h",
       "15m", true},
      {"more grace", WithGrace(absl::Minutes(15)), WithGrace(absl::Minutes(90)), "start_grace",
       "15m", "1h30m", false},
      {"protection ends", Protected(true), Protected(false), "protected", "true", "false", true},
      {"protection begins", Protected(false), Protected(true), "protected", "false", "true", false},
      {"another name", Named("a"), Named("b"), "name", "a", "b", true},
      {"a name is asserted", Named(""), Named("b"), "name", "", "b", false},
      {"a name is no longer asserted", Named("a"), Named(""), "name", "a", "", true},
  };
  for (const FieldRow& row : rows) {
    Scene scene;
    scene.spec.policy = row.from;
    scene.Declared();
    scene.spec.policy = row.to;
    const PlanItem item = scene.Plan().value();
    EXPECT_EQ(item.change, Change::kUpdate) << row.name;
    ASSERT_EQ(item.fields.size(), 1u) << row.name;
    EXPECT_EQ(item.fields[0].field, row.field) << row.name;
    EXPECT_EQ(item.fields[0].from, row.from_text) << row.name;
    EXPECT_EQ(item.fields[0].to, row.to_text) << row.name;
    EXPECT_EQ(item.fields[0].loosens_rail, row.loosens) << row.name;
  }
}

TEST(PlanReleased, ReleasesAndNeverStops) {
  Scene scene;
  scene.Declared();
  scene.record.history.stopped_generation = 0;  // a stop would be due
  const PlanItem item = PlanReleased(scene.record);
  EXPECT_EQ(item.change, Change::kRelease);
  EXPECT_EQ(item.effect, Effect::kNone);
  EXPECT_FALSE(item.policy);
  EXPECT_EQ(item.expected_etag, EtagOf(scene.record));
  EXPECT_EQ(item.prior_policy, scene.record.desired->policy);
  EXPECT_EQ(item.prior_workspace, "billing");
  EXPECT_TRUE(IsWorthKeeping(item));
}

TEST(CompareHeaders, NamesTheFieldsThatDiffer) {
  const WorkspaceHeader before{"a", "#a", {{"gone", "1"}, {"same", "2"}, {"tier", "dev"}}};
  const WorkspaceHeader after{"b", "#a", {{"new", "3"}, {"same", "2"}, {"tier", "prod"}}};
  std::vector<std::string> changes;
  for (const FieldChange& field : CompareHeaders(before, after)) {
    changes.push_back(field.field + ":" + field.from + ">" + field.to);
    EXPECT_FALSE(field.loosens_rail);
  }
  EXPECT_EQ(changes, (std::vector<std::string>{"owner:a>b", "labels.gone:1>", "labels.new:>3",
                                               "labels.tier:dev>prod"}));
  EXPECT_TRUE(CompareHeaders(before, before).empty());
}

// --- counts and digest ---------------------------------------------------------------------------

PlanItem Item(Change change, Effect effect) {
  PlanItem item;
  item.key = InstanceKey{"project", "instance"};
  item.change = change;
  item.effect = effect;
  item.policy = Policy();
  item.expected_etag = "etag-1";
  return item;
}

TEST(CountItem, CountsByChangeAndEffectWhatIsKept) {
  PlanCounts counts;
  CountItem(Item(Change::kAdopt, Effect::kStop), counts);
  CountItem(Item(Change::kAdopt, Effect::kStop), counts);
  CountItem(Item(Change::kNone, Effect::kBlocked), counts);
  CountItem(Item(Change::kNone, Effect::kNone), counts);
  EXPECT_EQ(counts.kept.size(), 2u);
  EXPECT_EQ((counts.kept[{Change::kAdopt, Effect::kStop}]), 2);
  EXPECT_EQ((counts.kept[{Change::kNone, Effect::kBlocked}]), 1);
  EXPECT_EQ(counts.unchanged, 1);
}

TEST(DigestLine, DiffersByEverythingThatIsAgreedTo) {
  const PlanItem base = Item(Change::kUpdate, Effect::kStop);
  std::vector<PlanItem> items(9, base);
  items[1].key.project_id = "other";
  items[2].key.instance_id = "other";
  items[3].change = Change::kMove;
  items[4].effect = Effect::kUnknown;
  items[5].expected_etag = "etag-2";
  items[6].policy->enforcement = Enforcement::kOnce;
  items[7].policy->start_grace = absl::Minutes(1);
  items[8].policy->is_protected = true;
  items.push_back(base);
  items.back().policy->asserted_name = "om-1";
  items.push_back(base);
  items.back().policy.reset();
  std::set<std::string> lines;
  for (const PlanItem& item : items) {
    EXPECT_TRUE(lines.insert(DigestLine(item)).second) << DigestLine(item);
  }
}

TEST(DigestLine, DoesNotDependOnWhatIsMerelyShown) {
  PlanItem item = Item(Change::kUpdate, Effect::kStop);
  const std::string line = DigestLine(item);
  item.cloud_name = "om-1";
  item.state = PowerState::kRunning;
  item.since = SteadyTime::FromMicros(5);
  item.index = 7;
  EXPECT_EQ(DigestLine(item), line);
}

// Approvals and pipelines compare digests across versions of the daemon.
TEST(DigestLine, IsTheSameInEveryVersion) {
  EXPECT_EQ(DigestLine(Item(Change::kAdopt, Effect::kStop)),
            "project/instance ADOPT STOP etag-1 continuous 15m - \n");
}

TEST(ChangeAndEffect, HaveNames) {
  std::set<std::string_view> names;
  for (const Change change :
       {Change::kNone, Change::kAdopt, Change::kUpdate, Change::kMove, Change::kRelease}) {
    EXPECT_TRUE(names.insert(ToString(change)).second);
  }
  names.clear();
  for (const Effect effect : {Effect::kNone, Effect::kStop, Effect::kBlocked, Effect::kUnknown}) {
    EXPECT_TRUE(names.insert(ToString(effect)).second);
  }
}

}  // namespace
}  // namespace quiesce::core
