#include "tests/fakes/dbss_sim/gzip.h"

#include <algorithm>
#include <cstdint>

namespace quiesce::dbss_sim {
namespace {

constexpr std::size_t kMaxStored = 0xffff;  // Of one block of deflate that is stored as it is.

std::uint32_t Crc32(std::string_view content) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : content) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

void AppendLittleEndian(std::uint32_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>((value >> (8 * i)) & 0xff));
}

}  // namespace

std::string Gzip(std::string_view content) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);  // Deflate, no name, no time, no system.
  std::size_t at = 0;
  do {
    const std::size_t size = std::min(kMaxStored, content.size() - at);
    out.push_back(at + size == content.size() ? '\x01' : '\0');  // Whether it is the last block.
    AppendLittleEndian(static_cast<std::uint32_t>(size), 2, &out);
    AppendLittleEndian(~static_cast<std::uint32_t>(size), 2, &out);
    out.append(content.substr(at, size));
    at += size;
  } while (at < content.size());
  AppendLittleEndian(Crc32(content), 4, &out);
  AppendLittleEndian(static_cast<std::uint32_t>(content.size()), 4, &out);
  return out;
}

}  // namespace quiesce::dbss_sim
