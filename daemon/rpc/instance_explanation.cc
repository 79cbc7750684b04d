#include "daemon/rpc/instance_explanation.h"

#include <memory>
#include <utility>

#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/rpc/convert_instance.h"
#include "daemon/rpc/instance_reads.h"
#include "daemon/rpc/instance_requests.h"
#include "daemon/rpc/instance_scan.h"
#include "daemon/store/read_operations.h"

namespace quiesce::rpc {
namespace {

struct Explaining {
  core::InstanceRecord record;
  NameUse name_use = NameUse::kUnique;
  Reply<v1::Explanation> reply;
};

// Whether another instance that can be named has the same name.
bool IsNamesake(const engine::Row& row, const core::InstanceRecord& record) {
  return row.cloud_name == record.observation.cloud_name &&
         (row.declared || row.presence == core::Presence::kPresent) &&
         (row.instance_id != record.key.instance_id || row.project->id() != record.key.project_id);
}

InstanceScan::Visit LookForNamesakes(const engine::Row& row, Explaining& explaining) {
  if (!IsNamesake(row, explaining.record)) return InstanceScan::Visit::kPassed;
  const bool beside = row.project->id() == explaining.record.key.project_id;
  explaining.name_use = beside ? NameUse::kShared : NameUse::kUniqueInProject;
  return beside ? InstanceScan::Visit::kStop : InstanceScan::Visit::kPassed;
}

void Explain(Backend& backend, core::InstanceRecord record, Reply<v1::Explanation> reply) {
  auto explaining = std::shared_ptr<Explaining>(
      new Explaining{std::move(record), NameUse::kUnique, std::move(reply)});
  InstanceScan scan;
  scan.visit = [explaining](const engine::Row& row, const Now&) {
    return LookForNamesakes(row, *explaining);
  };
  scan.abandoned = [explaining] { return explaining->reply.abandoned(); };
  scan.done = [&backend, explaining] {
    std::move(explaining->reply)(
        ExplanationOf(backend, explaining->record, explaining->name_use, backend.clock.Read()));
  };
  Scan(backend, std::move(scan));
}

}  // namespace

void ExplainInstance(Backend& backend, const v1::ExplainInstanceRequest& request,
                     Reply<v1::Explanation> reply) {
  absl::StatusOr<core::InstanceKey> key = ReadInstanceName(request.name(), backend.projects);
  if (!key.ok()) return std::move(reply)(key.status());
  backend.store.Submit(store::ReadInstance{*key},
                       Then<store::ReadInstance::Result>(
                           std::move(reply), [&backend](store::ReadInstance::Result result,
                                                        Reply<v1::Explanation> next) {
                             if (!Exists(result.record)) {
                               return std::move(next)(core::error::InstanceNotFound(
                                   core::FormatInstanceName(result.record.key)));
                             }
                             Explain(backend, std::move(result.record), std::move(next));
                           }));
}

}  // namespace quiesce::rpc
