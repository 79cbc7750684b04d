#ifndef QUIESCE_CLIENT_MANIFEST_LIMITS_H_
#define QUIESCE_CLIENT_MANIFEST_LIMITS_H_

#include <cstddef>

// Every number that limits a manifest, with its reason.
namespace quiesce::manifest::limits {

// All files of one input together. A million short specs are about 60 MB.
inline constexpr size_t kMaxInputBytes = size_t{128} * 1024 * 1024;
// Of one input. A folder with more is not a folder of manifests.
inline constexpr size_t kMaxFiles = 10000;
// Folders within folders; real trees are three or four deep.
inline constexpr int kMaxFolderDepth = 32;
}  // namespace quiesce::manifest::limits

#endif  // QUIESCE_CLIENT_MANIFEST_LIMITS_H_
