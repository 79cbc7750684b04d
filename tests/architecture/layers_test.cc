#include "tests/architecture/layers.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/findings.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What is found in a file at `path` that includes only `include`.
std::vector<std::string> Including(std::string path, const std::string& include) {
  return testing::Find(CheckLayers, std::move(path), Concat({"#include \"", include, "\"\n"}));
}

TEST(Layers, FollowTheChain) {
  EXPECT_THAT(Including("daemon/core/plan.cc", "daemon/base/time.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/store/tables.h", "daemon/core/facts.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/cloud/api_call.h", "daemon/core/facts.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/engine/engine.h", "daemon/store/state_store.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/rpc/backend.h", "daemon/engine/registry.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/app/main.cc", "daemon/rpc/server.h"), IsEmpty());
}

TEST(Layers, NeverGoUpTheChain) {
  EXPECT_THAT(Including("daemon/base/time.h", "daemon/core/facts.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/core/facts.h", "daemon/store/tables.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/store/tables.h", "daemon/engine/engine.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/cloud/api_call.h", "daemon/engine/engine.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/engine/engine.h", "daemon/rpc/server.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/rpc/server.h", "daemon/app/event_loop.h"), SizeIs(1));
}

TEST(Layers, StoreAndCloudDoNotKnowEachOther) {
  EXPECT_THAT(Including("daemon/store/tables.h", "daemon/cloud/instance_api.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/cloud/api_call.h", "daemon/store/tables.h"), SizeIs(1));
}

TEST(Layers, CoreIsGivenTimeAndRandomness) {
  EXPECT_THAT(Including("daemon/core/decide.cc", "daemon/base/limits.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/core/decide.cc", "daemon/base/status_macros.h"), IsEmpty());
  for (const char* header : {"clock", "executor", "random", "mutex", "sha256"}) {
    EXPECT_THAT(Including("daemon/core/decide.cc", Concat({"daemon/base/", header, ".h"})),
                SizeIs(1));
  }
}

TEST(Layers, OnlyAppNamesConcreteClasses) {
  for (const char* header : {"daemon/store/sqlite_store.h", "daemon/store/group_commit.h",
                             "daemon/cloud/dbss_client.h", "daemon/cloud/token_file.h"}) {
    EXPECT_THAT(Including("daemon/engine/engine.cc", header), SizeIs(1));
    EXPECT_THAT(Including("daemon/rpc/server.cc", header), SizeIs(1));
    EXPECT_THAT(Including("daemon/app/main.cc", header), IsEmpty());
  }
}

TEST(Layers, ConfigReachesAddressesOnly) {
  EXPECT_THAT(Including("daemon/config/project_section.cc", "daemon/cloud/endpoint.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/config/listener.h", "daemon/rpc/listener.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/config/listener.h", "daemon/rpc/server.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/config/project_section.cc", "daemon/config/yaml/tree.h"),
              IsEmpty());
  EXPECT_THAT(Including("daemon/config/project_section.cc", "daemon/cloud/dbss_client.h"),
              SizeIs(1));
  EXPECT_THAT(Including("daemon/config/yaml/tree.cc", "daemon/config/config.h"), SizeIs(1));
}

TEST(Layers, ObservabilityKnowsBaseOnly) {
  EXPECT_THAT(Including("daemon/observability/logger.cc", "daemon/base/clock.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/observability/logger.cc", "daemon/engine/engine.h"), SizeIs(1));
}

TEST(Layers, TheClientSharesNamesWithTheDaemonAndNothingThatDecides) {
  EXPECT_THAT(Including("client/lib/client.cc", "daemon/base/limits.h"), IsEmpty());
  EXPECT_THAT(Including("client/lib/client.cc", "daemon/core/names.h"), IsEmpty());
  EXPECT_THAT(Including("client/manifest/document.cc", "daemon/config/yaml/tree.h"), IsEmpty());
  EXPECT_THAT(Including("client/cli/main.cc", "client/lib/client.h"), IsEmpty());
  EXPECT_THAT(Including("client/lib/client.cc", "client/cli/text.h"), SizeIs(1));
  EXPECT_THAT(Including("client/lib/client.cc", "daemon/config/yaml/tree.h"), SizeIs(1));
  EXPECT_THAT(Including("client/cli/main.cc", "daemon/core/decide.h"), SizeIs(1));
  EXPECT_THAT(Including("client/cli/main.cc", "daemon/config/config.h"), SizeIs(1));
}

TEST(Layers, TheSimulatedCloudStandsAlone) {
  EXPECT_THAT(Including("tests/fakes/dbss_sim/cloud.cc", "tests/fakes/dbss_sim/fleet.h"),
              IsEmpty());
  EXPECT_THAT(Including("tests/fakes/dbss_sim/cloud.cc", "daemon/base/limits.h"), SizeIs(1));
  EXPECT_THAT(Including("tests/fakes/dbss_sim/cloud.cc", "tests/support/process.h"), SizeIs(1));
}

TEST(Layers, NothingThatIsShippedIncludesTests) {
  EXPECT_THAT(Including("daemon/app/main.cc", "tests/support/process.h"), SizeIs(1));
  EXPECT_THAT(Including("client/cli/main.cc", "tests/support/process.h"), SizeIs(1));
  EXPECT_THAT(Including("tests/unit/app/main_test.cc", "tests/support/process.h"), IsEmpty());
}

TEST(Layers, ANewFolderNeedsARow) {
  EXPECT_THAT(testing::Find(CheckLayers, "daemon/billing/bill.cc", "int x;"),
              ElementsAre("1: folder"));
  EXPECT_THAT(testing::Find(CheckLayers, "daemon/billing/BUILD.bazel", ""), IsEmpty());
}

TEST(Layers, NameTheLineAndTheInclude) {
  EXPECT_THAT(testing::Find(CheckLayers, "daemon/base/time.h",
                            "// A\n#include <string>\n#include \"daemon/rpc/server.h\"\n"),
              ElementsAre("3: daemon/rpc/server.h"));
}

// The folders that a layer may include, found in its patterns.
std::set<std::string_view> Below(const Layer& layer) {
  std::set<std::string_view> below;
  for (const std::string_view pattern : layer.may_include) {
    for (const Layer& other : Layers()) {
      const bool whole = pattern == "daemon/**" && StartsWith(other.folder, "daemon/");
      if (whole || LayerOf(pattern) == &other) below.insert(other.folder);
    }
  }
  below.erase(layer.folder);
  return below;
}

TEST(Layers, HaveNoCycle) {
  std::map<std::string_view, std::set<std::string_view>> edges;
  for (const Layer& layer : Layers()) edges[layer.folder] = Below(layer);
  EXPECT_EQ(edges["daemon/engine"], (std::set<std::string_view>{"daemon/base", "daemon/core",
                                                                "daemon/store", "daemon/cloud"}));
  // Takes away what nothing is left below, until nothing changes.
  for (bool changed = true; changed;) {
    changed = false;
    for (auto edge = edges.begin(); edge != edges.end();) {
      if (!edge->second.empty()) {
        ++edge;
        continue;
      }
      for (auto& [folder, below] : edges) below.erase(edge->first);
      edge = edges.erase(edge);
      changed = true;
    }
  }
  EXPECT_THAT(edges, IsEmpty());
}

}  // namespace
}  // namespace quiesce::architecture
