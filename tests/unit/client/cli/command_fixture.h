#ifndef QUIESCE_TESTS_UNIT_CLIENT_CLI_COMMAND_FIXTURE_H_
#define QUIESCE_TESTS_UNIT_CLIENT_CLI_COMMAND_FIXTURE_H_

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "client/cli/environment.h"
#include "client/cli/exit_code.h"
#include "client/lib/client.h"
#include "gtest/gtest.h"
#include "tests/fakes/api_server/api_server.h"

namespace quiesce::cli {

// Runs command lines against a fake server, as main() does, at the time of the samples. Pauses pass
// without being slept. Nothing is a terminal unless a test says so.
class CommandFixture : public ::testing::Test {
 protected:
  CommandFixture();

  // Parses and runs; what is printed is added to out() and err().
  ExitCode Run(const std::vector<std::string>& arguments);
  std::string out() const { return WithoutPaths(out_.str()); }
  std::string err() const { return WithoutPaths(err_.str()); }
  // Everything that a user sees, for golden files: the command line, both outputs, the exit code.
  std::string Screen(const std::vector<std::string>& arguments);

  // Somebody at a terminal who types this.
  void Type(const std::string& text);

  // A manifest of two instances of billing-cn, in a file of its own; its path.
  std::string ManifestFile(const std::string& workspace = "billing-prod");
  std::string WriteFile(const std::string& name, const std::string& text);

  // The methods of a usual life: a plan that stops two instances, and its run, which ends as given.
  void ScriptPlan(const v1::Plan& plan, const std::vector<v1::PlanItem>& items);
  void ScriptRun(const v1::Run& run, const std::vector<v1::RunItem>& items);
  void ScriptInstances(const std::vector<v1::Instance>& instances);

  quiesce::testing::ApiServer server_;
  Interrupts interrupts_;
  Environment env_;
  std::map<std::string, std::string> variables_;  // of the environment
  std::stringstream in_;

 private:
  std::string WithoutPaths(std::string text) const;

  std::stringstream out_;
  std::stringstream err_;
  absl::Duration slept_;
  std::unique_ptr<client::Client> client_;
};

}  // namespace quiesce::cli

#endif  // QUIESCE_TESTS_UNIT_CLIENT_CLI_COMMAND_FIXTURE_H_
