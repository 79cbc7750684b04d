#include "daemon/core/power_state.h"

#include <string>
#include <vector>

#include "daemon/base/random.h"
#include "daemon/core/facts.h"
#include "gtest/gtest.h"

namespace quiesce::core {
namespace {

Node At(const std::string& status, const std::string& task = "NO_TASK") {
  return Node{"node", status, task, ""};
}

PowerState Fold(const std::vector<Node>& nodes, const StatusMap& extra = {}) {
  return FoldNodes(nodes, extra);
}

struct Row {
  const char* name;
  std::vector<Node> nodes;
  PowerState state;
};

TEST(FoldNodes, FollowsItsTable) {
  const std::vector<Row> rows = {
      {"no nodes are never stopped", {}, PowerState::kUnknown},
      {"one runs", {At("ACTIVE")}, PowerState::kRunning},
      {"one is off", {At("SHUTOFF")}, PowerState::kStopped},
      {"a pair runs", {At("ACTIVE"), At("ACTIVE")}, PowerState::kRunning},
      {"a pair is off", {At("SHUTOFF"), At("SHUTOFF")}, PowerState::kStopped},
      {"half a pair is off", {At("SHUTOFF"), At("ACTIVE")}, PowerState::kPartial},
      {"the other half is off", {At("ACTIVE"), At("SHUTOFF")}, PowerState::kPartial},
      {"powers off", {At("ACTIVE", "powering-off")}, PowerState::kStopping},
      {"off, and the task still runs", {At("SHUTOFF", "powering-off")}, PowerState::kStopping},
      {"one of a pair powers off",
       {At("ACTIVE"), At("ACTIVE", "powering-off")},
       PowerState::kStopping},
      {"one is off, one powers off",
       {At("SHUTOFF"), At("ACTIVE", "powering-off")},
       PowerState::kStopping},
      {"powering off is told even beside another task",
       {At("ACTIVE", "rebooting"), At("ACTIVE", "powering-off")},
       PowerState::kStopping},
      {"powers on", {At("SHUTOFF", "powering-on")}, PowerState::kBusy},
      {"reboots", {At("ACTIVE", "rebooting")}, PowerState::kBusy},
      {"any task that is not known", {At("SHUTOFF", "defragmenting")}, PowerState::kBusy},
      {"one of a pair is busy", {At("SHUTOFF"), At("SHUTOFF", "updating")}, PowerState::kBusy},
      {"no task by an empty string", {At("SHUTOFF", "")}, PowerState::kStopped},
      {"no task by the word null", {At("SHUTOFF", "null")}, PowerState::kStopped},
      {"a task of punctuation is a task", {At("SHUTOFF", "-")}, PowerState::kBusy},
      {"no status", {At("")}, PowerState::kUnknown},
      {"a status of punctuation", {At("--")}, PowerState::kUnknown},
      {"a status in no table", {At("HIBERNATED")}, PowerState::kUnknown},
      {"an unknown beside one that is off", {At("SHUTOFF"), At("ODD")}, PowerState::kUnknown},
      {"an unknown beside one that powers off",
       {At("ODD"), At("ACTIVE", "powering-off")},
       PowerState::kUnknown},
      {"what forbids a stop, before all others",
       {At("FROZEN"), At("ODD"), At("ACTIVE", "powering-off")},
       PowerState::kUnavailable},
      {"a status that begins like another", {At("SHUTOFFX")}, PowerState::kUnknown},
      {"a status with a space", {At("SHUTOFF ")}, PowerState::kUnknown},
  };
  for (const Row& row : rows) EXPECT_EQ(Fold(row.nodes), row.state) << row.name;
}

TEST(FoldNodes, EveryStatusThatForbidsAStopIsUnavailableWhateverTheOthersSay) {
  for (const char* status : {"BUILD", "DELETING", "DELETED", "ERROR", "HAWAIT", "FROZEN",
                             "UPGRADING", "UNPAID", "RESIZE", "DILATATION", "HA"}) {
    EXPECT_EQ(Fold({At(status)}), PowerState::kUnavailable) << status;
    EXPECT_EQ(Fold({At("SHUTOFF"), At(status)}), PowerState::kUnavailable) << status;
    EXPECT_EQ(Fold({At(status, "powering-off"), At("ACTIVE")}), PowerState::kUnavailable) << status;
  }
}

TEST(FoldNodes, ComparesWithoutRegardToCaseUnderscoreAndHyphen) {
  for (const char* status : {"SHUTOFF", "shutoff", "Shut_Off", "SHUT-OFF"}) {
    EXPECT_EQ(Fold({At(status)}), PowerState::kStopped) << status;
  }
  for (const char* task : {"powering-off", "POWERING_OFF", "poweringOff", "Powering-OFF"}) {
    EXPECT_EQ(Fold({At("ACTIVE", task)}), PowerState::kStopping) << task;
  }
  for (const char* task : {"NO_TASK", "no-task", "NoTask", "NULL"}) {
    EXPECT_EQ(Fold({At("ACTIVE", task)}), PowerState::kRunning) << task;
  }
}

TEST(FoldNodes, ReadsWhatTheConfigurationMaps) {
  const StatusMap extra = {{"POWERED_DOWN", PowerState::kStopped},
                           {"ONLINE", PowerState::kRunning},
                           {"COPYING", PowerState::kBusy},
                           {"IMPOUNDED", PowerState::kUnavailable}};
  EXPECT_EQ(Fold({At("powered-down")}, extra), PowerState::kStopped);
  EXPECT_EQ(Fold({At("POWERED_DOWN"), At("SHUTOFF")}, extra), PowerState::kStopped);
  EXPECT_EQ(Fold({At("Online")}, extra), PowerState::kRunning);
  EXPECT_EQ(Fold({At("ONLINE"), At("SHUTOFF")}, extra), PowerState::kPartial);
  EXPECT_EQ(Fold({At("COPYING"), At("SHUTOFF")}, extra), PowerState::kBusy);
  EXPECT_EQ(Fold({At("COPYING", "powering-off")}, extra), PowerState::kStopping);
  EXPECT_EQ(Fold({At("IMPOUNDED"), At("ACTIVE")}, extra), PowerState::kUnavailable);
  EXPECT_EQ(Fold({At("OTHER"), At("ONLINE")}, extra), PowerState::kUnknown);
}

TEST(FoldNodes, TheConfigurationCannotChangeWhatABuiltInStatusMeans) {
  const StatusMap extra = {{"ACTIVE", PowerState::kStopped},
                           {"FROZEN", PowerState::kRunning},
                           {"shut-off", PowerState::kRunning}};
  EXPECT_EQ(Fold({At("ACTIVE")}, extra), PowerState::kRunning);
  EXPECT_EQ(Fold({At("FROZEN")}, extra), PowerState::kUnavailable);
  EXPECT_EQ(Fold({At("SHUTOFF")}, extra), PowerState::kStopped);
}

TEST(FoldNodes, AMappingToAnythingElseOrOfNothingIsIgnored) {
  const StatusMap extra = {{"A", PowerState::kStopping},
                           {"B", PowerState::kPartial},
                           {"C", PowerState::kUnknown},
                           {"", PowerState::kStopped},
                           {"_", PowerState::kStopped}};
  for (const char* status : {"A", "B", "C", "", "_", "-"}) {
    EXPECT_EQ(Fold({At(status)}, extra), PowerState::kUnknown) << status;
  }
}

// --- properties ----------------------------------------------------------------------------------

std::vector<Node> RandomNodes(Random& random) {
  static const std::vector<std::string> statuses = {
      "SHUTOFF", "SHUTOFF", "SHUTOFF", "shut-off", "ACTIVE", "ACTIVE", "FROZEN",
      "ERROR",   "BUILD",   "",        "ODD",      "null",   "RENTED", "STOPPED"};
  static const std::vector<std::string> tasks = {"NO_TASK",     "NO_TASK",     "NO_TASK", "",
                                                 "no-task",     "null",        "odd",     "-",
                                                 "powering-on", "powering-off"};
  std::vector<Node> nodes(random.Next() % 4);
  for (Node& node : nodes) {
    node.status = statuses[random.Next() % statuses.size()];
    node.task_status = tasks[random.Next() % tasks.size()];
  }
  return nodes;
}

bool IsOff(const Node& node) { return node.status == "SHUTOFF" || node.status == "shut-off"; }

bool IsIdle(const Node& node) {
  return node.task_status == "NO_TASK" || node.task_status.empty() ||
         node.task_status == "no-task" || node.task_status == "null";
}

TEST(FoldNodes, IsStoppedExactlyWhenEveryNodeIsOffAndIdle) {
  SeededRandom random(1);
  int stopped = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::vector<Node> nodes = RandomNodes(random);
    bool off = !nodes.empty();
    std::string shown;
    for (const Node& node : nodes) {
      off = off && IsOff(node) && IsIdle(node);
      shown += node.status + "/" + node.task_status + " ";
    }
    ASSERT_EQ(FoldNodes(nodes, {}) == PowerState::kStopped, off) << shown;
    stopped += off ? 1 : 0;
  }
  EXPECT_GT(stopped, 500) << "the property must be tried on stopped instances too";
}

TEST(FoldNodes, DoesNotDependOnTheOrderOfNodes) {
  SeededRandom random(2);
  for (int i = 0; i < 20000; ++i) {
    const std::vector<Node> nodes = RandomNodes(random);
    const std::vector<Node> reversed(nodes.rbegin(), nodes.rend());
    ASSERT_EQ(FoldNodes(nodes, {}), FoldNodes(reversed, {}));
  }
}

TEST(FoldNodes, MayCallOnlyWhereEveryStatusIsKnownAndNothingRuns) {
  SeededRandom random(3);
  for (int i = 0; i < 20000; ++i) {
    const std::vector<Node> nodes = RandomNodes(random);
    const PowerState state = FoldNodes(nodes, {});
    if (state != PowerState::kRunning && state != PowerState::kPartial) continue;
    for (const Node& node : nodes) {
      ASSERT_TRUE(IsOff(node) || node.status == "ACTIVE") << node.status;
      ASSERT_TRUE(IsIdle(node)) << node.task_status;
    }
  }
}

TEST(PowerState, HasANameForEveryValue) {
  EXPECT_EQ(ToString(PowerState::kUnknown), "UNKNOWN");
  EXPECT_EQ(ToString(PowerState::kRunning), "RUNNING");
  EXPECT_EQ(ToString(PowerState::kStopping), "STOPPING");
  EXPECT_EQ(ToString(PowerState::kStopped), "STOPPED");
  EXPECT_EQ(ToString(PowerState::kPartial), "PARTIAL");
  EXPECT_EQ(ToString(PowerState::kBusy), "BUSY");
  EXPECT_EQ(ToString(PowerState::kUnavailable), "UNAVAILABLE");
}

}  // namespace
}  // namespace quiesce::core
