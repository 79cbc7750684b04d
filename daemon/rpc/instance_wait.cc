#include "daemon/rpc/instance_wait.h"

#include <algorithm>
#include <utility>

#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/core/names.h"
#include "daemon/rpc/instance_reads.h"
#include "daemon/rpc/status.h"

namespace quiesce::rpc {
namespace {

v1::WaitResult ToProto(engine::WaitResult result) {
  switch (result) {
    case engine::WaitResult::kConverged:
      return v1::WAIT_RESULT_CONVERGED;
    case engine::WaitResult::kBlocked:
      return v1::WAIT_RESULT_BLOCKED;
    case engine::WaitResult::kSuperseded:
      return v1::WAIT_RESULT_SUPERSEDED;
    case engine::WaitResult::kNotYet:
      return v1::WAIT_RESULT_NOT_YET;
  }
  return v1::WAIT_RESULT_UNSPECIFIED;
}

v1::WaitInstanceResponse ResponseOf(Backend& backend, const core::InstanceKey& key,
                                    engine::WaitResult result) {
  const Now now = backend.clock.Read();
  v1::WaitInstanceResponse response;
  response.set_result(ToProto(result));
  const engine::Row* row = backend.engine.registry().Find(key);
  if (row != nullptr) {
    *response.mutable_instance() = InstanceOfRow(backend, *row, now);
  } else {
    // It was forgotten meanwhile: released, and not in the cloud.
    core::InstanceRecord nothing;
    nothing.key = key;
    *response.mutable_instance() = InstanceOfRecord(backend, nothing, now);
  }
  return response;
}

void Wait(Backend& backend, WaitRequest request, SteadyTime deadline,
          Reply<v1::WaitInstanceResponse> reply) {
  engine::Engine& engine = backend.engine;
  const std::string name = core::FormatInstanceName(request.key);
  engine::Row* row = engine.registry().Find(request.key);
  if (row == nullptr) return std::move(reply)(core::error::InstanceNotFound(name));
  if (!row->declared) {
    if (request.etag.empty()) return std::move(reply)(core::error::NotDeclared(name));
    return std::move(reply)(ResponseOf(backend, request.key, engine::WaitResult::kSuperseded));
  }
  if (engine.waits().size() >= limits::kMaxWaits) {
    return std::move(reply)(Overloaded("waits open", limits::kMaxWaits));
  }
  const Now now = backend.clock.Read();
  const SteadyTime until = std::min(now.steady + request.timeout, deadline - limits::kWaitMargin);
  engine.waits().Wait(
      *row, engine.Decide(*row, now), std::move(request.etag), until,
      [&backend, key = request.key, reply = std::move(reply)](engine::WaitResult result) mutable {
        Barrier([&] { std::move(reply)(ResponseOf(backend, key, result)); }, [](absl::Status) {});
      });
}

}  // namespace

void WaitForInstance(Backend& backend, WaitRequest request, SteadyTime deadline,
                     Reply<v1::WaitInstanceResponse> reply) {
  PostThen(backend.executor(), std::move(reply),
           [&backend, request = std::move(request),
            deadline](Reply<v1::WaitInstanceResponse> next) mutable {
             Wait(backend, std::move(request), deadline, std::move(next));
           });
}

}  // namespace quiesce::rpc
