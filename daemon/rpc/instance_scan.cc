#include "daemon/rpc/instance_scan.h"

#include <utility>

#include "daemon/base/limits.h"
#include "daemon/rpc/unary_call.h"

namespace quiesce::rpc {
namespace {

// A message costs as much as so many looks, so that a turn of either takes about a millisecond.
constexpr size_t kConversionCost = limits::kSliceRows / limits::kConvertRows;

// Visits rows until the turn is over. True: the scan is.
bool Turn(Backend& backend, InstanceScan& scan) {
  const Now now = backend.clock.Read();
  const auto& projects = backend.engine.registry().projects();
  size_t budget = limits::kSliceRows;
  auto project = scan.after ? projects.lower_bound(scan.after->project_id)
                            : projects.lower_bound(scan.project_id);
  for (; project != projects.end(); ++project) {
    if (!scan.project_id.empty() && project->first != scan.project_id) return true;
    const engine::ProjectRows::RowMap& rows = project->second->rows();
    const bool resumes = scan.after && scan.after->project_id == project->first;
    auto row = resumes ? rows.upper_bound(scan.after->instance_id) : rows.begin();
    for (; row != rows.end(); ++row) {
      const InstanceScan::Visit visit = scan.visit(*row->second, now);
      if (visit == InstanceScan::Visit::kStop) return true;
      const size_t cost = visit == InstanceScan::Visit::kConverted ? kConversionCost : 1;
      if (budget <= cost) {
        scan.after = core::InstanceKey{project->first, std::string(row->first)};
        return false;
      }
      budget -= cost;
    }
  }
  return true;
}

void Post(Backend& backend, InstanceScan scan) {
  backend.executor().Post([&backend, scan = std::move(scan)]() mutable {
    // Whoever waits for the end holds a Reply, which answers when it is dropped.
    Barrier(
        [&] {
          if (scan.abandoned()) return;
          if (!Turn(backend, scan)) return Post(backend, std::move(scan));
          std::move(scan.done)();
        },
        [](absl::Status) {});
  });
}

}  // namespace

void Scan(Backend& backend, InstanceScan scan) { Post(backend, std::move(scan)); }

}  // namespace quiesce::rpc
