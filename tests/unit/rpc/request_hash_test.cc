#include "daemon/rpc/request_hash.h"

#include <string>

#include "gtest/gtest.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::rpc {
namespace {

TEST(RequestHash, LeavesTheRequestIdOut) {
  v1::SetDesiredStateRequest request;
  request.set_workspace("w");
  request.set_request_id("1");
  const std::string hash = HashOfRequest(request);
  EXPECT_EQ(hash.size(), 64u);
  request.set_request_id("2");
  EXPECT_EQ(HashOfRequest(request), hash);
  EXPECT_EQ(request.request_id(), "2");
  request.mutable_spec();
  EXPECT_NE(HashOfRequest(request), hash);
}

TEST(RequestHash, IsTheSameForTheSameMap) {
  v1::WorkspaceHeader one;
  v1::WorkspaceHeader other;
  for (int i = 0; i < 50; ++i) (*one.mutable_labels())["k" + std::to_string(i)] = "v";
  for (int i = 49; i >= 0; --i) (*other.mutable_labels())["k" + std::to_string(i)] = "v";
  EXPECT_EQ(HashOfRequest(one), HashOfRequest(other));
}

TEST(RequestHash, LeavesUnknownFieldsOut) {
  v1::SetDesiredStateRequest request;
  request.set_workspace("w");
  v1::SetDesiredStateRequest newer;
  ASSERT_TRUE(newer.ParseFromString(request.SerializeAsString() + "\xfa\x7f\x01x"));
  EXPECT_EQ(HashOfRequest(newer), HashOfRequest(request));
}

TEST(IdentityOf, HashesOnlyWhatWillBeCompared) {
  v1::ReleaseInstanceRequest request;
  request.set_name("x");
  store::RequestIdentity identity = IdentityOf("local", "ReleaseInstance", "", request);
  EXPECT_EQ(identity.body_hash, "");
  identity = IdentityOf("local", "ReleaseInstance", "id-1", request);
  EXPECT_EQ(identity.principal, "local");
  EXPECT_EQ(identity.method, "ReleaseInstance");
  EXPECT_EQ(identity.request_id, "id-1");
  EXPECT_EQ(identity.body_hash, HashOfRequest(request));
}

}  // namespace
}  // namespace quiesce::rpc
