#ifndef QUIESCE_DAEMON_CLOUD_AUTH_SECRET_SOURCE_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_SECRET_SOURCE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace quiesce::cloud::auth {

// The process's environment, or a test's: the value of a variable, if there is one.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Where a secret is read from. Thread-safe.
class SecretSource {
 public:
  virtual ~SecretSource() = default;

  // The whole text that it holds now, never one that it held before. No error repeats a byte of it.
  virtual absl::StatusOr<std::shared_ptr<const std::string>> Get() = 0;

  // For people: a path, or `$NAME`.
  virtual const std::string& name() const = 0;
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_SECRET_SOURCE_H_
