#include <functional>
#include <map>
#include <string>
#include <vector>

#include "client/cli/render_event.h"
#include "client/cli/render_instance.h"
#include "client/cli/render_list.h"
#include "client/cli/render_plan.h"
#include "client/cli/render_projects.h"
#include "client/cli/render_run.h"
#include "client/cli/render_status.h"
#include "client/cli/text.h"
#include "gtest/gtest.h"
#include "tests/unit/client/cli/golden.h"
#include "tests/unit/client/cli/sample_fleet.h"
#include "tests/unit/client/cli/sample_messages.h"

namespace quiesce::cli {
namespace {

using testing::At;
using testing::ExpectGolden;
using testing::kNow;
using testing::Proto;
using testing::SampleView;

StatusDocument SampleStatus() {
  return {testing::SampleServer(), testing::SampleSummary(), testing::SampleProjects(), ""};
}

// Everything that has a screen of its own, for tests that say something about all of them.
std::map<std::string, std::string> AllScreens(const View& view) {
  const std::vector<v1::Instance> instances = testing::SampleInstances();
  return {
      {"plan", RenderPlan(testing::SamplePlanDocument(), view, PlanFooter::kHowToApply)},
      {"status", RenderStatus(SampleStatus(), view)},
      {"explain", RenderExplanation(testing::SampleExplanation(), view)},
      {"get", RenderInstance(instances[1], view)},
      {"list", RenderInstances(instances, view)},
      {"drift", RenderDrift({{instances[2]}, {}, 302}, view)},
      {"projects", RenderProjects(testing::SampleProjects(), view)},
      {"holds", RenderHolds(testing::SampleHolds(), {}, view)},
      {"run", RenderRun(testing::SampleRun(), testing::SampleRunItems(), view)},
      {"run_progress", RenderRunProgress(testing::SampleRun(), view) + "\n"},
      {"change", RenderChange(instances[2], v1::PHASE_STOPPED, view)},
  };
}

TEST(Render, EighthyColumns) {
  for (const auto& [name, text] : AllScreens(SampleView(80))) ExpectGolden(name + "_80", text);
}

TEST(Render, Narrow) {
  for (const auto& [name, text] : AllScreens(SampleView(50))) ExpectGolden(name + "_50", text);
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  EXPECT_EQ(begin, text.size()) << "the last line has no newline: " << text;
  return lines;
}

TEST(Render, NoLineIsWiderThanTheTerminalNorEndsInBlanks) {
  for (const int width : {80, 100, 132}) {
    for (const auto& [name, text] : AllScreens(SampleView(width))) {
      for (const std::string& line : Lines(text)) {
        if (name == "get" && line.substr(0, 4) == "name") continue;  // whole: to be copied
        EXPECT_LE(DisplayWidth(line), width) << name << ": " << line;
        EXPECT_TRUE(line.empty() || line.back() != ' ') << name << ": " << line;
      }
    }
  }
}

// Colour underlines: without its escape sequences a screen is the same.
TEST(Render, ColourAddsNothingToTheWords) {
  View colored = SampleView(80);
  colored.color = true;
  const std::map<std::string, std::string> plain = AllScreens(SampleView(80));
  for (const auto& [name, text] : AllScreens(colored)) {
    std::string stripped;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\x1b')
        i = text.find('m', i);
      else
        stripped += text[i];
    }
    EXPECT_EQ(TrimLines(stripped), plain.at(name)) << name;
  }
}

TEST(Render, APipeGetsWholeNames) {
  View pipe = SampleView(40);
  pipe.clip = false;
  const std::string text = RenderInstances(testing::SampleInstances(), pipe);
  EXPECT_NE(text.find("scratch-of-somebody-with-a-very-long-name-2026"), std::string::npos);
  EXPECT_NE(text.find("billing-prod"), std::string::npos);
}

// --- plan ----------------------------------------------------------------------------------------

TEST(RenderPlan, NothingToDo) {
  PlanDocument document = testing::SamplePlanDocument();
  document.items.clear();
  document.plan.clear_counts();
  *document.plan.add_counts() =
      Proto<v1::PlanCount>("change: CHANGE_NONE effect: EFFECT_NONE count: 187");
  document.unmanaged_count = 0;
  EXPECT_FALSE(HasItems(document.plan));
  EXPECT_FALSE(HasChanges(document.plan));
  ExpectGolden("plan_no_changes", RenderPlan(document, SampleView(), PlanFooter::kHowToApply));
}

TEST(RenderPlan, FirstPlanOfAWorkspaceWithAProjectThatIsNotSeen) {
  PlanDocument document = testing::SamplePlanDocument();
  document.plan.set_header_change(v1::CHANGE_ADOPT);
  document.plan.clear_counts();
  *document.plan.add_counts() =
      Proto<v1::PlanCount>("change: CHANGE_ADOPT effect: EFFECT_UNKNOWN count: 1");
  *document.plan.add_counts() =
      Proto<v1::PlanCount>("change: CHANGE_ADOPT effect: EFFECT_STOP count: 1");
  document.items = {document.items[3], document.items[4]};
  document.items[1].set_effect(v1::EFFECT_UNKNOWN);
  document.items[1].set_reason(v1::REASON_STALE);
  document.items[1].set_power_state(v1::POWER_STATE_UNSPECIFIED);
  *document.items[1].add_field_changes() =
      Proto<v1::FieldChange>("field: 'enforcement' after: 'once'");
  document.projects[1].set_fresh(false);
  document.projects[1].mutable_age()->set_seconds(720);
  ExpectGolden("plan_unknown", RenderPlan(document, SampleView(), PlanFooter::kNone));
}

TEST(RenderPlan, StoredAndApplied) {
  PlanDocument document = testing::SamplePlanDocument();
  document.projects.clear();
  document.unmanaged_count = 0;
  document.plan.set_run("runs/5d21c0aa1b2c3d4e5f60718293a4b5c6");
  document.plan.set_header_change(v1::CHANGE_UPDATE);
  *document.plan.add_header_field_changes() =
      Proto<v1::FieldChange>("field: 'owner' before: 'billing' after: 'billing-platform'");
  ExpectGolden("plan_applied", RenderPlan(document, SampleView(), PlanFooter::kHowToApply));
}

TEST(RenderPlan, ManyRowsAreCountedUnlessAllAreAskedFor) {
  PlanDocument document = testing::SamplePlanDocument();
  const v1::PlanItem stop = document.items[0];
  document.items.assign(250, stop);
  const std::string some = RenderPlan(document, SampleView(), PlanFooter::kNone);
  EXPECT_NE(some.find("150 more STOP   (--all lists them)"), std::string::npos) << some;
  document.all = true;
  const std::string all = RenderPlan(document, SampleView(), PlanFooter::kNone);
  EXPECT_EQ(all.find("more STOP"), std::string::npos);
  EXPECT_GE(Lines(all).size(), 250u);
}

TEST(RenderPlan, WordsForTheQuestion) {
  PlanTotals totals;
  EXPECT_EQ(StopsInWords(totals), "stop nothing");
  totals.stop = 1;
  EXPECT_EQ(StopsInWords(totals), "stop 1 instance");
  totals.unknown = 3;
  EXPECT_EQ(StopsInWords(totals), "stop 1 instance, and perhaps 3 more that cannot be seen now");
  totals.stop = 0;
  EXPECT_EQ(StopsInWords(totals), "perhaps stop 3 instances that cannot be seen now");
}

// --- status --------------------------------------------------------------------------------------

TEST(RenderStatus, AllStopped) {
  StatusDocument document = SampleStatus();
  document.summary = Proto<v1::SummarizeInstancesResponse>(
      "declared_count: 302 phases { phase: PHASE_STOPPED count: 302 }");
  ExpectGolden("status_all_stopped", RenderStatus(document, SampleView()));
}

TEST(RenderStatus, FrozenAndInTrouble) {
  StatusDocument document = SampleStatus();
  document.scope = "workspace billing-prod";
  *document.server.add_freezes() = Proto<v1::Hold>(
      "owner: 'ops' reason: 'core switch replacement' expire_time { " + At(38860) + " }");
  v1::Project& first = document.projects[0];
  *first.mutable_suspect_list() = Proto<v1::SuspectList>(
      "tracked_count: 188 missing_count: 80 "
      "list_time { " +
      At(-60) + " }");
  v1::Project& second = document.projects[1];
  second.set_credential_state(v1::CREDENTIAL_STATE_REJECTED);
  second.set_credential_source("/etc/quiesced/keys/main.token");
  second.mutable_freshness()->set_fresh(false);
  second.mutable_freshness()->mutable_age()->set_seconds(754);
  *second.mutable_last_error() = Proto<v1::ListError>(
      "error_class: ERROR_CLASS_AUTH http_status: 401 error_code: 'APIGW.0301' message: 'Incorrect "
      "IAM authentication information' time { " +
      At(-30) + " }");
  ExpectGolden("status_trouble", RenderStatus(document, SampleView()));
}

TEST(RenderProjects, WhatKeepsCallsBackIsSaidOnce) {
  std::vector<v1::Project> projects = testing::SampleProjects();
  for (v1::Project& project : projects) {
    project.set_endpoint("https://dbss.example.com");
    project.set_quota_used_count(178);
    *project.add_quotas() =
        Proto<v1::QuotaWindow>("policy: QUOTA_POLICY_USER calls: 200 period { seconds: 300 }");
    project.set_waiting_stop_count(412);
    *project.mutable_waiting_until() = Proto<google::protobuf::Timestamp>(At(700));
    *project.mutable_endpoint_down_time() = Proto<google::protobuf::Timestamp>(At(-960));
    project.set_unknown_answer_count(3);
    project.set_last_unknown_answer("an answer that is not known: HTTP 418 I'm a teapot");
  }
  projects[1].set_credential_state(v1::CREDENTIAL_STATE_LOCKED);
  *projects[1].mutable_credential_detail() = Proto<v1::CredentialDetail>(
      "problem: 'the cloud refused 2 signatures of /k/main; put a good pair there' "
      "last_success_time { " +
      At(-7200) + " } next_probe_time { " + At(600) + " }");
  projects[2].set_credential_state(v1::CREDENTIAL_STATE_TRYING);
  ExpectGolden("projects_kept_back", RenderProjects(projects, SampleView()));
}

TEST(RenderProjects, CredentialsShowAgeEndAndLastSuccess) {
  std::vector<v1::Project> projects = testing::SampleProjects();
  *projects[0].mutable_credential_detail() =
      Proto<v1::CredentialDetail>("secret_time { " + At(-86400 * 3) + " } expire_time { " +
                                  At(75600) + " } last_success_time { " + At(-5) + " }");
  *projects[1].mutable_credential_detail() = Proto<v1::CredentialDetail>(
      "secret_time { " + At(-86400) + " } expire_time { " + At(-60) + " }");
  ExpectGolden("credentials", RenderCredentials(projects, SampleView()));
}

TEST(RenderStatus, NothingDeclared) {
  StatusDocument document = SampleStatus();
  document.summary.Clear();
  document.projects.clear();
  ExpectGolden("status_empty", RenderStatus(document, SampleView()));
}

TEST(RenderStatus, OneStalledAmongTenThousandCanBeSeen) {
  const auto summary = Proto<v1::SummarizeInstancesResponse>(
      "declared_count: 10000 phases { phase: PHASE_STOPPED count: 9999 } "
      "phases { phase: PHASE_STALLED count: 1 }");
  const std::string bar = PhaseBar(summary, 40, SampleView());
  EXPECT_NE(bar.find("#!]  99.9 %"), std::string::npos) << bar;
}

// --- the others ----------------------------------------------------------------------------------

TEST(RenderInstance, NobodyKnowsIt) {
  ExpectGolden(
      "get_never_seen",
      RenderInstance(Proto<v1::Instance>("name: '" + testing::InstanceName(testing::kCn, 1) +
                                         "' verdict { phase: PHASE_UNMANAGED "
                                         "reason: REASON_UNMANAGED needs: NEEDS_NOBODY }"),
                     SampleView()));
}

TEST(RenderExplanation, TheOwnerHasToAct) {
  v1::Explanation explanation = testing::SampleExplanation();
  v1::Verdict& verdict = *explanation.mutable_instance()->mutable_verdict();
  verdict.set_phase(v1::PHASE_STALLED);
  verdict.set_reason(v1::REASON_NAME_MISMATCH);
  verdict.set_needs(v1::NEEDS_OWNER);
  verdict.set_summary(
      "the declaration asserts \"billing-om-44\" and the cloud says \"risk-om-44\"");
  verdict.clear_valid_until();
  explanation.clear_remedies();
  *explanation.add_remedies() = Proto<v1::Remedy>(
      "text: 'correct the name or the id in the manifest of billing-prod, then apply it'"
      " command: 'quiesce apply -f FILE'");
  *explanation.add_remedies() =
      Proto<v1::Remedy>("text: 'look now' command: 'quiesce refresh billing-sg'");
  explanation.mutable_instance()->clear_attempt();
  explanation.mutable_gates(3)->set_state(v1::GATE_STATE_BLOCKS);
  explanation.mutable_gates(3)->set_detail("cloud says \"risk-om-44\"");
  ExpectGolden("explain_owner", RenderExplanation(explanation, SampleView()));
}

TEST(RenderDrift, CannotTellAboutSome) {
  const std::vector<v1::Instance> instances = testing::SampleInstances();
  v1::Instance unknown = instances[3];
  unknown.mutable_verdict()->set_phase(v1::PHASE_UNKNOWN);
  unknown.mutable_verdict()->set_reason(v1::REASON_STALE);
  ExpectGolden("drift_unknown", RenderDrift({{}, {unknown}, 302}, SampleView()));
}

TEST(RenderHolds, CreatedWithACallOnItsWay) {
  v1::CreateHoldResponse response;
  *response.mutable_hold() = testing::SampleHolds()[0];
  response.set_covered_count(1);
  response.set_open_call_count(1);
  *response.add_open_calls() =
      Proto<v1::OpenCall>("cloud_name: 'billing-om-05' start_time { " + At(-1) + " }");
  ExpectGolden("hold_created", RenderCreatedHold(response, "billing-om-05", SampleView()));
}

TEST(RenderRun, Cancelled) {
  v1::CancelRunResponse response;
  *response.mutable_run() = testing::SampleRun();
  const std::vector<v1::RunItem> items = testing::SampleRunItems();
  for (const v1::RunItem& item : items) response.add_not_called(item.instance());
  response.set_not_called_count(60);
  response.add_accepted(items[1].instance());
  response.set_accepted_count(1);
  ExpectGolden("run_cancelled", RenderCancelled(response, items, SampleView()));
}

// Whatever a cloud or a colleague wrote into any field: no byte of it reaches the terminal that is
// not text. Fills every string of every message, so that no field can be forgotten.
void Poison(google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  const std::string evil = "x\x1b[2J\x1b]0;t\a\n\r\u009b\u202e\u200b";
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type.field(i);
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      if (field->is_repeated())
        reflection.AddString(&message, field, evil);
      else
        reflection.SetString(&message, field, evil);
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!field->is_repeated()) {
        if (reflection.HasField(message, field))
          Poison(*reflection.MutableMessage(&message, field));
        continue;
      }
      for (int j = 0; j < reflection.FieldSize(message, field); ++j) {
        Poison(*reflection.MutableRepeatedMessage(&message, field, j));
      }
    }
  }
}

template <typename Message>
Message Poisoned(Message message) {
  Poison(message);
  return message;
}

template <typename Message>
std::vector<Message> Poisoned(std::vector<Message> messages) {
  for (Message& message : messages) Poison(message);
  return messages;
}

void ExpectHarmless(const std::string& name, const std::string& text) {
  for (const char c : text) {
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << name << ": " << text;
    if (c != '\n' && static_cast<unsigned char>(c) < 0x20) return;
  }
  for (const char* mark : {"\u009b", "\u202e", "\u200b"}) {
    EXPECT_EQ(text.find(mark), std::string::npos) << name;
  }
  EXPECT_NE(text.find("x\\x1b[2J"), std::string::npos) << name << " shows nothing of it: " << text;
}

TEST(Render, NothingFromOutsideWritesToTheTerminal) {
  const View view = SampleView();
  const std::vector<v1::Instance> instances = Poisoned(testing::SampleInstances());
  PlanDocument plan = testing::SamplePlanDocument();
  plan.plan = Poisoned(plan.plan);
  plan.items = Poisoned(plan.items);
  plan.projects = Poisoned(plan.projects);
  plan.unchanged = instances;
  plan.server_name = "x\x1b[2J";
  plan.target = "x\x1b[2J";
  std::map<std::string, std::string> screens = {
      {"plan", RenderPlan(plan, view, PlanFooter::kHowToApply)},
      {"explain", RenderExplanation(Poisoned(testing::SampleExplanation()), view)},
      {"get", RenderInstance(instances[1], view)},
      {"list", RenderInstances(instances, view)},
      {"drift", RenderDrift({instances, instances, 302}, view)},
      {"holds", RenderHolds(Poisoned(testing::SampleHolds()), {{"x\x1b", "x\x1b[2J"}}, view)},
      {"hold", RenderHoldLine(Poisoned(testing::SampleHolds())[0], "x\x1b[2J", view)},
      {"run", RenderRun(Poisoned(testing::SampleRun()), Poisoned(testing::SampleRunItems()), view)},
      {"run_progress", RenderRunProgress(Poisoned(testing::SampleRun()), SampleView(120))},
      {"change", RenderChange(instances[2], v1::PHASE_STOPPED, view)},
  };
  StatusDocument status = {Poisoned(testing::SampleServer()), Poisoned(testing::SampleSummary()),
                           Poisoned(testing::SampleProjects()), "x\x1b[2J"};
  *status.server.add_freezes() = Poisoned(testing::SampleHolds()[0]);
  screens["status"] = RenderStatus(status, view);
  status.projects[0].mutable_suspect_list();
  status.projects[0].set_credential_state(v1::CREDENTIAL_STATE_REJECTED);
  Poison(*status.projects[0].mutable_last_error());
  screens["projects"] = RenderProjects(status.projects, view);
  v1::CreateHoldResponse created;
  *created.mutable_hold() = testing::SampleHolds()[0];
  created.set_open_call_count(1);
  created.add_open_calls();
  screens["hold_created"] = RenderCreatedHold(Poisoned(created), "", view);
  v1::CancelRunResponse cancelled;
  cancelled.set_accepted_count(1);
  cancelled.mutable_run();
  screens["cancelled"] =
      RenderCancelled(Poisoned(cancelled), Poisoned(testing::SampleRunItems()), view);
  screens["removed"] = RenderRemoved(Poisoned(v1::RemovedInstance()), "", view);
  screens["removed_called"] = RenderRemoved(v1::RemovedInstance(), "x\x1b[2J", view);
  for (const auto& [name, text] : screens) ExpectHarmless(name, text);
}

}  // namespace
}  // namespace quiesce::cli
