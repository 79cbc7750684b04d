#ifndef QUIESCE_CLIENT_MANIFEST_DOCUMENT_H_
#define QUIESCE_CLIENT_MANIFEST_DOCUMENT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/config/yaml/source.h"
#include "daemon/config/yaml/tree.h"
#include "quiesce/v1/common.pb.h"
#include "quiesce/v1/plan.pb.h"

namespace quiesce::manifest {

// One document of a manifest, checked by itself. What was wrong has been reported and is left out.
struct Document {
  const yaml::Source* source = nullptr;
  v1::WorkspaceHeader header;
  std::vector<v1::InstanceSpec> specs;
  // The source could not be read to its end: that something is missing means nothing.
  bool cut = false;
  // Where things are in the source, for the checks between documents: the beginning, the values of
  // header fields (absent: not given), and the id of each spec.
  uint32_t at = 0;
  uint32_t workspace_at = 0;
  std::optional<uint32_t> owner_at;
  std::optional<uint32_t> contact_at;
  std::optional<uint32_t> labels_at;
  std::vector<uint32_t> ids_at;
};

// `root` is one of tree.documents().
Document ReadDocument(const yaml::Tree& tree, uint32_t root, yaml::ErrorList& errors);

}  // namespace quiesce::manifest

#endif  // QUIESCE_CLIENT_MANIFEST_DOCUMENT_H_
