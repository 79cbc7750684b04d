#include "daemon/cloud/auth/secret_variables.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "daemon/base/text.h"

namespace quiesce::cloud::auth {

SecretVariables::SecretVariables(std::vector<Variable> variables, Environment environment)
    : variables_(std::move(variables)), environment_(std::move(environment)) {
  name_ = absl::StrJoin(variables_, " and ", [](std::string* out, const Variable& variable) {
    absl::StrAppend(out, "$", variable.name);
  });
}

absl::StatusOr<std::shared_ptr<const std::string>> SecretVariables::Get() {
  auto text = std::make_shared<std::string>();
  for (const Variable& variable : variables_) {
    const std::optional<std::string> value =
        environment_ ? environment_(variable.name) : std::nullopt;
    if (!value) {
      return absl::NotFoundError(absl::StrCat("environment variable ", variable.name,
                                              " is not set; set it and start the daemon again"));
    }
    if (value->empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat("environment variable ", variable.name, " is empty"));
    }
    if (variable.label.empty()) {
      *text = *value;
    } else if (!IsVisibleAscii(*value)) {
      return absl::FailedPreconditionError(
          absl::StrCat("environment variable ", variable.name,
                       " holds spaces, line ends, control or non-ASCII characters"));
    } else {
      absl::StrAppend(text.get(), variable.label, ": ", *value, "\n");
    }
  }
  return text;
}

}  // namespace quiesce::cloud::auth
