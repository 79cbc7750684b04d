#ifndef QUIESCE_CLIENT_MANIFEST_MANIFEST_H_
#define QUIESCE_CLIENT_MANIFEST_MANIFEST_H_

#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/yaml/error.h"
#include "quiesce/v1/common.pb.h"
#include "quiesce/v1/plan.pb.h"

// Manifests: what teams declare, in YAML or JSON, as the messages that CreatePlan takes.
//
// Strict, because absence means release: what cannot be understood completely is refused, never
// skipped. Unknown and duplicate keys, anchors, aliases, tags, `instances` without a value and
// instances that occur twice are errors. A scalar is read as its field wants it: `yes`, `0x10` and
// `12345` are texts where a text is wanted, and a boolean is `true` or `false` without quotes.
//
// All documents (separated by `---`) of all files are one input. Each has `apiVersion:
// quiesce/v1`, `workspace` and `instances`. A workspace may be spread over several documents: the
// first gives `owner` and `contact`; a later one leaves owner, contact and labels out or repeats
// them. `defaults` are those of the document that they stand in.
namespace quiesce::manifest {

using Error = yaml::Error;
using Position = yaml::Position;
using yaml::ToString;

// One workspace, complete: the arguments of Client::CreatePlan.
struct Manifest {
  // `defaults` as in the manifest. Empty when documents of the workspace have different ones; they
  // are then filled in in the specs.
  v1::WorkspaceHeader header;
  // In the order of the input. The ids are valid, and none occurs twice in the whole input.
  std::vector<v1::InstanceSpec> specs;
  // Where the workspace first occurs.
  Position at;
};

struct Input {
  // One for each workspace, in the order in which they first occur. Empty if there is an error.
  std::vector<Manifest> manifests;
  // In the order of the input, at most 20.
  std::vector<Error> errors;
  // There were more.
  bool more_errors = false;

  bool ok() const { return errors.empty(); }
};

// Reads and checks everything that `paths` name, in that order, and reports all mistakes at once.
// A path is a file, `-` for `standard_input` (called `<stdin>` in errors), or a folder: its *.yaml,
// *.yml and *.json in the order of their paths, and those of its subfolders. Skipping subfolders
// would release what they declare without a word. Names that begin with a dot are skipped; a link
// to a folder is an error. Never throws.
Input Load(const std::vector<std::string>& paths, std::istream& standard_input);

// The same for a text; `file` is its name in errors.
Input Parse(std::string_view text, std::string_view file);

// The errors as lines, `... and more` at the end if some were left out. Empty if there are none.
std::string FormatErrors(const Input& input);

}  // namespace quiesce::manifest

#endif  // QUIESCE_CLIENT_MANIFEST_MANIFEST_H_
