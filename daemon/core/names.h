#ifndef QUIESCE_DAEMON_CORE_NAMES_H_
#define QUIESCE_DAEMON_CORE_NAMES_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/base/text.h"
#include "daemon/core/facts.h"

// Which texts from outside are accepted, and what is wrong with those that are not. The daemon and
// the command line ask the same functions, so that they give the same answer.
namespace quiesce::core {

// What is wrong with a text, to be put after the name of its field: `"a8c3" has 4 characters, an
// instance id has 32 to 64`. Quotes the text itself, escaped and cut. Empty: nothing is wrong.
using Problem = std::optional<std::string>;

// How a problem shows what it is about.
using quiesce::Quoted;
using quiesce::Truncated;

// 32 to 64 of [0-9A-Za-z_-]. Ids are compared exactly: no case is folded, nothing is trimmed.
bool IsValidId(std::string_view id);
Problem ProjectIdProblem(std::string_view id);
Problem InstanceIdProblem(std::string_view id);

// [a-z0-9]([-a-z0-9]*[a-z0-9])?, at most 63: what a DNS label and a Kubernetes name may be.
Problem WorkspaceNameProblem(std::string_view name);
// 1 to 64 of the printable ASCII characters without space.
Problem RequestIdProblem(std::string_view request_id);

// Texts that people write and others read on a terminal: valid UTF-8 of at least one character
// that is not a space, no control characters, none that reorder or hide text.
Problem ReasonProblem(std::string_view reason);
Problem OwnerProblem(std::string_view owner);
Problem ContactProblem(std::string_view contact);
Problem AssertedNameProblem(std::string_view name);

// Keys like workspace names, with '.', '_' and '/' inside as well; values like owners, or empty.
Problem LabelsProblem(const std::map<std::string, std::string>& labels);

// `projects/{project_id}/instances/{instance_id}`. On a problem `key` is left as it was.
Problem ParseInstanceName(std::string_view name, InstanceKey& key);
std::string FormatInstanceName(const InstanceKey& key);

}  // namespace quiesce::core

#endif  // QUIESCE_DAEMON_CORE_NAMES_H_
