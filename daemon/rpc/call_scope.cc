#include "daemon/rpc/call_scope.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/string_views.h"
#include "daemon/core/error.h"
#include "daemon/rpc/status.h"

namespace quiesce::rpc {
namespace {

constexpr char kFaultPrefix[] = "fault: ";

SteadyTime DeadlineOf(const grpc::CallbackServerContext& context, const Now& now) {
  const SteadyTime cap = now.steady + limits::kMaxCallDuration;
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return cap;
  return std::min(cap, now.ToSteady(absl::FromChrono(deadline)));
}

}  // namespace

std::string PrincipalOf(std::string_view peer) {
  constexpr std::string_view kUnix = "unix:";
  return peer.substr(0, kUnix.size()) == kUnix ? "local" : "loopback";
}

uint64_t CallEnvironment::AddSlowCall(EndCall end) {
  MutexLock lock(mu_);
  slow_calls_[next_slow_call_] = std::move(end);
  return next_slow_call_++;
}

void CallEnvironment::RemoveSlowCall(uint64_t id) {
  MutexLock lock(mu_);
  slow_calls_.erase(id);
}

void CallEnvironment::EndSlowCalls(const absl::Status& status) {
  std::map<uint64_t, EndCall> calls;
  {
    MutexLock lock(mu_);
    calls.swap(slow_calls_);
  }
  for (auto& [id, end] : calls) end(status);
}

CallScope::CallScope(CallEnvironment& environment, const Method& method,
                     const grpc::CallbackServerContext& context)
    : environment_(environment),
      method_(method),
      started_(environment.clock_.Read().steady),
      principal_(PrincipalOf(context.peer())),
      deadline_(DeadlineOf(context, environment.clock_.Read())) {
  ++environment_.in_flight_;
}

absl::Status CallScope::Admit() const {
  if (method_.access != Access::kRead && environment_.refuses_writes_) return ShuttingDown();
  if (environment_.in_flight_ > limits::kMaxCallsInFlight) {
    return Overloaded("calls in flight", limits::kMaxCallsInFlight);
  }
  if (deadline_passed()) return DeadlineExceeded();
  return absl::OkStatus();
}

bool CallScope::deadline_passed() const { return environment_.clock_.Read().steady >= deadline_; }

absl::Status CallScope::FaultOf(std::string_view what) {
  return absl::InternalError(absl::StrCat(kFaultPrefix, ToAbsl(what)));
}

grpc::Status CallScope::End(const absl::Status& status) {
  const std::string incident =
      status.ok() || core::DetailOf(status) ? "" : NewId(environment_.random_);
  const absl::Status shown = WithReason(status, incident);
  const std::optional<core::ErrorDetail> detail = core::DetailOf(shown);
  CallEnd end;
  end.method = method_.name;
  end.principal = principal_;
  end.code = shown.code();
  if (detail) end.reason = detail->reason;
  const bool fault = absl::IsInternal(shown);
  if (fault) {
    end.incident = incident;
    end.fault = ToStd(status.message());
  }
  end.took = environment_.clock_.Read().steady - started_;
  environment_.log_.CallEnded(end);
  return ToGrpcStatus(shown);
}

void CallScope::Release() { --environment_.in_flight_; }

}  // namespace quiesce::rpc
