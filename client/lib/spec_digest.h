#ifndef QUIESCE_CLIENT_LIB_SPEC_DIGEST_H_
#define QUIESCE_CLIENT_LIB_SPEC_DIGEST_H_

#include <string>
#include <vector>

#include "quiesce/v1/common.pb.h"

namespace quiesce::client {

// The digest that SpecTrailer documents: `sha256:` and 64 lowercase hex digits.
std::string SpecDigest(const std::vector<v1::InstanceSpec>& specs);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_SPEC_DIGEST_H_
