#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/unit/client/lib/client_fixture.h"

namespace quiesce::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCn[] = "0123456789abcdef0123456789abcdef";
constexpr char kSg[] = "89abcdef0123456789abcdef01234567";

// A server with a few instances that knows the filters project, id_prefix and cloud_name.
class ResolveTest : public ClientFixture {
 protected:
  struct Row {
    std::string alias, project, id, cloud_name;
    std::string name() const { return absl::StrCat("projects/", project, "/instances/", id); }
  };

  void SetUp() override {
    rows_ = {
        {"billing-cn", kCn, "a8c37c9be61ffd4ee8aacab7bae74e91", "billing-om-1"},
        {"billing-cn", kCn, "a8c37c00000000000000000000000000", "billing-om-2"},
        {"billing-cn", kCn, "f19b543c-b22a-4da8-b43d-a9003aaec146", "same-name"},
        {"billing-sg", kSg, "e19b543c-b22a-4da8-b43d-a9003aaec146", "same-name"},
        {"billing-sg", kSg, "d19b543c-b22a-4da8-b43d-a9003aaec146", "with blank \"quoted\""},
        {"billing-sg", kSg, "c19b543c-b22a-4da8-b43d-a9003aaec146", "a/b"},
        {"billing-sg", kSg, "c19b543c-b22a-4da8-b43d-a9003aaec146-longer", "longer"},
    };
    server_.On("ListInstances", [this](const v1::ListInstancesRequest& request,
                                       v1::ListInstancesResponse& response) {
      for (const Row& row : rows_) {
        if (!Matches(row, request.filter())) continue;
        if (response.instances_size() == request.page_size()) break;
        v1::Instance& instance = *response.add_instances();
        instance.set_name(row.name());
        instance.set_project_alias(row.alias);
        instance.set_cloud_name(row.cloud_name);
      }
      return grpc::Status::OK;
    });
  }

  static bool Matches(const Row& row, const std::string& filter) {
    const std::string both = absl::StrCat("project=", row.alias, " AND ");
    const std::string term = absl::StartsWith(filter, both) ? filter.substr(both.size()) : filter;
    if (absl::StartsWith(term, "id_prefix=")) return absl::StartsWith(row.id, term.substr(10));
    return term == absl::StrCat("cloud_name=", FilterValue(row.cloud_name));
  }

  std::string Resolve(const std::string& reference) {
    const auto name = client().ResolveInstance(reference);
    return name.ok() ? *name : std::string(name.status().message());
  }
  ApiError ErrorOf(const std::string& reference) {
    return ToApiError(client().ResolveInstance(reference).status());
  }

  std::vector<Row> rows_;
};

TEST_F(ResolveTest, EveryForm) {
  EXPECT_EQ(Resolve(rows_[0].id), rows_[0].name());
  EXPECT_EQ(Resolve("a8c37c9"), rows_[0].name());
  EXPECT_EQ(Resolve("f19b54"), rows_[2].name());
  EXPECT_EQ(Resolve("billing-om-2"), rows_[1].name());
  EXPECT_EQ(Resolve("billing-sg/same-name"), rows_[3].name());
  EXPECT_EQ(Resolve("billing-cn/a8c37c9b"), rows_[0].name());
  EXPECT_EQ(Resolve("with blank \"quoted\""), rows_[4].name());
  EXPECT_EQ(Resolve("billing-sg/with blank \"quoted\""), rows_[4].name());
  EXPECT_EQ(Resolve("a/b"), rows_[5].name());
  EXPECT_EQ(Resolve("billing-sg/a/b"), rows_[5].name());
}

TEST_F(ResolveTest, AFullNameIsNotAskedFor) {
  EXPECT_EQ(Resolve("projects/billing-cn/instances/x"), "projects/billing-cn/instances/x");
  EXPECT_THAT(server_.Calls("ListInstances"), IsEmpty());
}

TEST_F(ResolveTest, AWholeIdIsMeantAsOne) {
  EXPECT_EQ(Resolve(rows_[5].id), rows_[5].name());
  EXPECT_EQ(Resolve("billing-sg/" + rows_[5].id), rows_[5].name());
  EXPECT_EQ(Resolve(rows_[6].id), rows_[6].name());
}

TEST_F(ResolveTest, AmbiguousPrefix) {
  const ApiError error = ErrorOf("a8c37c");
  EXPECT_EQ(error.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error.trouble, Trouble::kArgument);
  EXPECT_EQ(error.reason, v1::ERROR_REASON_AMBIGUOUS_NAME);
  EXPECT_EQ(error.message,
            "\"a8c37c\" may be any of these, say which by its id or as ALIAS/NAME:\n"
            "  a8c37c00000000000000000000000000  billing-cn/billing-om-2\n"
            "  a8c37c9be61ffd4ee8aacab7bae74e91  billing-cn/billing-om-1");
  EXPECT_EQ(error.metadata.at("candidates"), absl::StrCat(rows_[1].name(), ",", rows_[0].name()));
}

TEST_F(ResolveTest, AmbiguousName) {
  EXPECT_THAT(ErrorOf("same-name").message, HasSubstr("billing-sg/same-name"));
  // A name of one that is the beginning of another's id.
  rows_.push_back({"billing-cn", kCn, "b19b543c-b22a-4da8-b43d-a9003aaec146", "d19b54"});
  EXPECT_EQ(ErrorOf("d19b54").reason, v1::ERROR_REASON_AMBIGUOUS_NAME);
}

TEST_F(ResolveTest, ManyCandidates) {
  for (int i = 0; i < 30; ++i) {
    rows_.push_back({"p", kCn, absl::StrCat("ffffffffffffffffffffffffffffff", 10 + i), ""});
  }
  const std::string message = ErrorOf("ffffff").message;
  EXPECT_THAT(message, HasSubstr("\n  ... and more"));
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 11);
}

TEST_F(ResolveTest, Nothing) {
  EXPECT_EQ(ErrorOf("nothing").code, absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorOf("nothing").trouble, Trouble::kNotFound);
  // Five characters are no prefix, and are not sent as one.
  EXPECT_THAT(ErrorOf("a8c37").message, HasSubstr("the first 6 characters or more"));
  EXPECT_EQ(ErrorOf("billing-sg/a8c37c9b").code, absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorOf("").code, absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorOf("billing-sg/").code, absl::StatusCode::kNotFound);
}

TEST_F(ResolveTest, ErrorsOfTheServerAreGivenOn) {
  server_.Once("ListInstances",
               testing::Error(grpc::StatusCode::INVALID_ARGUMENT, v1::ERROR_REASON_INVALID_FILTER));
  EXPECT_EQ(ErrorOf("a8c37c9").reason, v1::ERROR_REASON_INVALID_FILTER);
}

TEST(FilterValueTest, QuotesWhereNeeded) {
  EXPECT_EQ(FilterValue("billing-om-1"), "billing-om-1");
  EXPECT_EQ(FilterValue("a b"), "\"a b\"");
  EXPECT_EQ(FilterValue("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(FilterValue(""), "\"\"");
}

}  // namespace
}  // namespace quiesce::client
