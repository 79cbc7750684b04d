#include "tests/integration/rpc/rpc_fixture.h"

#include <chrono>
#include <future>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "daemon/core/names.h"
#include "daemon/store/attempt_operations.h"
#include "daemon/store/sqlite_store.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/create_channel.h"

namespace quiesce::rpc {
namespace {

// Short enough for a test to see everything happen, long enough for a slow machine.
core::Timing TestTiming() {
  core::Timing timing;
  timing.call_deadline = absl::Seconds(2);
  timing.settle = absl::Milliseconds(300);
  timing.list_idle = absl::Seconds(3);
  timing.list_active = absl::Milliseconds(100);
  timing.look_max_age = absl::Seconds(2);
  return timing;
}

engine::ProjectConfig ProjectOf(const std::string& id, const std::string& alias,
                                core::ObservationMode mode) {
  engine::ProjectConfig config;
  config.settings.id = id;
  config.settings.alias = alias;
  config.settings.mode = mode;
  config.settings.timing = TestTiming();
  config.endpoint = "https://dbss.example.com";
  config.region = "north-1";
  config.credential = "main";
  config.credential_source = "/keys/main.token";
  return config;
}

}  // namespace

std::vector<std::string> SeenError::Fields() const {
  std::vector<std::string> fields;
  for (const auto& [field, problem] : violations) fields.push_back(field);
  return fields;
}

SeenError ErrorOf(const grpc::Status& status) {
  SeenError seen;
  seen.code = status.error_code();
  seen.message = status.error_message();
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return seen;
  for (const google::protobuf::Any& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    if (any.UnpackTo(&info)) {
      seen.reason = info.reason();
      seen.domain = info.domain();
      seen.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        seen.violations.emplace_back(violation.field(), violation.description());
      }
    } else if (any.Is<google::rpc::RetryInfo>()) {
      seen.has_retry = true;
    }
  }
  return seen;
}

void CallBook::CallEnded(const CallEnd& end) {
  MutexLock lock(mu_);
  entries_.push_back({std::string(end.method), std::string(end.principal), end.code,
                      std::string(end.reason), std::string(end.fault)});
}

void CallBook::Reconciled(const Reconcile& reconcile) {
  MutexLock lock(mu_);
  reconciles_.push_back(reconcile);
}

std::vector<Reconcile> CallBook::reconciles() const {
  MutexLock lock(mu_);
  return reconciles_;
}

std::vector<CallBook::Entry> CallBook::entries() const {
  MutexLock lock(mu_);
  return entries_;
}

void RpcTest::SetUp() {
  std::vector<engine::ProjectConfig> configs = {
      ProjectOf(kProjectA, "alpha", core::ObservationMode::kList),
      ProjectOf(kProjectB, "beta", core::ObservationMode::kList),
      ProjectOf(kUnseen, "gamma", core::ObservationMode::kNone)};
  store::ProjectMap settings;
  std::vector<core::ProjectSettings> directory;
  store::Recover recover;
  for (const engine::ProjectConfig& config : configs) {
    settings[config.settings.id] = config.settings;
    directory.push_back(config.settings);
    recover.projects.push_back({config.settings.id, config.settings.alias, config.endpoint});
  }
  auto opened = store::SqliteStore::Open(folder_ + "/store.db");
  ASSERT_TRUE(opened.ok()) << opened.status();
  clock_.Resume((*opened)->clock_origin(), (*opened)->high_water());
  (*opened)->SetClockOrigin(clock_.origin());
  auto recovered = (*opened)->Execute(recover, {clock_.Read(), random_, settings});
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  std::vector<store::Change> loaded;
  ASSERT_TRUE((*opened)
                  ->Load([&](std::vector<store::Change> changes) {
                    for (store::Change& change : changes) loaded.push_back(std::move(change));
                  })
                  .ok());

  loop_.Start();
  store_ = std::make_unique<store::GroupCommitStore>(
      *std::move(opened), store::GroupCommitStore::Dependencies{loop_, clock_, random_}, settings,
      [this](std::vector<store::Change> changes) { engine_->OnFeed(std::move(changes)); },
      [](const absl::Status& status) { FAIL() << status; });
  engine_ = std::make_unique<engine::Engine>(loop_, clock_, random_, *store_, cloud_, configs);
  OnLoop([&] {
    engine_->OnFeed(std::move(loaded));
    engine_->Start();
  });

  projects_ = std::make_unique<ProjectDirectory>(directory);
  calls_ = std::make_unique<CallEnvironment>(clock_, loop_, book_);
  backend_.reset(new Backend{*engine_, *store_, clock_, *projects_, *calls_});
  ServerOptions options;
  options.listen = {{Listener::Kind::kUnix, folder_ + "/socket/api.sock"}};
  options.identity = {"0.1.0", "sqlite://" + folder_ + "/store.db", clock_.Read().wall};
  options.configuration = {"test", clock_.Read().wall, ""};
  auto server = Server::Start(*backend_, options);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);

  channel_ = NewChannel();
  instances_ = v1::InstanceService::NewStub(channel_);
  plans_ = v1::PlanService::NewStub(channel_);
  holds_ = v1::HoldService::NewStub(channel_);
  info_ = v1::ServerService::NewStub(channel_);
}

RpcTest::~RpcTest() {
  cloud_.Release();
  StopServer();
  if (store_ != nullptr) {
    EXPECT_TRUE(store_->Close().ok());
  }
  loop_.Stop();
  // The engine may still be named in what the loop destroyed; it goes before its store.
  engine_.reset();
  store_.reset();
}

void RpcTest::StopServer() {
  if (server_ == nullptr) return;
  Drain(absl::Seconds(10));
  server_.reset();
}

void RpcTest::Drain(absl::Duration grace) {
  server_->BeginDrain();
  OnLoop([this] { engine_->Drain([] {}); });
  server_->Shutdown(grace);
}

void RpcTest::OnLoop(std::function<void()> function) {
  std::promise<void> done;
  loop_.Post([&] {
    function();
    done.set_value();
  });
  done.get_future().wait();
}

std::shared_ptr<grpc::Channel> RpcTest::NewChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // Channels of a process share connections otherwise.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A client that does not read is to be noticed after 64 KiB, not after some megabytes.
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, 64 * 1024);
  return grpc::CreateCustomChannel(server_->addresses().front(), grpc::InsecureChannelCredentials(),
                                   arguments);
}

std::unique_ptr<grpc::ClientContext> RpcTest::Context() {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  return context;
}

std::string RpcTest::Id(int n) { return absl::StrFormat("%032x", n); }

core::InstanceKey RpcTest::Key(int n, const std::string& project) { return {project, Id(n)}; }

std::string RpcTest::Name(int n, const std::string& project) {
  return core::FormatInstanceName(Key(n, project));
}

void RpcTest::Running(int n, const std::string& project) {
  cloud_.Put(Key(n, project), absl::StrCat("om-", n), core::PowerState::kRunning);
}

void RpcTest::Stopped(int n, const std::string& project) {
  cloud_.Put(Key(n, project), absl::StrCat("om-", n), core::PowerState::kStopped);
}

void RpcTest::Refresh(const std::string& alias) {
  v1::RefreshProjectRequest request;
  request.set_name("projects/" + alias);
  v1::Project project;
  const grpc::Status status = info_->RefreshProject(Context().get(), request, &project);
  ASSERT_TRUE(status.ok()) << status.error_message();
}

v1::WaitInstanceResponse RpcTest::WaitFor(const std::string& name, const std::string& etag) {
  v1::WaitInstanceRequest request;
  request.set_name(name);
  request.set_etag(etag);
  request.mutable_timeout()->set_seconds(20);
  v1::WaitInstanceResponse response;
  const grpc::Status status = instances_->WaitInstance(Context().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

v1::InstanceSpec RpcTest::Spec(int n, const std::string& project) const {
  v1::InstanceSpec spec;
  spec.set_project(project);
  spec.set_instance_id(Id(n));
  return spec;
}

v1::SetDesiredStateRequest RpcTest::Declaring(int n, const std::string& project) const {
  v1::SetDesiredStateRequest request;
  request.set_workspace("direct");
  request.set_owner("team-one");
  request.set_contact("#team-one");
  *request.mutable_spec() = Spec(n, project);
  return request;
}

v1::Instance RpcTest::Declare(int n) {
  v1::SetDesiredStateResponse response;
  const grpc::Status status = instances_->SetDesiredState(Context().get(), Declaring(n), &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.instance();
}

v1::WorkspaceHeader RpcTest::Header(const std::string& workspace) const {
  v1::WorkspaceHeader header;
  header.set_workspace(workspace);
  header.set_owner("team-one");
  header.set_contact("#team-one");
  (*header.mutable_labels())["tier"] = "prod";
  header.mutable_defaults()->set_project("alpha");
  return header;
}

v1::CreatePlanResponse RpcTest::Plan(const std::vector<int>& numbers) {
  v1::CreatePlanRequest request;
  *request.mutable_header() = Header();
  for (int n : numbers) *request.add_specs() = Spec(n, "");
  v1::CreatePlanResponse response;
  const grpc::Status status = plans_->CreatePlan(Context().get(), request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

v1::Run RpcTest::FollowRun(const std::string& name) {
  v1::GetRunRequest request;
  request.set_name(name);
  v1::Run run;
  // Each reading is a round trip through the store's writer, so this is no busy loop.
  for (int i = 0; i < 100000; ++i) {
    const grpc::Status status = plans_->GetRun(Context().get(), request, &run);
    EXPECT_TRUE(status.ok()) << status.error_message();
    if (!status.ok() || run.state() == v1::RUN_STATE_DONE ||
        run.state() == v1::RUN_STATE_CANCELLED) {
      break;
    }
  }
  return run;
}

}  // namespace quiesce::rpc
