#include "daemon/rpc/request_reader.h"

#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/core/error.h"
#include "daemon/rpc/convert_time.h"
#include "daemon/rpc/spec_reader.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quiesce::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kProject(32, 'a');
const std::string kInstance(36, 'b');

core::ProjectSettings Project(const std::string& id, const std::string& alias) {
  core::ProjectSettings project;
  project.id = id;
  project.alias = alias;
  return project;
}

const ProjectDirectory& Projects() {
  static const auto* const projects =
      new ProjectDirectory({Project(kProject, "alpha"), Project(std::string(32, 'c'), "beta")});
  return *projects;
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  const auto detail = core::DetailOf(status);
  if (!detail) return fields;
  for (const auto& [field, problem] : detail->field_violations) fields.push_back(field);
  return fields;
}

// The status after one field was read.
template <typename Read>
absl::Status StatusOf(Read read) {
  RequestReader reader(Projects());
  read(reader);
  return reader.status();
}

TEST(ProjectDirectory, FindsByIdAndAlias) {
  EXPECT_EQ(Projects().Find("alpha")->id, kProject);
  EXPECT_EQ(Projects().Find(kProject)->alias, "alpha");
  EXPECT_EQ(Projects().Find("gamma"), nullptr);
  EXPECT_EQ(Projects().AliasOf(kProject), "alpha");
  EXPECT_EQ(Projects().AliasOf("x"), "");
  EXPECT_THAT(Projects().Aliases(), ElementsAre("alpha", "beta"));
}

TEST(ProjectDirectory, WhatIsReplacedStaysWithWhoeverHasIt) {
  ProjectDirectory directory({Project(kProject, "alpha")});
  const auto found = directory.Find("alpha");
  const auto all = directory.projects();
  directory.Replace({Project(std::string(32, 'c'), "beta")});
  EXPECT_EQ(found->id, kProject);
  EXPECT_EQ(all->size(), 1u);
  EXPECT_EQ(directory.Find("alpha"), nullptr);
  EXPECT_EQ(directory.Find(kProject), nullptr);
  EXPECT_EQ(directory.Find("beta")->id, std::string(32, 'c'));
  EXPECT_THAT(directory.Aliases(), ElementsAre("beta"));
}

TEST(ProjectDirectory, CanBeReadWhileItIsReplaced) {
  ProjectDirectory directory({Project(kProject, "alpha")});
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) EXPECT_EQ(directory.Aliases().size(), 1u);
  });
  for (int n = 0; n < 2000; ++n) directory.Replace({Project(kProject, "alpha")});
  done = true;
  reader.join();
}

TEST(RequestReader, ReadsInstanceNamesByIdOrAlias) {
  RequestReader reader(Projects());
  const core::InstanceKey key{kProject, kInstance};
  EXPECT_EQ(reader.InstanceName("name", "projects/alpha/instances/" + kInstance), key);
  EXPECT_EQ(reader.InstanceName("name", "projects/" + kProject + "/instances/" + kInstance), key);
  const core::InstanceKey other{std::string(32, 'z'), kInstance};
  EXPECT_EQ(reader.InstanceName("name", "projects/" + other.project_id + "/instances/" + kInstance),
            other);
  EXPECT_TRUE(reader.status().ok());
}

TEST(RequestReader, RefusesOtherNames) {
  const std::vector<std::string> names = {"",
                                          "x",
                                          "projects/alpha/instances/",
                                          "projects/alpha/instances/x",
                                          "projects//instances/" + std::string(31, 'b'),
                                          "projects/alpha/" + kInstance,
                                          "projects/alpha/instances/" + kInstance + "/x",
                                          "/projects/alpha/instances/" + kInstance,
                                          "projects/alpha/instances/" + std::string(65, 'b')};
  for (const std::string& name : names) {
    const absl::Status status =
        StatusOf([&](RequestReader& reader) { reader.InstanceName("name", name); });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(FieldsOf(status), ElementsAre("name")) << name;
  }
  const absl::Status unknown = StatusOf([&](RequestReader& reader) {
    reader.InstanceName("name", "projects/gamma/instances/" + kInstance);
  });
  EXPECT_EQ(unknown.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(core::DetailOf(unknown)->reason, "INSTANCE_NOT_FOUND");
}

TEST(RequestReader, ReadsProjectNames) {
  RequestReader reader(Projects());
  EXPECT_EQ(reader.ProjectName("name", "projects/beta"), std::string(32, 'c'));
  EXPECT_TRUE(reader.status().ok());
  for (const char* name : {"", "alpha", "projects/", "projects/alpha/x"}) {
    EXPECT_THAT(FieldsOf(StatusOf([&](RequestReader& r) { r.ProjectName("name", name); })),
                ElementsAre("name"));
  }
  const absl::Status unknown =
      StatusOf([&](RequestReader& r) { r.ProjectName("name", "projects/gamma"); });
  EXPECT_EQ(core::DetailOf(unknown)->reason, "PROJECT_NOT_FOUND");
}

TEST(RequestReader, ReadsIdsAndTheirBeginnings) {
  RequestReader reader(Projects());
  EXPECT_EQ(reader.ResourceId("name", "plans", "plans/0123abcd"), "0123abcd");
  EXPECT_EQ(reader.ResourceId("name", "plans", "plans/" + std::string(32, 'f')),
            std::string(32, 'f'));
  EXPECT_TRUE(reader.status().ok());
  for (const std::string& name :
       {std::string(), std::string("plans/"), std::string("plans/0123abc"),
        std::string("plans/0123ABCD"), std::string("runs/0123abcd"),
        "plans/" + std::string(33, 'f'), std::string("plans"), std::string("0123abcd"),
        std::string("plans/0123abcd/x")}) {
    EXPECT_THAT(FieldsOf(StatusOf([&](RequestReader& r) { r.ResourceId("name", "plans", name); })),
                ElementsAre("name"))
        << name;
  }
}

TEST(RequestReader, ReadsHoldScopes) {
  RequestReader reader(Projects());
  EXPECT_EQ(reader.HoldScope("scope", "fleet").scope, core::HoldScope::kFleet);
  EXPECT_EQ(reader.HoldScope("scope", "workspaces/w").workspace, "w");
  EXPECT_EQ(reader.HoldScope("scope", "projects/alpha").project_id, kProject);
  EXPECT_EQ(reader.HoldScope("scope", "projects/alpha/instances/" + kInstance).instance,
            (core::InstanceKey{kProject, kInstance}));
  EXPECT_TRUE(reader.status().ok());
  for (const char* scope : {"", "everything", "workspaces/", "workspaces/A", "projects/"}) {
    EXPECT_THAT(FieldsOf(StatusOf([&](RequestReader& r) { r.HoldScope("scope", scope); })),
                ElementsAre("scope"));
  }
}

TEST(RequestReader, ChecksTexts) {
  RequestReader reader(Projects());
  EXPECT_EQ(reader.RequestId(""), "");
  EXPECT_EQ(reader.RequestId("id-1"), "id-1");
  EXPECT_EQ(reader.Etag("etag", "0123456789abcdef-7"), "0123456789abcdef-7");
  EXPECT_EQ(reader.Digest("digest", "sha256:" + std::string(64, '0')).size(), 71u);
  EXPECT_EQ(reader.OptionalOwner("owner", ""), "");
  EXPECT_TRUE(reader.status().ok());
  reader.RequestId(std::string(65, 'x'));
  reader.Etag("etag", std::string(65, 'x'));
  reader.Etag("etag2", "with space");
  reader.Digest("digest", "md5:0");
  reader.Digest("digest2", "sha256:" + std::string(64, 'A'));
  reader.Owner("owner", "");
  reader.Contact("contact", "line\nbreak");
  reader.Reason("reason", std::string(513, 'x'));
  reader.Workspace("workspace", "Team");
  EXPECT_THAT(FieldsOf(reader.status()),
              ElementsAre("request_id", "etag", "etag2", "digest", "digest2", "owner", "contact",
                          "reason", "workspace"));
}

TEST(RequestReader, BoundsPageSizesAndDurations) {
  RequestReader reader(Projects());
  EXPECT_EQ(reader.PageSize(0), 100u);
  EXPECT_EQ(reader.PageSize(1), 1u);
  EXPECT_EQ(reader.PageSize(1000), 1000u);
  EXPECT_EQ(reader.PageSize(INT32_MAX), 1000u);
  EXPECT_EQ(
      reader.Duration("d", ToProtoDuration(absl::Seconds(5)), absl::Seconds(5), absl::Seconds(9)),
      absl::Seconds(5));
  EXPECT_TRUE(reader.status().ok());
  reader.PageSize(-1);
  reader.Duration("d1", ToProtoDuration(absl::Seconds(4)), absl::Seconds(5), absl::Seconds(9));
  reader.Duration("d2", ToProtoDuration(absl::Seconds(10)), absl::Seconds(5), absl::Seconds(9));
  google::protobuf::Duration bad;
  bad.set_seconds(1);
  bad.set_nanos(-1);
  reader.Duration("d3", bad, absl::ZeroDuration(), absl::Seconds(9));
  EXPECT_THAT(FieldsOf(reader.status()), ElementsAre("page_size", "d1", "d2", "d3"));
}

TEST(Violations, KeepsTheFirstTwentyAndCountsTheRest) {
  Violations violations;
  EXPECT_TRUE(violations.ToStatus().ok());
  for (int i = 0; i < 25; ++i) violations.Add(absl::StrCat("f", i), "is bad");
  EXPECT_TRUE(violations.full());
  const absl::Status status = violations.ToStatus();
  EXPECT_EQ(status.message(), "f0: is bad (and 24 more)");
  EXPECT_EQ(FieldsOf(status).size(), 20u);
  EXPECT_EQ(core::DetailOf(status)->metadata.at("violations_omitted"), "5");
}

// --- specs ---------------------------------------------------------------------------------------

v1::InstanceSpec Spec(const std::string& project, const std::string& id) {
  v1::InstanceSpec spec;
  spec.set_project(project);
  spec.set_instance_id(id);
  return spec;
}

TEST(SpecSet, FillsInDefaults) {
  RequestReader reader(Projects());
  Defaults defaults;
  defaults.project_id = kProject;
  defaults.enforcement = core::Enforcement::kOnce;
  defaults.start_grace = absl::Minutes(1);
  SpecSet set(SpecSet::Kind::kPlan, defaults, "specs");
  set.Add(Spec("", kInstance), reader);
  v1::InstanceSpec own = Spec("beta", kInstance);
  own.set_enforcement(v1::ENFORCEMENT_OBSERVE);
  own.mutable_start_grace()->set_seconds(0);
  own.set_protected_(true);
  own.set_asserted_name("db-1");
  own.set_move_from("other");
  set.Add(own, reader);
  ASSERT_TRUE(reader.status().ok()) << reader.status();
  const std::vector<core::Spec> specs = set.Take();
  EXPECT_EQ(specs[0].key, (core::InstanceKey{kProject, kInstance}));
  EXPECT_EQ(specs[0].policy.enforcement, core::Enforcement::kOnce);
  EXPECT_EQ(specs[0].policy.start_grace, absl::Minutes(1));
  EXPECT_EQ(specs[1].policy.enforcement, core::Enforcement::kObserve);
  EXPECT_EQ(specs[1].policy.start_grace, absl::ZeroDuration());
  EXPECT_TRUE(specs[1].policy.is_protected);
  EXPECT_EQ(specs[1].policy.asserted_name, "db-1");
  EXPECT_EQ(specs[1].move_from, "other");
}

TEST(SpecSet, FindsAnInstanceThatIsGivenTwice) {
  RequestReader reader(Projects());
  SpecSet set(SpecSet::Kind::kPlan, Defaults(), "specs");
  set.Add(Spec("alpha", kInstance), reader);
  set.Add(Spec("beta", kInstance), reader);  // another one
  set.Add(Spec(kProject, kInstance), reader);
  EXPECT_THAT(FieldsOf(reader.status()), ElementsAre("specs[2].instance_id"));
  EXPECT_THAT(std::string(reader.status().message()), HasSubstr("given already in specs[0]"));
}

TEST(SpecSet, NamesEveryBadFieldByPosition) {
  RequestReader reader(Projects());
  SpecSet set(SpecSet::Kind::kDirect, Defaults(), "writes", ".spec");
  set.Add(Spec("alpha", kInstance), reader);
  v1::InstanceSpec bad = Spec("", "short");
  bad.set_asserted_name("\x01");
  bad.set_enforcement(static_cast<v1::Enforcement>(9));
  bad.mutable_start_grace()->set_seconds(8 * 86400);
  bad.set_move_from("other");
  set.Add(bad, reader);
  v1::InstanceSpec odd = Spec("gamma", kInstance);
  odd.mutable_start_grace()->set_nanos(1);
  set.Add(odd, reader);
  EXPECT_THAT(FieldsOf(reader.status()),
              ElementsAre("writes[1].spec.project", "writes[1].spec.instance_id",
                          "writes[1].spec.asserted_name", "writes[1].spec.enforcement",
                          "writes[1].spec.start_grace", "writes[1].spec.move_from",
                          "writes[2].spec.project", "writes[2].spec.start_grace"));
}

TEST(PlanHeader, IsRead) {
  RequestReader reader(Projects());
  v1::WorkspaceHeader header;
  header.set_workspace("team");
  header.set_owner("o");
  header.set_contact("c");
  (*header.mutable_labels())["tier"] = "prod";
  header.mutable_defaults()->set_project("beta");
  header.mutable_defaults()->set_enforcement(v1::ENFORCEMENT_ONCE);
  const PlanHeader plan = ReadPlanHeader(header, reader);
  EXPECT_TRUE(reader.status().ok());
  EXPECT_EQ(plan.defaults.project_id, std::string(32, 'c'));
  EXPECT_EQ(plan.defaults.enforcement, core::Enforcement::kOnce);
  EXPECT_EQ(plan.defaults.start_grace, limits::kDefaultStartGrace);
  EXPECT_EQ(plan.header.labels.at("tier"), "prod");

  RequestReader strict(Projects());
  header.Clear();
  (*header.mutable_labels())["Bad Key"] = "x";
  header.mutable_defaults()->set_project("gamma");
  header.mutable_defaults()->mutable_start_grace()->set_seconds(-1);
  ReadPlanHeader(header, strict);
  EXPECT_THAT(FieldsOf(strict.status()),
              ElementsAre("header.workspace", "header.owner", "header.contact", "header.labels",
                          "header.defaults.project", "header.defaults.start_grace"));
}

}  // namespace
}  // namespace quiesce::rpc
