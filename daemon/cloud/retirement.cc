#include "daemon/cloud/retirement.h"

#include <utility>

namespace quiesce::cloud {

Retirement::Retirement(RouteParts parts, std::shared_ptr<const Routes> routes, absl::Duration grace)
    : lines_(parts.lines),
      thread_([this, parts = std::move(parts), routes = std::move(routes), grace]() mutable {
        parts.Close(grace);
        routes.reset();
        parts.authenticators.clear();
        over_ = true;
      }) {}

Retirement::~Retirement() { thread_.join(); }

void Retirement::Hurry(absl::Duration grace) {
  for (const auto& line : lines_) line->Hurry(grace);
}

}  // namespace quiesce::cloud
