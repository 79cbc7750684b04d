#include "tests/architecture/libraries.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/findings.h"

namespace quiesce::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What is found in a file at `path` that includes only `include`.
std::vector<std::string> Including(std::string path, const std::string& include) {
  return testing::Find(CheckLibraries, std::move(path), "#include <" + include + ">\n");
}

TEST(Libraries, OneFileMakesHttpRequests) {
  EXPECT_THAT(Including("daemon/cloud/http_connection.cc", "httplib.h"), IsEmpty());
  EXPECT_THAT(Including("tests/fakes/dbss_sim/http_server.h", "httplib.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/cloud/dbss_client.cc", "httplib.h"), ElementsAre("1: httplib.h"));
  EXPECT_THAT(Including("client/lib/client.cc", "httplib.h"), SizeIs(1));
}

TEST(Libraries, OneFileParsesWhatTheCloudAnswers) {
  EXPECT_THAT(Including("daemon/cloud/response_parser.cc", "nlohmann/json.hpp"), IsEmpty());
  EXPECT_THAT(Including("tests/unit/cloud/response_parser_test.cc", "nlohmann/json.hpp"),
              IsEmpty());
  EXPECT_THAT(Including("daemon/cloud/response_parser.h", "nlohmann/json_fwd.hpp"), SizeIs(1));
  EXPECT_THAT(Including("client/cli/json_output.cc", "nlohmann/json.hpp"), SizeIs(1));
}

TEST(Libraries, SqliteStaysBehindItsPrefix) {
  EXPECT_THAT(Including("daemon/store/sqlite_database.h", "sqlite3.h"), IsEmpty());
  EXPECT_THAT(Including("tests/unit/store/sqlite_store_test.cc", "sqlite3.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/store/group_commit.cc", "sqlite3.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/app/main.cc", "sqlite3.h"), SizeIs(1));
}

TEST(Libraries, OnePackageReadsYaml) {
  EXPECT_THAT(Including("daemon/config/yaml/tree.cc", "yaml-cpp/parser.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/config/config_file.cc", "yaml-cpp/yaml.h"), SizeIs(1));
  EXPECT_THAT(Including("client/manifest/document.cc", "yaml-cpp/yaml.h"), SizeIs(1));
}

TEST(Libraries, TheApiStaysWithRpcAppAndClient) {
  for (const char* include : {"grpcpp/server.h", "grpc/grpc.h", "google/protobuf/message.h",
                              "google/rpc/status.pb.h", "quiesce/v1/instance.pb.h"}) {
    for (const char* path : {"daemon/rpc/a.cc", "daemon/app/a.cc", "client/lib/a.cc",
                             "client/cli/a.cc", "tests/unit/rpc/a_test.cc"}) {
      EXPECT_THAT(Including(path, include), IsEmpty());
    }
    for (const char* path :
         {"daemon/base/a.cc", "daemon/core/a.cc", "daemon/store/a.cc", "daemon/cloud/a.cc",
          "daemon/engine/a.cc", "daemon/config/a.cc", "daemon/observability/a.cc"}) {
      EXPECT_THAT(Including(path, include), SizeIs(1));
    }
  }
}

TEST(Libraries, CryptographyHasFewPlaces) {
  EXPECT_THAT(Including("daemon/base/sha256.cc", "openssl/evp.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/cloud/http_connection.cc", "openssl/ssl.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/base/random.cc", "openssl/rand.h"), SizeIs(1));
  EXPECT_THAT(Including("client/lib/spec_digest.cc", "openssl/evp.h"), SizeIs(1));
}

TEST(Libraries, OneFileReadsTheCommandLine) {
  EXPECT_THAT(Including("client/cli/option_parser.cc", "CLI/CLI.hpp"), IsEmpty());
  EXPECT_THAT(Including("daemon/app/main.cc", "CLI/CLI.hpp"), SizeIs(1));
}

TEST(Libraries, OnlyTestsUseGoogleTest) {
  EXPECT_THAT(Including("tests/unit/base/time_test.cc", "gtest/gtest.h"), IsEmpty());
  EXPECT_THAT(Including("daemon/base/time.h", "gtest/gtest_prod.h"), SizeIs(1));
}

TEST(Libraries, EverybodyMayUseAbseilAndTheSystem) {
  for (const char* include : {"absl/strings/str_cat.h", "string", "cstdint", "unistd.h",
                              "sys/stat.h", "netinet/in.h", "daemon/base/time.h"}) {
    EXPECT_THAT(Including("daemon/core/a.cc", include), IsEmpty());
  }
}

TEST(Libraries, ANewLibraryNeedsARow) {
  EXPECT_THAT(Including("daemon/store/postgres_store.cc", "libpq-fe.h"),
              ElementsAre("1: libpq-fe.h"));
  EXPECT_THAT(Including("tests/unit/base/time_test.cc", "boost/any.hpp"), SizeIs(1));
}

TEST(Libraries, AnIncludeIsAPathFromTheRoot) {
  EXPECT_THAT(Including("daemon/core/decide.cc", "facts.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/core/decide.cc", "../base/clock.h"), SizeIs(1));
  EXPECT_THAT(Including("daemon/core/decide.cc", "./facts.h"), SizeIs(1));
}

}  // namespace
}  // namespace quiesce::architecture
