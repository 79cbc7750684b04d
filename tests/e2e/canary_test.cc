// I12: secrets that nobody could mistake for anything else go through everything that the programs
// do, and show up nowhere.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/deployment.h"
#include "tests/support/connect_proxy.h"
#include "tests/support/wait.h"

namespace quiesce::e2e {
namespace {

using nlohmann::json;
using support::WaitUntil;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kIam[] = "11111111111111111111111111111111";
constexpr char kKey[] = "22222222222222222222222222222222";
constexpr char kWrongKey[] = "33333333333333333333333333333333";
constexpr char kAway[] = "44444444444444444444444444444444";

constexpr char kToken[] = "canary-token-Zq7xW2";
constexpr char kNewToken[] = "canary-newtoken-Lm4kT9";
constexpr char kPassword[] = "canary-password-Yt5rB8";
constexpr char kWrongPassword[] = "canary-wrongpassword-Hc3nV6";
constexpr char kIssued[] = "canary-issued-Gf8dS1";
constexpr char kSecretKey[] = "canary-secretkey-Pj6mK4";
constexpr char kWrongSecretKey[] = "canary-wrongsecret-Xa9zQ3";
constexpr char kSecurityToken[] = "canary-securitytoken-Nb2vC7";
constexpr char kProxyPassword[] = "canary-proxy-Rd1fG5";

std::vector<std::string> Canaries() {
  return {kToken,     kNewToken,       kPassword,      kWrongPassword, kIssued,
          kSecretKey, kWrongSecretKey, kSecurityToken, kProxyPassword};
}

// Base64 of any text with the secret in it, whatever stands before: the first and the last digits
// depend on the neighbours and are left away.
std::vector<std::string> InBase64(const std::string& secret) {
  std::vector<std::string> forms;
  for (size_t before = 0; before < 3; ++before) {
    std::string padded;
    absl::Base64Escape(std::string(before, ' ') + secret, &padded);
    forms.push_back(padded.substr(4, padded.size() - 8));
  }
  return forms;
}

// The secrets that the text shows, as they are or in a form that anybody can read.
std::vector<std::string> ShownIn(const std::string& text) {
  const std::string small = absl::AsciiStrToLower(text);
  std::vector<std::string> shown;
  for (const std::string& secret : Canaries()) {
    bool is_shown =
        absl::StrContains(text, secret) || absl::StrContains(small, absl::BytesToHexString(secret));
    for (const std::string& form : InBase64(secret)) is_shown |= absl::StrContains(text, form);
    if (is_shown) shown.push_back(secret);
  }
  return shown;
}

TEST(Canaries, AreSeenInEveryForm) {
  for (const std::string& secret : Canaries()) {
    EXPECT_THAT(ShownIn("a " + secret + " b"), ElementsAre(secret));
    EXPECT_THAT(ShownIn("00" + absl::BytesToHexString(secret)), ElementsAre(secret));
    for (const char* before : {"", "u", "u:", "user:"}) {
      std::string coded;
      absl::Base64Escape(absl::StrCat(before, secret, "@"), &coded);
      EXPECT_THAT(ShownIn(coded), ElementsAre(secret)) << before;
    }
  }
}

class CanaryTest : public DeploymentTest {
 protected:
  CanaryTest() {
    WriteSecrets();
    WriteConfig();
    SeedCloud();
  }

  void WriteSecrets() {
    Write("secret.token", absl::StrCat(kToken, "\n"));
    Write("secret.password", absl::StrCat(kPassword, "\n"));
    WriteKey(kSecretKey);
  }
  void WriteKey(const std::string& secret_key) {
    Write("secret.key", absl::StrCat("access_key: GOODKEYGOODKEYGOODKE\nsecret_key: ", secret_key,
                                     "\nsecurity_token: ", kSecurityToken, "\n"));
  }

  void WriteConfig() {
    const std::string here = absl::StrCat("endpoint: \"", cloud().endpoint(), "\"");
    Write("quiesced.yaml",
          absl::StrCat(
              "server: {name: e2e, listen: [\"unix://", Path("api/s"), "\"]}\n", "store: sqlite://",
              Path("q.db"), "\ncredentials:\n",
              "  token: {type: token_file, file: ", Path("secret.token"), "}\n",
              "  iam: {type: password, user: quiesced, domain: acme, password_file: ",
              Path("secret.password"), ", iam_endpoint: \"", cloud().endpoint(), "\"}\n",
              "  key: {type: access_key, file: ", Path("secret.key"), "}\n",
              "  wrong: {type: access_key, access_key_env: CANARY_AK, secret_key_env: CANARY_SK}\n",
              "projects:\n", "  cn: {id: ", SimulatedCloud::kProject, ", credential: token, ", here,
              "}\n", "  iam: {id: ", kIam, ", credential: iam, ", here, "}\n", "  key: {id: ", kKey,
              ", credential: key, ", here, "}\n", "  wrong: {id: ", kWrongKey,
              ", credential: wrong, ", here, "}\n", "  away: {id: ", kAway,
              ", credential: token, endpoint: \"https://dbss.example.com\"}\n",
              "timing: {call_deadline: 2s, settle: 3s, list_idle: 500ms, list_active: 100ms}\n"));
  }

  void SeedCloud() {
    for (const char* id : {kIam, kKey, kWrongKey}) {
      cloud().Post("/_sim/seed_bulk",
                   {{"project", id}, {"project_name", "cn-north-4"}, {"count", 3}});
    }
    for (const char* token : {kToken, kNewToken, kIssued}) {
      cloud().Post("/_sim/tokens", {{"token", token}});
    }
    cloud().Post("/_sim/keys", {{"access", "GOODKEYGOODKEYGOODKE"},
                                {"secret", kSecretKey},
                                {"security_token", kSecurityToken}});
    cloud().Post("/_sim/keys",
                 {{"access", "WRONGKEYWRONGKEYWRON"}, {"secret", "the right one, to be sure"}});
    const std::string end = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now() + absl::Hours(24),
                                             absl::UTCTimeZone());
    Spoil("token", "", 201, {{"token", {{"expires_at", end}}}}, {{"X-Subject-Token", kIssued}}, 1);
  }

  // So many such requests are answered so from now on, after those that were planned before.
  void Spoil(const std::string& op, const std::string& project, int status, const json& body,
             const json& headers = json::object(), int times = 1000000) {
    json rule = {{"kind", "reply"},  {"op", op},     {"times", times},
                 {"status", status}, {"body", body}, {"headers", headers}};
    if (!project.empty()) rule["project"] = project;
    cloud().Post("/_sim/faults", rule);
  }
  // A refusal by a cloud that repeats whatever it was sent.
  static json Echo(const std::string& code, const std::string& secret) {
    return {{"error_code", code},
            {"error_msg", absl::StrCat("Incorrect IAM authentication information: X-Auth-Token ",
                                       secret, " is wrong, ", secret)},
            {"request_id", secret}};
  }

  void Start() {
    StartDaemon(absl::StrCat("export CANARY_AK=WRONGKEYWRONGKEYWRON CANARY_SK=", kWrongSecretKey,
                             " HTTPS_PROXY=http://quiesced:", kProxyPassword,
                             "@127.0.0.1:", proxy_.port()));
  }

  std::string StateOf(const std::string& alias) {
    const json all = json::parse(Quiesce({"projects", "-o", "json"}).output, nullptr, false);
    if (all.is_discarded()) return "no JSON";
    for (const json& project : all["projects"]) {
      if (project["alias"] == alias) return project["credential_state"].get<std::string>();
    }
    return "not there";
  }
  void WaitForState(const std::string& alias, const std::string& state) {
    EXPECT_TRUE(WaitUntil([&] { return StateOf(alias) == "CREDENTIAL_STATE_" + state; }))
        << alias << " is " << StateOf(alias);
  }

  // Every way to ask, in every form.
  void AskEverything(const std::string& id) {
    for (const std::vector<std::string>& question :
         std::vector<std::vector<std::string>>{{"projects"},
                                               {"status"},
                                               {"doctor"},
                                               {"refresh", "--all"},
                                               {"drift"},
                                               {"plan", "-f", Path("team.yaml")},
                                               {"get", id},
                                               {"explain", id},
                                               {"list"},
                                               {"wait", "--all", "--timeout", "1s"},
                                               {"stop", id, "--detach"},
                                               {"hold", id, "--for", "1h", "--reason", "a test"},
                                               {"hold", "--list"},
                                               {"validate", "-f", Path("team.yaml")},
                                               {"import", "--all"},
                                               {"version"}}) {
      for (const bool as_json : {false, true}) {
        std::vector<std::string> arguments = question;
        if (as_json) arguments.insert(arguments.end(), {"-o", "json"});
        EXPECT_NE(Quiesce(arguments).output, "") << question[0];
      }
    }
  }

  // Files of the test's folder, but for those that are there to hold a secret and those of the
  // simulated cloud.
  void ExpectNoneInAnyFile() {
    std::set<std::string> seen;
    for (const auto& entry : std::filesystem::directory_iterator(Path(""))) {
      const std::string name = entry.path().filename();
      const bool is_ours = !absl::StartsWith(name, "secret.") && !absl::StartsWith(name, "sim.") &&
                           !absl::StartsWith(name, "mistake.");
      if (!is_ours || !entry.is_regular_file()) continue;
      EXPECT_THAT(ShownIn(Read(name)), IsEmpty()) << name;
      seen.insert(name);
    }
    for (const char* name : {"q.db", "q.db-wal", "quiesced.log", "client.1.out"}) {
      EXPECT_EQ(seen.count(name), 1u) << name;
      EXPECT_NE(Read(name), "") << name;
    }
  }

  support::ConnectProxy proxy_{407};
};

TEST_F(CanaryTest, NoSecretShowsWhileAllGoesWell) {
  const std::vector<std::string> ids = cloud().AddInstances(3);
  Start();
  for (const char* alias : {"cn", "iam", "key"}) WaitForState(alias, "OK");
  WaitForState("wrong", "LOCKED");
  ASSERT_TRUE(WaitUntil([this] { return !proxy_.heads().empty(); }));
  std::string password;
  absl::Base64Escape(absl::StrCat("quiesced:", kProxyPassword), &password);
  EXPECT_THAT(proxy_.heads()[0], HasSubstr(password));  // it is in use

  EXPECT_EQ(Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve"}).exit_code, 0);
  EXPECT_EQ(cloud().RunningCount(), 9);
  AskEverything(ids[0]);
  KillDaemon();  // with its log of changes as it is
  ExpectNoneInAnyFile();
}

TEST_F(CanaryTest, NoSecretShowsWhateverTheCloudRepeats) {
  const std::vector<std::string> ids = cloud().AddInstances(3);
  Start();
  for (const char* alias : {"cn", "iam", "key"}) WaitForState(alias, "OK");

  // Stops that are refused, in words that nobody knows.
  Spoil("stop", SimulatedCloud::kProject, 418, Echo("DBSS.0418", kToken),
        {{"X-Request-Id", kToken}});
  EXPECT_EQ(Quiesce({"apply", "-f", WriteManifest(ids), "--auto-approve", "--detach"}).exit_code,
            0);
  ASSERT_TRUE(WaitUntil([this] { return DaemonLogHas("HTTP 418"); }));
  AskEverything(ids[0]);

  // Lists that are refused.
  Spoil("list", SimulatedCloud::kProject, 401, Echo("APIGW.0301", kToken));
  Spoil("list", kIam, 401, Echo("APIGW.0301", kIssued), {{"X-Request-Id", kIssued}});
  Spoil("list", kKey, 401, Echo("APIGW.0301", absl::StrCat(kSecretKey, " ", kSecurityToken)));
  WaitForState("cn", "REJECTED");
  AskEverything(ids[0]);

  // Secrets that change, to wrong ones or to what is none.
  Write("secret.password", absl::StrCat(kWrongPassword, "\n"));
  Spoil("token", "", 401, Echo("IAM.0101", kWrongPassword));
  WriteKey(kWrongSecretKey);
  Write("secret.token", absl::StrCat(kNewToken, " and more\n", kNewToken, "\n"));
  WaitForState("cn", "MISSING");
  AskEverything(ids[0]);
  std::filesystem::remove(Path("secret.token"));
  std::filesystem::create_directory(Path("secret.token"));
  AskEverything(ids[0]);
  KillDaemon();
  ExpectNoneInAnyFile();
}

TEST_F(CanaryTest, NoMistakeOfTheConfigurationIsRepeatedIfItMayBeASecret) {
  for (const std::string& credential :
       {absl::StrCat("{type: token_file, file: \"", kToken, "\"}"),
        absl::StrCat("{type: password, user: u, domain: d, password_file: \"", kPassword, "\"}"),
        absl::StrCat("{type: password, user: u, domain: d, password_env: \"", kPassword, "\"}"),
        absl::StrCat("{type: access_key, access_key_env: AK, secret_key_env: \"", kSecretKey,
                     "\"}"),
        absl::StrCat("{type: access_key, file: \"", kSecretKey, "\"}"),
        absl::StrCat("{type: access_key, access_key_env: AK, secret_key_env: SK, ",
                     "security_token_env: \"", kSecurityToken, "\"}")}) {
    Write("mistake.yaml",
          absl::StrCat("credentials: {main: ", credential, "}\nprojects:\n  cn: {id: ", kIam,
                       ", credential: main, region: cn-north-4}\n"));
    const Ended check = RunDaemon({"--check-config", "--config", Path("mistake.yaml")});
    EXPECT_EQ(check.exit_code, 78) << credential;
    EXPECT_THAT(ShownIn(check.output), IsEmpty()) << check.output;
  }
  for (const std::string& proxy : {absl::StrCat("https://u:", kProxyPassword, "@127.0.0.1:1"),
                                   absl::StrCat("http://u:", kProxyPassword, "@127.0.0.1:port"),
                                   absl::StrCat("u:", kProxyPassword)}) {
    const Ended run = RunDaemon({"--config", Path("quiesced.yaml")}, {"HTTPS_PROXY=" + proxy});
    EXPECT_NE(run.exit_code, 0) << proxy;
    EXPECT_THAT(ShownIn(run.output), IsEmpty()) << run.output;
  }
  const std::vector<std::string> secret_in_environment = {absl::StrCat("CANARY_SK=", kSecretKey)};
  EXPECT_THAT(ShownIn(RunDaemon({"--help"}, secret_in_environment).output), IsEmpty());
  EXPECT_THAT(ShownIn(Quiesce({"--help"}).output), IsEmpty());
}

}  // namespace
}  // namespace quiesce::e2e
