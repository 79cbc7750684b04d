#ifndef TESTS_INTEGRATION_FAULTS_FAULTY_CLOUD_H_
#define TESTS_INTEGRATION_FAULTS_FAULTY_CLOUD_H_

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/core/call_class.h"
#include "gtest/gtest.h"
#include "tests/fakes/dbss_sim/dbss_sim.h"
#include "tests/integration/faults/daemon.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::faults {

// A simulated cloud with one running instance, and a daemon to be started on it.
class FaultyCloud : public testing::Test {
 protected:
  FaultyCloud();

  // Spoils requests, as control.h has it: a kind with its parameters, such as
  // R"("kind":"close","effect":true)".
  void Spoil(const std::string& op, const std::string& fault, int times);
  void EndFaults() { sim_.faults().Clear(); }

  // A new secret in the credential's file, by renaming, as a file is to be replaced.
  void WriteSecret(const std::string& secret);

  std::unique_ptr<Daemon> Start(
      const core::ProjectSettings& settings = ShortTimings(),
      cloud::CredentialStatus::Kind credential = cloud::CredentialStatus::Kind::kTokenFile);

  // Until the daemon says so; what is PENDING may be STALLED already, for the same reason. False:
  // it never said so.
  static bool Says(Daemon& daemon, core::Phase phase, core::Reason reason,
                   core::CallClass last_list);

  // Until it is seen stopped, as declared. False: it never was.
  static bool Converges(Daemon& daemon);

  // Stops that reached the cloud, whatever came of them, and those that switched it off.
  int64_t StopRequests() { return Counts().stop_requests; }
  int64_t StopsWithEffect() { return Counts().stops_with_effect; }

  dbss_sim::InstanceCounts Counts() { return sim_.log().CountsOf(kProject, kInstance); }

  dbss_sim::DbssSim sim_;
  support::ScratchFolder folder_;
};

}  // namespace quiesce::faults

#endif  // TESTS_INTEGRATION_FAULTS_FAULTY_CLOUD_H_
