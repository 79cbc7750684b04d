#ifndef QUIESCE_CLIENT_CLI_WORDS_H_
#define QUIESCE_CLIENT_CLI_WORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/view.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "quiesce/v1/common.pb.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/plan.pb.h"
#include "quiesce/v1/server.pb.h"

// The words for the API's vocabulary and names.
namespace quiesce::cli {

// The name of an enum value without its prefix: `NAME_MISMATCH`. `?` for UNSPECIFIED, and for a
// value that this version does not know.
std::string EnumWord(const google::protobuf::EnumDescriptor& type, int value);
template <typename Enum>
std::string Word(Enum value) {
  return EnumWord(*google::protobuf::GetEnumDescriptor<Enum>(), value);
}
// All of them, without UNSPECIFIED.
std::vector<std::string> EnumWords(const google::protobuf::EnumDescriptor& type);
// The full word for what somebody typed (`name-mismatch`); INVALID_ARGUMENT with a suggestion, to
// be put after the name of the flag.
absl::StatusOr<std::string> ParseEnumWord(const google::protobuf::EnumDescriptor& type,
                                          std::string_view text);

Tone ToneOf(v1::Phase phase);
Tone ToneOf(v1::Needs needs);

// `running`, `never seen`.
std::string StateWord(v1::PowerState state);
// A few words about a reason, to stand beside its name.
std::string ReasonPhrase(v1::Reason reason);

// The last part of a name: `7c41e2a9...` of `plans/7c41e2a9...`.
std::string IdOf(std::string_view name);
// Its first 8 characters, which the API and the command line take for the whole.
std::string ShortId(std::string_view name);
// `projects/89abcdef.../instances/f19b543c-...`: the project's id cut, the instance's whole.
std::string CutName(std::string_view instance_name);
// How a person calls an instance: its name in the cloud, else its id.
std::string Called(const std::string& cloud_name, std::string_view instance_name);
// The same for a row on a screen, where the beginning of an id has to do: it is enough to name the
// instance by.
std::string CalledInRow(const std::string& cloud_name, std::string_view instance_name,
                        const View& view);
// The alias, else the id of the project in an instance's or project's name.
std::string ProjectCalled(const std::string& alias, std::string_view name);
// A hold's scope: `workspace/billing-prod`, `project/...`, `fleet` or `instance/f19b543c`.
std::string ScopeCalled(std::string_view scope);

// What a list failed with: `AUTH, HTTP 401 APIGW.0301, "the token expires"`.
std::string ListErrorWords(const v1::ListError& error);

// Of answers that the daemon does not know: `that this version does not know, taken for failures;
// the last: "HTTP 418"`.
std::string UnknownAnswerWords(const v1::Project& project);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_WORDS_H_
