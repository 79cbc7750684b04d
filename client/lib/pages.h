#ifndef QUIESCE_CLIENT_LIB_PAGES_H_
#define QUIESCE_CLIENT_LIB_PAGES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/lib/api_error.h"

namespace quiesce::client {

// Reads page after page. `fetch(token)` gives a page or an error; `each(page)` returns whether to
// go on.
template <typename Fetch, typename Each>
absl::Status ForEachPage(Fetch fetch, Each each) {
  std::string token;
  while (true) {
    auto page = fetch(token);
    if (!page.ok()) return page.status();
    if (!each(*page) || page->next_page_token().empty()) return absl::OkStatus();
    if (page->next_page_token() == token) {
      return ToStatus(absl::StatusCode::kInternal, "the daemon gives the same page again and again",
                      Trouble::kProtocol);
    }
    token = page->next_page_token();
  }
}

}  // namespace quiesce::client

#endif  // QUIESCE_CLIENT_LIB_PAGES_H_
