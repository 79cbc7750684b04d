#include "daemon/cloud/list_reader.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cloud/published_example.h"

namespace quiesce::cloud {
namespace {

using core::PowerState;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string AsItIs(std::string text) { return text; }

ParsedList ParseInPieces(std::string_view body, size_t piece, const core::StatusMap& extra,
                         const Redactor& redact = AsItIs) {
  ListReader reader(extra, redact);
  for (size_t at = 0; at < body.size(); at += piece) {
    if (!reader.Feed(body.substr(at, piece))) break;
  }
  return reader.Finish();
}

// However a body is cut into pieces, the same is read.
ParsedList ParseList(std::string_view body, const core::StatusMap& extra) {
  const ParsedList whole = ParseInPieces(body, std::max<size_t>(body.size(), 1), extra);
  for (const size_t piece : {1, 7, 4096}) {
    const ParsedList list = ParseInPieces(body, piece, extra);
    EXPECT_EQ(list.shape, whole.shape) << "in pieces of " << piece;
    EXPECT_EQ(list.message, whole.message) << "in pieces of " << piece;
    EXPECT_EQ(list.instances.size(), whole.instances.size()) << "in pieces of " << piece;
  }
  return whole;
}

constexpr char kId[] = "a8c37c9be61ffd4ee8aacab7bae74e91";
constexpr char kOther[] = "f19b543c-b22a-4da8-b43d-a9003aaec146";

// One instance whose `server` array is given.
std::string WithServers(const std::string& servers) {
  return absl::StrCat(R"({"clusters":[{"instance_id":")", kId,
                      R"(","name":"n","detail":{"server":)", servers, R"(}}]})");
}

core::ListedInstance TheOnly(const std::string& body, const core::StatusMap& extra = {}) {
  const ParsedList list = ParseList(body, extra);
  EXPECT_EQ(list.shape, BodyShape::kJson) << list.message << "\n" << body;
  EXPECT_THAT(list.instances, SizeIs(1));
  return list.instances.empty() ? core::ListedInstance() : list.instances[0];
}

TEST(ParseListTest, ReadsThePublishedExample) {
  const core::ListedInstance instance = TheOnly(std::string(kPublishedList));
  EXPECT_EQ(instance.instance_id, kId);
  EXPECT_EQ(instance.cloud_name, "DBSS-OM0819");
  EXPECT_EQ(instance.state, PowerState::kRunning);
  ASSERT_THAT(instance.nodes, SizeIs(2));
  EXPECT_EQ(instance.nodes[0].name, "DBSS-OM0819-HA-1");
  EXPECT_EQ(instance.nodes[0].status, "ACTIVE");
  EXPECT_EQ(instance.nodes[0].task_status, "NO_TASK");
  EXPECT_EQ(instance.nodes[1].name, "DBSS-OM0819-HA-2");
}

TEST(ParseListTest, NeverTakesAPartForTheWhole) {
  for (size_t length = 0; length < kPublishedList.size(); ++length) {
    const ParsedList list = ParseInPieces(kPublishedList.substr(0, length), 1000, {});
    ASSERT_NE(list.shape, BodyShape::kJson) << "cut at byte " << length;
    ASSERT_THAT(list.instances, IsEmpty()) << "cut at byte " << length;
  }
}

TEST(ParseListTest, NeverTakesMoreThanTheWhole) {
  const std::string whole(kPublishedList);
  EXPECT_EQ(ParseList(whole + " \r\n", {}).shape, BodyShape::kJson);
  for (const std::string& tail :
       {std::string("x"), std::string("}"), std::string(",{}"), whole, std::string(1, '\0')}) {
    EXPECT_EQ(ParseList(whole + tail, {}).shape, BodyShape::kNotJson) << tail;
  }
}

TEST(ParseListTest, SurvivesEveryDamagedByte) {
  std::string body(kPublishedList);
  for (size_t i = 0; i < body.size(); ++i) {
    const char before = body[i];
    for (const char damage : {'\0', '"', '}', '\xFF', '9'}) {
      body[i] = damage;
      const ParsedList list = ParseInPieces(body, 1000, {});
      ASSERT_TRUE(list.shape == BodyShape::kJson || list.instances.empty());
    }
    body[i] = before;
  }
}

TEST(ParseListTest, FoldsTheNodesOfAnInstance) {
  const struct {
    const char* servers;
    PowerState state;
  } rows[] = {
      {R"([{"status":"ACTIVE","task_status":"NO_TASK"}])", PowerState::kRunning},
      {R"([{"status":"SHUTOFF","task_status":"NO_TASK"}])", PowerState::kStopped},
      {R"([{"status":"SHUTOFF","task_status":null}])", PowerState::kStopped},
      {R"([{"status":"SHUTOFF"}])", PowerState::kStopped},
      {R"([{"status":"ACTIVE","task_status":"powering-off"}])", PowerState::kStopping},
      {R"([{"status":"SHUTOFF","task_status":"powering-off"}])", PowerState::kStopping},
      {R"([{"status":"ACTIVE","task_status":"rebooting"}])", PowerState::kBusy},
      {R"([{"status":"SHUTOFF"},{"status":"SHUTOFF"}])", PowerState::kStopped},
      {R"([{"status":"SHUTOFF"},{"status":"ACTIVE"}])", PowerState::kPartial},
      {R"([{"status":"FROZEN"}])", PowerState::kUnavailable},
      {R"([{"status":"SLEEPING"}])", PowerState::kUnknown},
      {R"([{"status":"SHUTOFF"},{"status":"SLEEPING"}])", PowerState::kUnknown},
      // What is not said is never "stopped".
      {R"([])", PowerState::kUnknown},
      {R"(null)", PowerState::kUnknown},
      {R"([null])", PowerState::kUnknown},
      {R"([{}])", PowerState::kUnknown},
      {R"([{"status":null}])", PowerState::kUnknown},
      {R"([{"status":""}])", PowerState::kUnknown},
      {R"([{"status":"SHUTOFF"},null])", PowerState::kUnknown},
      {R"([{"status":"SHUTOFF"},{}])", PowerState::kUnknown},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.servers);
    EXPECT_EQ(TheOnly(WithServers(row.servers)).state, row.state);
  }
}

// An answer that shows one node of a pair, off, says nothing of the other one.
TEST(ParseListTest, FewerNodesThanTheAnswerCountsAreNotTheWholeInstance) {
  const std::string off = R"([{"status":"SHUTOFF"}])";
  const auto with_total = [&off](const std::string& total) {
    return TheOnly(absl::StrCat(R"({"clusters":[{"instance_id":")", kId, R"(","detail":{"total":)",
                                total, R"(,"server":)", off, R"(}}]})"));
  };
  EXPECT_EQ(with_total("2").state, PowerState::kUnknown);
  EXPECT_THAT(with_total("2").nodes, SizeIs(2));
  for (const char* total : {"1", "0", "-1", "null", R"("2")", "[]", "1.5"}) {
    EXPECT_EQ(with_total(total).state, PowerState::kStopped) << total;
  }
  EXPECT_EQ(with_total("4294967296").state, PowerState::kUnknown);
}

TEST(ParseListTest, TakesNullForAbsent) {
  for (const char* entry : {R"({"instance_id":"ID","name":null,"detail":null})",
                            R"({"instance_id":"ID"})", R"({"instance_id":"ID","detail":{}})",
                            R"({"instance_id":"ID","detail":{"server":null}})"}) {
    SCOPED_TRACE(entry);
    const std::string body = absl::StrCat(
        R"({"clusters":[)", absl::StrReplaceAll(entry, {{"ID", kId}}), R"(],"total":null})");
    const core::ListedInstance instance = TheOnly(body);
    EXPECT_EQ(instance.state, PowerState::kUnknown);
    EXPECT_EQ(instance.cloud_name, "");
    EXPECT_THAT(instance.nodes, IsEmpty());
  }
}

TEST(ParseListTest, MapsFurtherStatusesAsConfigured) {
  const std::string body = WithServers(R"([{"status":"SLEEPING"}])");
  EXPECT_EQ(TheOnly(body, {{"sleeping", PowerState::kStopped}}).state, PowerState::kStopped);
}

TEST(ParseListTest, AnEmptyListIsAList) {
  const ParsedList list = ParseList(R"({"clusters":[]})", {});
  EXPECT_EQ(list.shape, BodyShape::kJson);
  EXPECT_THAT(list.instances, IsEmpty());
}

TEST(ParseListTest, DoesNotMixUpEntries) {
  const ParsedList list = ParseList(
      absl::StrCat(R"({"clusters":[{"instance_id":")", kId,
                   R"(","name":"one","detail":{"server":[{"status":"SHUTOFF"}]}},{"instance_id":")",
                   kOther, R"("}]})"),
      {});
  ASSERT_THAT(list.instances, SizeIs(2));
  EXPECT_EQ(list.instances[1].instance_id, kOther);
  EXPECT_EQ(list.instances[1].cloud_name, "");
  EXPECT_EQ(list.instances[1].state, PowerState::kUnknown);
  EXPECT_THAT(list.instances[1].nodes, IsEmpty());
}

TEST(ParseListTest, IgnoresWhatItDoesNotRead) {
  const core::ListedInstance instance = TheOnly(absl::StrCat(
      R"({"new":{"clusters":[{"instance_id":7}]},"list":[[[{"status":1}]]],"clusters":[{"x":{"instance_id":"no",)",
      R"("name":[1,2.5,true,null]},"instance_id":")", kId,
      R"(","detail":{"x":[{"status":[]}],"server":[{"status":"ACTIVE","x":{"status":"SHUTOFF"}}]}}]})"));
  EXPECT_EQ(instance.instance_id, kId);
  EXPECT_EQ(instance.state, PowerState::kRunning);
}

TEST(ParseListTest, RefusesAListWithAnEntryThatCannotBeTold) {
  const std::string good = absl::StrCat(R"({"instance_id":")", kId, R"("})");
  const struct {
    std::string entries;
    const char* problem;
  } rows[] = {
      {"{}", "clusters[0] has no instance_id"},
      {good + ",{}", "clusters[1] has no instance_id"},
      {R"({"instance_id":null})", "clusters[0] has no instance_id"},
      {R"({"instance_id":""})", "clusters[0] has no instance_id"},
      {R"({"instance_id":"short"})", "which is not one"},
      {R"({"instance_id":"../../../../../../../../../../../../x"})", "which is not one"},
      {R"({"instance_id":7})", "clusters[0]: \"instance_id\" is a number"},
      {R"({"instance_id":["x"]})", "\"instance_id\" is an array"},
      {good + "," + good, "clusters[1] has an instance_id that was there before"},
      {absl::StrCat(R"({"instance_id":")", kId, R"(","instance_id":")", kOther, R"("})"),
       "\"instance_id\" is there twice"},
      {"null", "clusters[0] is null"},
      {"7", "clusters[0] is a number"},
      {"\"x\"", "clusters[0] is a string"},
      {"[]", "clusters[0] is an array"},
      {good + ",true", "clusters[1] is a boolean"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.entries);
    const ParsedList list = ParseList(absl::StrCat("{\"clusters\":[", row.entries, "]}"), {});
    EXPECT_EQ(list.shape, BodyShape::kWrongType);
    EXPECT_THAT(list.instances, IsEmpty());
    EXPECT_THAT(list.message, HasSubstr(row.problem));
  }
}

TEST(ParseListTest, RefusesAValueOfAnotherTypeInAnyFieldItReads) {
  for (const char* value : {"7", "2.5", "-1", "true", "{}", "[]"}) {
    for (const char* field : {"instance_id", "name"}) {
      const std::string body = absl::StrCat("{\"clusters\":[{\"", field, "\":", value, "}]}");
      EXPECT_EQ(ParseList(body, {}).shape, BodyShape::kWrongType) << body;
    }
    for (const char* field : {"name", "status", "task_status"}) {
      const std::string body = WithServers(absl::StrCat("[{\"", field, "\":", value, "}]"));
      EXPECT_EQ(ParseList(body, {}).shape, BodyShape::kWrongType) << body;
    }
  }
  for (const char* value : {"7", "\"x\"", "true", "[]"}) {
    const std::string body =
        absl::StrCat(R"({"clusters":[{"instance_id":")", kId, R"(","detail":)", value, "}]}");
    EXPECT_EQ(ParseList(body, {}).shape, BodyShape::kWrongType) << body;
  }
  for (const char* value : {"7", "\"x\"", "true", "{}", "[7]", "[\"x\"]", "[[]]"}) {
    EXPECT_EQ(ParseList(WithServers(value), {}).shape, BodyShape::kWrongType) << value;
  }
}

TEST(ParseListTest, RefusesWhatIsNoList) {
  const struct {
    const char* body;
    BodyShape shape;
  } rows[] = {
      {"", BodyShape::kEmpty},
      {" \r\n", BodyShape::kEmpty},
      {"{}", BodyShape::kWrongType},
      {"[]", BodyShape::kWrongType},
      {"7", BodyShape::kWrongType},
      {"null", BodyShape::kWrongType},
      {"\"clusters\"", BodyShape::kWrongType},
      {R"({"clusters":null})", BodyShape::kWrongType},
      {R"({"clusters":{}})", BodyShape::kWrongType},
      {R"({"clusters":"x"})", BodyShape::kWrongType},
      {R"({"clusters":[],"clusters":[]})", BodyShape::kWrongType},
      {R"({"data":{"clusters":[]}})", BodyShape::kWrongType},
      {"<!DOCTYPE html><html></html>", BodyShape::kHtml},
      {"  <html>", BodyShape::kHtml},
      {"upstream connect error", BodyShape::kNotJson},
      {R"({'clusters':[]})", BodyShape::kNotJson},
      {"{\"clusters\":[],}", BodyShape::kNotJson},
      {"{\"clusters\":[]} // done", BodyShape::kNotJson},
      {"\xEF\xBB\xBF<html>", BodyShape::kNotJson},
      {"{\"clusters\":[{\"name\":\"\xFF\"}]}", BodyShape::kNotJson},
      {"\x1F\x8B\x08", BodyShape::kNotJson},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const ParsedList list = ParseList(row.body, {});
    EXPECT_EQ(list.shape, row.shape);
    EXPECT_THAT(list.instances, IsEmpty());
  }
}

TEST(ParseListTest, TellsTheErrorThatCameInPlaceOfAList) {
  const ParsedList list = ParseList(R"({"error_code":"DBSS.11000000","error_msg":"Internal"})", {});
  EXPECT_EQ(list.shape, BodyShape::kWrongType);
  EXPECT_EQ(list.error_code, "DBSS.11000000");
  EXPECT_EQ(list.message, "the answer has no array \"clusters\": Internal");
}

TEST(ParseListTest, ShowsNoPartOfASecretThatTheCloudRepeats) {
  const auto redact = [](const std::string& text) {
    return absl::StrReplaceAll(text, {{"hunter2/hunter2", "[secret]"}});
  };
  for (size_t before = 0; before < limits::kMaxCloudMessageBytes; ++before) {
    std::string words(before, 'w');
    for (size_t i = 9; i < words.size(); i += 10) words[i] = ' ';
    for (const char* form : {"hunter2/hunter2", R"(hunter2\/hunter2)"}) {
      const std::string text = absl::StrCat(words, " ", form);
      for (const std::string& body :
           {absl::StrCat(R"({"error_code":"c","error_msg":")", text, R"("})"),
            absl::StrCat(R"({"error_code":")", text, R"(","error_msg":"m"})"),
            absl::StrCat(R"({"clusters":[{"instance_id":")", text, R"("}]})")}) {
        const ParsedList list = ParseInPieces(body, 4096, {}, redact);
        ASSERT_EQ(list.shape, BodyShape::kWrongType);
        ASSERT_THAT(list.error_code + list.message, Not(HasSubstr("hu"))) << body;
      }
    }
  }
}

TEST(ParseListTest, IsNotLedIntoTheDeep) {
  for (const std::string& opening : {std::string("["), std::string("{\"a\":")}) {
    std::string deep = "{\"clusters\":[],\"x\":";
    for (int i = 0; i < 100000; ++i) deep += opening;
    const ParsedList list = ParseList(deep, {});
    EXPECT_EQ(list.shape, BodyShape::kWrongType);
    EXPECT_THAT(list.message, HasSubstr("nested too deeply"));
  }
  std::string nodes = "[{\"status\":\"SHUTOFF\"}";
  for (size_t i = 1; i < limits::kMaxNodesPerInstance; ++i) nodes += ",{\"status\":\"SHUTOFF\"}";
  EXPECT_EQ(ParseList(WithServers(nodes + "]"), {}).shape, BodyShape::kJson);
  EXPECT_THAT(ParseList(WithServers(nodes + ",{}]"), {}).message, HasSubstr("too many nodes"));
}

TEST(ParseListTest, RefusesMoreThanFitsIntoAListWithoutKeepingIt) {
  const std::string frame = "{\"x\":\"" + std::string(limits::kMaxListFrameBytes, 'x');
  EXPECT_EQ(ParseInPieces(frame, 65536, {}).shape, BodyShape::kTooLarge);
  const std::string entry =
      "{\"clusters\":[{\"x\":\"" + std::string(limits::kMaxListEntryBytes, 'x');
  EXPECT_EQ(ParseInPieces(entry, 65536, {}).shape, BodyShape::kTooLarge);
}

TEST(ParseListTest, IsNotDeceivedByWhatStandsForAnEntry) {
  for (const char* entries :
       {"0", "0,{}", "1{}", "{}.5", "{}{}", "\"x\"{}", "[{}]", "{},", ",{}"}) {
    const std::string body = absl::StrCat(
        "{\"clusters\":[",
        absl::StrReplaceAll(entries, {{"{}", absl::StrCat("{\"instance_id\":\"", kId, "\"}")}}),
        "]}");
    EXPECT_NE(ParseList(body, {}).shape, BodyShape::kJson) << body;
  }
}

TEST(ParseListTest, AnArrayOfAnotherNameHasNoInstances) {
  for (const char* body : {R"({"clusters":[],"other":[{"instance_id":"x"}]})",
                           R"({"a":"clusters","other":[{}],"clusters":[]})",
                           R"({"x":{"clusters":[{}]},"clusters":[]})"}) {
    const ParsedList list = ParseList(body, {});
    EXPECT_EQ(list.shape, BodyShape::kJson) << body << list.message;
    EXPECT_THAT(list.instances, IsEmpty());
  }
}

TEST(ParseListTest, BoundsAndCleansWhatItKeeps) {
  const core::ListedInstance instance = TheOnly(
      absl::StrCat(R"({"clusters":[{"instance_id":")", kId, R"(","name":"a\u0000\u001b[31m\u202e)",
                   std::string(300, 'n'), R"(","detail":{"server":[{"status":")",
                   std::string(5000, 'S'), R"("}]}}]})"));
  EXPECT_LE(instance.cloud_name.size(), limits::kMaxCloudNameLength);
  EXPECT_THAT(instance.cloud_name, StartsWith("a  [31m nnn"));
  EXPECT_LE(instance.nodes[0].status.size(), limits::kMaxCloudStatusBytes);
  EXPECT_EQ(instance.state, PowerState::kUnknown);
}

TEST(ListTallyTest, CountsNodesByTheirRawStringsAndTellsWhatTheyAreTakenFor) {
  const ParsedList list = ParseList(
      absl::StrCat(R"({"clusters":[{"instance_id":")", kId, R"(","detail":{"server":[)",
                   R"({"status":"ACTIVE","task_status":"NO_TASK","region":"cn-north-7"},)",
                   R"({"status":"ACTIVE","task_status":"NO_TASK","region":"cn-north-7"}]}},)",
                   R"({"instance_id":")", kOther, R"(","detail":{"server":[)",
                   R"({"status":"HIBERNATED","task_status":null,"region":"cn-north-4"}]}}]})"),
      {{"PAUSED", PowerState::kStopped}});
  const ListTally& tally = list.tally;
  EXPECT_EQ(tally.nodes, 3);
  EXPECT_EQ(tally.pairs, 1);
  EXPECT_EQ(tally.instances.at(PowerState::kRunning), 1);
  EXPECT_EQ(tally.instances.at(PowerState::kUnknown), 1);
  ASSERT_THAT(tally.raw_states, SizeIs(2));
  EXPECT_EQ(tally.raw_states[0].status, "ACTIVE");
  EXPECT_EQ(tally.raw_states[0].nodes, 2);
  EXPECT_EQ(tally.raw_states[0].state, PowerState::kRunning);
  EXPECT_FALSE(tally.raw_states[0].unknown_status);
  EXPECT_EQ(tally.raw_states[1].status, "HIBERNATED");
  EXPECT_EQ(tally.raw_states[1].task_status, "");
  EXPECT_EQ(tally.raw_states[1].state, PowerState::kUnknown);
  EXPECT_TRUE(tally.raw_states[1].unknown_status);
  ASSERT_THAT(tally.regions, SizeIs(2));
  EXPECT_EQ(tally.regions[0].name, "cn-north-7");
  EXPECT_EQ(tally.regions[0].nodes, 2);
}

TEST(ListTallyTest, AStatusThatIsMappedIsKnownWhateverItsTask) {
  const ParsedList list = ParseList(WithServers(R"([{"status":"PAUSED","task_status":"waking"}])"),
                                    {{"paused", PowerState::kStopped}});
  ASSERT_THAT(list.tally.raw_states, SizeIs(1));
  EXPECT_EQ(list.tally.raw_states[0].state, PowerState::kBusy);
  EXPECT_FALSE(list.tally.raw_states[0].unknown_status);
}

TEST(ListTallyTest, IsBoundedHoweverManyDifferentStatesThereAre) {
  std::string servers;
  for (size_t i = 0; i < limits::kMaxNodesPerInstance; ++i) {
    absl::StrAppend(&servers, i == 0 ? "[" : ",", R"({"status":"S)", i, R"(","region":"r)", i,
                    R"("})");
  }
  const std::string other = absl::StrReplaceAll(servers, {{"\"S", "\"T"}});
  const ParsedList list = ParseList(
      absl::StrCat(R"({"clusters":[{"instance_id":")", kId, R"(","detail":{"server":)", servers,
                   R"(]}},{"instance_id":")", kOther, R"(","detail":{"server":)", other, "]}}]}"),
      {});
  EXPECT_EQ(list.tally.nodes, 2 * static_cast<int64_t>(limits::kMaxNodesPerInstance));
  EXPECT_THAT(list.tally.raw_states, SizeIs(limits::kMaxRawStates));
  EXPECT_TRUE(list.tally.raw_states_cut);
  EXPECT_THAT(list.tally.regions, SizeIs(limits::kMaxRegions));
}

TEST(ListTallyTest, ARegionThatIsNoTextSpoilsNothing) {
  for (const char* region : {"null", "7", "[\"x\"]", "{\"status\": 3}", "true"}) {
    const core::ListedInstance instance =
        TheOnly(WithServers(absl::StrCat(R"([{"status":"ACTIVE","region":)", region, "}]")));
    EXPECT_EQ(instance.state, PowerState::kRunning) << region;
  }
}

// So many instances with these nodes. `taken`: of how many the reader took the text.
ParsedList ReadMany(size_t count, const std::string& servers, size_t* taken = nullptr) {
  const core::StatusMap none;
  ListReader reader(none, AsItIs);
  EXPECT_TRUE(reader.Feed("{\"clusters\":["));
  size_t fed = 0;
  while (fed < count &&
         reader.Feed(absl::StrCat(fed == 0 ? "" : ",", R"({"instance_id":")", std::string(25, '0'),
                                  1000000 + fed, R"(","detail":{"server":[)", servers, "]}}"))) {
    ++fed;
  }
  if (taken != nullptr) *taken = fed;
  reader.Feed("]}");
  return reader.Finish();
}

// The extreme.
TEST(ParseListTest, ReadsAHundredThousandPairsPieceByPiece) {
  const ParsedList list = ReadMany(100000, R"({"status":"SHUTOFF"},{"status":"SHUTOFF"})");
  EXPECT_EQ(list.shape, BodyShape::kJson) << list.message;
  EXPECT_THAT(list.instances, SizeIs(100000));
}

TEST(ParseListTest, TakesNoMoreInstancesThanFitIntoMemory) {
  size_t taken = 0;
  const ParsedList list = ReadMany(2 * limits::kMaxListInstances, "", &taken);
  EXPECT_EQ(list.shape, BodyShape::kTooLarge);
  EXPECT_EQ(taken, limits::kMaxListInstances);
  EXPECT_THAT(list.instances, IsEmpty());
  EXPECT_EQ(list.message,
            absl::StrCat("the answer has more than ", limits::kMaxListInstances, " instances"));
}

TEST(ParseListTest, TakesNoMoreNodesThanFitIntoMemory) {
  std::string nodes = "{}";
  for (size_t i = 1; i < limits::kMaxNodesPerInstance; ++i) nodes += i % 2 == 0 ? ",{}" : ",null";
  const size_t full = limits::kMaxListNodes / limits::kMaxNodesPerInstance;
  size_t taken = 0;
  const ParsedList list = ReadMany(2 * full, nodes, &taken);
  EXPECT_EQ(list.shape, BodyShape::kTooLarge);
  EXPECT_EQ(taken, full);
  EXPECT_THAT(list.instances, IsEmpty());
  EXPECT_EQ(list.message,
            absl::StrCat("the answer has more than ", limits::kMaxListNodes, " nodes"));
}

}  // namespace
}  // namespace quiesce::cloud
