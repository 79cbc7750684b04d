#include "daemon/rpc/convert_plan.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> FieldsOf(const core::PlanItem& item) {
  std::vector<std::string> texts;
  const v1::PlanItem message = ToProto(item, "alpha", nullptr, Now());
  for (const v1::FieldChange& change : message.field_changes()) {
    texts.push_back(absl::StrCat(change.field(), ": ", change.before(), " -> ", change.after()));
  }
  return texts;
}

TEST(PlanItem, OfAnAdoptionSaysAllThatItBrings) {
  core::PlanItem item;
  item.change = core::Change::kAdopt;
  item.policy.emplace();
  item.policy->start_grace = absl::Minutes(5);
  item.policy->is_protected = true;
  item.policy->asserted_name = "om-1";
  EXPECT_THAT(FieldsOf(item), ElementsAre("enforcement:  -> continuous", "start_grace:  -> 5m",
                                          "protected:  -> true", "name:  -> om-1"));
}

TEST(PlanItem, OfAnUpdateSaysWhatDiffers) {
  core::PlanItem item;
  item.change = core::Change::kUpdate;
  item.policy.emplace();
  item.fields = {{"start_grace", "15m", "5m", true}};
  EXPECT_THAT(FieldsOf(item), ElementsAre("start_grace: 15m -> 5m"));
}

}  // namespace
}  // namespace quiesce::rpc
