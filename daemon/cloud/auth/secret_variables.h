#ifndef QUIESCE_DAEMON_CLOUD_AUTH_SECRET_VARIABLES_H_
#define QUIESCE_DAEMON_CLOUD_AUTH_SECRET_VARIABLES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "daemon/cloud/auth/secret_source.h"

namespace quiesce::cloud::auth {

// A secret in variables of the environment. A process cannot be given others while it runs, so this
// one never changes; that is what files are for.
class SecretVariables final : public SecretSource {
 public:
  struct Variable {
    std::string label;  // of its line in the text; empty: the text is the value itself
    std::string name;
  };
  // Without a label: one variable. With labels the text is made as a file of a key pair is.
  SecretVariables(std::vector<Variable> variables, Environment environment);

  // NOT_FOUND when a variable is not set, FAILED_PRECONDITION when one is empty or (with labels)
  // holds what a line of a key pair cannot.
  absl::StatusOr<std::shared_ptr<const std::string>> Get() override;
  const std::string& name() const override { return name_; }

 private:
  const std::vector<Variable> variables_;
  const Environment environment_;
  std::string name_;
};

}  // namespace quiesce::cloud::auth

#endif  // QUIESCE_DAEMON_CLOUD_AUTH_SECRET_VARIABLES_H_
