#include "tests/architecture/layers.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/architecture/path_pattern.h"
#include "tests/architecture/text.h"

namespace quiesce::architecture {
namespace {

bool IsBelow(std::string_view folder, std::string_view path) {
  return StartsWith(path, folder) && StartsWith(path.substr(folder.size()), "/");
}

// Whether the include names a file of this repository other than a generated one.
bool IsOurs(std::string_view include) {
  return MatchesAny({"daemon/**", "client/**", "tests/**", "deploy/**", "proto/**"}, include);
}

}  // namespace

const std::vector<Layer>& Layers() {
  static const auto* const kLayers = new std::vector<Layer>{
      // base <- core <- {store, cloud} <- engine <- rpc <- app
      {"daemon/base", {}, "Base is the ground: it knows nothing of the rest"},
      {"daemon/core",
       {"daemon/base/limits.h", "daemon/base/time.h", "daemon/base/status_macros.h",
        "daemon/base/string_views.h", "daemon/base/text.h"},
       "Core is pure: it is given the time and every fact, and gives back values"},
      {"daemon/store",
       {"daemon/base/**", "daemon/core/**"},
       "The store knows rows and what they mean, not who asks nor the cloud"},
      {"daemon/cloud",
       {"daemon/base/**", "daemon/core/**"},
       "The cloud's adapter makes one request and says what came of it; it records nothing"},
      {"daemon/engine",
       {"daemon/base/**", "daemon/core/**", "daemon/store/state_store.h", "daemon/store/records.h",
        "daemon/store/*_operations.h", "daemon/cloud/instance_api.h",
        // Pure: state that is told the time.
        "daemon/cloud/quota_limiter.h", "daemon/cloud/circuit.h"},
       "The engine sees interfaces only, so that tests/simulation can put anything behind them"},
      {"daemon/rpc",
       {"daemon/base/**", "daemon/core/**", "daemon/store/state_store.h", "daemon/store/records.h",
        "daemon/store/request_memory.h", "daemon/store/*_operations.h", "daemon/engine/**"},
       "Rpc turns messages into operations and back; app alone names what carries them out"},

      // At the side: usable by app, and by nothing of the chain above.
      {"daemon/observability", {"daemon/base/**"}, "Logging must not depend on what is logged"},
      {"daemon/config/yaml",
       {"daemon/base/**", "daemon/core/names.h"},
       "The reader of YAML is shared with the client, which must not link the daemon"},
      {"daemon/config",
       {"daemon/base/**", "daemon/core/**", "daemon/cloud/endpoint.h", "daemon/rpc/listener.h",
        "daemon/config/yaml/**"},
       "A configuration is values: it is read before anything that could use it exists"},

      {"daemon/app", {"daemon/**"}, "App puts the daemon together, from nothing but the daemon"},

      // The client talks to the daemon over the API. It shares with it what is a fact of both.
      {"client/lib",
       {"daemon/base/**", "daemon/core/names.h"},
       "Others link the client library: it must not bring the daemon or our command line"},
      {"client/manifest",
       {"daemon/base/**", "daemon/core/names.h", "daemon/config/yaml/**", "client/lib/duration.h"},
       "A manifest is read without a server: see `quiesce validate`"},
      {"client/cli",
       {"daemon/base/**", "daemon/core/names.h", "daemon/config/yaml/**", "client/lib/**",
        "client/manifest/**"},
       "The client knows the daemon by its API only"},

      {"tests/fakes/dbss_sim",
       {},
       "The simulated cloud is written from the cloud's documents: shared code would hide a "
       "mistake in both"},
      {"tests", {"daemon/**", "client/**"}, "Tests use what they test"},
  };
  return *kLayers;
}

const Layer* LayerOf(std::string_view path) {
  for (const Layer& layer : Layers()) {
    if (IsBelow(layer.folder, path)) return &layer;
  }
  return nullptr;
}

std::vector<Finding> CheckLayers(const SourceFile& file) {
  std::vector<Finding> findings;
  if (!IsCpp(file.path)) return findings;
  const Layer* const layer = LayerOf(file.path);
  if (layer == nullptr) {
    findings.push_back({1, "folder", "is in no folder of the table in layers.cc",
                        "What a new folder may include is a decision, recorded there"});
    return findings;
  }
  for (size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& include = file.lines[i].include;
    if (!IsOurs(include) || IsBelow(layer->folder, include)) continue;
    if (MatchesAny(layer->may_include, include)) continue;
    findings.push_back({i + 1, include, Concat({layer->folder, " may not include ", include}),
                        std::string(layer->why)});
  }
  return findings;
}

}  // namespace quiesce::architecture
