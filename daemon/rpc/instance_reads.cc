#include "daemon/rpc/instance_reads.h"

#include "daemon/rpc/convert_explanation.h"
#include "daemon/rpc/convert_instance.h"

namespace quiesce::rpc {
namespace {

// Around an instance that no list has shown and nobody declares: nothing depends on it.
const core::ProjectFreshness& NoFreshness() {
  static const auto* const none = new core::ProjectFreshness();
  return *none;
}
const core::HoldIndex& NoHolds() {
  static const auto* const none = new core::HoldIndex();
  return *none;
}

InstanceView ViewOf(Backend& backend, const core::InstanceRecord& record, const engine::Row* row,
                    const Now& now, bool whole) {
  engine::Engine& engine = backend.engine;
  const std::string& project_id = record.key.project_id;
  const core::Surroundings around =
      row != nullptr
          ? engine.SurroundingsOf(*row)
          : core::Surroundings{engine.projects().SettingsOf(project_id), NoFreshness(), NoHolds()};
  return InstanceView{
      record,
      around,
      backend.projects.AliasOf(project_id),
      row != nullptr ? row->project->listed_at : absl::InfinitePast(),
      record.desired ? engine.planner().FindWorkspace(record.desired->workspace) : nullptr,
      now,
      whole,
      engine.projects().Find(project_id)};
}

}  // namespace

v1::Instance InstanceOfRow(Backend& backend, const engine::Row& row, const Now& now) {
  const core::InstanceRecord record = backend.engine.registry().Expand(row);
  const InstanceView view = ViewOf(backend, record, &row, now, /*whole=*/false);
  return ToProto(view, core::Decide(record, view.around, now));
}

v1::Instance InstanceOfRecord(Backend& backend, const core::InstanceRecord& record,
                              const Now& now) {
  const engine::Row* row = backend.engine.registry().Find(record.key);
  const InstanceView view = ViewOf(backend, record, row, now, /*whole=*/true);
  return ToProto(view, core::Decide(record, view.around, now));
}

v1::Explanation ExplanationOf(Backend& backend, const core::InstanceRecord& record,
                              NameUse name_use, const Now& now) {
  const engine::Row* row = backend.engine.registry().Find(record.key);
  InstanceView view = ViewOf(backend, record, row, now, /*whole=*/true);
  view.name_use = name_use;
  return ToExplanation(view, core::Decide(record, view.around, now));
}

}  // namespace quiesce::rpc
