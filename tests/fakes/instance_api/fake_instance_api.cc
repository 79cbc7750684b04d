#include "tests/fakes/instance_api/fake_instance_api.h"

#include <utility>

namespace quiesce::fakes {

void FakeInstanceApi::Put(const core::InstanceKey& key, const std::string& name,
                          core::PowerState state) {
  MutexLock lock(mu_);
  instances_[key] = Instance{name, state};
}

void FakeInstanceApi::Remove(const core::InstanceKey& key) {
  MutexLock lock(mu_);
  instances_.erase(key);
}

void FakeInstanceApi::SetLatency(absl::Duration latency) {
  MutexLock lock(mu_);
  latency_ = latency;
}

void FakeInstanceApi::FailLists(const std::string& project_id,
                                std::optional<cloud::ListResult> failure) {
  MutexLock lock(mu_);
  list_failures_.erase(project_id);
  if (failure) list_failures_[project_id] = *std::move(failure);
}

void FakeInstanceApi::AnswerStops(std::optional<core::CallResult> answer) {
  MutexLock lock(mu_);
  stop_answer_ = std::move(answer);
}

void FakeInstanceApi::HoldStops() {
  MutexLock lock(mu_);
  holding_stops_ = true;
}

void FakeInstanceApi::HoldLists() {
  MutexLock lock(mu_);
  holding_lists_ = true;
}

void FakeInstanceApi::Release() {
  std::vector<Task> held;
  {
    MutexLock lock(mu_);
    holding_stops_ = false;
    holding_lists_ = false;
    held.swap(held_);
  }
  for (Task& task : held) executor_.Post(std::move(task));
}

std::vector<core::InstanceKey> FakeInstanceApi::stops() const {
  MutexLock lock(mu_);
  return stops_;
}

int64_t FakeInstanceApi::lists() const {
  MutexLock lock(mu_);
  return lists_;
}

core::PowerState FakeInstanceApi::StateOf(const core::InstanceKey& key) const {
  MutexLock lock(mu_);
  auto it = instances_.find(key);
  return it == instances_.end() ? core::PowerState::kUnknown : it->second.state;
}

core::CallResult FakeInstanceApi::Execute(const core::InstanceKey& key) {
  if (stop_answer_) return *stop_answer_;
  core::CallResult result;
  auto it = instances_.find(key);
  if (it == instances_.end()) {
    result.outcome = core::Outcome::kRejected;
    result.call_class = core::CallClass::kNotFound;
    result.http_status = 404;
    return result;
  }
  it->second.state = core::PowerState::kStopped;
  result.outcome = core::Outcome::kAccepted;
  result.call_class = core::CallClass::kAccepted;
  result.http_status = 200;
  result.cloud_request_id = "fake-request";
  return result;
}

cloud::ListResult FakeInstanceApi::Show(const std::string& project_id) {
  if (auto it = list_failures_.find(project_id); it != list_failures_.end()) return it->second;
  cloud::ListResult result;
  result.ok = true;
  result.call_class = core::CallClass::kAccepted;
  result.http_status = 200;
  for (const auto& [key, instance] : instances_) {
    if (key.project_id != project_id) continue;
    core::ListedInstance listed;
    listed.instance_id = key.instance_id;
    listed.cloud_name = instance.name;
    listed.state = instance.state;
    const bool off = instance.state == core::PowerState::kStopped;
    listed.nodes.push_back({instance.name + "-1", off ? "SHUTOFF" : "ACTIVE", "NO_TASK", ""});
    result.tally.Add(listed, {});
    result.tally.AddRegion("cn-north-4");
    result.instances.push_back(std::move(listed));
  }
  if (clock_skew_) result.server_time = clock_.Read().wall + *clock_skew_;
  return result;
}

void FakeInstanceApi::Stop(const core::InstanceKey& key, absl::Duration, cloud::StopDone done) {
  MutexLock lock(mu_);
  stops_.push_back(key);
  Task answer = [this, key, done = std::move(done)]() mutable {
    core::CallResult result;
    {
      MutexLock answer_lock(mu_);
      result = Execute(key);
    }
    std::move(done)(std::move(result));
  };
  if (holding_stops_) {
    held_.push_back(std::move(answer));
  } else {
    executor_.PostAt(clock_.Read().steady + latency_, std::move(answer));
  }
}

void FakeInstanceApi::List(const std::string& project_id, absl::Duration, cloud::ListDone done) {
  MutexLock lock(mu_);
  ++lists_;
  Task answer = [this, project_id, done = std::move(done)]() mutable {
    cloud::ListResult result;
    {
      MutexLock answer_lock(mu_);
      result = Show(project_id);
    }
    std::move(done)(std::move(result));
  };
  if (holding_lists_) {
    held_.push_back(std::move(answer));
  } else {
    executor_.PostAt(clock_.Read().steady + latency_, std::move(answer));
  }
}

void FakeInstanceApi::SetClockSkew(absl::Duration skew) {
  MutexLock lock(mu_);
  clock_skew_ = skew;
}

void FakeInstanceApi::SetCredential(cloud::CredentialStatus status) {
  MutexLock lock(mu_);
  credential_ = std::move(status);
}

cloud::CredentialStatus FakeInstanceApi::CredentialOf(const std::string&) const {
  MutexLock lock(mu_);
  return credential_;
}

}  // namespace quiesce::fakes
