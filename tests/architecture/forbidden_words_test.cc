#include "tests/architecture/forbidden_words.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/findings.h"

namespace quiesce::architecture {
namespace {

using ::testing::ElementsAre;
using testing::Find;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Threads, AreNotMentionedByWhatIsSimulated) {
  for (const char* path : {"daemon/core/a.cc", "daemon/engine/a.h", "daemon/store/a.cc"}) {
    EXPECT_THAT(Find(CheckThreads, path, "int a;\nstd::thread b;\n"), ElementsAre("2: std::thread"))
        << path;
    EXPECT_THAT(Find(CheckThreads, path, "#include \"daemon/base/mutex.h\"\n"),
                ElementsAre("1: daemon/base/mutex.h"));
    EXPECT_THAT(Find(CheckThreads, path, "#include <condition_variable>\n"), SizeIs(1));
    EXPECT_THAT(Find(CheckThreads, path, "std::lock_guard<std::mutex> lock(mutex_);\n"), SizeIs(2));
    EXPECT_THAT(Find(CheckThreads, path, "absl::Mutex mutex_;\n"), SizeIs(1));
    EXPECT_THAT(Find(CheckThreads, path, "thread_local int x;\n"), SizeIs(1));
  }
}

TEST(Threads, MayBeInProseInNamesAndInAdapters) {
  EXPECT_THAT(Find(CheckThreads, "daemon/engine/a.cc",
                   "// No std::thread here.\nint thread_count = Count(\"std::thread\");\n"),
              IsEmpty());
  EXPECT_THAT(Find(CheckThreads, "daemon/app/event_loop.cc", "std::thread a;\n"), IsEmpty());
  EXPECT_THAT(Find(CheckThreads, "daemon/engine/NOTES.md", "std::thread a;\n"), IsEmpty());
}

TEST(HiddenInputs, AreNotReadByWhatMustBeRepeatable) {
  for (const char* path : {"daemon/core/a.cc", "daemon/engine/a.cc",
                           "daemon/store/run_operations.cc", "daemon/store/sqlite_tables.cc"}) {
    EXPECT_THAT(Find(CheckHiddenInputs, path, "auto t = absl::Now();\n"),
                ElementsAre("1: absl::Now"))
        << path;
    EXPECT_THAT(Find(CheckHiddenInputs, path, "#include \"absl/time/clock.h\"\n"), SizeIs(1));
    EXPECT_THAT(Find(CheckHiddenInputs, path, "#include <chrono>\n"), SizeIs(1));
    EXPECT_THAT(Find(CheckHiddenInputs, path, "SystemRandom random;\n"), SizeIs(1));
    EXPECT_THAT(Find(CheckHiddenInputs, path, "f(std::getenv(\"TZ\"));\n"), SizeIs(1));
  }
}

TEST(HiddenInputs, MayBeReadAtTheEdge) {
  EXPECT_THAT(Find(CheckHiddenInputs, "daemon/base/clock.cc", "auto t = absl::Now();\n"),
              IsEmpty());
  EXPECT_THAT(Find(CheckHiddenInputs, "daemon/engine/a.cc",
                   "#include \"absl/time/time.h\"\nauto t = clock_->Read();\n"),
              IsEmpty());
}

TEST(Sleeps, AreNowhere) {
  for (const char* path : {"daemon/app/a.cc", "client/lib/a.cc", "tests/unit/base/a_test.cc",
                           "tests/fakes/dbss_sim/a.cc"}) {
    EXPECT_THAT(Find(CheckSleeps, path, "std::this_thread::sleep_for(x);\n"), SizeIs(1)) << path;
    EXPECT_THAT(Find(CheckSleeps, path, "usleep(1);\n"), ElementsAre("1: usleep"));
    EXPECT_THAT(Find(CheckSleeps, path, "::sleep(1);\n"), ElementsAre("1: sleep("));
    EXPECT_THAT(Find(CheckSleeps, path, "absl::SleepFor(x);\n"), SizeIs(1));
  }
}

TEST(Sleeps, AreNotFunctionsThatCanBeReplacedNorScripts) {
  EXPECT_THAT(Find(CheckSleeps, "client/lib/a.cc",
                   "options_.sleep(x, cancel);\ncancel->SleepFor(x);\nasleep(1);\n// sleep(1)\n"),
              IsEmpty());
  EXPECT_THAT(Find(CheckSleeps, "deploy/demo/play.py", "time.sleep(1)\n"), IsEmpty());
}

TEST(CloudRequests, AreListAndStop) {
  EXPECT_THAT(Find(CheckCloudRequests, "daemon/cloud/api_call.cc",
                   "absl::StrCat(\"/v1/\", project, \"/db-om/\", instance, \"/stop\");\n"
                   "absl::StrCat(\"/v2/\", project, \"/db-om/instances\");\n"
                   "out.method = \"POST\";\n"
                   "authority.find_first_of(\"/?#\");\n"),
              IsEmpty());
}

TEST(CloudRequests, StartRebootAndDeleteNothing) {
  for (const char* path : {"daemon/cloud/api_call.cc", "daemon/engine/reconciler.cc"}) {
    EXPECT_THAT(Find(CheckCloudRequests, path, "f(key, \"/start\");\n"), ElementsAre("1: /start"));
    EXPECT_THAT(Find(CheckCloudRequests, path, "f(\"/v1/{}/db-om/{}/reboot\");\n"), SizeIs(1));
    EXPECT_THAT(Find(CheckCloudRequests, path, "out.method = \"DELETE\";\n"),
                ElementsAre("1: DELETE"));
  }
  EXPECT_THAT(Find(CheckCloudRequests, "daemon/cloud/a.cc", "client.Delete(path);\n"), SizeIs(1));
  EXPECT_THAT(Find(CheckCloudRequests, "daemon/cloud/a.cc", "client->Put(path);\n"), SizeIs(1));
}

TEST(CloudRequests, HaveNoPathThatTheRuleDoesNotKnow) {
  EXPECT_THAT(Find(CheckCloudRequests, "daemon/cloud/a.cc", "f(\"/security-group\");\n"),
              ElementsAre("1: /security-group"));
}

TEST(CloudRequests, AreNotWhatOtherCodeIsAbout) {
  EXPECT_THAT(Find(CheckCloudRequests, "daemon/store/sqlite_tables.cc",
                   "Delete(db, \"DELETE FROM runs WHERE id = ?1\");\n"),
              IsEmpty());
  EXPECT_THAT(Find(CheckCloudRequests, "daemon/cloud/a.cc", "// never \"/start\"\n"), IsEmpty());
  EXPECT_THAT(Find(CheckCloudRequests, "daemon/rpc/a.cc", "f(\"/startled\", \"/healthz\");\n"),
              IsEmpty());
  EXPECT_THAT(Find(CheckCloudRequests, "tests/fakes/dbss_sim/a.cc", "f(\"/start\");\n"), IsEmpty());
}

}  // namespace
}  // namespace quiesce::architecture
