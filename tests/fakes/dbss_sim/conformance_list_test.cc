// What a list shows, and how a stop shows in it: daemon/cloud/API.md 2 and 7.

#include <regex>

#include "tests/fakes/dbss_sim/conformance.h"
#include "tests/fakes/dbss_sim/published_example.h"

namespace quiesce::dbss_sim {
namespace {

using std::chrono::seconds;

class ListConformance : public Conformance {
 protected:
  void Force(const std::string& instance, const nlohmann::json& more) {
    nlohmann::json body = {{"project", kProject}, {"instance", instance}};
    body.update(more);
    Control("force", body);
  }
};
INSTANTIATE_TEST_SUITE_P(Wires, ListConformance, ::testing::Values(Wire::kPlain, Wire::kTls),
                         WireName);

// The same fields in the same order with values of the same types, at every depth.
void ExpectSameForm(const Json& actual, const Json& expected, const std::string& path) {
  EXPECT_EQ(std::string(actual.type_name()), expected.type_name()) << path;
  EXPECT_EQ(actual.is_number_integer(), expected.is_number_integer()) << path;
  if (actual.type() != expected.type()) return;
  if (expected.is_array()) {
    ASSERT_EQ(actual.size(), expected.size()) << path;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ExpectSameForm(actual[i], expected[i], path + "[" + std::to_string(i) + "]");
    }
  }
  if (!expected.is_object()) return;
  ASSERT_EQ(actual.size(), expected.size()) << path << ": " << actual;
  auto field = actual.begin();
  for (const auto& wanted : expected.items()) {
    EXPECT_EQ(field.key(), wanted.key()) << path;
    ExpectSameForm(field.value(), wanted.value(), path + "." + wanted.key());
    ++field;
  }
}

TEST_P(ListConformance, APairHasTheFormOfThePublishedExample) {
  sim_.cloud().Clear();
  sim_.cloud().AddProject({kProject, "cn-north-4"});
  sim_.cloud().AddInstance(kProject, {kHexInstance, "DBSS-OM0819", true, RunningState()});
  const Json example = Json::parse(kPublishedExample);
  const Json list = Json::parse(List().body);
  ExpectSameForm(list, example, "list");

  // And where the example does not speak of that one customer, the values are the same too.
  const Json& shown = list["clusters"][0];
  const Json& published = example["clusters"][0];
  for (const char* field :
       {"instance_id", "name", "charge_model", "created", "expired", "deploy_mode",
        "enterprise_project_id", "is_active_standby", "keep_days", "remain_days"}) {
    EXPECT_EQ(shown[field], published[field]) << field;
  }
  EXPECT_EQ(shown["detail"]["total"], published["detail"]["total"]);
  for (std::size_t i = 0; i < 2; ++i) {
    const Json& server = shown["detail"]["server"][i];
    for (const char* field :
         {"instance_id", "name", "status", "task_status", "cpu", "ram", "created",
          "resource_spec_code", "specification", "version", "is_active"}) {
      EXPECT_EQ(server[field], published["detail"]["server"][i][field]) << field;
    }
  }
}

TEST_P(ListConformance, ASingleInstanceHasOneServerAndNoFloatingAddress) {
  const Json cluster = Cluster(kHexInstance);
  EXPECT_EQ(cluster["is_active_standby"], false);
  EXPECT_EQ(cluster["detail"]["total"], 1);
  ASSERT_EQ(cluster["detail"]["server"].size(), 1u);
  EXPECT_EQ(cluster["detail"]["server"][0]["name"], "billing-om-01");
  EXPECT_TRUE(cluster["float_ip"].is_null());
}

TEST_P(ListConformance, TheIdIsTheInstanceIdOfTheClusterAndOfEachServer) {
  for (const Json& cluster : Clusters()) {
    EXPECT_FALSE(cluster.contains("id"));
    EXPECT_FALSE(cluster.contains("status")) << "state is the servers'";
    for (const Json& server : cluster["detail"]["server"]) {
      EXPECT_EQ(server["instance_id"], cluster["instance_id"]);
      EXPECT_NE(server["server_id"], cluster["instance_id"]);
    }
  }
}

TEST_P(ListConformance, NumbersAndTimesAreWrittenAsDocumented) {
  const Json cluster = Cluster(kUuidInstance);
  EXPECT_TRUE(std::regex_match(cluster["keep_days"].get<std::string>(), std::regex("\\d+")));
  EXPECT_TRUE(std::regex_match(cluster["remain_days"].get<std::string>(), std::regex("\\d+")));
  EXPECT_GT(cluster["created"].get<std::int64_t>(), 1'000'000'000'000) << "milliseconds";
  const Json& server = cluster["detail"]["server"][0];
  EXPECT_TRUE(std::regex_match(server["created"].get<std::string>(),
                               std::regex(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)")));
  EXPECT_TRUE(std::regex_match(server["cpu"].get<std::string>(), std::regex("\\d+")));
  EXPECT_TRUE(std::regex_match(server["ram"].get<std::string>(), std::regex("\\d+")));
  EXPECT_TRUE(server["is_active"].is_number_integer());
}

TEST_P(ListConformance, TheWholeProjectComesAtOnceWhateverTheQuery) {
  BulkSpec spec;
  spec.project = kProject;
  spec.count = 1200;
  for (const InstanceSpec& instance : MakeInstances(spec)) {
    ASSERT_TRUE(sim_.cloud().AddInstance(kProject, instance));
  }
  EXPECT_EQ(Clusters().size(), 1202u);
  const WireReply limited = Send("POST", ListPath() + "?limit=10&offset=5");
  EXPECT_EQ(Json::parse(limited.body)["clusters"].size(), 1202u);
}

TEST_P(ListConformance, AnEmptyProjectHasNoClusters) {
  sim_.cloud().AddProject({std::string(32, 'e'), "cn-south-1"});
  EXPECT_EQ(Send("POST", ListPath(std::string(32, 'e'))).body, R"({"clusters":[]})");
}

TEST_P(ListConformance, EveryStateOfTheVocabularyCanBeShown) {
  for (const char* status : {"ACTIVE", "SHUTOFF", "BUILD", "DELETING", "DELETED", "ERROR", "HAWAIT",
                             "FROZEN", "UPGRADING", "UNPAID", "RESIZE", "DILATATION", "HA"}) {
    Force(kHexInstance, {{"status", status}});
    EXPECT_EQ(StatesOf(kHexInstance), std::string(status) + "/NO_TASK");
  }
  for (const char* task : {"powering-on", "powering-off", "rebooting", "delete_wait", "frozen",
                           "unfrozen", "alter", "updating", "configuring-ha", "data-migrating",
                           "rollback", "traffic-switchover", "POWERING_OFF"}) {
    Force(kHexInstance, {{"status", "ACTIVE"}, {"task_status", task}});
    EXPECT_EQ(StatesOf(kHexInstance), "ACTIVE/" + std::string(task));
  }
}

TEST_P(ListConformance, AFreezeShowsItsSceneAndItsEffect) {
  for (const char* scene : {"POLICE", "ILLEGAL", "VERIFY", "PARTNER", "ARREAR"}) {
    Control("freeze",
            {{"project", kProject}, {"instance", kUuidInstance}, {"scene", scene}, {"effect", 2}});
    const Json cluster = Cluster(kUuidInstance);
    for (const Json& server : cluster["detail"]["server"]) {
      EXPECT_EQ(server["status"], "FROZEN");
      EXPECT_EQ(server["scene"], scene);
      EXPECT_EQ(server["effect"], 2);
    }
  }
  EXPECT_EQ(Stop(kUuidInstance).status, 400);
}

// API.md 7: the timeline of a stop, which the two servers of a pair may pass at different speeds.
TEST_P(ListConformance, AStopShowsFirstNothingThenATaskThenTheStateThenNoTask) {
  const PowerTimeline timeline{seconds(10), seconds(20), seconds(5)};
  PowerTimelines timelines{timeline, timeline};
  timelines[1].powering += seconds(30);
  sim_.cloud().SetTimelines(timelines);
  ASSERT_EQ(Stop(kUuidInstance).status, 200);
  // Somewhere inside each phase: the clock of the simulator goes on meanwhile.
  EXPECT_EQ(StatesOf(kUuidInstance), "ACTIVE/NO_TASK ACTIVE/NO_TASK");
  sim_.Advance(seconds(12));
  EXPECT_EQ(StatesOf(kUuidInstance), "ACTIVE/powering-off ACTIVE/powering-off");
  sim_.Advance(seconds(20));
  EXPECT_EQ(StatesOf(kUuidInstance), "SHUTOFF/powering-off ACTIVE/powering-off");
  sim_.Advance(seconds(10));
  EXPECT_EQ(StatesOf(kUuidInstance), "SHUTOFF/NO_TASK ACTIVE/powering-off");
  sim_.Advance(seconds(60));
  EXPECT_EQ(StatesOf(kUuidInstance), "SHUTOFF/NO_TASK SHUTOFF/NO_TASK");
}

TEST_P(ListConformance, AStopOfWhatIsStoppingIsRefusedBeforeTheListShowsIt) {
  sim_.cloud().SetTimelines({PowerTimeline{seconds(1000), seconds(1), seconds(1)}, {}});
  ASSERT_EQ(Stop().status, 200);
  EXPECT_EQ(StatesOf(kHexInstance), "ACTIVE/NO_TASK");
  ExpectServiceError(Stop(), 400, "DBSS.10020131", "Failed to stop DBSS instance.");
}

TEST_P(ListConformance, AStopOfWhatIsStoppedCanBeRefusedTakenOrFailed) {
  ASSERT_EQ(Stop().status, 200);
  ExpectServiceError(Stop(), 400, "DBSS.10020131", "Failed to stop DBSS instance.");
  Control("settings", {{"stop_in_wrong_state", "success"}});
  EXPECT_EQ(Stop().body, R"({"result":"success"})");
  Control("settings", {{"stop_in_wrong_state", "failed"}});
  EXPECT_EQ(Stop().body, R"({"result":"failed"})");
  EXPECT_EQ(StopsWithEffect(), 1);
}

TEST_P(ListConformance, EveryFieldThatTellsNothingMayBeNullOrAbsent) {
  Plan({{"kind", "nulls"}});
  Plan({{"kind", "nulls"}, {"absent", true}});
  const Json nulls = Cluster(kUuidInstance);
  EXPECT_EQ(nulls.size(), Json::parse(kPublishedExample)["clusters"][0].size());
  for (const auto& field : nulls.items()) {
    const bool needed = field.key() == "instance_id" || field.key() == "detail";
    EXPECT_EQ(field.value().is_null(), !needed) << field.key();
  }
  EXPECT_TRUE(nulls["detail"]["total"].is_null());
  EXPECT_TRUE(nulls["detail"]["server"][0]["server_id"].is_null());
  EXPECT_EQ(nulls["detail"]["server"][1]["status"], "ACTIVE");
  const Json absent = Cluster(kUuidInstance);
  EXPECT_EQ(absent.size(), 2u) << absent;
  EXPECT_EQ(absent["detail"]["server"][0].size(), 3u) << absent;
}

TEST_P(ListConformance, StatesMayBeNullAndDetailMayBeNullOrEmpty) {
  Force(kHexInstance, {{"status", nullptr}, {"task_status", nullptr}});
  EXPECT_TRUE(Cluster(kHexInstance)["detail"]["server"][0]["status"].is_null());
  Force(kHexInstance, {{"shape", "empty_servers"}});
  EXPECT_EQ(Cluster(kHexInstance)["detail"], Json::parse(R"({"server":[],"total":0})"));
  Force(kHexInstance, {{"shape", "null_detail"}});
  EXPECT_TRUE(Cluster(kHexInstance)["detail"].is_null());
  Plan({{"kind", "nulls"}, {"fields", {"status", "task_status"}}});
  EXPECT_TRUE(Cluster(kUuidInstance)["detail"]["server"][1]["task_status"].is_null());
}

TEST_P(ListConformance, UnknownStatesCanBeShownOfChosenInstances) {
  Plan({{"kind", "unknown_strings"}, {"instances", {kHexInstance}}, {"status", "PAUSED"}});
  const Json clusters = Clusters();
  EXPECT_EQ(clusters[0]["detail"]["server"][0]["status"], "PAUSED");
  EXPECT_EQ(clusters[1]["detail"]["server"][0]["status"], "ACTIVE");
}

TEST_P(ListConformance, APairCanBeMixed) {
  Plan({{"kind", "mixed_ha"}});
  const Json clusters = Clusters();
  EXPECT_EQ(clusters[0]["detail"]["server"][0]["status"], "ACTIVE") << "not a pair";
  EXPECT_EQ(clusters[1]["detail"]["server"][0]["status"], "SHUTOFF");
  EXPECT_EQ(clusters[1]["detail"]["server"][1]["status"], "ACTIVE");
}

TEST_P(ListConformance, AListMayLagAndThenStillShowsTheStateBefore) {
  Control("settings", {{"list_lag_ms", 10'000}});
  ASSERT_EQ(Stop().status, 200);
  EXPECT_EQ(StatesOf(kHexInstance), "ACTIVE/NO_TASK");
  sim_.Advance(seconds(11));
  EXPECT_EQ(StatesOf(kHexInstance), "SHUTOFF/NO_TASK");
  Plan({{"kind", "lag"}, {"ms", 3'600'000}});
  EXPECT_EQ(StatesOf(kHexInstance), "ACTIVE/NO_TASK") << "of one list, further back";
  EXPECT_EQ(StatesOf(kHexInstance), "SHUTOFF/NO_TASK");
}

TEST_P(ListConformance, AListMayBeStale) {
  Plan({{"kind", "stale"}, {"match", {{"project", kProject}, {"times", 2}}}});
  ASSERT_EQ(Stop().status, 200);
  EXPECT_EQ(StatesOf(kHexInstance), "ACTIVE/NO_TASK");
  EXPECT_EQ(StatesOf(kHexInstance), "ACTIVE/NO_TASK");
  EXPECT_EQ(StatesOf(kHexInstance), "SHUTOFF/NO_TASK");
}

TEST_P(ListConformance, AnInstanceMayBeMissingForAWhileOrFromEveryOtherList) {
  Plan({{"kind", "omit"}, {"instances", {kHexInstance}}, {"times", 2}});
  Plan({{"kind", "flapping"}, {"instances", {kHexInstance}}, {"name", "flap"}});
  std::string seen;
  for (int i = 0; i < 6; ++i) seen += StatesOf(kHexInstance) == "absent" ? '-' : '+';
  EXPECT_EQ(seen, "---+-+") << "two lists of the first rule, then those of the second";
  Control("faults", {{"kind", "flapping"}, {"status", "SHUTOFF"}, {"instances", {kUuidInstance}}});
  EXPECT_EQ(WireClient(sim_.port(), "").Send("DELETE", "/_sim/faults?name=flap", {}).status, 200);
  EXPECT_EQ(StatesOf(kUuidInstance), "SHUTOFF/NO_TASK SHUTOFF/NO_TASK");
  EXPECT_EQ(StatesOf(kUuidInstance), "ACTIVE/NO_TASK ACTIVE/NO_TASK");
}

TEST_P(ListConformance, AShareOfTheInstancesMayBeMissingAndASeedSaysWhich) {
  BulkSpec spec;
  spec.project = kProject;
  spec.count = 200;
  for (const InstanceSpec& instance : MakeInstances(spec)) {
    ASSERT_TRUE(sim_.cloud().AddInstance(kProject, instance));
  }
  Plan({{"kind", "omit"}, {"share", 0.25}, {"seed", 7}, {"times", 2}});
  Plan({{"kind", "omit"}, {"share", 0.25}, {"seed", 8}});
  const Json first = Clusters();
  EXPECT_GT(first.size(), 120u);
  EXPECT_LT(first.size(), 180u);
  EXPECT_EQ(first, Clusters()) << "the same ones";
  EXPECT_NE(first, Clusters()) << "another seed";
}

// API.md 5.7: some services say so to who may not see the project.
TEST_P(ListConformance, AForbiddenListMayLookEmpty) {
  Control("tokens", {{"token", kToken}, {"projects", {std::string(32, 'f')}}});
  ExpectGatewayError(List(), 403, "APIGW.0302",
                     "The IAM user is not authorized to access the API.");
  Control("settings", {{"forbidden_list", "empty"}});
  EXPECT_EQ(List().body, R"({"clusters":[]})");
  EXPECT_EQ(Stop().status, 403);
  Control("tokens", {{"token", kToken}});
  Plan({{"kind", "empty_list"}});
  EXPECT_EQ(List().body, R"({"clusters":[]})");
  EXPECT_EQ(Clusters().size(), 2u);
}

}  // namespace
}  // namespace quiesce::dbss_sim
