#include "client/lib/watcher.h"

#include <memory>

#include "grpcpp/support/sync_stream.h"

namespace quiesce::client {
namespace {

// One watch, over all streams that it takes.
class Watcher {
 public:
  Watcher(Connection& connection, const std::string& filter, int64_t revision,
          WatchHandler& handler, CancelToken* cancel)
      : connection_(connection),
        handler_(handler),
        cancel_(cancel),
        backoff_(connection.NewBackoff()),
        patience_(Deadline::After(connection.options().patience)) {
    request_.set_filter(filter);
    request_.set_revision(revision);
  }

  absl::Status Run() {
    while (true) {
      if (request_.revision() == 0 && !handler_.OnSnapshot()) return absl::OkStatus();
      const absl::Status status = connection_.Once(
          nullptr, cancel_, [this](grpc::ClientContext& context) { return ReadStream(context); });
      if (ended_by_handler_) return absl::OkStatus();
      if (ToApiError(status).reason == v1::ERROR_REASON_REVISION_OUT_OF_RANGE &&
          request_.revision() != 0) {
        request_.set_revision(0);
        continue;
      }
      absl::Duration pause;
      if (!Passes(status, pause)) return status;
      if (!handler_.OnReconnect(status, pause)) return absl::OkStatus();
      if (!connection_.Sleep(pause, cancel_)) return CancelledByCaller();
    }
  }

 private:
  // Until the stream ends, by the daemon or by the handler.
  grpc::Status ReadStream(grpc::ClientContext& context) {
    const auto reader = connection_.instances().WatchInstances(&context, request_);
    v1::WatchInstancesResponse message;
    while (reader->Read(&message)) {
      backoff_.Reset();
      patience_ = Deadline::After(connection_.options().patience);
      if (Deliver(message)) continue;
      ended_by_handler_ = true;
      context.TryCancel();
      break;
    }
    return reader->Finish();
  }

  bool Deliver(const v1::WatchInstancesResponse& message) {
    switch (message.event_case()) {
      case v1::WatchInstancesResponse::kInstance:
        return handler_.OnInstance(message.instance());
      case v1::WatchInstancesResponse::kRemoved:
        return handler_.OnRemoved(message.removed());
      case v1::WatchInstancesResponse::kBookmark:
        request_.set_revision(message.bookmark().revision());
        return handler_.OnBookmark(message.bookmark());
      case v1::WatchInstancesResponse::EVENT_NOT_SET:
        return true;  // of a later version
    }
    return true;
  }

  // Whether what ended the stream is worth another one, and after which pause. A stream that ended
  // without an error is one that somebody between us and the daemon has cut.
  bool Passes(const absl::Status& status, absl::Duration& pause) {
    const ApiError error = ToApiError(status);
    if (!status.ok() && !IsWorthRepeating(error) && error.reason != v1::ERROR_REASON_OVERLOADED) {
      return false;
    }
    pause = backoff_.Next(error.retry_after);
    return !patience_.IsOver();
  }

  Connection& connection_;
  WatchHandler& handler_;
  CancelToken* const cancel_;
  v1::WatchInstancesRequest request_;
  Backoff backoff_;
  Deadline patience_;
  bool ended_by_handler_ = false;
};

}  // namespace

absl::Status Watch(Connection& connection, const std::string& filter, int64_t revision,
                   WatchHandler& handler, CancelToken* cancel) {
  return Watcher(connection, filter, revision, handler, cancel).Run();
}

}  // namespace quiesce::client
