#include "daemon/config/config_file.h"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "daemon/config/credential_section.h"
#include "daemon/config/project_section.h"
#include "daemon/config/server_section.h"
#include "daemon/config/timing_section.h"
#include "daemon/config/yaml/field_reader.h"
#include "daemon/config/yaml/source.h"
#include "daemon/config/yaml/tree.h"

namespace quiesce::config {
namespace {

using yaml::ErrorList;
using yaml::FieldReader;
using yaml::Node;
using yaml::Source;
using yaml::Tree;

constexpr char kDefaultSocket[] = "/run/quiesced/api.sock";
constexpr char kDefaultStore[] = "/var/lib/quiesced/quiesced.db";

enum Key { kServer, kStore, kCredentials, kProjects, kTiming, kOps };
const std::vector<std::string_view>& Keys() {
  static const auto* const keys = new std::vector<std::string_view>{
      "server", "store", "credentials", "projects", "timing", "ops"};
  return *keys;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0' ? name : "quiesced";
}

Config Defaults() {
  Config config;
  config.server_name = HostName();
  rpc::Listener listener;
  listener.path = kDefaultSocket;
  config.listeners.push_back(listener);
  config.store_path = kDefaultStore;
  return config;
}

void ReadRoot(const Node& root, const Tree& tree, FieldReader& fields, Config& config) {
  if (root.kind != Node::Kind::kMap) {
    return fields.Report(root, "no configuration: that begins with a key like `projects:`");
  }
  // Read in our order, not the file's: projects refer to credentials.
  std::vector<const Node*> values(Keys().size(), nullptr);
  fields.ReadMap(root, Keys(), [&](size_t key, const Node& key_node, const Node& value) {
    values[key] = key == kOps ? &key_node : &value;
  });
  if (values[kServer]) ReadServer(*values[kServer], fields, config);
  if (values[kStore]) ReadStore(*values[kStore], fields, config);
  if (values[kCredentials]) ReadCredentials(*values[kCredentials], fields, config);
  if (values[kProjects]) ReadProjects(*values[kProjects], fields, config);
  if (values[kTiming]) ReadTiming(*values[kTiming], fields, config.timing);
  if (values[kOps]) fields.Report(*values[kOps], "ops is not supported yet, leave it out");
  if (tree.cut()) return;  // what is missing may have stood in the rest
  if (!values[kCredentials]) fields.Report(root, "credentials is required");
  if (!values[kProjects]) fields.Report(root, "projects is required");
}

void ReadSource(const Source& source, ErrorList& errors, Config& config) {
  if (!CheckText(source, errors)) return;
  const Tree tree(source, errors);
  const std::vector<uint32_t>& documents = tree.documents();
  if (documents.empty()) {
    if (errors.empty()) errors.AddFile(source.order, source.name, "is empty");
    return;
  }
  FieldReader fields(tree, errors);
  if (documents.size() > 1) {
    fields.Report(tree[documents[1]], "a second document: the configuration is one");
  }
  ReadRoot(tree[documents[0]], tree, fields, config);
}

Result Finish(Config config, const ErrorList& errors) {
  return {std::move(config), errors.Sorted(), errors.full()};
}

}  // namespace

std::string Result::FormatErrors() const {
  std::string out;
  for (const yaml::Error& error : errors) absl::StrAppend(&out, ToString(error), "\n");
  if (more_errors) absl::StrAppend(&out, "... and more\n");
  return out;
}

Result Parse(std::string_view text, std::string_view file) {
  const Source source{0, std::string(file), std::string(text)};
  ErrorList errors;
  Config config = Defaults();
  ReadSource(source, errors, config);
  return Finish(std::move(config), errors);
}

Result Load(const std::string& path) {
  ErrorList errors;
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string text(limits::kMaxConfigBytes + 1, '\0');
  // A directory opens, and fails to be read.
  if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (stream.fail() && !stream.eof())) {
    errors.AddFile(0, path,
                   absl::StrCat("cannot be read: ", std::generic_category().message(errno)));
    return Finish({}, errors);
  }
  text.resize(static_cast<size_t>(stream.gcount()));
  if (text.size() > limits::kMaxConfigBytes) {
    errors.AddFile(0, path, absl::StrCat("is larger than ", limits::kMaxConfigBytes, " bytes"));
    return Finish({}, errors);
  }
  return Parse(text, path);
}

}  // namespace quiesce::config
