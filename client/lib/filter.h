#ifndef QUIESCE_CLIENT_LIB_FILTER_H_
#define QUIESCE_CLIENT_LIB_FILTER_H_

#include <string>
#include <string_view>

namespace quiesce::client {

// `value` as the right side of a filter term: quoted where the API wants quotes.
std::string FilterValue(std::string_view value);

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_FILTER_H_
