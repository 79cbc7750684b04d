#include "tests/simulation/sim_cloud.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/power_state.h"

namespace quiesce::simulation {

using core::CallClass;
using core::Outcome;

struct SimCloud::StopCall {
  int64_t number = 0;
  int64_t process = 0;
  core::InstanceKey key;
  Pool* pool = nullptr;
  SteadyTime deadline;
  cloud::StopDone done;
  bool running = false;
  bool ended = false;
};

struct SimCloud::ListCall {
  int64_t number = 0;
  int64_t process = 0;
  std::string project_id;
  Pool* pool = nullptr;
  SteadyTime deadline;
  cloud::ListDone done;
  bool running = false;
  bool ended = false;
  std::map<std::string, CloudView> shown;
};

namespace {

core::CallResult StopResult(Outcome outcome, CallClass call_class, int status) {
  core::CallResult result;
  result.outcome = outcome;
  result.call_class = call_class;
  result.http_status = status;
  return result;
}

cloud::ListResult ListFailure(CallClass call_class, int status) {
  cloud::ListResult result;
  result.call_class = call_class;
  result.http_status = status;
  result.message = "simulated";
  return result;
}

// Nothing of it went out.
cloud::ListResult ListNotSent(bool tried) {
  cloud::ListResult result = ListFailure(CallClass::kTransient, 0);
  result.tried = tried;
  result.sent = false;
  return result;
}

std::optional<absl::Duration> RetryAfter(Dice& dice) {
  const absl::Duration wait = absl::Seconds(dice.Between(1, 30));
  return dice.Chance(0.5) ? std::optional<absl::Duration>(wait) : std::nullopt;
}

template <typename T>
void Remove(std::deque<T>& from, const T& what) {
  from.erase(std::remove(from.begin(), from.end(), what), from.end());
}

}  // namespace

SimCloud::SimCloud(SimWorld& world, const Scenario& scenario, const Faults& faults,
                   CloudTruth& truth, SimGateway& gateway, CloudListener& listener,
                   Mutation mutation)
    : world_(world),
      scenario_(scenario),
      faults_(faults),
      truth_(truth),
      gateway_(gateway),
      listener_(listener),
      mutation_(mutation) {}

void SimCloud::Disconnect() {
  ++process_;
  executor_ = nullptr;
  open_calls_ = 0;
  for (auto& [name, pool] : pools_) pool = Pool();
}

std::string SimCloud::CredentialNameOf(const std::string& project_id) const {
  for (const ProjectPlan& project : scenario_.projects) {
    if (project.id == project_id) return project.credential;
  }
  return "";
}

absl::Duration SimCloud::RoundTrip() {
  return world_.dice().Skewed(absl::Milliseconds(1), absl::Seconds(1));
}

// --- connections ---------------------------------------------------------------------------------

void SimCloud::Stop(const core::InstanceKey& key, absl::Duration deadline, cloud::StopDone done) {
  auto call = std::make_shared<StopCall>();
  call->number = listener_.StopHanded(key);
  call->process = process_;
  call->key = key;
  call->pool = &pools_[CredentialNameOf(key.project_id)];
  call->deadline = world_.now() + deadline;
  call->done = std::move(done);
  ++open_calls_;
  Pool& pool = *call->pool;
  const auto most = static_cast<size_t>(2 * scenario_.max_in_flight);
  if (pool.waiting_stops.size() + static_cast<size_t>(pool.stops) >= most) {
    End(call, StopResult(Outcome::kNotSent, CallClass::kNone, 0));
    return;
  }
  pool.waiting_stops.push_back(call);
  world_.After(limits::kMaxHandOverDelay, [this, call] {
    if (call->running || call->ended || call->process != process_) return;
    Remove(call->pool->waiting_stops, call);
    End(call, StopResult(Outcome::kNotSent, CallClass::kNone, 0));
  });
  PumpLater(pool);
}

void SimCloud::List(const std::string& project_id, absl::Duration deadline, cloud::ListDone done) {
  auto call = std::make_shared<ListCall>();
  call->number = listener_.ListHanded(project_id);
  call->process = process_;
  call->project_id = project_id;
  call->pool = &pools_[CredentialNameOf(project_id)];
  call->deadline = world_.now() + deadline;
  call->done = std::move(done);
  ++open_calls_;
  call->pool->waiting_lists.push_back(call);
  world_.At(call->deadline, [this, call] {
    if (call->ended || call->process != process_) return;
    if (call->running) return End(call, ListFailure(CallClass::kTransient, 0));
    Remove(call->pool->waiting_lists, call);
    End(call, ListNotSent(/*tried=*/false));
  });
  PumpLater(*call->pool);
}

void SimCloud::PumpLater(Pool& pool) {
  const absl::Duration delay = world_.dice().Skewed(absl::ZeroDuration(), absl::Milliseconds(1));
  world_.After(delay, [this, &pool, process = process_] {
    if (process == process_) Pump(pool);
  });
}

void SimCloud::Pump(Pool& pool) {
  const int most_stops = std::max(1, scenario_.max_in_flight - 1);
  const int most_lists = std::max(1, scenario_.max_in_flight / limits::kConnectionsPerList);
  while (!pool.waiting_stops.empty() && pool.stops < most_stops &&
         pool.stops + pool.lists < scenario_.max_in_flight) {
    StopPtr call = std::move(pool.waiting_stops.front());
    pool.waiting_stops.pop_front();
    ++pool.stops;
    call->running = true;
    Send(call);
  }
  while (!pool.waiting_lists.empty() && pool.lists < most_lists &&
         pool.stops + pool.lists < scenario_.max_in_flight) {
    ListPtr call = std::move(pool.waiting_lists.front());
    pool.waiting_lists.pop_front();
    ++pool.lists;
    call->running = true;
    Send(call);
  }
}

// --- stops ---------------------------------------------------------------------------------------

void SimCloud::Send(const StopPtr& call) {
  Dice& dice = world_.dice();
  world_.At(call->deadline,
            [this, call] { End(call, StopResult(Outcome::kUnknown, CallClass::kUnknown, 0)); });
  if (gateway_.reach() != SimGateway::Reach::kAnswers) return SendInVain(call);
  if (dice.Chance(faults_.stop_not_sent)) {
    world_.Hit("fault: stop not sent");
    Answer(call, dice.Skewed(absl::Milliseconds(1), limits::kConnectTimeout),
           StopResult(Outcome::kNotSent, CallClass::kTransient, 0));
    return;
  }
  listener_.StopSent(call->number);
  if (mutation_ == Mutation::kAdapterRepeats) listener_.StopSent(call->number);
  if (SendToGateway(call)) return;
  if (dice.Chance(faults_.stop_lost_before)) {
    world_.Hit("fault: stop lost before effect");
    listener_.StopProcessed(call->number);
    // The connection breaks, or nothing happens until the deadline.
    Answer(call, dice.Between(absl::Milliseconds(1), 2 * scenario_.timing.call_deadline),
           StopResult(Outcome::kUnknown, CallClass::kUnknown, 0));
    return;
  }
  const bool late = dice.Chance(faults_.stop_late);
  const absl::Duration slow =
      dice.Between(scenario_.timing.call_deadline / 2,
                   scenario_.timing.call_deadline + scenario_.gateway_timeout - absl::Seconds(1));
  if (late) world_.Hit("fault: stop late");
  world_.After(late ? slow : RoundTrip(), [this, call] { Arrive(call); });
}

void SimCloud::SendInVain(const StopPtr& call) {
  Dice& dice = world_.dice();
  const bool refuses = gateway_.reach() == SimGateway::Reach::kRefuses;
  const bool connects = dice.Chance(0.5);
  world_.Hit(refuses ? "fault: connection refused" : "fault: the endpoint is silent");
  if (refuses || !connects) {
    const absl::Duration after = refuses ? RoundTrip() : limits::kConnectTimeout;
    return Answer(call, after, StopResult(Outcome::kNotSent, CallClass::kTransient, 0));
  }
  listener_.StopSent(call->number);
  listener_.StopProcessed(call->number);  // its deadline is its answer
}

bool SimCloud::SendToGateway(const StopPtr& call) {
  Dice& dice = world_.dice();
  std::optional<core::CallResult> result;
  if (const auto refusal = gateway_.Count(CredentialNameOf(call->key.project_id))) {
    result = StopResult(Outcome::kRejected, CallClass::kThrottled, 429);
    result->retry_after = refusal->retry_after;
    result->quota = refusal->window;
  } else if (dice.Chance(faults_.stop_throttled)) {
    result = StopResult(Outcome::kRejected, CallClass::kThrottled, 429);
    result->retry_after = RetryAfter(dice);
    if (mutation_ == Mutation::kThrottlingHidden) result->call_class = CallClass::kTransient;
  } else if (dice.Chance(faults_.stop_auth)) {
    result = StopResult(Outcome::kRejected, CallClass::kAuth, 401);
  } else if (dice.Chance(faults_.stop_forbidden)) {
    result = StopResult(Outcome::kRejected, CallClass::kForbidden, 403);
  } else if (dice.Chance(faults_.stop_unavailable)) {
    result = StopResult(Outcome::kRejected, CallClass::kTransient, 503);
  } else if (dice.Chance(faults_.stop_permanent)) {
    result = StopResult(Outcome::kRejected, CallClass::kPermanent, 400);
  }
  if (!result) return false;
  world_.Hit(absl::StrCat("fault: stop answered ", result->http_status));
  listener_.StopProcessed(call->number);
  Answer(call, RoundTrip(), *std::move(result));
  return true;
}

// At the service, whether or not anybody still waits for the answer.
void SimCloud::Arrive(const StopPtr& call) {
  Dice& dice = world_.dice();
  CloudTruth::StopFate fate;
  fate.no_effect = dice.Chance(faults_.stop_no_effect);
  fate.half = dice.Chance(faults_.stop_half);
  const CloudTruth::StopAnswer answer = truth_.Stop(call->key, fate);
  listener_.StopProcessed(call->number);
  if (call->process != process_) world_.Hit("fault: stop arrives after its process was killed");
  if (call->ended) world_.Hit("fault: stop arrives after its caller gave up");
  if (fate.no_effect) world_.Hit("fault: stop accepted without effect");
  if (fate.half) world_.Hit("fault: stop of half a pair");
  if (dice.Chance(faults_.stop_lost_after)) {
    world_.Hit("fault: stop lost after effect");
    Answer(call, dice.Between(absl::Milliseconds(1), 2 * scenario_.timing.call_deadline),
           StopResult(Outcome::kUnknown, CallClass::kUnknown, 0));
    return;
  }
  core::CallResult result;
  if (answer == CloudTruth::StopAnswer::kNotFound) {
    result = StopResult(Outcome::kRejected, CallClass::kNotFound, 404);
  } else if (answer == CloudTruth::StopAnswer::kRefused &&
             scenario_.refusal != RefusalStyle::kAcceptsAnyway) {
    const bool opaque = scenario_.refusal == RefusalStyle::kOpaqueError;
    result =
        StopResult(Outcome::kRejected, opaque ? CallClass::kAlreadyInState : CallClass::kBlocked,
                   opaque ? 400 : 200);
    world_.Hit("cloud: stop refused as things are");
  } else {
    result = StopResult(Outcome::kAccepted, CallClass::kAccepted, 200);
  }
  if (dice.Chance(faults_.stop_broken_answer)) {
    world_.Hit("fault: stop answered by garbage");
    const bool html = dice.Chance(0.5);
    result = StopResult(Outcome::kUnknown, html ? CallClass::kMalformed : CallClass::kUnknown,
                        html ? 200 : 502);
  }
  Answer(call, RoundTrip(), std::move(result));
}

void SimCloud::Answer(const StopPtr& call, absl::Duration after, core::CallResult result) {
  world_.After(
      after, [this, call, result = std::move(result)]() mutable { End(call, std::move(result)); });
}

void SimCloud::End(const StopPtr& call, core::CallResult result) {
  if (call->ended || call->process != process_) return;
  call->ended = true;
  --open_calls_;
  if (call->running) {
    --call->pool->stops;
    listener_.StopOver(call->number);
    PumpLater(*call->pool);
  }
  executor_->Post([this, call, result = std::move(result)]() mutable {
    listener_.StopAnswered(call->number, result);
    std::move(call->done)(MutatedAnswer(mutation_, std::move(result)));
  });
}

// --- lists ---------------------------------------------------------------------------------------

void SimCloud::Send(const ListPtr& call) {
  Dice& dice = world_.dice();
  if (gateway_.reach() != SimGateway::Reach::kAnswers) return SendInVain(call);
  listener_.ListSent(call->number);
  if (SendToGateway(call)) return;
  if (dice.Chance(faults_.list_lost)) {
    world_.Hit("fault: list lost");
    Answer(call, dice.Between(absl::Milliseconds(1), 2 * scenario_.timing.call_deadline),
           ListFailure(CallClass::kTransient, 502));
    return;
  }
  if (dice.Chance(faults_.list_throttled)) {
    world_.Hit("fault: list answered 429");
    cloud::ListResult result = ListFailure(CallClass::kThrottled, 429);
    result.retry_after = RetryAfter(dice);
    Answer(call, RoundTrip(), std::move(result));
    return;
  }
  if (dice.Chance(faults_.list_forbidden)) {
    world_.Hit("fault: list answered 403");
    Answer(call, RoundTrip(), ListFailure(CallClass::kForbidden, 403));
    return;
  }
  const bool late = dice.Chance(faults_.list_late);
  const absl::Duration slow = dice.Between(absl::Seconds(1), scenario_.timing.call_deadline);
  world_.After(late ? slow : RoundTrip(), [this, call] { Arrive(call); });
}

void SimCloud::SendInVain(const ListPtr& call) {
  Dice& dice = world_.dice();
  const bool refuses = gateway_.reach() == SimGateway::Reach::kRefuses;
  const bool connects = dice.Chance(0.5);
  if (refuses || !connects) {
    return Answer(call, refuses ? RoundTrip() : limits::kConnectTimeout, ListNotSent(true));
  }
  listener_.ListSent(call->number);  // its deadline is its answer
}

bool SimCloud::SendToGateway(const ListPtr& call) {
  const auto refusal = gateway_.Count(CredentialNameOf(call->project_id));
  if (!refusal) return false;
  cloud::ListResult result = ListFailure(CallClass::kThrottled, 429);
  result.retry_after = refusal->retry_after;
  result.quota = refusal->window;
  Answer(call, RoundTrip(), std::move(result));
  return true;
}

// The answer is made here. It may show each instance as it was a little while ago: the cloud's
// lists are served by copies that lag, and not all by the same.
void SimCloud::Arrive(const ListPtr& call) {
  Dice& dice = world_.dice();
  cloud::ListResult result;
  result.ok = true;
  result.call_class = CallClass::kAccepted;
  result.http_status = 200;
  const bool empty = dice.Chance(faults_.list_empty);
  for (const core::InstanceKey& key : truth_.KeysOf(call->project_id)) {
    const bool stale = dice.Chance(faults_.list_stale);
    const absl::Duration age = dice.Between(absl::ZeroDuration(), scenario_.list_lag);
    const bool omitted = dice.Chance(faults_.list_omits);
    const CloudView view = truth_.ViewAt(key, world_.now() - (stale ? age : absl::ZeroDuration()));
    if (stale) world_.Hit("fault: list shows the past");
    if (view.exists && omitted) world_.Hit("fault: list omits");
    if (view.exists && empty) world_.Hit("fault: list empty");
    if (!view.exists || omitted || empty) continue;
    call->shown[key.instance_id] = view;
    core::ListedInstance& listed = result.instances.emplace_back();
    listed.instance_id = key.instance_id;
    listed.cloud_name = view.name;
    listed.nodes = view.nodes;
    listed.state = core::FoldNodes(view.nodes, {});
  }
  for (size_t n = result.instances.size(); n > 1; --n) {
    const auto other = static_cast<size_t>(dice.Between(0, static_cast<int64_t>(n) - 1));
    std::swap(result.instances[n - 1], result.instances[other]);
  }
  Answer(call, RoundTrip(), std::move(result));
}

void SimCloud::Answer(const ListPtr& call, absl::Duration after, cloud::ListResult result) {
  world_.After(
      after, [this, call, result = std::move(result)]() mutable { End(call, std::move(result)); });
}

void SimCloud::End(const ListPtr& call, cloud::ListResult result) {
  if (call->ended || call->process != process_) return;
  call->ended = true;
  --open_calls_;
  if (call->running) {
    --call->pool->lists;
    PumpLater(*call->pool);
  }
  executor_->Post([this, call, result = std::move(result)]() mutable {
    listener_.ListAnswered(call->number, result, call->shown);
    std::move(call->done)(MutatedAnswer(mutation_, std::move(result)));
  });
}

}  // namespace quiesce::simulation
