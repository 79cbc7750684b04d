#ifndef QUIESCE_CLIENT_CLI_IMPORT_MANIFEST_H_
#define QUIESCE_CLIENT_CLI_IMPORT_MANIFEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "client/cli/view.h"
#include "quiesce/v1/instance.pb.h"
#include "quiesce/v1/server.pb.h"

namespace quiesce::cli {

// What a manifest says about itself.
struct ImportHeader {
  std::string workspace;
  std::string owner;
  std::string contact;
  bool contact_is_guessed = false;  // nobody gave one: the manifest says so
};

// A workspace's name for a project: its alias in the letters that such a name may have.
std::string WorkspaceOfProject(std::string_view alias);

// Whether the project's last lists show it.
bool IsShown(const v1::Instance& instance);

// A manifest of what nobody declares in one project, each with its name as an assertion and its
// state as a comment, by name; what others declare is named in comments. It reports and does not
// stop: `enforcement: observe`. Every text from the cloud is quoted so that a reader of YAML gets
// the same text back. A name that no manifest may assert is left out, and that is said.
std::string ImportManifest(const v1::Project& project, const ImportHeader& header,
                           const std::vector<v1::Instance>& instances, const View& view);

}  // namespace quiesce::cli

#endif  // QUIESCE_CLIENT_CLI_IMPORT_MANIFEST_H_
