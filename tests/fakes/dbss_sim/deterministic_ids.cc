#include "tests/fakes/dbss_sim/deterministic_ids.h"

namespace quiesce::dbss_sim {
namespace {

// The finalizer of splitmix64.
std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

void AppendHex(std::uint64_t value, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out->push_back(kDigits[(value >> shift) & 0xf]);
}

}  // namespace

std::uint64_t HashOf(std::string_view label, std::uint64_t salt) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a, mixed once more because it is weak.
  for (const char c : label) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return Mix(hash ^ Mix(salt));
}

std::string HexId(std::string_view label, std::uint64_t salt) {
  std::string id;
  id.reserve(32);
  const std::uint64_t high = HashOf(label, salt);
  AppendHex(high, &id);
  AppendHex(Mix(high ^ salt), &id);
  return id;
}

std::string UuidId(std::string_view label, std::uint64_t salt) {
  std::string id = HexId(label, salt);
  id[12] = '4';
  id[16] = "89ab"[id[16] % 4];
  for (const std::size_t at : {20, 16, 12, 8}) id.insert(at, 1, '-');
  return id;
}

double UnitInterval(std::string_view label, std::uint64_t salt) {
  return static_cast<double>(HashOf(label, salt) >> 11) * 0x1.0p-53;
}

}  // namespace quiesce::dbss_sim
