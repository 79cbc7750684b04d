#ifndef QUIESCE_TESTS_E2E_DEPLOYMENT_H_
#define QUIESCE_TESTS_E2E_DEPLOYMENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/e2e/simulated_cloud.h"
#include "tests/support/process.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::e2e {

struct Ended {
  int exit_code = 0;
  std::string output;  // of both streams
};

// The three programs, as they are built, on one machine: daemon, client and simulated cloud, with
// everything in a folder of its own under /tmp (the path of a unix socket has little room).
class DeploymentTest : public ::testing::Test {
 protected:
  DeploymentTest();
  ~DeploymentTest() override;

  // --- files ---
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  void Write(const std::string& name, const std::string& text) const;
  std::string Read(const std::string& name) const;
  // Replaces `from` in a file by `to`.
  void Edit(const std::string& name, const std::string& from, const std::string& to) const;
  // A manifest of workspace `team` with these instances, started ones left alone for a second.
  std::string WriteManifest(const std::vector<std::string>& ids) const;

  // --- the daemon, on the file "quiesced.yaml" ---
  // Returns when it is ready. `setup`: what a shell does first.
  void StartDaemon(const std::string& setup = "");
  void KillDaemon();  // SIGKILL
  // For one that ends by itself.
  Ended RunDaemon(std::vector<std::string> options, std::vector<std::string> environment = {});
  std::optional<int> WaitForDaemonToEnd(absl::Duration patience);
  support::Process& daemon() { return *daemon_; }
  std::string DaemonLog() const { return Read("quiesced.log"); }
  bool DaemonLogHas(const std::string& text) const;

  // Variables for a daemon whose disk is a bad one: see faulty_disk.cc.
  static std::vector<std::string> FaultyDisk(const std::string& fault);

  // --- the client ---
  Ended Quiesce(std::vector<std::string> arguments);
  // What `quiesce list -o json` has, with these filters.
  size_t Count(std::vector<std::string> filters);

  SimulatedCloud& cloud() { return *cloud_; }
  // Stops so far: each instance at most once at a time and for one reason, and none that was
  // stopped already.
  void ExpectNoStopTwice();

 private:
  std::vector<std::string> Environment() const;

  const support::ScratchFolder folder_ = support::ScratchFolder::Make().value();
  int notify_ = -1;  // where the daemon reports that it is ready
  std::optional<SimulatedCloud> cloud_;
  std::unique_ptr<support::Process> daemon_;
  int runs_ = 0;
};

}  // namespace quiesce::e2e

#endif  // QUIESCE_TESTS_E2E_DEPLOYMENT_H_
