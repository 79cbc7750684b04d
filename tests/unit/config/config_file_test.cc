#include "daemon/config/config_file.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::config {
namespace {

namespace fs = std::filesystem;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kMinimal[] =
    "credentials: {main: {type: token_file, file: /k}}\n"
    "projects: {cn: {id: 0123456789abcdef0123456789abcdef, region: cn-north-4, "
    "credential: main}}\n";

Config Good(std::string_view text) {
  Result result = Parse(text, "c.yaml");
  EXPECT_TRUE(result.ok()) << result.FormatErrors();
  return result.config;
}

TEST(ConfigFile, DefaultsAreThoseOfTheDocumentation) {
  const Config config = Good(kMinimal);
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  EXPECT_EQ(config.server_name, host);
  ASSERT_THAT(config.listeners, SizeIs(1));
  EXPECT_EQ(config.listeners[0].ToString(), "unix:///run/quiesced/api.sock");
  EXPECT_EQ(config.store_path, "/var/lib/quiesced/quiesced.db");
  ASSERT_THAT(config.credentials, SizeIs(1));
  EXPECT_EQ(config.credentials[0].max_in_flight, 16);
  ASSERT_THAT(config.projects, SizeIs(1));
  EXPECT_EQ(config.projects[0].endpoint.ToString(), "https://dbss.cn-north-4.myhuaweicloud.com");
  EXPECT_EQ(config.projects[0].observation, core::ObservationMode::kList);
  EXPECT_EQ(config.projects[0].moved_from, std::nullopt);
  EXPECT_EQ(config.timing.call_deadline, absl::Seconds(10));
  EXPECT_EQ(config.timing.settle, absl::Seconds(30));
  EXPECT_EQ(config.timing.list_idle, absl::Seconds(60));
  EXPECT_EQ(config.timing.list_active, absl::Seconds(5));
  EXPECT_EQ(config.timing.look_max_age, absl::Seconds(30));
}

TEST(ConfigFile, ReadsEveryKey) {
  const Config config = Good(R"(
projects:                       # before the credentials that it refers to
  billing-cn:
    id: 0123456789abcdef0123456789abcdef
    region: cn-north-4
    endpoint: https://DBSS.example.com:8443/
    ca_file: /etc/ca.pem
    credential: b
    observation: none
    status_map: {MAINTENANCE: BUSY, Parked: STOPPED, "ON": RUNNING, lost_it: UNAVAILABLE}
    moved_from: http://127.0.0.1:8080
  billing.sg: {id: 89abcdef0123456789abcdef01234567, endpoint: "http://127.0.0.1:1", credential: a}
server:
  name: prod
  listen: ["unix:///tmp/q/api.sock", "127.0.0.1:7443", "[::1]:0"]
  insecure_loopback: true
store: sqlite:///data/q.db
credentials:
  a: {type: token_file, file: /k/a}
  b: {type: token_file, file: /k/b, max_in_flight: 256}
timing: {call_deadline: 1s, settle: 3s, list_idle: 2s, list_active: 500ms, look_max_age: 1m30s}
)");
  EXPECT_EQ(config.server_name, "prod");
  ASSERT_THAT(config.listeners, SizeIs(3));
  EXPECT_EQ(config.listeners[0].ToString(), "unix:///tmp/q/api.sock");
  EXPECT_EQ(config.listeners[1].ToString(), "127.0.0.1:7443");
  EXPECT_EQ(config.listeners[2].ToString(), "[::1]:0");
  EXPECT_EQ(config.store_path, "/data/q.db");
  ASSERT_THAT(config.credentials, SizeIs(2));
  EXPECT_EQ(config.credentials[1].name, "b");
  EXPECT_EQ(config.credentials[1].file, "/k/b");
  EXPECT_EQ(config.credentials[1].max_in_flight, 256);
  ASSERT_THAT(config.projects, SizeIs(2));
  const Project& project = config.projects[0];
  EXPECT_EQ(project.alias, "billing-cn");
  EXPECT_EQ(project.id, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(project.region, "cn-north-4");
  EXPECT_EQ(project.endpoint.ToString(), "https://dbss.example.com:8443");
  EXPECT_EQ(project.ca_file, "/etc/ca.pem");
  EXPECT_EQ(project.credential, "b");
  EXPECT_EQ(project.observation, core::ObservationMode::kNone);
  EXPECT_EQ(project.status_map, (core::StatusMap{{"MAINTENANCE", core::PowerState::kBusy},
                                                 {"ON", core::PowerState::kRunning},
                                                 {"Parked", core::PowerState::kStopped},
                                                 {"lost_it", core::PowerState::kUnavailable}}));
  ASSERT_TRUE(project.moved_from);
  EXPECT_EQ(project.moved_from->ToString(), "http://127.0.0.1:8080");
  EXPECT_EQ(config.projects[1].region, "");
  EXPECT_EQ(config.timing.call_deadline, absl::Seconds(1));
  EXPECT_EQ(config.timing.settle, absl::Seconds(3));
  EXPECT_EQ(config.timing.list_idle, absl::Seconds(2));
  EXPECT_EQ(config.timing.list_active, absl::Milliseconds(500));
  EXPECT_EQ(config.timing.look_max_age, absl::Seconds(90));
}

TEST(ConfigFile, AnExplicitEndpointWinsWhereverItStands) {
  const std::string before =
      "credentials: {main: {type: token_file, file: /k}}\n"
      "projects: {cn: {id: 0123456789abcdef0123456789abcdef, credential: main, ";
  const char* const orders[] = {"endpoint: \"https://x.example.com\", region: cn-north-4}}",
                                "region: cn-north-4, endpoint: \"https://x.example.com\"}}"};
  for (const char* order : orders) {
    EXPECT_EQ(Good(before + order).projects[0].endpoint.ToString(), "https://x.example.com");
  }
}

TEST(ConfigFile, JsonIsYaml) {
  EXPECT_EQ(Good(R"({"credentials": {"main": {"type": "token_file", "file": "/k"}},
    "projects": {"cn": {"id": "0123456789abcdef0123456789abcdef", "region": "cn-north-4",
                        "credential": "main"}}})")
                .projects[0]
                .alias,
            "cn");
}

TEST(ConfigFile, ReadsEveryKindOfCredential) {
  const Config config = Good(R"(
credentials:
  token: {type: token_file, file: /k/token}
  iam:
    type: password
    user: quiesced
    domain: "acme corp"
    password_file: /k/iam
    iam_endpoint: https://iam.example.com
    quota_reserve: 0%
  iam-env: {type: password, user: u, domain: d, password_env: IAM_PASSWORD, quota_reserve: 90%}
  key: {type: access_key, file: /k/key, quota: {calls: 200, per: 5m}}
  temp:
    {type: access_key, access_key_env: AK, secret_key_env: SK, security_token_env: _ST1}
projects:
  a: {id: 0123456789abcdef0123456789abcde0, region: cn-north-4, credential: iam}
  b: {id: 0123456789abcdef0123456789abcde1, region: cn-north-4, credential: iam-env}
  c: {id: 0123456789abcdef0123456789abcde2, region: cn-north-4, credential: key}
)");
  ASSERT_THAT(config.credentials, SizeIs(5));
  const Credential& token = config.credentials[0];
  EXPECT_EQ(token.type, Credential::Type::kTokenFile);
  EXPECT_EQ(token.quota_reserve, 0.10);
  EXPECT_EQ(token.quota, std::nullopt);
  EXPECT_EQ(token.SecretSource(), "/k/token");
  const Credential& iam = config.credentials[1];
  EXPECT_EQ(iam.type, Credential::Type::kPassword);
  EXPECT_EQ(iam.user, "quiesced");
  EXPECT_EQ(iam.domain, "acme corp");
  EXPECT_EQ(iam.file, "/k/iam");
  EXPECT_EQ(iam.quota_reserve, 0.0);
  EXPECT_EQ(config.credentials[2].password_env, "IAM_PASSWORD");
  EXPECT_EQ(config.credentials[2].quota_reserve, 0.9);
  EXPECT_EQ(config.credentials[2].SecretSource(), "$IAM_PASSWORD");
  const Credential& key = config.credentials[3];
  EXPECT_EQ(key.type, Credential::Type::kAccessKey);
  EXPECT_EQ(key.file, "/k/key");
  ASSERT_TRUE(key.quota);
  EXPECT_EQ(key.quota->calls, 200);
  EXPECT_EQ(key.quota->period, absl::Minutes(5));
  EXPECT_EQ(key.quota->policy, core::QuotaWindow::Policy::kUnsaid);
  EXPECT_EQ(config.credentials[4].SecretSource(), "$AK and $SK and $_ST1");
  EXPECT_EQ(config.projects[0].iam_endpoint->ToString(), "https://iam.example.com");
  EXPECT_EQ(config.projects[1].iam_endpoint->ToString(),
            "https://iam.cn-north-4.myhuaweicloud.com");
  EXPECT_EQ(config.projects[2].iam_endpoint, std::nullopt);
}

// A token where the name of its file belongs, a password in a URL: neither may reach a log.
TEST(ConfigFile, ErrorsRepeatNoSecret) {
  const std::string errors =
      Parse(
          "store: postgres://user:hunter2@db/q\n"
          "credentials:\n"
          "  a: {type: token_file, file: hunter2}\n"
          "  b: {type: token_file, file: /k, token: hunter2}\n"
          "  c: {type: password, user: u, domain: d, password_env: \"hunter2!\"}\n"
          "  d: {type: access_key, access_key_env: hunter2-, secret_key_env: \"hunter2 x\"}\n"
          "  e: {type: password, user: u, domain: d, password_file: hunter2, \n"
          "      iam_endpoint: \"https://u:hunter2@x.example.com\"}\n"
          "projects:\n"
          "  cn: {id: 0123456789abcdef0123456789abcdef, credential: a, ca_file: hunter2,\n"
          "       endpoint: \"https://user:hunter2@x.example.com\",\n"
          "       moved_from: \"https://user:hunter2@x.example.com\"}\n",
          "c.yaml")
          .FormatErrors();
  EXPECT_THAT(errors, HasSubstr("credentials.a.file"));
  EXPECT_THAT(errors, Not(HasSubstr("hunter2")));
}

TEST(ConfigFile, LoadReadsAFile) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/quiesced.yaml");
  std::ofstream(path) << kMinimal;
  EXPECT_TRUE(Load(path).ok());
  std::ofstream(path) << "x: 1\n";
  EXPECT_THAT(Load(path).FormatErrors(),
              testing::StartsWith(absl::StrCat(path, ":1:1: unknown key \"x\"")));
}

TEST(ConfigFile, LoadNamesAFileThatItCannotRead) {
  EXPECT_EQ(Load("/nonexistent/c.yaml").FormatErrors(),
            "/nonexistent/c.yaml: cannot be read: No such file or directory\n");
  EXPECT_EQ(Load(::testing::TempDir()).FormatErrors(),
            absl::StrCat(::testing::TempDir(), ": cannot be read: Is a directory\n"));
}

TEST(ConfigFile, LoadRefusesAFileOfAnotherSize) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/large.yaml");
  std::ofstream(path) << std::string(limits::kMaxConfigBytes + 1, '#');
  EXPECT_THAT(Load(path).FormatErrors(), HasSubstr("is larger than 1048576 bytes"));
}

TEST(ConfigFile, AnAccessKeyIsUsedByFewerCallsAtATimeThanLockIt) {
  const auto with = [](const std::string& more) {
    return Parse(absl::StrCat("credentials:\n  k: {type: access_key, file: /k/a", more,
                              "}\nprojects:\n  cn: {id: 0123456789abcdef0123456789abcdef, region: "
                              "cn-north-4, credential: k}\n"),
                 "c.yaml");
  };
  ASSERT_EQ(with("").FormatErrors(), "");
  EXPECT_EQ(with("").config.credentials[0].max_in_flight, 4);
  EXPECT_EQ(with(", max_in_flight: 2").config.credentials[0].max_in_flight, 2);
  EXPECT_THAT(with(", max_in_flight: 5").FormatErrors(),
              HasSubstr("credentials.k.max_in_flight: 5 is too many for an access key"));
}

// Whatever is in the file, it is read or refused.
TEST(ConfigFile, SurvivesCutsAndDamage) {
  const std::string text =
      "server: {name: prod, listen: [\"unix:///tmp/q/api.sock\", '127.0.0.1:7443'],\n"
      "  insecure_loopback: true}\n"
      "credentials:\n"
      "  a: {type: token_file, file: /k/a, max_in_flight: 4}\n"
      "projects:\n"
      "  cn:\n"
      "    id: 0123456789abcdef0123456789abcdef\n"
      "    region: cn-north-4\n"
      "    credential: a\n"
      "    status_map: {MAINTENANCE: BUSY}\n"
      "timing: {call_deadline: 1s, settle: 3s}\n";
  EXPECT_TRUE(Parse(text, "c.yaml").ok());
  for (size_t i = 0; i < text.size(); ++i) {
    static_cast<void>(Parse(text.substr(0, i), "c.yaml"));
    for (const char c : {'\0', '\n', ' ', ':', '"', '{', ']', '&', '*', '!', '-', '\xff'}) {
      std::string damaged = text;
      damaged[i] = c;
      static_cast<void>(Parse(damaged, "c.yaml"));
    }
  }
}

// --- golden files --------------------------------------------------------------------------------

const fs::path kFolder = "tests/unit/config/testdata";

std::string Contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream) << path;
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class ConfigFileErrors : public ::testing::TestWithParam<std::string> {};

TEST_P(ConfigFileErrors, AreAsExpected) {
  const std::string name = GetParam() + ".yaml";
  const Result result = Parse(Contents(kFolder / name), name);
  EXPECT_EQ(result.FormatErrors(), Contents(kFolder / (name + ".expected")));
  EXPECT_FALSE(result.ok());
}

INSTANTIATE_TEST_SUITE_P(Golden, ConfigFileErrors, ::testing::ValuesIn(Names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace quiesce::config
