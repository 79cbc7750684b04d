#include "tests/fakes/dbss_sim/cloud_model.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/fakes/dbss_sim/fleet.h"

namespace quiesce::dbss_sim {

// Makes failures readable.
static void PrintTo(const RawState& state, std::ostream* os) {
  *os << state.status.value_or("null") << "/" << state.task_status.value_or("null");
}

namespace {

using std::chrono::seconds;

constexpr char kProjectId[] = "0123456789abcdef0123456789abcdef";
constexpr char kId[] = "a8c37c9be61ffd4ee8aacab7bae74e91";
constexpr char kOtherId[] = "f19b543c-b22a-4da8-b43d-a9003aaec146";

constexpr SimTime kStart = seconds(1000);
// 0 to 2 s unseen, to 5 s ACTIVE, to 6 s SHUTOFF, both powering-off.
constexpr PowerTimeline kTimeline{seconds(2), seconds(3), seconds(1)};
constexpr PowerTimelines kTimelines{kTimeline, kTimeline};

const RawState kActivePoweringOff{"ACTIVE", "powering-off"};
const RawState kShutoffPoweringOff{"SHUTOFF", "powering-off"};

class CloudModelTest : public ::testing::Test {
 protected:
  void AddSingle() { ASSERT_TRUE(project_.Add({kId, "billing-om-01", false, RunningState()})); }
  void AddPair() { ASSERT_TRUE(project_.Add({kId, "billing-om-01", true, RunningState()})); }

  RawState Shown(std::size_t node, SimTime now) {
    return project_.Find(kId)->ShownStateAt(node, now);
  }

  nlohmann::json List(SimTime now) {
    return nlohmann::json::parse(project_.ListBody(now))["clusters"];
  }

  ProjectModel project_{{kProjectId, "cn-north-4"}};
};

TEST_F(CloudModelTest, AStopPassesThroughTheDocumentedTimeline) {
  AddSingle();
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
  EXPECT_EQ(Shown(0, kStart), RunningState());
  EXPECT_EQ(Shown(0, kStart + seconds(2) - SimTime(1)), RunningState());
  EXPECT_EQ(Shown(0, kStart + seconds(2)), kActivePoweringOff);
  EXPECT_EQ(Shown(0, kStart + seconds(5) - SimTime(1)), kActivePoweringOff);
  EXPECT_EQ(Shown(0, kStart + seconds(5)), kShutoffPoweringOff);
  EXPECT_EQ(Shown(0, kStart + seconds(6) - SimTime(1)), kShutoffPoweringOff);
  EXPECT_EQ(Shown(0, kStart + seconds(6)), StoppedState());
}

TEST_F(CloudModelTest, AStartIsTheMirrorImageOfAStop) {
  ASSERT_TRUE(project_.Add({kId, "billing-om-01", false, StoppedState()}));
  EXPECT_EQ(project_.Start(kId, kTimelines, kStart), PowerOutcome::kStarted);
  EXPECT_EQ(Shown(0, kStart + seconds(1)), StoppedState());
  EXPECT_EQ(Shown(0, kStart + seconds(2)), (RawState{"SHUTOFF", "powering-on"}));
  EXPECT_EQ(Shown(0, kStart + seconds(5)), (RawState{"ACTIVE", "powering-on"}));
  EXPECT_EQ(Shown(0, kStart + seconds(6)), RunningState());
}

TEST_F(CloudModelTest, APhaseOfNoLengthIsNeverShown) {
  AddSingle();
  EXPECT_EQ(project_.Stop(kId, PowerTimelines{}, kStart), PowerOutcome::kStarted);
  EXPECT_EQ(Shown(0, kStart), StoppedState());
}

TEST_F(CloudModelTest, ASecondStopIsRefusedInEveryPhase) {
  AddSingle();
  ASSERT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
  for (const int second : {0, 1, 2, 4, 5, 6, 100}) {
    EXPECT_EQ(project_.Stop(kId, kTimelines, kStart + seconds(second)), PowerOutcome::kWrongState)
        << "after " << second << " s";
  }
  EXPECT_EQ(Shown(0, kStart + seconds(6)), StoppedState()) << "the refused stops changed nothing";
}

TEST_F(CloudModelTest, AStoppedInstanceThatWasStartedCanBeStoppedAgain) {
  AddSingle();
  ASSERT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
  ASSERT_EQ(project_.Start(kId, kTimelines, kStart + seconds(10)), PowerOutcome::kStarted);
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart + seconds(12)), PowerOutcome::kWrongState);
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart + seconds(20)), PowerOutcome::kStarted);
}

TEST_F(CloudModelTest, TheServersOfAPairCanShowDifferentStates) {
  AddPair();
  const PowerTimelines uneven{kTimeline, PowerTimeline{seconds(4), seconds(6), seconds(0)}};
  ASSERT_EQ(project_.Stop(kId, uneven, kStart), PowerOutcome::kStarted);
  EXPECT_EQ(Shown(0, kStart + seconds(3)), kActivePoweringOff);
  EXPECT_EQ(Shown(1, kStart + seconds(3)), RunningState());
  EXPECT_EQ(Shown(0, kStart + seconds(7)), StoppedState());
  EXPECT_EQ(Shown(1, kStart + seconds(7)), kActivePoweringOff);
  EXPECT_EQ(project_.Stop(kId, uneven, kStart + seconds(7)), PowerOutcome::kWrongState);
  EXPECT_EQ(Shown(1, kStart + seconds(10)), StoppedState());
}

TEST_F(CloudModelTest, TheRestOfAHalfStoppedPairCanBeStopped) {
  AddPair();
  project_.Find(kId)->nodes()[0].Force(StoppedState());
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
  EXPECT_EQ(Shown(0, kStart + seconds(3)), StoppedState());
  EXPECT_EQ(Shown(1, kStart + seconds(3)), kActivePoweringOff);
}

TEST_F(CloudModelTest, AnInstanceInAnyOtherStateCannotBeStopped) {
  AddPair();
  for (const RawState& state :
       {RawState{"ERROR", "NO_TASK"}, RawState{"BUILD", "NO_TASK"}, RawState{"ACTIVE", "rebooting"},
        RawState{"SOMETHING-NEW", "NO_TASK"}, RawState{std::nullopt, "NO_TASK"}}) {
    project_.Find(kId)->nodes()[1].Force(state);
    EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kWrongState)
        << ::testing::PrintToString(state);
    EXPECT_EQ(Shown(0, kStart + seconds(100)), RunningState()) << "the other server stays";
  }
}

TEST_F(CloudModelTest, ANullTaskIsNoTask) {
  AddSingle();
  project_.Find(kId)->nodes()[0].Force({"ACTIVE", std::nullopt});
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
}

TEST_F(CloudModelTest, AFrozenInstanceShowsItAndCannotBeStoppedUntilItThaws) {
  AddPair();
  project_.Find(kId)->freeze = Freeze{"ARREAR", 2};
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kWrongState);
  const nlohmann::json listed = List(kStart);
  for (const auto& server : listed[0]["detail"]["server"]) {
    EXPECT_EQ(server["status"], "FROZEN");
    EXPECT_EQ(server["scene"], "ARREAR");
    EXPECT_EQ(server["effect"], 2);
  }
  project_.Find(kId)->freeze.reset();
  EXPECT_EQ(Shown(0, kStart), RunningState());
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
}

TEST_F(CloudModelTest, ARemovedInstanceIsNeitherListedNorFoundUntilItReturns) {
  AddSingle();
  project_.Find(kId)->listed = false;
  EXPECT_TRUE(List(kStart).empty());
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kNoSuchInstance);
  project_.Find(kId)->listed = true;
  EXPECT_EQ(List(kStart).size(), 1u);
  EXPECT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
}

TEST_F(CloudModelTest, AnInstanceCanHaveATimelineOfItsOwn) {
  AddSingle();
  project_.Find(kId)->timelines = std::make_unique<PowerTimelines>();
  ASSERT_EQ(project_.Stop(kId, kTimelines, kStart), PowerOutcome::kStarted);
  EXPECT_EQ(Shown(0, kStart), StoppedState());
}

TEST_F(CloudModelTest, AnIdCanBeAddedOnce) {
  AddSingle();
  EXPECT_FALSE(project_.Add({kId, "another", true, StoppedState()}));
  EXPECT_EQ(List(kStart).size(), 1u);
  EXPECT_EQ(List(kStart)[0]["name"], "billing-om-01");
}

TEST_F(CloudModelTest, CountsFoldTheServersOfAPair) {
  AddPair();
  ASSERT_TRUE(project_.Add({kOtherId, "two", false, StoppedState()}));
  PowerCounts counts = project_.CountAt(kStart);
  EXPECT_EQ(counts.instances, 2);
  EXPECT_EQ(counts.running, 1);
  EXPECT_EQ(counts.stopped, 1);
  project_.Find(kId)->nodes()[1].Force(StoppedState());
  counts = project_.CountAt(kStart);
  EXPECT_EQ(counts.running, 0) << "half a pair is neither";
  EXPECT_EQ(counts.stopped, 1);
}

// The published 200 example of ListInstances (daemon/cloud/API.md 2.1).
constexpr char kPublishedExample[] = R"(
{"clusters":[{"activate_info":null,"charge_model":"Period","comment":null,"created":1755594767000,"deploy_mode":"CLOUD",
 "detail":{"server":[
  {"connect_ip":"10.0.169.77","cpu":"8","created":"2025-08-19 17:04:00","description":null,"effect":null,
   "instance_id":"a8c37c9be61ffd4ee8aacab7bae74e91","is_active":1,"name":"DBSS-OM0819-HA-1","ram":"16384","region":"cn-north-7",
   "resource_spec_code":"dbss.opsmgmt.high","scene":null,"security_group_id":"9e033f2d-04a5-4bdc-858e-17e31599d052",
   "server_id":"24307773-2399-495a-a6ad-5159b4bb6a43","specification":"dbss.opsmgmt.high","status":"ACTIVE",
   "subnet_id":"cbed162e-045a-4afd-aa2b-0da11219989c","task_status":"NO_TASK","update_status":null,"version":"2.0",
   "vpc_id":"21f3dac4-f460-4173-ba5e-cb7a0d528605","zone":"cn-north-7c"},
  {"connect_ip":"10.0.9.187","cpu":"8","created":"2025-08-19 17:04:00","description":null,"effect":null,
   "instance_id":"a8c37c9be61ffd4ee8aacab7bae74e91","is_active":0,"name":"DBSS-OM0819-HA-2","ram":"16384","region":"cn-north-7",
   "resource_spec_code":"dbss.opsmgmt.high","scene":null,"security_group_id":"9e033f2d-04a5-4bdc-858e-17e31599d052",
   "server_id":"df392d71-f504-411e-b336-ad98dcfacad1","specification":"dbss.opsmgmt.high","status":"ACTIVE",
   "subnet_id":"cbed162e-045a-4afd-aa2b-0da11219989c","task_status":"NO_TASK","update_status":null,"version":"2.0",
   "vpc_id":"21f3dac4-f460-4173-ba5e-cb7a0d528605","zone":"cn-north-7c"}],"total":2},
 "enterprise_project_id":"0","expired":1758268799000,"float_ip":"10.0.148.95","instance_id":"a8c37c9be61ffd4ee8aacab7bae74e91",
 "is_active_standby":true,"keep_days":"33","name":"DBSS-OM0819","new_version":null,"public_ip":"100.85.120.66","remain_days":"31"}]}
)";

// The structure of a document: its keys in order, and for each value only its type.
std::string ShapeOf(const nlohmann::ordered_json& value) {
  std::string shape;
  if (value.is_object()) {
    for (const auto& item : value.items()) shape += item.key() + ":" + ShapeOf(item.value()) + ",";
    return "{" + shape + "}";
  }
  if (value.is_array()) {
    for (const auto& item : value) shape += ShapeOf(item) + ",";
    return "[" + shape + "]";
  }
  return value.is_number_integer() ? "integer" : value.type_name();
}

TEST_F(CloudModelTest, AListedPairHasTheShapeOfThePublishedExample) {
  ASSERT_TRUE(project_.Add({kId, "DBSS-OM0819", true, RunningState()}));
  const auto listed = nlohmann::ordered_json::parse(project_.ListBody(kStart));
  const auto published = nlohmann::ordered_json::parse(kPublishedExample);
  EXPECT_EQ(ShapeOf(listed), ShapeOf(published));

  // What is no address, id of a made-up network, or region is equal too.
  const auto& cluster = listed["clusters"][0];
  const auto& expected = published["clusters"][0];
  for (const char* key :
       {"charge_model", "created", "deploy_mode", "enterprise_project_id", "expired", "instance_id",
        "is_active_standby", "keep_days", "name", "remain_days"}) {
    EXPECT_EQ(cluster[key], expected[key]) << key;
  }
  for (int i = 0; i < 2; ++i) {
    for (const char* key :
         {"cpu", "created", "instance_id", "is_active", "name", "ram", "resource_spec_code",
          "specification", "status", "task_status", "version"}) {
      EXPECT_EQ(cluster["detail"]["server"][i][key], expected["detail"]["server"][i][key]) << key;
    }
  }
}

TEST_F(CloudModelTest, ASingleInstanceIsListedWithOneServer) {
  AddSingle();
  const auto cluster = List(kStart)[0];
  EXPECT_EQ(cluster["is_active_standby"], false);
  EXPECT_EQ(cluster["detail"]["total"], 1);
  ASSERT_EQ(cluster["detail"]["server"].size(), 1u);
  EXPECT_EQ(cluster["detail"]["server"][0]["name"], "billing-om-01");
}

TEST_F(CloudModelTest, AnEmptyProjectIsListedAsNoClusters) {
  EXPECT_EQ(project_.ListBody(kStart), R"({"clusters":[]})");
}

TEST_F(CloudModelTest, AListThatLagsShowsWhatWasTrueThen) {
  AddSingle();
  Instance* instance = project_.Find(kId);
  const auto shown = [this](SimTime now, SimTime lag) {
    const auto body = nlohmann::json::parse(project_.ListBody(now, lag));
    return body["clusters"].empty()
               ? std::string("nothing")
               : body["clusters"][0]["detail"]["server"][0]["status"].get<std::string>();
  };
  ASSERT_EQ(project_.Stop(kId, {}, kStart + SimTime(10)), PowerOutcome::kStarted);
  ASSERT_EQ(project_.Start(kId, {}, kStart + SimTime(20)), PowerOutcome::kStarted);
  instance->Remember(kStart + SimTime(30));
  instance->listed = false;
  const SimTime now = kStart + SimTime(40);
  EXPECT_EQ(shown(now, SimTime(0)), "nothing");
  EXPECT_EQ(shown(now, SimTime(10)), "nothing");
  EXPECT_EQ(shown(now, SimTime(11)), "ACTIVE");
  EXPECT_EQ(shown(now, SimTime(20)), "ACTIVE");
  EXPECT_EQ(shown(now, SimTime(21)), "SHUTOFF");
  EXPECT_EQ(shown(now, SimTime(30)), "SHUTOFF");
  EXPECT_EQ(shown(now, SimTime(31)), "ACTIVE");
  EXPECT_EQ(shown(now, SimTime(1000)), "ACTIVE");
}

TEST_F(CloudModelTest, ForcedNullsAndShapesAreListedAsSuch) {
  AddSingle();
  Instance* instance = project_.Find(kId);
  instance->nodes()[0].Force({std::nullopt, std::nullopt});
  EXPECT_TRUE(List(kStart)[0]["detail"]["server"][0]["status"].is_null());
  EXPECT_TRUE(List(kStart)[0]["detail"]["server"][0]["task_status"].is_null());
  instance->shape = DetailShape::kEmptyServerList;
  EXPECT_EQ(List(kStart)[0]["detail"]["server"], nlohmann::json::array());
  instance->shape = DetailShape::kNull;
  EXPECT_TRUE(List(kStart)[0]["detail"].is_null());
}

TEST_F(CloudModelTest, AnyNameSurvivesTheList) {
  const std::string name = "quo\"te \\ tab\t newline\n \x01 数据库";
  ASSERT_TRUE(project_.Add({kId, name, false, RunningState()}));
  EXPECT_EQ(List(kStart)[0]["name"], name);
}

TEST(FleetTest, TheSameSeedMakesTheSameFleetAndAnotherSeedAnother) {
  const auto once = MakeFleet(3, 10, FleetState::kMixed, 0.5, 7);
  const auto again = MakeFleet(3, 10, FleetState::kMixed, 0.5, 7);
  const auto other = MakeFleet(3, 10, FleetState::kMixed, 0.5, 8);
  ASSERT_EQ(once.size(), 3u);
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].facts.id, again[i].facts.id);
    EXPECT_NE(once[i].facts.id, other[i].facts.id);
    ASSERT_EQ(once[i].instances.size(), again[i].instances.size());
    for (std::size_t j = 0; j < once[i].instances.size(); ++j) {
      EXPECT_EQ(once[i].instances[j].id, again[i].instances[j].id);
      EXPECT_EQ(once[i].instances[j].state, again[i].instances[j].state);
    }
  }
}

TEST(FleetTest, IdsAreDistinctAndOfBothDocumentedForms) {
  std::set<std::string> ids;
  std::size_t hex = 0;
  std::size_t pairs = 0;
  for (const ProjectSeed& project : MakeFleet(12, 1000, FleetState::kRunning, 0.25, 1)) {
    EXPECT_EQ(project.facts.id.size(), 32u);
    for (const InstanceSpec& instance : project.instances) {
      ids.insert(instance.id);
      if (instance.id.size() == 32) ++hex;
      EXPECT_TRUE(instance.id.size() == 32 || instance.id.size() == 36) << instance.id;
      if (instance.high_availability) ++pairs;
    }
  }
  EXPECT_EQ(ids.size(), 1000u);
  EXPECT_GT(hex, 300u);
  EXPECT_LT(hex, 700u);
  EXPECT_GT(pairs, 150u);
  EXPECT_LT(pairs, 350u);
}

TEST(FleetTest, InstancesAreSpreadEvenlyAndNamedByTeam) {
  const auto fleet = MakeFleet(3, 10, FleetState::kRunning, 0, 1);
  EXPECT_EQ(fleet[0].instances.size(), 4u);
  EXPECT_EQ(fleet[1].instances.size(), 3u);
  EXPECT_EQ(fleet[2].instances.size(), 3u);
  EXPECT_EQ(fleet[0].instances[0].name, "billing-om-01");
  EXPECT_EQ(fleet[0].facts.name, "cn-north-4_billing");
}

}  // namespace
}  // namespace quiesce::dbss_sim
