#include "daemon/rpc/methods.h"

#include <set>
#include <string>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "quiesce/v1/hold.pb.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::rpc {
namespace {

TEST(Methods, AreThoseOfTheServices) {
  std::set<std::string> declared;
  for (const auto* file : {v1::Instance::descriptor()->file(), v1::Plan::descriptor()->file(),
                           v1::Hold::descriptor()->file(), v1::ServerInfo::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        declared.insert(file->service(s)->name() + "/" + file->service(s)->method(m)->name());
      }
    }
  }
  std::set<std::string> known;
  for (const Method& method : method::kAll) EXPECT_TRUE(known.emplace(method.name).second);
  EXPECT_EQ(known, declared);
}

TEST(Methods, WhatChangesSomethingIsNoRead) {
  for (const Method& method : method::kAll) {
    const std::string name(method.name.substr(method.name.find('/') + 1));
    bool reads = false;
    for (const char* verb : {"Get", "List", "Summarize", "Explain", "Watch", "Wait"}) {
      reads |= name.rfind(verb, 0) == 0;
    }
    EXPECT_EQ(method.access == Access::kRead, reads) << name;
  }
}

}  // namespace
}  // namespace quiesce::rpc
