#ifndef QUIESCE_DAEMON_ENGINE_PACKED_TEXT_H_
#define QUIESCE_DAEMON_ENGINE_PACKED_TEXT_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace quiesce::engine {

// A text that costs a pointer and a block of just its length, where std::string costs 32 bytes and,
// from 16 characters on, a block. For texts that there are a million of. At most 65,535 bytes; what
// is longer is cut.
class PackedText {
 public:
  PackedText() = default;
  explicit PackedText(std::string_view text) { *this = text; }
  PackedText(PackedText&&) = default;
  PackedText& operator=(PackedText&&) = default;

  PackedText& operator=(std::string_view text) {
    if (text == view()) return *this;
    const auto size = static_cast<uint16_t>(std::min<size_t>(text.size(), UINT16_MAX));
    std::unique_ptr<char[]> block;
    if (size > 0) {
      block.reset(new char[sizeof(size) + size]);
      std::memcpy(block.get(), &size, sizeof(size));
      std::memcpy(block.get() + sizeof(size), text.data(), size);
    }
    block_ = std::move(block);
    return *this;
  }

  // Valid until the text is assigned anew or destroyed; moving it does no harm.
  std::string_view view() const {
    if (block_ == nullptr) return {};
    uint16_t size = 0;
    std::memcpy(&size, block_.get(), sizeof(size));
    return {block_.get() + sizeof(size), size};
  }
  operator std::string_view() const { return view(); }  // it is one in all but storage

  friend bool operator==(const PackedText& a, std::string_view b) { return a.view() == b; }
  friend bool operator!=(const PackedText& a, std::string_view b) { return a.view() != b; }
  friend bool operator<(const PackedText& a, const PackedText& b) { return a.view() < b.view(); }

 private:
  std::unique_ptr<char[]> block_;
};

}  // namespace quiesce::engine

#endif  // QUIESCE_DAEMON_ENGINE_PACKED_TEXT_H_
