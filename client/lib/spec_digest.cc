#include "client/lib/spec_digest.h"

#include "absl/strings/str_cat.h"
#include "daemon/base/sha256.h"

namespace quiesce::client {

std::string SpecDigest(const std::vector<v1::InstanceSpec>& specs) {
  Sha256 hash;
  std::string line;
  for (const v1::InstanceSpec& spec : specs) {
    line.clear();
    absl::StrAppend(&line, spec.project(), "/", spec.instance_id(), "\n");
    hash.Update(line);
  }
  return absl::StrCat("sha256:", hash.HexDigest());
}

}  // namespace quiesce::client
