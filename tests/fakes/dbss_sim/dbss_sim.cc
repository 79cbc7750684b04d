#include "tests/fakes/dbss_sim/dbss_sim.h"

#include <algorithm>
#include <utility>

#include "tests/fakes/dbss_sim/control.h"

namespace quiesce::dbss_sim {
namespace {

SimTime SystemNow() {
  return std::chrono::duration_cast<SimTime>(std::chrono::steady_clock::now().time_since_epoch());
}

DbssSim::Options WithClock(DbssSim::Options options) {
  if (!options.clock) options.clock = SystemNow;
  if (!options.wall_clock) options.wall_clock = std::chrono::system_clock::now;
  return options;
}

}  // namespace

DbssSim::DbssSim() : DbssSim(Options()) {}

DbssSim::DbssSim(Options options)
    : options_(WithClock(std::move(options))),
      log_(options_.log_capacity),
      api_(
          &cloud_, &gateway_, &faults_, &log_, [this] { return now(); }, options_.wall_clock,
          [this](std::chrono::microseconds duration) { return server_.Wait(duration); }),
      control_(std::make_unique<Control>(this)),
      server_([this](const ApiRequest& request) { return Handle(request); }, options_.threads,
              options_.idle_timeout),
      tls_server_([this](const ApiRequest& request) { return Handle(request); }, options_.threads,
                  options_.idle_timeout, [this] { return ContextForConnection(); }) {
  if (options_.tls) MakeContexts();
  Reset(/*keep_fleet=*/false);
}

DbssSim::~DbssSim() { Stop(); }

bool DbssSim::Start() {
  port_ = server_.Start(options_.port);
  if (port_ <= 0) return false;
  if (!options_.tls) return true;
  if (contexts_[CertificateKind::kGood] == nullptr) return false;
  tls_port_ = std::max(0, tls_server_.Start(options_.tls_port));
  return tls_port_ > 0;
}

// Handlers of both servers wait with the first one.
void DbssSim::Stop() {
  server_.Stop();
  tls_server_.Stop();
}

void DbssSim::MakeContexts() {
  CertificateMaker maker;
  authority_pem_ = maker.authority_pem();
  for (const CertificateKind kind :
       {CertificateKind::kGood, CertificateKind::kBadHost, CertificateKind::kExpired,
        CertificateKind::kNotYetValid, CertificateKind::kUntrusted}) {
    contexts_[kind] = MakeTlsContext(maker.Make(kind));
  }
  if (options_.tls_identity) {
    contexts_[CertificateKind::kGood] = MakeTlsContext(*options_.tls_identity);
  }
}

std::shared_ptr<SSL_CTX> DbssSim::ContextForConnection() {
  return contexts_.at(faults_.TakeCertificate().value_or(shown_));
}

std::string DbssSim::tls_endpoint() const {
  return "https://localhost:" + std::to_string(tls_port_);
}

std::string DbssSim::endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

ApiReply DbssSim::Handle(const ApiRequest& request) {
  if (Control::Owns(request)) return control_->Handle(request);
  return api_.Handle(request);
}

void DbssSim::AddToken(std::string_view token) { tokens().Put(token, TokenGrant()); }

SimTime DbssSim::now() const { return options_.clock() + SimTime(advanced_.load()); }

std::chrono::system_clock::time_point DbssSim::wall_now() const {
  return options_.wall_clock() + api_.settings().wall_offset;
}

void DbssSim::Advance(std::chrono::microseconds duration) { advanced_ += duration.count(); }

PowerOutcome DbssSim::ManualStart(std::string_view project, std::string_view instance,
                                  bool instant) {
  return ChangePower(true, project, instance, instant);
}

PowerOutcome DbssSim::ManualStop(std::string_view project, std::string_view instance,
                                 bool instant) {
  return ChangePower(false, project, instance, instant);
}

PowerOutcome DbssSim::ChangePower(bool start, std::string_view project, std::string_view instance,
                                  bool instant) {
  PowerOutcome outcome = PowerOutcome::kNoSuchInstance;
  if (instant) {
    const bool found = cloud_.Edit(project, instance, now(), [start](Instance& target) {
      for (Node& node : target.nodes()) node.Force(start ? RunningState() : StoppedState());
    });
    if (found) outcome = PowerOutcome::kStarted;
  } else {
    outcome =
        start ? cloud_.Start(project, instance, now()) : cloud_.Stop(project, instance, now());
  }
  if (outcome == PowerOutcome::kStarted) {
    log_.RecordManual(start ? "manual_start" : "manual_stop", project, instance, now());
  }
  return outcome;
}

void DbssSim::Reset(bool keep_fleet) {
  faults_.Clear();
  log_.Clear();
  api_.SetSettings(options_.settings);
  tokens().ForgetIssued();
  keys().ForgetFailures();
  quotas().Set({});
  shown_ = CertificateKind::kGood;
  if (!keep_fleet) cloud_.Clear();
  cloud_.SetTimelines(options_.timelines);
}

}  // namespace quiesce::dbss_sim
