#include "daemon/config/config.h"

#include "absl/strings/str_cat.h"

namespace quiesce::config {

std::string Credential::SecretSource() const {
  if (!file.empty()) return file;
  if (type == Type::kPassword) return absl::StrCat("$", password_env);
  std::string variables = absl::StrCat("$", access_key_env, " and $", secret_key_env);
  if (!security_token_env.empty()) absl::StrAppend(&variables, " and $", security_token_env);
  return variables;
}

}  // namespace quiesce::config
