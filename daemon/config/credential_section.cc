#include "daemon/config/credential_section.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/string_views.h"
#include "daemon/base/text.h"
#include "daemon/config/names.h"

namespace quiesce::config {
namespace {

using yaml::FieldReader;
using yaml::Node;
using yaml::Path;

using Keys = std::vector<std::string_view>;
using Type = Credential::Type;

enum Key {
  kType,
  kMaxInFlight,
  kQuotaReserve,
  kQuota,
  kFile,
  kUser,
  kDomain,
  kPasswordFile,
  kPasswordEnv,
  kIamEndpoint,
  kAccessKeyEnv,
  kSecretKeyEnv,
  kSecurityTokenEnv,
};
const Keys& AllKeys() {
  static const auto* const keys = new Keys{
      "type",           "max_in_flight",  "quota_reserve",     "quota",        "file",
      "user",           "domain",         "password_file",     "password_env", "iam_endpoint",
      "access_key_env", "secret_key_env", "security_token_env"};
  return *keys;
}
// In the order of Credential::Type.
const Keys& TypeNames() {
  static const auto* const names = new Keys{"token_file", "password", "access_key"};
  return *names;
}

bool IsOf(Type type, int key) {
  switch (key) {
    case kFile:
      return type != Type::kPassword;
    case kUser:
    case kDomain:
    case kPasswordFile:
    case kPasswordEnv:
    case kIamEndpoint:
      return type == Type::kPassword;
    case kAccessKeyEnv:
    case kSecretKeyEnv:
    case kSecurityTokenEnv:
      return type == Type::kAccessKey;
    default:
      return true;
  }
}

bool Has(uint32_t seen, int key) { return (seen >> key & 1) != 0; }

core::Problem VariableProblem(std::string_view name) {
  const auto is_word = [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; };
  if (name.empty() || name.size() > limits::kMaxConfigNameLength ||
      absl::ascii_isdigit(static_cast<unsigned char>(name.front())) ||
      !std::all_of(name.begin(), name.end(), is_word)) {
    return "is not the name of an environment variable, like QUIESCED_SECRET_KEY";
  }
  return std::nullopt;
}

core::Problem UserProblem(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name.size() > limits::kMaxOwnerLength) {
    return absl::StrCat("has ", name.size(), " bytes, at most ", limits::kMaxOwnerLength,
                        " are allowed");
  }
  while (!name.empty()) {
    const CodePoint c = FirstCodePoint(name);
    if (c.length == 0 || IsControl(c.value)) return "holds control characters";
    name.remove_prefix(c.length);
  }
  return std::nullopt;
}

class CredentialReader {
 public:
  CredentialReader(FieldReader& fields, std::string_view name) : fields_(fields) {
    credential_.name = std::string(name);
    parent_ = absl::StrCat("credentials.", credential_.name);
  }

  Credential Read(const Node& value) {
    if (!fields_.IsMap(value, {parent_, std::nullopt, ""},
                       "{type: token_file, file: /etc/quiesced/keys/main.token}")) {
      return std::move(credential_);
    }
    std::vector<const Node*> keys(AllKeys().size(), nullptr);
    const uint32_t seen =
        fields_.ReadMap(value, AllKeys(), [&](size_t key, const Node& key_node, const Node& field) {
          keys[key] = &key_node;
          ReadKey(static_cast<int>(key), field, {parent_, std::nullopt, AllKeys()[key]});
        });
    if (!Has(seen, kType)) {
      fields_.Report(value, absl::StrCat(parent_, ": type is required"));
    } else if (has_type_) {
      CheckFields(value, keys);
    }
    return std::move(credential_);
  }

 private:
  void ReadKey(int key, const Node& value, const Path& path) {
    switch (key) {
      case kType:
        if (auto type = fields_.OneOf(value, path, TypeNames())) {
          credential_.type = static_cast<Type>(*type);
          has_type_ = true;
        }
        return;
      case kMaxInFlight:
        if (auto n = fields_.Integer(value, path, 1, limits::kMaxMaxInFlight)) {
          max_in_flight_ = static_cast<int>(*n);
          max_in_flight_at_ = &value;
        }
        return;
      case kQuotaReserve:
        return ReadReserve(value, path);
      case kQuota:
        return ReadQuota(value, path);
      case kFile:
      case kPasswordFile:
        return Take(fields_.Checked(value, path, PathProblem), credential_.file);
      case kUser:
        return Take(fields_.Checked(value, path, UserProblem), credential_.user);
      case kDomain:
        return Take(fields_.Checked(value, path, UserProblem), credential_.domain);
      case kPasswordEnv:
        return Take(fields_.Checked(value, path, VariableProblem), credential_.password_env);
      case kAccessKeyEnv:
        return Take(fields_.Checked(value, path, VariableProblem), credential_.access_key_env);
      case kSecretKeyEnv:
        return Take(fields_.Checked(value, path, VariableProblem), credential_.secret_key_env);
      case kSecurityTokenEnv:
        return Take(fields_.Checked(value, path, VariableProblem), credential_.security_token_env);
      case kIamEndpoint:
        return ReadIamEndpoint(value, path);
    }
  }

  static void Take(std::optional<std::string_view> text, std::string& field) {
    if (text) field = std::string(*text);
  }

  void ReadIamEndpoint(const Node& value, const Path& path) {
    const std::optional<std::string_view> text = fields_.Text(value, path);
    if (!text) return;
    absl::StatusOr<cloud::Endpoint> endpoint = cloud::ParseEndpoint(*text);
    if (endpoint.ok()) {
      credential_.iam_endpoint = *std::move(endpoint);
    } else {
      fields_.Report(value, absl::StrCat(path.ToString(), ": ", endpoint.status().message()));
    }
  }

  void ReadReserve(const Node& value, const Path& path) {
    const std::optional<std::string_view> text = fields_.Text(value, path);
    if (!text) return;
    int percent = -1;
    const bool is_number = text->size() >= 2 && text->size() <= 3 && text->back() == '%' &&
                           absl::ascii_isdigit(static_cast<unsigned char>(text->front())) &&
                           absl::SimpleAtoi(ToAbsl(text->substr(0, text->size() - 1)), &percent);
    if (!is_number || percent > limits::kMaxQuotaReservePercent) {
      fields_.Report(
          value, absl::StrCat(path.ToString(), ": ", Quoted(*text), " is not a share from 0% to ",
                              limits::kMaxQuotaReservePercent, "%"));
      return;
    }
    credential_.quota_reserve = percent / 100.0;
  }

  void ReadQuota(const Node& value, const Path& path) {
    if (!fields_.IsMap(value, path, "{calls: 200, per: 5m}")) return;
    static const auto* const keys = new Keys{"calls", "per"};
    const std::string parent = path.ToString();
    core::QuotaWindow window;
    const uint32_t seen =
        fields_.ReadMap(value, *keys, [&](size_t key, const Node&, const Node& field) {
          const Path below{parent, std::nullopt, (*keys)[key]};
          if (key == 0) {
            window.calls = fields_.Integer(field, below, 1, limits::kMaxQuotaCalls).value_or(0);
          } else {
            window.period = ReadPeriod(field, below);
          }
        });
    for (const int key : {0, 1}) {
      if (Has(seen, key)) continue;
      fields_.Report(value, absl::StrCat(parent, ": ", ToAbsl((*keys)[static_cast<size_t>(key)]),
                                         " is required"));
    }
    if (window.calls > 0 && window.period > absl::ZeroDuration()) credential_.quota = window;
  }

  absl::Duration ReadPeriod(const Node& value, const Path& path) {
    const auto period = fields_.Duration(value, path, limits::kMaxQuotaPeriod);
    if (!period) return absl::ZeroDuration();
    if (*period < absl::Seconds(1)) {
      fields_.Report(value, absl::StrCat(path.ToString(), " is shorter than 1s"));
    }
    return *period;
  }

  // Requests that are signed with one key are under way so many at a time, whatever is said here.
  void CheckMaxInFlight() {
    const bool is_key = credential_.type == Type::kAccessKey;
    if (max_in_flight_at_ == nullptr) {
      if (is_key) credential_.max_in_flight = limits::kMaxSignedInFlight;
      return;
    }
    credential_.max_in_flight = max_in_flight_;
    if (!is_key || max_in_flight_ <= limits::kMaxSignedInFlight) return;
    fields_.Report(*max_in_flight_at_,
                   absl::StrCat(parent_, ".max_in_flight: ", max_in_flight_,
                                " is too many for an access key, five wrong signatures lock it; "
                                "write 1 to ",
                                limits::kMaxSignedInFlight));
  }

  void CheckFields(const Node& value, const std::vector<const Node*>& keys) {
    CheckMaxInFlight();
    const auto type = static_cast<size_t>(credential_.type);
    for (size_t key = 0; key < keys.size(); ++key) {
      if (keys[key] == nullptr || IsOf(credential_.type, static_cast<int>(key))) continue;
      fields_.Report(*keys[key],
                     absl::StrCat(parent_, ".", ToAbsl(AllKeys()[key]),
                                  " is not for a credential of type ", ToAbsl(TypeNames()[type])));
    }
    const auto has = [&](int key) { return keys[static_cast<size_t>(key)] != nullptr; };
    const auto require = [&](bool good, const char* what) {
      if (!good) fields_.Report(value, absl::StrCat(parent_, ": ", what));
    };
    switch (credential_.type) {
      case Type::kTokenFile:
        return require(has(kFile), "file is required");
      case Type::kPassword:
        require(has(kUser), "user is required");
        require(has(kDomain), "domain is required, the account that the user belongs to");
        return require(has(kPasswordFile) != has(kPasswordEnv),
                       "either password_file or password_env is required");
      case Type::kAccessKey: {
        const bool any_variable =
            has(kAccessKeyEnv) || has(kSecretKeyEnv) || has(kSecurityTokenEnv);
        require(has(kFile) != any_variable,
                "either file or access_key_env and secret_key_env is required");
        return require(!any_variable || (has(kAccessKeyEnv) && has(kSecretKeyEnv)),
                       "access_key_env and secret_key_env are required together");
      }
    }
  }

  FieldReader& fields_;
  std::string parent_;
  Credential credential_;
  int max_in_flight_ = 0;
  const Node* max_in_flight_at_ = nullptr;  // where it is said; null: nowhere
  bool has_type_ = false;
};

}  // namespace

void ReadCredentials(const Node& value, FieldReader& fields, Config& config) {
  const Path path{"", std::nullopt, "credentials"};
  if (!fields.IsMap(value, path,
                    "{main: {type: token_file, file: /etc/quiesced/keys/main.token}}")) {
    return;
  }
  fields.ForEachEntry(value, [&](const Node& key, const Node& credential) {
    if (core::Problem problem = NameProblem(key.text)) {
      return fields.Report(key, Describe(path, *problem));
    }
    config.credentials.push_back(CredentialReader(fields, key.text).Read(credential));
  });
}

}  // namespace quiesce::config
