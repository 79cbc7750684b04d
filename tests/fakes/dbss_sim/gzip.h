// Content in the gzip form without compressing it, for replies that are encoded although nobody
// asked. Pure.

#ifndef TESTS_FAKES_DBSS_SIM_GZIP_H_
#define TESTS_FAKES_DBSS_SIM_GZIP_H_

#include <string>
#include <string_view>

namespace quiesce::dbss_sim {

// What any gzip reader expands to `content`.
std::string Gzip(std::string_view content);

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_GZIP_H_
