#include "tests/integration/faults/faulty_cloud.h"

#include <httplib.h>

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/support/wait.h"

namespace quiesce::faults {
namespace {

constexpr char kToken[] = "token";

}  // namespace

FaultyCloud::FaultyCloud() : folder_(*support::ScratchFolder::Make()) {
  EXPECT_TRUE(sim_.Start());
  sim_.AddToken(kToken);
  sim_.cloud().AddProject({kProject, "cn-north-4"});
  EXPECT_TRUE(sim_.cloud().AddInstance(kProject, {kInstance, "billing-om-01"}));
  WriteSecret(kToken);
}

void FaultyCloud::Spoil(const std::string& op, const std::string& fault, int times) {
  httplib::Client client("127.0.0.1", sim_.port());
  const httplib::Result result = client.Post(
      "/_sim/faults", absl::StrCat("{\"op\":\"", op, "\",\"times\":", times, ",", fault, "}"),
      "application/json");
  ASSERT_TRUE(result) << fault;
  ASSERT_EQ(result->status, 200) << fault << ": " << result->body;
}

void FaultyCloud::WriteSecret(const std::string& secret) {
  const std::string file = folder_.path() + "/secret";
  std::ofstream(file + ".new", std::ios::trunc) << secret << "\n";
  ASSERT_EQ(std::rename((file + ".new").c_str(), file.c_str()), 0);
}

std::unique_ptr<Daemon> FaultyCloud::Start(const core::ProjectSettings& settings,
                                           cloud::CredentialStatus::Kind credential) {
  Daemon::Options options;
  options.folder = folder_.path();
  options.endpoint = sim_.endpoint();
  options.settings = settings;
  options.credential = credential;
  return std::make_unique<Daemon>(options);
}

bool FaultyCloud::Says(Daemon& daemon, core::Phase phase, core::Reason reason,
                       core::CallClass last_list) {
  Told told;
  const bool said = support::WaitUntil([&] {
    told = daemon.Tell();
    const bool for_long = phase == core::Phase::kPending && told.phase == core::Phase::kStalled;
    return (told.phase == phase || for_long) && told.reason == reason &&
           told.last_list == last_list;
  });
  EXPECT_TRUE(said) << "says " << ToString(told.phase) << " " << ToString(told.reason)
                    << ", last list " << RuleOf(told.last_list).name;
  return said;
}

bool FaultyCloud::Converges(Daemon& daemon) {
  return Says(daemon, core::Phase::kStopped, core::Reason::kConverged, core::CallClass::kNone);
}

}  // namespace quiesce::faults
