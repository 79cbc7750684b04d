#ifndef QUIESCE_DAEMON_BASE_SHA256_H_
#define QUIESCE_DAEMON_BASE_SHA256_H_

#include <memory>
#include <string>
#include <string_view>

namespace quiesce {

// SHA-256, fed piece by piece. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view data);
  // 64 lower-case hexadecimal digits. Call once; nothing may follow.
  std::string HexDigest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quiesce

#endif  // QUIESCE_DAEMON_BASE_SHA256_H_
