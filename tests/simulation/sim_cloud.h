#ifndef QUIESCE_TESTS_SIMULATION_SIM_CLOUD_H_
#define QUIESCE_TESTS_SIMULATION_SIM_CLOUD_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "daemon/cloud/instance_api.h"
#include "tests/simulation/cloud_truth.h"
#include "tests/simulation/mutation.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/sim_executor.h"
#include "tests/simulation/sim_gateway.h"
#include "tests/simulation/sim_world.h"

namespace quiesce::simulation {

// Told of every step of every call, so that what really happened can be compared with what the
// daemon makes of it.
class CloudListener {
 public:
  virtual ~CloudListener() = default;
  // The engine hands a stop over. The result names the call in what follows.
  virtual int64_t StopHanded(const core::InstanceKey& key) = 0;
  virtual void StopSent(int64_t call) = 0;       // the first byte goes out
  virtual void StopProcessed(int64_t call) = 0;  // from now on it has no further effect
  virtual void StopOver(int64_t call) = 0;       // its connection is free again
  virtual void StopAnswered(int64_t call, const core::CallResult& result) = 0;  // on the loop
  virtual int64_t ListHanded(const std::string& project_id) = 0;
  virtual void ListSent(int64_t list) = 0;
  // `shown`: what the answer shows, by instance id; what is not there is not shown.
  virtual void ListAnswered(int64_t list, const cloud::ListResult& result,
                            const std::map<std::string, CloudView>& shown) = 0;
};

// The cloud's adapter, the network and the cloud itself. Connections are as in the daemon: so many
// calls at once for each credential, stops leave room for lists, a stop that no connection takes
// within a second is NOT_SENT. What was sent goes on when the process that sent it is killed.
class SimCloud final : public cloud::InstanceApi {
 public:
  SimCloud(SimWorld& world, const Scenario& scenario, const Faults& faults, CloudTruth& truth,
           SimGateway& gateway, CloudListener& listener, Mutation mutation);

  // A process starts, or was killed.
  void Connect(SimExecutor* executor) { executor_ = executor; }
  void Disconnect();

  void Stop(const core::InstanceKey& key, absl::Duration deadline, cloud::StopDone done) override;
  void List(const std::string& project_id, absl::Duration deadline, cloud::ListDone done) override;
  cloud::CredentialStatus CredentialOf(const std::string&) const override { return {}; }

  // Calls that have not ended, for the process that lives.
  int64_t open_calls() const { return open_calls_; }

 private:
  struct StopCall;
  struct ListCall;
  using StopPtr = std::shared_ptr<StopCall>;
  using ListPtr = std::shared_ptr<ListCall>;
  struct Pool {
    int stops = 0;
    int lists = 0;
    std::deque<StopPtr> waiting_stops;
    std::deque<ListPtr> waiting_lists;
  };

  std::string CredentialNameOf(const std::string& project_id) const;
  void PumpLater(Pool& pool);
  void Pump(Pool& pool);
  absl::Duration RoundTrip();

  void Send(const StopPtr& call);
  // What never reaches the gateway, for it does not answer.
  void SendInVain(const StopPtr& call);
  // Answers of the gateway, which never reach the service. True: there was one.
  bool SendToGateway(const StopPtr& call);
  void Arrive(const StopPtr& call);
  void Answer(const StopPtr& call, absl::Duration after, core::CallResult result);
  void End(const StopPtr& call, core::CallResult result);

  void Send(const ListPtr& call);
  void SendInVain(const ListPtr& call);
  bool SendToGateway(const ListPtr& call);
  void Arrive(const ListPtr& call);
  void Answer(const ListPtr& call, absl::Duration after, cloud::ListResult result);
  void End(const ListPtr& call, cloud::ListResult result);

  SimWorld& world_;
  const Scenario& scenario_;
  const Faults& faults_;
  CloudTruth& truth_;
  SimGateway& gateway_;
  CloudListener& listener_;
  const Mutation mutation_;
  SimExecutor* executor_ = nullptr;
  int64_t process_ = 0;  // calls of an earlier one are answered to nobody
  int64_t open_calls_ = 0;
  std::map<std::string, Pool> pools_;  // by credential
};

}  // namespace quiesce::simulation

#endif  // QUIESCE_TESTS_SIMULATION_SIM_CLOUD_H_
