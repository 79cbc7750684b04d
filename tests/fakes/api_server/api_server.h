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
#include "google/rpc/error_details.pb.h"
#include "grpcpp/grpcpp.h"
#include "quiesce/v1/common.pb.h"

namespace quiesce::testing {

// A real gRPC server of all services of quiesce.v1 that knows nothing: each test says what the
// methods answer, and reads what they were asked. Listens on a unix socket in TEST_TMPDIR.
//
//   ApiServer server;
//   server.On("GetPlan", [](const GetPlanRequest& request, Plan& plan) {
//     plan.set_name(request.name());
//     return grpc::Status::OK;
//   });
//   server.Once("GetPlan", Error(grpc::StatusCode::UNAVAILABLE, ERROR_REASON_SHUTTING_DOWN));
//   ... client with server.target() ...
//   EXPECT_EQ(server.Requests<GetPlanRequest>("GetPlan")[0].name(), "plans/7c41e2a9");
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

  ApiServer();
  ~ApiServer();  // Stop()
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  const std::string& target() const { return target_; }  // unix:///...

  // Ends all calls with UNAVAILABLE and closes the socket; Start() opens it again, at the same
  // place. The scripts stay.
  void Stop();
  void Start();

  // The answer of a unary method from now on. `handler(const Request&, Response&)` returns the
  // status. The types must be those of the method.
  template <typename Handler>
  void On(const std::string& method, Handler handler) {
    OnRequest(method, handler, &Handler::operator());
  }
  // An answer for the next call only, before that of On(); several are used in order.
  void Once(const std::string& method, grpc::Status status);
  // The next call is received and never answered until the client gives it up.
  void HangOnce(const std::string& method);

  // The next streams of WatchInstances, in order: the messages, then the end. Without a script a
  // stream stays open and silent until the client ends it.
  struct WatchScript {
    std::vector<std::string> messages;  // serialized WatchInstancesResponse
    bool stay_open = false;             // instead of ending with `end`
    grpc::Status end;
  };
  void OnWatch(WatchScript script);

  // Requests that a method got, in order, and the calls that they came with. Those of a client
  // stream are one request each.
  template <typename Request>
  std::vector<Request> Requests(const std::string& method) const {
    std::vector<Request> out;
    for (const std::string& bytes : RawRequests(method)) {
      out.emplace_back();
      out.back().ParseFromString(bytes);
    }
    return out;
  }
  std::vector<Call> Calls(const std::string& method) const;
  // Waits until a method has got that many calls; false after 30 s.
  bool WaitForCalls(const std::string& method, size_t count) const;
  // Waits until that many calls of any method were given up by their client; false after 30 s.
  bool WaitForCancelled(size_t count) const;

 private:
  using Message = google::protobuf::Message;
  using AnyHandler = std::function<grpc::Status(const Message&, Message&)>;

  template <typename Handler, typename Class, typename Request, typename Response>
  void OnRequest(const std::string& method, Handler handler,
                 grpc::Status (Class::*)(const Request&, Response&) const) {
    SetHandler(method, [handler](const Message& request, Message& response) {
      return handler(dynamic_cast<const Request&>(request), dynamic_cast<Response&>(response));
    });
  }
  void SetHandler(const std::string& method, AnyHandler handler);
  std::vector<std::string> RawRequests(const std::string& method) const;

  // From the services.
  void Record(const std::string& method, const grpc::ServerContext& context);
  void RecordRequest(const std::string& method, const Message& request);
  grpc::Status Answer(const std::string& method, grpc::ServerContext& context,
                      const Message& request, Message& response);
  grpc::Status Hang(grpc::ServerContext& context);
  bool NextWatch(WatchScript& script);

  const std::string target_;
  mutable Mutex mu_;
  mutable CondVar changed_;
  std::map<std::string, AnyHandler> handlers_ ABSL_GUARDED_BY(mu_);
  struct Scripted {
    bool hang = false;
    grpc::Status status;
  };
  std::map<std::string, std::deque<Scripted>> once_ ABSL_GUARDED_BY(mu_);
  std::deque<WatchScript> watches_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::vector<Call>> calls_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::vector<std::string>> requests_ ABSL_GUARDED_BY(mu_);
  size_t cancelled_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  class Services;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
};

// An error as quiesced gives it, with its details in the trailer.
grpc::Status Error(grpc::StatusCode code, v1::ErrorReason reason, const std::string& message = "",
                   const std::map<std::string, std::string>& metadata = {},
                   const std::vector<std::pair<std::string, std::string>>& violations = {});

}  // namespace quiesce::testing

#endif  // QUIESCE_TESTS_FAKES_API_SERVER_API_SERVER_H_
