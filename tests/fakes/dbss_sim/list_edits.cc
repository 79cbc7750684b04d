#include "tests/fakes/dbss_sim/list_edits.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/fakes/dbss_sim/deterministic_ids.h"

namespace quiesce::dbss_sim {
namespace {

using Json = nlohmann::ordered_json;  // Keeps the order of the fields.

bool Concerns(const ListEdit& edit, const Json& cluster) {
  const std::string& id = cluster["instance_id"].get_ref<const std::string&>();
  if (!edit.instances.empty() && edit.instances.count(id) == 0) return false;
  if (edit.pairs_only && !cluster["is_active_standby"].get<bool>()) return false;
  return edit.share >= 1 || UnitInterval(id, edit.seed) < edit.share;
}

void SetNulls(const ListEdit& edit, Json* object) {
  for (const std::string& name : edit.nulls) {
    const auto field = object->find(name);
    if (field == object->end()) continue;
    if (edit.absent) {
      object->erase(field);
    } else {
      *field = nullptr;
    }
  }
}

Json TextOrNull(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

void EditCluster(const ListEdit& edit, Json* cluster) {
  const auto detail = cluster->find("detail");
  if (detail != cluster->end() && detail->is_object()) {
    std::size_t node = 0;
    for (Json& server : (*detail)["server"]) {
      if (edit.states) {
        const RawState& state = (*edit.states)[node++ % 2];
        server["status"] = TextOrNull(state.status);
        server["task_status"] = TextOrNull(state.task_status);
      }
      SetNulls(edit, &server);
    }
    SetNulls(edit, &*detail);
  }
  SetNulls(edit, cluster);
}

}  // namespace

const ListEdit::Names& FieldsThatTellNothing() {
  static const auto* const kFields = new ListEdit::Names{"activate_info", "charge_model",
                                                         "comment",       "cpu",
                                                         "connect_ip",    "created",
                                                         "deploy_mode",   "description",
                                                         "effect",        "enterprise_project_id",
                                                         "expired",       "float_ip",
                                                         "is_active",     "is_active_standby",
                                                         "keep_days",     "name",
                                                         "new_version",   "public_ip",
                                                         "ram",           "region",
                                                         "remain_days",   "resource_spec_code",
                                                         "scene",         "security_group_id",
                                                         "server_id",     "specification",
                                                         "subnet_id",     "total",
                                                         "update_status", "version",
                                                         "vpc_id",        "zone"};
  return *kFields;
}

std::string EditList(const std::string& body, const ListEdit& edit) {
  Json list = Json::parse(body);
  Json kept = Json::array();
  for (Json& cluster : list["clusters"]) {
    if (Concerns(edit, cluster)) {
      if (edit.omit) continue;
      EditCluster(edit, &cluster);
    }
    kept.push_back(std::move(cluster));
  }
  list["clusters"] = std::move(kept);
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace quiesce::dbss_sim
