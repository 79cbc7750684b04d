#include "client/cli/watch_command.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/json_output.h"
#include "client/cli/render_event.h"
#include "client/cli/text.h"
#include "client/cli/times.h"
#include "client/cli/words.h"
#include "client/lib/api_error.h"

namespace quiesce::cli {
namespace {

// Prints what changed; knows what everything was before, so that it can tell.
class ChangePrinter final : public client::WatchHandler {
 public:
  explicit ChangePrinter(Environment& env) : env_(env) {}

  bool OnSnapshot() override {
    in_snapshot_ = true;
    return true;
  }

  bool OnInstance(const v1::Instance& instance) override {
    const Known now{instance.verdict().phase(), instance.verdict().reason(),
                    Called(instance.cloud_name(), instance.name())};
    const auto found = known_.find(instance.name());
    std::optional<Known> before;
    if (found != known_.end()) before = found->second;
    known_[instance.name()] = now;
    // The first snapshot is what there is, not what changed; a later one makes up for what was
    // missed.
    if (in_snapshot_ && !complete_once_) return true;
    if (before.has_value() && before->phase == now.phase && before->reason == now.reason)
      return true;
    std::optional<v1::Phase> phase;
    if (before.has_value()) phase = before->phase;
    return Write(RenderChange(instance, phase, OutView(env_)));
  }

  bool OnRemoved(const v1::RemovedInstance& removed) override {
    const auto found = known_.find(removed.name());
    if (found == known_.end()) return true;
    const std::string called = found->second.called;
    known_.erase(found);
    return Write(RenderRemoved(removed, called, OutView(env_)));
  }

  bool OnBookmark(const v1::Bookmark& bookmark) override {
    if (bookmark.snapshot_complete() && !complete_once_ && env_.err_is_terminal) {
      Remark(env_,
             absl::StrCat("watching ", Plural(static_cast<long long>(known_.size()), "instance"),
                          ", Ctrl-C ends it"));
    }
    if (bookmark.snapshot_complete()) {
      in_snapshot_ = false;
      complete_once_ = true;
    }
    return true;
  }

  bool OnReconnect(const absl::Status&, absl::Duration pause) override {
    Remark(env_, absl::StrCat("quiesce: connection lost, again in ", Span(pause)));
    return true;
  }

 private:
  struct Known {
    v1::Phase phase;
    v1::Reason reason;
    std::string called;
  };

  // False when nobody reads any more (`quiesce watch | head`).
  bool Write(const std::string& text) {
    Print(env_, text);
    return env_.out->good();
  }

  Environment& env_;
  std::map<std::string, Known> known_;
  bool in_snapshot_ = false;
  bool complete_once_ = false;
};

// One event a line, as the API sends it.
class EventPrinter final : public client::WatchHandler {
 public:
  explicit EventPrinter(Environment& env) : env_(env) {}

  bool OnSnapshot() override { return Write("{\"snapshot\":true}"); }
  bool OnInstance(const v1::Instance& instance) override { return Event("instance", instance); }
  bool OnRemoved(const v1::RemovedInstance& removed) override { return Event("removed", removed); }
  bool OnBookmark(const v1::Bookmark& bookmark) override { return Event("bookmark", bookmark); }
  bool OnReconnect(const absl::Status&, absl::Duration pause) override {
    Remark(env_, absl::StrCat("quiesce: connection lost, again in ", Span(pause)));
    return true;
  }

 private:
  bool Event(const char* kind, const google::protobuf::Message& message) {
    return Write(absl::StrCat("{\"", kind, "\":", ToJsonLine(message), "}"));
  }
  bool Write(const std::string& line) {
    Print(env_, line + "\n");
    return env_.out->good();
  }

  Environment& env_;
};

}  // namespace

ExitCode RunWatch(const WatchArgs& args, Environment& env) {
  const auto server = AskServer(env);
  if (!server.ok()) return Report(env, server.status());
  env.interrupts->Handle();
  client::CallOptions call;
  call.cancel = &env.interrupts->first;
  absl::Status status;
  if (env.output == OutputFormat::kJson) {
    EventPrinter printer(env);
    status = env.client->Watch(args.filter.filter, 0, printer, call);
  } else {
    ChangePrinter printer(env);
    status = env.client->Watch(args.filter.filter, 0, printer, call);
  }
  if (env.interrupts->first.cancelled()) return ExitCode::kInterrupted;
  return status.ok() ? ExitCode::kDone : Report(env, status);
}

}  // namespace quiesce::cli
