#ifndef QUIESCE_CLIENT_LIB_RESOURCE_NAME_H_
#define QUIESCE_CLIENT_LIB_RESOURCE_NAME_H_

#include <string>
#include <string_view>

namespace quiesce::client {

// The name of a plan, run, hold or project as the API has it, from what people write: with
// `collection` "plans", each of `7c41e2a9`, `plan/7c41e2a9` and `plans/7c41e2a9` gives
// `plans/7c41e2a9`.
std::string ResourceName(std::string_view collection, std::string_view text);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_RESOURCE_NAME_H_
