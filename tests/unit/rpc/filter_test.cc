#include "daemon/rpc/filter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "daemon/core/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const std::vector<std::string_view> kFields = {"phase", "cloud_name", "workspace"};

FilterTerms Parsed(std::string_view filter) {
  absl::StatusOr<FilterTerms> terms = ParseFilter(filter, kFields);
  EXPECT_TRUE(terms.ok()) << terms.status();
  return terms.ok() ? *terms : FilterTerms();
}

TEST(Filter, ReadsTerms) {
  EXPECT_THAT(Parsed(""), IsEmpty());
  EXPECT_THAT(Parsed("phase=STALLED"), ElementsAre(Pair("phase", "STALLED")));
  EXPECT_THAT(Parsed("phase=STALLED AND workspace=w-1"),
              ElementsAre(Pair("phase", "STALLED"), Pair("workspace", "w-1")));
  EXPECT_THAT(Parsed(R"(cloud_name="a \"b\" \\ AND c=d" AND phase=X)"),
              ElementsAre(Pair("cloud_name", R"(a "b" \ AND c=d)"), Pair("phase", "X")));
  EXPECT_THAT(Parsed("cloud_name=数据库"), ElementsAre(Pair("cloud_name", "数据库")));
}

TEST(Filter, RefusesEverythingElse) {
  for (const char* filter : {"phase",
                             "=x",
                             "phase=",
                             "phase==x",
                             "phase = x",
                             " phase=x",
                             "phase=x ",
                             "phase=x AND",
                             "phase=x AND ",
                             "phase=x and workspace=y",
                             "phase=x  AND  workspace=y",
                             "phase=x OR phase=y",
                             "phase=x AND phase=y",
                             "color=red",
                             "phase=\"",
                             "phase=\"x",
                             "phase=\"x\\n\"",
                             "phase=\"x\"y",
                             "phase=\"\"",
                             "(phase=x)",
                             "phase!=x",
                             "PHASE=x",
                             "phase=x\tAND\tworkspace=y"}) {
    const absl::Status status = ParseFilter(filter, kFields).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << filter;
    const auto detail = core::DetailOf(status);
    ASSERT_TRUE(detail) << filter;
    EXPECT_EQ(detail->reason, "INVALID_FILTER");
    EXPECT_EQ(detail->metadata.at("fields"), "phase, cloud_name, workspace");
    EXPECT_EQ(detail->field_violations[0].first, "filter");
  }
}

TEST(Filter, IsBounded) {
  std::string many = "f0=x";
  std::vector<std::string> names = {"f0"};
  std::vector<std::string_view> fields;
  for (int i = 1; i <= 16; ++i) {
    names.push_back(absl::StrCat("f", std::string(static_cast<size_t>(i), 'x')));
    absl::StrAppend(&many, " AND ", names.back(), "=x");
  }
  names[0] = "f";
  many = many.substr(0, 1) + many.substr(2);
  for (const std::string& name : names) fields.push_back(name);
  EXPECT_THAT(std::string(ParseFilter(many, fields).status().message()),
              HasSubstr("more than 16 terms"));
  EXPECT_THAT(
      std::string(ParseFilter("phase=" + std::string(9000, 'x'), kFields).status().message()),
      HasSubstr("at most 8192"));
}

}  // namespace
}  // namespace quiesce::rpc
