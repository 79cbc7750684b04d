#ifndef QUIESCE_DAEMON_BASE_STATUS_MACROS_H_
#define QUIESCE_DAEMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Macros, because a function cannot return from its caller.
#define QUIESCE_RETURN_IF_ERROR(expr)                  \
  do {                                                 \
    absl::Status quiesce_status_ = (expr);             \
    if (!quiesce_status_.ok()) return quiesce_status_; \
  } while (false)

#define QUIESCE_CONCAT_INNER_(a, b) a##b
#define QUIESCE_CONCAT_(a, b) QUIESCE_CONCAT_INNER_(a, b)
#define QUIESCE_ASSIGN_OR_RETURN(lhs, expr) \
  QUIESCE_ASSIGN_OR_RETURN_IMPL_(QUIESCE_CONCAT_(quiesce_or_, __LINE__), lhs, expr)
#define QUIESCE_ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr) \
  auto tmp = (expr);                                   \
  if (!tmp.ok()) return std::move(tmp).status();       \
  lhs = *std::move(tmp)

#endif  // QUIESCE_DAEMON_BASE_STATUS_MACROS_H_
