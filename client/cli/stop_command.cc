#include "client/cli/stop_command.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/clean_message.h"
#include "client/cli/json_output.h"
#include "client/cli/outcome.h"
#include "client/cli/references.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "client/lib/api_error.h"
#include "daemon/core/names.h"

namespace quiesce::cli {
namespace {

// A stop that was asked for.
struct Requested {
  v1::Effect effect = v1::EFFECT_UNSPECIFIED;
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  v1::WaitInstanceResponse outcome;  // at first NOT_YET, with the instance after the request
};

absl::StatusOr<Requested> Reconcile(const v1::Instance& instance, const StopArgs& args,
                                    Environment& env) {
  v1::RequestReconcileRequest request;
  request.set_name(instance.name());
  request.set_reason(args.reason);
  for (const v1::GateKind gate : args.skip) request.add_skip_gates(gate);
  auto response = env.client->RequestReconcile(std::move(request));
  if (!response.ok()) return response.status();
  Requested requested;
  requested.effect = response->effect();
  requested.reason = response->reason();
  *requested.outcome.mutable_instance() = std::move(*response->mutable_instance());
  return requested;
}

absl::StatusOr<Requested> Declare(const std::string& name, const StopArgs& args, Environment& env) {
  const InstanceIds ids = IdsOf(name);
  v1::SetDesiredStateRequest request;
  request.set_workspace(args.workspace);
  request.set_owner(args.owner);
  request.set_contact(args.contact);
  request.mutable_spec()->set_project(ids.project);
  request.mutable_spec()->set_instance_id(ids.instance);
  auto response = env.client->SetDesiredState(std::move(request));
  if (!response.ok()) return response.status();
  Requested requested;
  requested.effect = response->effect();
  requested.reason = response->reason();
  *requested.outcome.mutable_instance() = std::move(*response->mutable_instance());
  return requested;
}

absl::StatusOr<Requested> RequestStop(const std::string& reference, const StopArgs& args,
                                      Environment& env) {
  const auto name = ResolveInstance(env, reference);
  if (!name.ok()) return name.status();
  const auto instance = env.client->GetInstance(*name);
  const bool unseen = !instance.ok() && client::ToApiError(instance.status()).reason ==
                                            v1::ERROR_REASON_INSTANCE_NOT_FOUND;
  if (!instance.ok() && !(unseen && !args.workspace.empty())) return instance.status();
  if (instance.ok() && instance->has_desired()) return Reconcile(*instance, args, env);
  if (args.workspace.empty()) {
    client::ApiError error;
    error.code = absl::StatusCode::kInvalidArgument;
    error.trouble = client::Trouble::kArgument;
    error.message = absl::StrCat(
        core::Quoted(reference), " is declared by nobody: name a workspace that is to declare it",
        "\nquiesce stop ", reference, " -w WORKSPACE --owner TEAM --contact WHERE",
        "\n(owner and contact only if the workspace is new)");
    return client::ToStatus(error);
  }
  return Declare(*name, args, env);
}

// What the answer to the request says already.
void Judge(Requested& requested) {
  if (requested.effect == v1::EFFECT_BLOCKED) {
    requested.outcome.set_result(v1::WAIT_RESULT_BLOCKED);
    requested.outcome.mutable_instance()->mutable_verdict()->set_reason(requested.reason);
  } else {
    requested.outcome.set_result(v1::WAIT_RESULT_NOT_YET);
  }
}

absl::Status WaitFor(Requested& requested, absl::Time end, Environment& env) {
  const v1::Instance& instance = requested.outcome.instance();
  client::CallOptions call;
  call.cancel = &env.interrupts->first;
  ProgressLine line(env);
  line.Draw(Clip(absl::StrCat("waiting for ", Clean(Called(instance.cloud_name(), instance.name())),
                              " (Ctrl-C ends the waiting, not the stop)"),
                 env.err_view.width - 1));
  auto response =
      env.client->WaitInstance(instance.name(), instance.etag(), end - env.clock(), call);
  if (!response.ok()) return response.status();
  requested.outcome = *std::move(response);
  return absl::OkStatus();
}

std::string Json(const Requested& requested) {
  return JsonObject()
      .AddWord("effect", v1::Effect_Name(requested.effect))
      .AddWord("reason", v1::Reason_Name(requested.reason))
      .AddWord("result", v1::WaitResult_Name(requested.outcome.result()))
      .Add("instance", requested.outcome.instance())
      .Text();
}

std::string DetachedText(const Requested& requested) {
  const v1::Instance instance = Cleaned(requested.outcome.instance());
  return absl::StrCat(Called(instance.cloud_name(), instance.name()), "  ",
                      requested.effect == v1::EFFECT_STOP ? "will be stopped: " : "is looked at: ",
                      Word(requested.reason), "\n");
}

ExitCode Await(std::vector<Requested>& all, const StopArgs& args, Environment& env) {
  const absl::Time end = env.clock() + args.timeout;
  ExitCode code = ExitCode::kDone;
  for (Requested& requested : all) {
    const bool decided = requested.outcome.result() == v1::WAIT_RESULT_BLOCKED;
    if (!decided && !args.detach) {
      const absl::Status status = WaitFor(requested, end, env);
      if (client::ToApiError(status).trouble == client::Trouble::kCancelled) {
        Remark(env, "Ctrl-C ended the waiting; the daemon goes on with what was asked for.");
        return ExitCode::kInterrupted;
      }
      if (!status.ok()) code = Worse(code, Report(env, status));
      if (!status.ok()) continue;
    }
    const bool detached = !decided && args.detach;
    if (!detached) code = Worse(code, CodeOf(requested.outcome.result()));
    if (env.output == OutputFormat::kJson) continue;
    Print(env, detached ? DetachedText(requested) : RenderOutcome(requested.outcome, OutView(env)));
  }
  return code;
}

}  // namespace

ExitCode RunStop(const StopArgs& args, Environment& env) {
  ExitCode code = ExitCode::kDone;
  std::vector<Requested> all;
  for (const std::string& reference : args.references) {
    auto requested = RequestStop(reference, args, env);
    if (!requested.ok()) {
      code = Worse(code, Report(env, requested.status()));
      continue;
    }
    Judge(*requested);
    all.push_back(*std::move(requested));
  }
  if (!all.empty() && !args.detach) env.interrupts->Handle();
  code = Worse(code, Await(all, args, env));
  if (env.output == OutputFormat::kJson) {
    std::vector<std::string> elements;
    for (const Requested& requested : all) elements.push_back(Json(requested));
    Print(env, JsonObject().AddArray("results", elements).Text() + "\n");
  }
  if (code == ExitCode::kTimeout) Remark(env, "The time is over, the work goes on.");
  return code;
}

ExitCode RunRelease(const ReleaseArgs& args, Environment& env) {
  ExitCode code = ExitCode::kDone;
  std::vector<v1::Instance> released;
  for (const std::string& reference : args.references) {
    const auto name = ResolveInstance(env, reference);
    v1::ReleaseInstanceRequest request;
    if (name.ok()) request.set_name(*name);
    const auto response = name.ok() ? env.client->ReleaseInstance(std::move(request))
                                    : absl::StatusOr<v1::Instance>(name.status());
    if (!response.ok()) {
      code = Worse(code, Report(env, response.status()));
      continue;
    }
    released.push_back(*response);
    if (env.output == OutputFormat::kJson) continue;
    const v1::Instance instance = Cleaned(*response);
    Print(env, absl::StrCat(Called(instance.cloud_name(), instance.name()),
                            "  released: no longer kept stopped, left as it is (",
                            StateWord(instance.observation().power_state()), ")\n"));
    if (instance.attempt().in_flight()) {
      Print(env, "  a stop call was on its way, and may still take effect\n");
    }
  }
  if (env.output == OutputFormat::kJson) {
    Print(env, JsonObject().AddList("instances", released).Text() + "\n");
  }
  return code;
}

}  // namespace quiesce::cli
