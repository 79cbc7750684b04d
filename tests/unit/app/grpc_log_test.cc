#include "daemon/app/grpc_log.h"

#include <string>

#include "daemon/base/clock.h"
#include "gmock/gmock.h"
#include "grpc/support/log.h"
#include "gtest/gtest.h"
#include "tests/support/captured_log.h"

namespace quiesce::app {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GrpcLog, RoutesWhileItLives) {
  SystemClock clock;
  support::CapturedLog captured;
  observability::Logger log(clock, captured);
  {
    const GrpcLog grpc_log(log);
    gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);  // as gRPC does when it begins
    gpr_log(GPR_ERROR, "bad\nthing %d", 7);
    EXPECT_THAT(captured.lines(),
                ElementsAre(AllOf(HasSubstr("level=error msg=grpc text=\"bad\\nthing 7\""),
                                  HasSubstr("grpc_log_test.cc"))));
  }
  gpr_log(GPR_ERROR, "nobody listens");
  EXPECT_EQ(captured.lines().size(), 1u);
}

}  // namespace
}  // namespace quiesce::app
