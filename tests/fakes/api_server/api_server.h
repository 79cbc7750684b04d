#ifndef QUIESCE_TESTS_FAKES_API_SERVER_API_SERVER_H_
#define QUIESCE_TESTS_FAKES_API_SERVER_API_SERVER_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/mutex.h"
#include "google/protobuf/message.h"
#include "grpcpp/server.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"
#include "quiesce/v1/common.pb.h"
#include "quiesce/v1/instance.pb.h"
#include "tests/support/scratch_folder.h"

namespace quiesce::testing {

// A real gRPC server of all services of quiesce.v1 that knows nothing: each test says what the
// methods answer, and reads what they were asked. Listens on a unix socket in a new folder below
// /tmp, because the path of TEST_TMPDIR is too long for one.
//
//   ApiServer server;
//   server.On("GetPlan", [](const v1::GetPlanRequest& request, v1::Plan& plan) {
//     plan.set_name(request.name());
//     return grpc::Status::OK;
//   });
//   server.Once("GetPlan",
//               Error(grpc::StatusCode::UNAVAILABLE, v1::ERROR_REASON_SHUTTING_DOWN));
//   ... a client with server.target() ...
//   EXPECT_EQ(server.Requests<v1::GetPlanRequest>("GetPlan")[0].name(), "plans/7c41e2a9");
//
// For StreamCreatePlan the handler gets the last message of the stream. A method without a script
// answers UNIMPLEMENTED. Thread-safe; handlers run in gRPC's threads.
class ApiServer {
 public:
  // What a call had besides its request.
  struct Call {
    std::chrono::system_clock::time_point deadline;  // max() if the client set none
    std::multimap<std::string, std::string> metadata;
  };

  // What one stream of WatchInstances gives.
  struct WatchScript {
    std::vector<v1::WatchInstancesResponse> messages;
    // After the messages; else the stream stays open until the client or Stop() ends it.
    bool ends = false;
    grpc::Status end = grpc::Status::OK;
  };

  ApiServer();
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  const std::string& target() const { return target_; }  // unix:///...

  // Ends all calls and closes the socket; Start() opens it again, at the same place. Scripts and
  // records stay. Not from two threads at once.
  void Stop();
  void Start();

  // The answer of a method from now on. `handler(const Request&, Response&)` returns the status;
  // the types must be those of the method.
  template <typename Handler>
  void On(const std::string& method, Handler handler) {
    SetTypedHandler(method, handler, &Handler::operator());
  }
  // The answer of the next call only, before that of On(); several are used in order. OK means that
  // of On().
  void Once(const std::string& method, grpc::Status status);
  // The next call is received and not answered until the client gives it up.
  void HangOnce(const std::string& method);
  // The next stream of WatchInstances; several are used in order. Without one it is silent.
  void OnWatch(WatchScript script);

  // The requests that a method got, in order; of a client stream each message is one.
  template <typename Request>
  std::vector<Request> Requests(const std::string& method) const {
    std::vector<Request> out;
    for (const std::string& bytes : SerializedRequests(method)) {
      out.emplace_back();
      out.back().ParseFromString(bytes);
    }
    return out;
  }
  // The calls that a method got, in order.
  std::vector<Call> Calls(const std::string& method) const;
  // Waits until a method has got that many calls; false after 30 s.
  bool WaitForCalls(const std::string& method, size_t count) const;
  // Waits until that many calls that were not answered have been given up; false after 30 s.
  bool WaitForGivenUp(size_t count) const;

 private:
  class Services;
  using Message = google::protobuf::Message;
  using Handler = std::function<grpc::Status(const Message&, Message&)>;
  struct Scripted {
    bool hangs = false;
    grpc::Status status;
  };

  template <typename Typed, typename Class, typename Request, typename Response>
  void SetTypedHandler(const std::string& method, Typed handler,
                       grpc::Status (Class::*)(const Request&, Response&) const) {
    SetHandler(method, [handler](const Message& request, Message& response) {
      return handler(dynamic_cast<const Request&>(request), dynamic_cast<Response&>(response));
    });
  }
  void SetHandler(const std::string& method, Handler handler);
  std::vector<std::string> SerializedRequests(const std::string& method) const;
  bool WaitUntil(const std::function<bool()>& condition) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // For the services.
  void RecordCall(const std::string& method, const grpc::ServerContext& context);
  void RecordRequest(const std::string& method, const Message& request);
  grpc::Status Answer(const std::string& method, grpc::ServerContext& context,
                      const Message& request, Message& response);
  grpc::Status HangUntilGivenUp(grpc::ServerContext& context);
  WatchScript NextWatch();

  const support::ScratchFolder folder_;
  const std::string target_;
  mutable Mutex mu_;
  mutable CondVar changed_;
  std::map<std::string, Handler> handlers_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::deque<Scripted>> once_ ABSL_GUARDED_BY(mu_);
  std::deque<WatchScript> watches_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::vector<Call>> calls_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::vector<std::string>> requests_ ABSL_GUARDED_BY(mu_);
  size_t given_up_ ABSL_GUARDED_BY(mu_) = 0;

  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
};

// An error as quiesced gives it, with its details in the trailer.
grpc::Status Error(grpc::StatusCode code, v1::ErrorReason reason, const std::string& message = "",
                   const std::map<std::string, std::string>& metadata = {},
                   const std::vector<std::pair<std::string, std::string>>& violations = {});
// The same with google.rpc.RetryInfo.
grpc::Status ErrorWithRetry(grpc::StatusCode code, v1::ErrorReason reason,
                            std::chrono::milliseconds delay);

}  // namespace quiesce::testing

#endif  // QUIESCE_TESTS_FAKES_API_SERVER_API_SERVER_H_
