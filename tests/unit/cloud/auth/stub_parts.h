#ifndef QUIESCE_TESTS_UNIT_CLOUD_AUTH_STUB_PARTS_H_
#define QUIESCE_TESTS_UNIT_CLOUD_AUTH_STUB_PARTS_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "daemon/base/clock.h"
#include "daemon/base/mutex.h"
#include "daemon/cloud/auth/authenticator.h"
#include "daemon/cloud/auth/secret_source.h"

namespace quiesce::cloud::auth {

// Stands still until it is moved. Thread-safe.
class StubClock final : public Clock {
 public:
  Now Read() override {
    MutexLock lock(mu_);
    return now_;
  }
  void Advance(absl::Duration time) {
    MutexLock lock(mu_);
    now_ = {now_.wall + time, now_.steady + time};
  }

 private:
  Mutex mu_;
  Now now_ ABSL_GUARDED_BY(mu_) = {absl::FromUnixSeconds(1767225600),
                                   SteadyTime::FromMicros(1000000)};
};

// Holds what it is told to hold. Thread-safe.
class StubSource final : public SecretSource {
 public:
  // Shared with the test.
  struct Holder {
    Mutex mu;
    absl::StatusOr<std::string> content ABSL_GUARDED_BY(mu) = std::string();
    void Hold(absl::StatusOr<std::string> next) {
      MutexLock lock(mu);
      content = std::move(next);
    }
  };
  explicit StubSource(std::shared_ptr<Holder> holder) : holder_(std::move(holder)) {}
  absl::StatusOr<std::shared_ptr<const std::string>> Get() override {
    MutexLock lock(holder_->mu);
    if (!holder_->content.ok()) return holder_->content.status();
    return std::make_shared<const std::string>(*holder_->content);
  }
  const std::string& name() const override { return name_; }

 private:
  const std::shared_ptr<Holder> holder_;
  const std::string name_ = "/the/source";
};

// What a gateway may answer.
struct StubAnswer {
  core::CallClass call_class = core::CallClass::kAccepted;
  std::string code;
  std::string message;
};
inline StubAnswer WrongSignature() {
  return {core::CallClass::kAuth, "APIGW.0301", "verify aksk signature fail, canonicalRequest:x"};
}
inline StubAnswer Expired() {
  return {core::CallClass::kAuth, "APIGW.0301", "token expires, expires_at: then"};
}

inline OutgoingRequest ListOf(std::string_view project) {
  return {Operation::kList, project, "POST", "dbss.example.com", "/v2/p/db-om/instances", ""};
}
inline OutgoingRequest StopIn(std::string_view project) {
  return {Operation::kStop, project, "POST", "dbss.example.com", "/v1/p/db-om/i/stop", ""};
}

inline void Report(Authenticator& authenticator, const Authorization& authorization,
                   const OutgoingRequest& request, const StubAnswer& answer) {
  Verdict verdict;
  verdict.call_class = answer.call_class;
  authenticator.Report(authorization, request, verdict, answer.code, answer.message);
}

inline std::string HeaderOf(const Authorization& authorization, std::string_view name) {
  for (const auto& [header, value] : authorization.headers) {
    if (header == name) return value;
  }
  return "";
}

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_TESTS_UNIT_CLOUD_AUTH_STUB_PARTS_H_
