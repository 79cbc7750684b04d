#include "daemon/cloud/api_call.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/base/mutex.h"
#include "daemon/base/string_views.h"
#include "daemon/cloud/error_table.h"
#include "daemon/cloud/list_reader.h"
#include "daemon/cloud/quota_text.h"
#include "daemon/cloud/response_parser.h"
#include "daemon/cloud/safe_text.h"

namespace quiesce::cloud {
namespace {

using core::CallClass;
using core::Outcome;

std::string_view MessageOf(PooledCall::Why why) {
  switch (why) {
    case PooledCall::Why::kNoConnection:
      return "no connection was free in time";
    case PooledCall::Why::kDeadline:
      return "the deadline passed before a connection was free";
    case PooledCall::Why::kClosing:
      return "its connection is used no more: the configuration changed, or the daemon is stopping";
  }
  return "";
}

// What came of a call of either kind. The instances are of a list that is whole.
struct CallOutcome {
  Verdict verdict;
  int http_status = 0;
  std::string error_code;
  std::string message;
  std::string request_id;
  std::optional<absl::Duration> retry_after;
  std::optional<core::QuotaWindow> quota;
  std::optional<absl::Time> server_time;
  std::vector<core::ListedInstance> instances;
  ListTally tally;
  bool distrusted = false;
};

CallOutcome NotSent(CallClass call_class, std::string_view message) {
  CallOutcome outcome;
  outcome.verdict.call_class = call_class;
  outcome.verdict.outcome = Outcome::kNotSent;
  outcome.message = std::string(message);
  return outcome;
}

void PostStop(Executor* executor, StopDone done, CallOutcome outcome) {
  core::CallResult result;
  result.outcome = outcome.verdict.outcome;
  result.call_class = outcome.verdict.call_class;
  result.http_status = outcome.http_status;
  result.error_code = std::move(outcome.error_code);
  result.message = std::move(outcome.message);
  result.cloud_request_id = std::move(outcome.request_id);
  result.retry_after = outcome.retry_after;
  result.quota = outcome.quota;
  result.unmapped = !outcome.verdict.mapped;
  result.distrusted = outcome.distrusted;
  executor->Post([done = std::move(done), result = std::move(result)]() mutable {
    std::move(done)(std::move(result));
  });
}

void PostList(Executor* executor, ListDone done, CallOutcome outcome) {
  ListResult result;
  result.ok = outcome.verdict.call_class == CallClass::kAccepted;
  result.instances = std::move(outcome.instances);
  result.tally = std::move(outcome.tally);
  result.http_status = outcome.http_status;
  result.server_time = outcome.server_time;
  result.tried = outcome.verdict.call_class != CallClass::kNone;
  result.sent = outcome.verdict.outcome != Outcome::kNotSent;
  result.unmapped = !outcome.verdict.mapped;
  if (!result.ok) {
    result.call_class = outcome.verdict.call_class == CallClass::kNone ? CallClass::kTransient
                                                                       : outcome.verdict.call_class;
    result.error_code = std::move(outcome.error_code);
    result.message = std::move(outcome.message);
    result.retry_after = outcome.retry_after;
    result.quota = outcome.quota;
    result.distrusted = outcome.distrusted;
  }
  executor->Post([done = std::move(done), result = std::move(result)]() mutable {
    std::move(done)(std::move(result));
  });
}

// From the queue to the answer, once for both kinds.
class ApiCall : public PooledCall {
 public:
  ApiCall(Operation operation, std::string project_id, std::string path, SteadyTime deadline,
          std::shared_ptr<CallRoute> route, Clock* clock)
      : PooledCall(operation, deadline),
        project_id_(std::move(project_id)),
        path_(std::move(path)),
        route_(route),
        clock_(clock) {}

  void Run(int worker) override;
  bool throttled() const override { return outcome_.verdict.call_class == CallClass::kThrottled; }
  void Conclude() override { Finish(std::move(outcome_)); }
  void Cut() override;
  void Drop(Why why) override { Finish(NotSent(CallClass::kNone, MessageOf(why))); }

 protected:
  // Posts `done`. Called once.
  virtual void Report(CallOutcome outcome) = 0;

 private:
  CallOutcome Unauthorized(const absl::Status& problem) const;
  CallOutcome SendOn(HttpConnection& connection, const auth::Authorization& authorization);
  CallOutcome Exchange(HttpConnection& connection, const auth::Authorization& authorization);
  // `reader`: was given the body, if the status is 200. Null for a stop.
  CallOutcome Read(HttpReply reply, ListReader* reader) const;
  void Finish(CallOutcome outcome);
  // Takes those of the credential out of what the cloud says.
  Redactor Secrets() const {
    return [this](std::string text) { return route_->authenticator().Redact(std::move(text)); };
  }

  const std::string project_id_;
  const std::string path_;
  const std::shared_ptr<CallRoute> route_;
  Clock* const clock_;
  CallOutcome outcome_;  // of Run; the worker's

  Mutex mu_;
  bool cut_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
  HttpConnection* connection_ ABSL_GUARDED_BY(mu_) = nullptr;  // while Exchange uses it
};

// A token that is being fetched is nobody's failure.
CallOutcome ApiCall::Unauthorized(const absl::Status& problem) const {
  return NotSent(absl::IsUnavailable(problem) ? CallClass::kNone : CallClass::kAuth,
                 std::string(problem.message()));
}

void ApiCall::Run(int worker) {
  auth::OutgoingRequest request;
  request.operation = operation();
  request.project_id = project_id_;
  request.method = "POST";
  request.host = route_->host();
  request.path = path_;
  // The gates that a stop was claimed under must not grow old; a list has nothing better to do.
  const SteadyTime until =
      operation() == Operation::kStop
          ? std::min(deadline(), clock_->Read().steady + limits::kMaxHandOverDelay)
          : deadline();
  auth::Authenticator& authenticator = route_->authenticator();
  const auto authorization = authenticator.Authorize(request, until);
  if (!authorization.ok()) {
    outcome_ = Unauthorized(authorization.status());
    return;
  }
  outcome_ = SendOn(route_->ConnectionOf(worker), *authorization);
  authenticator.Report(*authorization, request, outcome_.verdict, outcome_.error_code,
                       outcome_.message);
}

CallOutcome ApiCall::SendOn(HttpConnection& connection, const auth::Authorization& authorization) {
  connection.Arm();
  bool cut = false;
  {
    MutexLock lock(mu_);
    cut = cut_;
    connection_ = &connection;
  }
  CallOutcome outcome = cut ? NotSent(CallClass::kNone, MessageOf(Why::kDeadline))
                            : Exchange(connection, authorization);
  MutexLock lock(mu_);
  connection_ = nullptr;
  return outcome;
}

void ApiCall::Cut() {
  bool nothing_sent = false;
  {
    MutexLock lock(mu_);
    cut_ = true;
    nothing_sent = connection_ != nullptr && !connection_->Cut();
  }
  // Otherwise Run comes to an end by itself, and knows better.
  if (nothing_sent) {
    Finish(NotSent(CallClass::kTransient, "the host name was not found before the deadline"));
  }
}

void ApiCall::Finish(CallOutcome outcome) {
  {
    MutexLock lock(mu_);
    if (finished_) return;
    finished_ = true;
  }
  Report(std::move(outcome));
}

CallOutcome ApiCall::Exchange(HttpConnection& connection,
                              const auth::Authorization& authorization) {
  HttpRequest request;
  request.path = path_;
  request.headers = authorization.headers;
  request.timeout = deadline() - clock_->Read().steady;
  if (request.timeout <= absl::ZeroDuration()) {
    return NotSent(CallClass::kNone, MessageOf(Why::kDeadline));
  }
  if (operation() == Operation::kStop) {
    request.max_body_bytes = limits::kMaxStopResponseBytes;
    return Read(connection.Post(request), nullptr);
  }
  ListReader list(route_->status_map(), Secrets());
  request.max_body_bytes = limits::kMaxListResponseBytes;
  request.on_body = [&list](std::string_view bytes) { return list.Feed(bytes); };
  return Read(connection.Post(request), &list);
}

// `the credential was not accepted: Incorrect IAM authentication information: ...`
std::string Describe(const Verdict& verdict, int status, std::string_view said) {
  std::string text(verdict.meaning);
  if (!verdict.mapped) absl::StrAppend(&text, " HTTP ", status);
  if (!said.empty()) absl::StrAppend(&text, ": ", ToAbsl(said));
  return text;
}

CallOutcome ApiCall::Read(HttpReply reply, ListReader* reader) const {
  const Redactor secrets = Secrets();
  CallOutcome outcome;
  Answer answer;
  answer.operation = operation();
  answer.transport = reply.transport;
  answer.http_status = reply.status;
  ParsedAnswer parsed;
  if (reply.transport != Transport::kAnswered) {
    parsed.message = reply.problem;
  } else if (reader != nullptr && reply.status == 200) {
    ParsedList list = reader->Finish();
    outcome.instances = std::move(list.instances);
    outcome.tally = std::move(list.tally);
    parsed.shape = list.shape;
    parsed.error_code = std::move(list.error_code);
    parsed.message = std::move(list.message);
  } else {
    parsed = ParseAnswer(reply.body, secrets);
  }
  answer.shape = reply.too_large ? BodyShape::kTooLarge : parsed.shape;
  answer.error_code = parsed.error_code;
  answer.result = parsed.result;
  outcome.verdict = Classify(answer);
  outcome.distrusted = reply.transport == Transport::kDistrust;
  outcome.http_status = reply.status;
  outcome.request_id = SafeText(reply.request_id, limits::kMaxCloudCodeBytes, secrets);
  outcome.server_time = ParseHttpDate(reply.date);
  if (outcome.verdict.call_class == CallClass::kThrottled) {
    outcome.retry_after = ParseRetryAfter(reply.retry_after, clock_->Read().wall);
    outcome.quota = ParseQuotaText(parsed.message);
  }
  outcome.error_code = parsed.error_code;
  if (outcome.verdict.call_class != CallClass::kAccepted) {
    const std::string text = reply.transport == Transport::kAnswered
                                 ? Describe(outcome.verdict, reply.status, parsed.message)
                                 : parsed.message;
    outcome.message = SafeText(text, limits::kMaxCloudMessageBytes, secrets);
  }
  return outcome;
}

class StopCall final : public ApiCall {
 public:
  StopCall(const core::InstanceKey& key, SteadyTime deadline, std::shared_ptr<CallRoute> route,
           Clock* clock, Executor* executor, StopDone done)
      : ApiCall(Operation::kStop, key.project_id,
                absl::StrCat("/v1/", key.project_id, "/db-om/", key.instance_id, "/stop"), deadline,
                route, clock),
        executor_(executor),
        done_(std::move(done)) {}

 private:
  void Report(CallOutcome outcome) override {
    PostStop(executor_, std::move(done_), std::move(outcome));
  }

  Executor* const executor_;
  StopDone done_;
};

class ListCall final : public ApiCall {
 public:
  ListCall(const std::string& project_id, SteadyTime deadline, std::shared_ptr<CallRoute> route,
           Clock* clock, Executor* executor, ListDone done)
      : ApiCall(Operation::kList, project_id, absl::StrCat("/v2/", project_id, "/db-om/instances"),
                deadline, route, clock),
        executor_(executor),
        done_(std::move(done)) {}

 private:
  void Report(CallOutcome outcome) override {
    PostList(executor_, std::move(done_), std::move(outcome));
  }

  Executor* const executor_;
  ListDone done_;
};

}  // namespace

std::shared_ptr<PooledCall> MakeStopCall(const core::InstanceKey& key, SteadyTime deadline,
                                         std::shared_ptr<CallRoute> route, Clock* clock,
                                         Executor* executor, StopDone done) {
  return std::make_shared<StopCall>(key, deadline, route, clock, executor, std::move(done));
}

std::shared_ptr<PooledCall> MakeListCall(const std::string& project_id, SteadyTime deadline,
                                         std::shared_ptr<CallRoute> route, Clock* clock,
                                         Executor* executor, ListDone done) {
  return std::make_shared<ListCall>(project_id, deadline, route, clock, executor, std::move(done));
}

void RefuseStop(Executor* executor, StopDone done, const std::string& message) {
  PostStop(executor, std::move(done), NotSent(CallClass::kPermanent, message));
}

void RefuseList(Executor* executor, ListDone done, const std::string& message) {
  PostList(executor, std::move(done), NotSent(CallClass::kPermanent, message));
}

}  // namespace quiesce::cloud
