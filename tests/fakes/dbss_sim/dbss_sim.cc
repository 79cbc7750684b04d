#include "tests/fakes/dbss_sim/dbss_sim.h"

#include <utility>

#include "tests/fakes/dbss_sim/control.h"

namespace quiesce::dbss_sim {
namespace {

SimTime SystemNow() {
  return std::chrono::duration_cast<SimTime>(std::chrono::steady_clock::now().time_since_epoch());
}

DbssSim::Options WithClock(DbssSim::Options options) {
  if (!options.clock) options.clock = SystemNow;
  return options;
}

}  // namespace

DbssSim::DbssSim() : DbssSim(Options()) {}

DbssSim::DbssSim(Options options)
    : options_(WithClock(std::move(options))),
      log_(options_.log_capacity),
      api_(
          &cloud_, &tokens_, &faults_, &log_, [this] { return now(); },
          [this](std::chrono::microseconds duration) { return server_.Wait(duration); }),
      control_(std::make_unique<Control>(this)),
      server_([this](const ApiRequest& request) { return Handle(request); }, options_.threads,
              options_.idle_timeout) {
  Reset(/*keep_fleet=*/false);
}

DbssSim::~DbssSim() { Stop(); }

bool DbssSim::Start() {
  port_ = server_.Start(options_.port);
  return port_ > 0;
}

void DbssSim::Stop() { server_.Stop(); }

std::string DbssSim::endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

ApiReply DbssSim::Handle(const ApiRequest& request) {
  if (Control::Owns(request)) return control_->Handle(request);
  return api_.Handle(request);
}

void DbssSim::AddToken(std::string_view token) { tokens_.Put(token, TokenGrant()); }

SimTime DbssSim::now() const { return options_.clock() + SimTime(advanced_.load()); }

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
    const bool found = cloud_.Edit(project, instance, [start](Instance& target) {
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
  tokens_.ForgetIssued();
  if (!keep_fleet) cloud_.Clear();
  cloud_.SetTimelines(options_.timelines);
}

}  // namespace quiesce::dbss_sim
