#ifndef QUIESCE_TESTS_ARCHITECTURE_LAYERS_H_
#define QUIESCE_TESTS_ARCHITECTURE_LAYERS_H_

#include <string_view>
#include <vector>

#include "tests/architecture/rule.h"

namespace quiesce::architecture {

// What the files below a folder may include of this repository, besides each other.
struct Layer {
  std::string_view folder;
  std::vector<std::string_view> may_include;  // patterns
  std::string_view why;
};

// The allowed edges between folders. A file belongs to the first layer that has its folder.
const std::vector<Layer>& Layers();

// The layer of a file; null: none has it.
const Layer* LayerOf(std::string_view path);

// Each #include of a file of this repository is an edge that `Layers` allows.
std::vector<Finding> CheckLayers(const SourceFile& file);

}  // namespace quiesce::architecture

#endif  // QUIESCE_TESTS_ARCHITECTURE_LAYERS_H_
