#include "daemon/cloud/response_parser.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "daemon/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cloud/published_example.h"

namespace quiesce::cloud {
namespace {

using core::PowerState;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

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

// --- lists --------------------------------------------------------------------------------------

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
    const ParsedList list = ParseList(kPublishedList.substr(0, length), {});
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
      const ParsedList list = ParseList(body, {});
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

TEST(ParseListTest, IsNotLedIntoTheDeep) {
  for (const std::string& opening : {std::string("["), std::string("{\"a\":")}) {
    std::string deep = "{\"clusters\":[],\"x\":";
    for (int i = 0; i < 1000000; ++i) deep += opening;
    const ParsedList list = ParseList(deep, {});
    EXPECT_EQ(list.shape, BodyShape::kWrongType);
    EXPECT_THAT(list.message, HasSubstr("nested too deeply"));
  }
  std::string nodes = "[{\"status\":\"SHUTOFF\"}";
  for (size_t i = 1; i < limits::kMaxNodesPerInstance; ++i) nodes += ",{\"status\":\"SHUTOFF\"}";
  EXPECT_EQ(ParseList(WithServers(nodes + "]"), {}).shape, BodyShape::kJson);
  EXPECT_THAT(ParseList(WithServers(nodes + ",{}]"), {}).message, HasSubstr("too many nodes"));
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

TEST(ParseListTest, ReadsAThousandInstances) {
  const std::string whole(kPublishedList);
  const std::string entry = whole.substr(13, whole.size() - 15);
  std::string body = "{\"clusters\":[";
  for (int i = 0; i < 1000; ++i) {
    const std::string id = absl::StrCat(std::string(28, '0'), 1000 + i);
    absl::StrAppend(&body, i == 0 ? "" : ",", absl::StrReplaceAll(entry, {{kId, id}}));
  }
  body += "]}";
  const ParsedList list = ParseList(body, {});
  EXPECT_EQ(list.shape, BodyShape::kJson) << list.message;
  EXPECT_THAT(list.instances, SizeIs(1000));
}

// --- any answer ---------------------------------------------------------------------------------

TEST(ParseAnswerTest, ReadsTheResultOfAStop) {
  const ParsedAnswer answer = ParseAnswer(R"({ "result" : "success" })");
  EXPECT_EQ(answer.shape, BodyShape::kJson);
  EXPECT_EQ(answer.result, "success");
  EXPECT_EQ(answer.error_code, "");
  EXPECT_EQ(ParseAnswer(R"({"result":"failed"})").result, "failed");
  EXPECT_EQ(ParseAnswer(R"({"result":null})").shape, BodyShape::kJson);
  EXPECT_EQ(ParseAnswer(R"({"result":null})").result, "");
  EXPECT_EQ(ParseAnswer(R"({"result":true})").shape, BodyShape::kWrongType);
  EXPECT_EQ(ParseAnswer(R"({"result":{"a":1}})").shape, BodyShape::kWrongType);
}

TEST(ParseAnswerTest, ReadsEveryFormOfAnError) {
  const struct {
    const char* body;
    const char* code;
    const char* message;
  } rows[] = {
      {R"({"error_code":"DBSS.10020131","error_msg":"Failed to stop DBSS instance.","details":null,"encoded_authorization_message":null})",
       "DBSS.10020131", "Failed to stop DBSS instance."},
      {R"({"error_msg":"The API does not exist.","error_code":"APIGW.0101","request_id":"x"})",
       "APIGW.0101", "The API does not exist."},
      {R"({"error":{"error_code":"DBSS.11000000","error_msg":"Internal system exception."}})",
       "DBSS.11000000", "Internal system exception."},
      {R"({"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}})",
       "401", "The username or password is wrong."},
      {R"({"code":"X.1","message":"m"})", "X.1", "m"},
      {R"({"code":400,"message":"m"})", "400", "m"},
      {R"({"errorCode":"X.2","errorMsg":"m2"})", "X.2", "m2"},
      {R"({"fault":{"errorCode":"X.3","errorMsg":"m3"}})", "X.3", "m3"},
      {R"({"error_code":"DBSS.1","error_msg":"no","encoded_authorization_message":"Egpj","details":[{"error_code":"PDP5.1","error_msg":"denied by policy"}]})",
       "DBSS.1", "no (PDP5.1: denied by policy)"},
      {R"({"error_code":"DBSS.1","error_msg":"no","details":[{"code":"P","message":"d"},{"code":"Q"}]})",
       "DBSS.1", "no (P: d)"},
      {R"({"error_code":"DBSS.1","error_msg":"no","details":"gone"})", "DBSS.1", "no"},
      {R"({"error_code":"DBSS.1","error_msg":"no","details":[7]})", "DBSS.1", "no"},
      {R"({"error_code":null,"error_msg":null,"code":"Y","message":"y"})", "Y", "y"},
      {R"({"error_code":["x"],"error_msg":{"y":1}})", "", ""},
      {R"({"error_code":-5})", "", ""},
      {"{}", "", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const ParsedAnswer answer = ParseAnswer(row.body);
    EXPECT_EQ(answer.shape, BodyShape::kJson);
    EXPECT_EQ(answer.error_code, row.code);
    EXPECT_EQ(answer.message, row.message);
  }
}

TEST(ParseAnswerTest, NeverThrowsWhateverTheBytes) {
  EXPECT_EQ(ParseAnswer("").shape, BodyShape::kEmpty);
  EXPECT_EQ(ParseAnswer("<html>no</html>").shape, BodyShape::kHtml);
  EXPECT_EQ(ParseAnswer("<html>no</html>").message, "");
  EXPECT_EQ(ParseAnswer("upstream\r\nconnect error").message, "upstream  connect error");
  EXPECT_EQ(ParseAnswer("[1]").shape, BodyShape::kWrongType);
  EXPECT_EQ(ParseAnswer("\"success\"").shape, BodyShape::kWrongType);
  EXPECT_EQ(ParseAnswer("{\"result\":\"success\"").shape, BodyShape::kNotJson);
  EXPECT_EQ(ParseAnswer("{\"result\":\"success\"}}").shape, BodyShape::kNotJson);
  EXPECT_EQ(ParseAnswer("\xFF\xFE").message, "??");
  EXPECT_EQ(ParseAnswer({"{\"result\":\"success\"}\0<html>", 27}).shape, BodyShape::kNotJson);
  EXPECT_EQ(ParseAnswer(std::string(60000, '[')).shape, BodyShape::kNotJson);
  EXPECT_EQ(ParseAnswer(std::string(30000, '[') + std::string(30000, ']')).shape,
            BodyShape::kWrongType);
  EXPECT_EQ(ParseAnswer("{\"code\":1e999,\"message\":\"m\"}").shape, BodyShape::kNotJson);
  EXPECT_EQ(ParseAnswer("{\"code\":123456789012345678901234567890,\"message\":\"m\"}").message,
            "m");
}

TEST(ParseAnswerTest, BoundsAndCleansMessages) {
  const ParsedAnswer answer = ParseAnswer(
      absl::StrCat(R"({"error_code":")", std::string(500, 'C'), R"(","error_msg":"a\nb\u001b)",
                   std::string(80, 'x'), R"( )", std::string(2000, 'T'), R"( end"})"));
  EXPECT_LE(answer.error_code.size(), limits::kMaxCloudCodeBytes);
  EXPECT_THAT(answer.message, AllOf(StartsWith("a b xxx"), HasSubstr("[2000 characters] end")));
  EXPECT_THAT(answer.message, Not(HasSubstr("TTT")));
}

// --- text ---------------------------------------------------------------------------------------

TEST(SafeTextTest, TakesOutSecretsControlsAndWhatIsNotText) {
  EXPECT_EQ(SafeText("token abc123 bad", 100, "abc123"), "token [secret] bad");
  EXPECT_EQ(SafeText("abc123abc123", 100, "abc123"), "[secret][secret]");
  EXPECT_EQ(SafeText("a\tb\x7F"
                     "c\xC2\x85"
                     "d\xE2\x80\xAE"
                     "e",
                     100),
            "a b c d e");
  EXPECT_EQ(SafeText("gr\xC3\xBC\xC3\x9F \xE4\xB8\x80 \xF0\x9F\x98\x80", 100),
            "gr\xC3\xBC\xC3\x9F \xE4\xB8\x80 \xF0\x9F\x98\x80");
  // Overlong, a surrogate, beyond Unicode, a lone continuation, cut short.
  EXPECT_EQ(SafeText("\xC0\xAF", 100), "??");
  EXPECT_EQ(SafeText("\xE0\x80\xAF", 100), "???");
  EXPECT_EQ(SafeText("\xED\xA0\x80", 100), "???");
  EXPECT_EQ(SafeText("\xF4\x90\x80\x80", 100), "????");
  EXPECT_EQ(SafeText("\x80", 100), "?");
  EXPECT_EQ(SafeText("x\xE4\xB8", 100), "x??");
  EXPECT_EQ(SafeText(std::string(101, 'x'), 1000), "[101 characters]");
  EXPECT_EQ(SafeText(std::string(100, 'x'), 1000), std::string(100, 'x'));
  EXPECT_LE(SafeText(std::string(50, 'x') + " " + std::string(50, 'y'), 20).size(), 20u);
}

TEST(ParseRetryAfterTest, TakesSecondsAndDates) {
  const absl::Time now = absl::FromUnixSeconds(1445412420);  // Wed, 21 Oct 2015 07:27:00 GMT
  EXPECT_EQ(ParseRetryAfter("0", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("17", now), absl::Seconds(17));
  EXPECT_EQ(ParseRetryAfter("Wed, 21 Oct 2015 07:28:00 GMT", now), absl::Minutes(1));
  EXPECT_EQ(ParseRetryAfter("Wed, 21 Oct 2015 07:26:00 GMT", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("999999", now), limits::kMaxThrottlePause);
  EXPECT_EQ(ParseRetryAfter("99999999999999999999999", now), limits::kMaxThrottlePause);
  for (const char* text : {"", "-1", "+1", "1.5", "soon", "12 ", "Wed, 99 Oct 2015 07:28:00 GMT"}) {
    EXPECT_EQ(ParseRetryAfter(text, now), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace quiesce::cloud
