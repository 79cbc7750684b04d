#ifndef QUIESCE_DAEMON_RPC_UNARY_CALL_H_
#define QUIESCE_DAEMON_RPC_UNARY_CALL_H_

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/base/executor.h"
#include "daemon/rpc/call_scope.h"
#include "daemon/rpc/status.h"
#include "grpcpp/support/server_callback.h"

// Calls with one answer, on the callback API: no thread waits for anything. A handler gets the
// request and a Reply; it may answer at once or move the Reply into what it posts or submits.
namespace quiesce::rpc {

// Runs `work`; an exception becomes the status that `fail` gets. The barrier of everything that
// gRPC or the executor runs for us: gRPC swallows what escapes, and the call would hang.
template <typename Work, typename Fail>
void Barrier(Work&& work, Fail&& fail) {
  try {
    std::forward<Work>(work)();
  } catch (const std::exception& e) {
    std::forward<Fail>(fail)(CallScope::FaultOf(e.what()));
  } catch (...) {
    std::forward<Fail>(fail)(CallScope::FaultOf("an unknown exception"));
  }
}

// Something that is ended exactly once with a result. Of several that try, the first one wins;
// this is how an answer, the client's going away and the deadline meet.
template <typename Response>
class Answerable {
 public:
  virtual ~Answerable() = default;
  virtual void End(absl::StatusOr<Response> result) = 0;
  virtual bool ended() const = 0;
};

// The duty to answer one call. Move-only, and answers by itself when it is dropped (a task that the
// executor destroyed unrun, an exception), so that no call can hang. Thread-compatible.
template <typename Response>
class Reply {
 public:
  explicit Reply(std::shared_ptr<Answerable<Response>> call) : call_(std::move(call)) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply() {
    if (call_ == nullptr) return;
    const bool unwinding = std::uncaught_exceptions() > exceptions_;
    call_->End(unwinding ? CallScope::FaultOf("an exception in the handler") : ShuttingDown());
  }

  void operator()(absl::StatusOr<Response> result) && {
    std::exchange(call_, nullptr)->End(std::move(result));
  }
  // Nobody waits for the answer any more: reading on is of no use.
  bool abandoned() const { return call_->ended(); }

 private:
  std::shared_ptr<Answerable<Response>> call_;
  int exceptions_ = std::uncaught_exceptions();
};

// The completion of an asynchronous step on the way to an answer: an error answers the call;
// otherwise `next` gets the value and the duty to answer.
template <typename T, typename Response, typename Next>
Done<T> Then(Reply<Response> reply, Next next) {
  return [reply = std::move(reply), next = std::move(next)](absl::StatusOr<T> result) mutable {
    Barrier(
        [&] {
          if (!result.ok()) {
            std::move(reply)(std::move(result).status());
          } else {
            next(*std::move(result), std::move(reply));
          }
        },
        [](absl::Status) {});  // The reply, dropped on the way out, has said so.
  };
}

// The same for a step that is a turn on the executor.
template <typename Response, typename Next>
void PostThen(Executor& executor, Reply<Response> reply, Next next) {
  executor.Post([reply = std::move(reply), next = std::move(next)]() mutable {
    Barrier([&] { next(std::move(reply)); }, [](absl::Status) {});
  });
}

// One call, from its arrival until gRPC is done with it and nobody holds its Reply any more.
template <typename Response>
class UnaryCall final : public grpc::ServerUnaryReactor,
                        public Answerable<Response>,
                        public std::enable_shared_from_this<UnaryCall<Response>> {
 public:
  UnaryCall(CallEnvironment& environment, const Method& method,
            const grpc::CallbackServerContext& context, Response* response)
      : environment_(environment), scope_(environment, method, context), response_(response) {}

  CallScope& scope() { return scope_; }

  // Keeps itself alive until OnDone, and ends by itself at the deadline of a slow method.
  void Begin() {
    self_ = this->shared_from_this();
    if (!scope_.method().slow) return;
    std::weak_ptr<UnaryCall> weak = self_;
    environment_.executor().PostAt(scope_.deadline(), [weak] {
      if (auto call = weak.lock()) call->End(DeadlineExceeded());
    });
    slow_call_ = environment_.AddSlowCall([weak](absl::Status status) {
      if (auto call = weak.lock()) call->End(std::move(status));
    });
  }

  void End(absl::StatusOr<Response> result) override {
    if (ended_.exchange(true)) return;
    if (result.ok()) *response_ = *std::move(result);
    Finish(scope_.End(result.status()));
  }
  bool ended() const override { return ended_; }

  void OnCancel() override {
    Barrier([this] { End(scope_.deadline_passed() ? DeadlineExceeded() : Cancelled()); },
            [](absl::Status) {});
  }
  void OnDone() override {
    if (slow_call_ != 0) environment_.RemoveSlowCall(slow_call_);
    scope_.Release();
    self_.reset();
  }

 private:
  CallEnvironment& environment_;
  CallScope scope_;
  Response* const response_;  // valid until Finish
  std::atomic<bool> ended_{false};
  uint64_t slow_call_ = 0;
  std::shared_ptr<UnaryCall> self_;
};

// Runs `handler(scope, request, reply)` for a call that is admitted. The request is valid only
// while the handler itself runs; what is posted or submitted takes values with it.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* RunUnary(CallEnvironment& environment, const Method& method,
                                   const grpc::CallbackServerContext* context,
                                   const Request* request, Response* response, Handler handler) {
  auto call = std::make_shared<UnaryCall<Response>>(environment, method, *context, response);
  call->Begin();
  Barrier(
      [&] {
        Reply<Response> reply(call);
        if (absl::Status admitted = call->scope().Admit(); !admitted.ok()) {
          return std::move(reply)(std::move(admitted));
        }
        handler(call->scope(), *request, std::move(reply));
      },
      [&](absl::Status fault) { call->End(std::move(fault)); });
  return call.get();
}

}  // namespace quiesce::rpc

#endif  // QUIESCE_DAEMON_RPC_UNARY_CALL_H_
