#ifndef QUIESCE_TESTS_UNIT_STORE_STORE_TEST_SUPPORT_H_
#define QUIESCE_TESTS_UNIT_STORE_STORE_TEST_SUPPORT_H_

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "daemon/store/state_store.h"
#include "daemon/store/tables.h"
#include "gtest/gtest.h"

namespace quiesce::store {

// A directory of its own under the test's temporary one, removed at the end.
class ScratchDirectory {
 public:
  ScratchDirectory() : path_(testing::TempDir() + "/store.XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/quiesced.db"; }

 private:
  std::string path_;
};

// An operation whose work is given as a function.
struct Custom {
  using Result = int64_t;
  static constexpr Lane kLane = Lane::kInteractive;
  bool alone() const { return false; }
  absl::StatusOr<Result> Run(Tables& tables, const OpContext& context) {
    return run(tables, context);
  }
  std::function<absl::StatusOr<int64_t>(Tables&, const OpContext&)> run;
};
struct CustomBulk : Custom {
  static constexpr Lane kLane = Lane::kBulk;
};
struct CustomAlone : Custom {
  bool alone() const { return true; }
};

// Writes an instance of this number.
inline absl::StatusOr<int64_t> WriteNumbered(Tables& tables, int number) {
  core::InstanceRecord record;
  const std::string id = std::to_string(number);
  record.key = core::InstanceKey{std::string(32, 'a'), std::string(32 - id.size(), '0') + id};
  absl::Status status = tables.WriteInstance(record);
  if (!status.ok()) return status;
  return record.revision;
}

}  // namespace quiesce::store

#endif  // QUIESCE_TESTS_UNIT_STORE_STORE_TEST_SUPPORT_H_
