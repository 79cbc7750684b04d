#include "daemon/cloud/retirement.h"

#include <utility>

namespace quiesce::cloud {

Retirement::Retirement(RouteParts parts, absl::Duration grace)
    : parts_(std::move(parts)), thread_([this, grace] {
        parts_.Close(grace);
        over_ = true;
      }) {}

Retirement::~Retirement() { thread_.join(); }

void Retirement::Hurry(absl::Duration grace) {
  for (const auto& line : parts_.lines) line->Hurry(grace);
}

}  // namespace quiesce::cloud
