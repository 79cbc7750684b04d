#include "daemon/config/server_section.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/config/listener.h"
#include "daemon/config/names.h"
#include "daemon/rpc/listener.h"

namespace quiesce::config {
namespace {

using rpc::Listener;
using yaml::FieldReader;
using yaml::Node;
using yaml::Path;

enum Key { kName, kListen, kInsecureLoopback };
const std::vector<std::string_view>& Keys() {
  static const auto* const keys =
      new std::vector<std::string_view>{"name", "listen", "insecure_loopback"};
  return *keys;
}

void ReadListener(const Node& value, const Path& path, FieldReader& fields,
                  std::vector<std::pair<const Node*, Listener>>& listeners) {
  const std::optional<std::string_view> text = fields.Text(value, path);
  if (!text) return;
  absl::StatusOr<Listener> listener = ParseListener(*text);
  if (!listener.ok()) {
    return fields.Report(value, absl::StrCat(path.ToString(), ": ", listener.status().message()));
  }
  for (const auto& [node, other] : listeners) {
    if (other == *listener && (other.is_unix() || other.port != 0)) {
      return fields.Report(
          value, absl::StrCat(path.ToString(), ": ", listener->ToString(), " occurs twice"));
    }
  }
  listeners.emplace_back(&value, *std::move(listener));
}

// Every user of the machine can connect to a port, and nothing tells them apart.
void CheckLoopback(const std::vector<std::pair<const Node*, Listener>>& listeners,
                   FieldReader& fields) {
  for (const auto& [node, listener] : listeners) {
    if (listener.is_unix()) continue;
    fields.Report(*node, absl::StrCat("server.listen: ", listener.ToString(),
                                      " gives every user of this machine full control; listen on "
                                      "a unix socket, or set server.insecure_loopback: true"));
  }
}

}  // namespace

void ReadServer(const Node& value, FieldReader& fields, Config& config) {
  if (!fields.IsMap(value, {"", std::nullopt, "server"}, "{name: prod}")) return;
  bool insecure_loopback = false;
  std::vector<std::pair<const Node*, Listener>> listeners;
  fields.ReadMap(value, Keys(), [&](size_t key, const Node&, const Node& field) {
    const Path path{"server", std::nullopt, Keys()[key]};
    switch (key) {
      case kName:
        if (auto name = fields.Checked(field, path, NameProblem)) config.server_name = *name;
        break;
      case kListen:
        if (!fields.IsList(field, path, "write a list like [\"unix:///run/quiesced/api.sock\"]")) {
          break;
        }
        if (field.children == 0) {
          fields.Report(field, "server.listen is empty, nobody could reach the daemon");
        }
        fields.ForEachItem(field, [&](size_t index, const Node& item) {
          ReadListener(item, {"server.listen", index, ""}, fields, listeners);
        });
        break;
      case kInsecureLoopback:
        insecure_loopback = fields.Boolean(field, path).value_or(true);
        break;
    }
  });
  if (!insecure_loopback) CheckLoopback(listeners, fields);
  if (listeners.empty()) return;  // the default, or reported
  config.listeners.clear();
  for (auto& [node, listener] : listeners) config.listeners.push_back(std::move(listener));
}

void ReadStore(const Node& value, FieldReader& fields, Config& config) {
  constexpr std::string_view kScheme = "sqlite://";
  const Path path{"", std::nullopt, "store"};
  const std::optional<std::string_view> text = fields.Text(value, path);
  if (!text) return;
  if (text->substr(0, kScheme.size()) != kScheme) {
    // Not quoted: the URL of a database server holds a password as a rule.
    const bool is_url = text->find("://") != std::string_view::npos;
    return fields.Report(
        value, is_url ? "store: only sqlite:// is supported yet, write sqlite:///PATH/OF/FILE"
                      : "store is not a URL, write sqlite:///PATH/OF/FILE");
  }
  const std::string_view file = text->substr(kScheme.size());
  if (core::Problem problem = PathProblem(file)) {
    return fields.Report(value, absl::StrCat("store: what follows sqlite:// ", *problem,
                                             ", write sqlite:///var/lib/quiesced/quiesced.db"));
  }
  // SQLite would take these for parameters of its own.
  if (file.find_first_of("?#") != std::string_view::npos) {
    return fields.Report(value, "store: a path with '?' or '#' is not supported");
  }
  config.store_path = std::string(file);
}

}  // namespace quiesce::config
