#ifndef QUIESCE_TESTS_CONTRACT_STORE_MODEL_H_
#define QUIESCE_TESTS_CONTRACT_STORE_MODEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/core/facts.h"
#include "daemon/store/records.h"

namespace quiesce::store {

// Every field of a record as text, to compare and to read in a failure.
std::string Describe(const core::InstanceRecord& record);
std::string Describe(const HoldRecord& hold);
std::string Describe(const Workspace& workspace);
std::string Describe(const Project& project);
std::string Describe(const Run& run);
std::string Describe(const RunItem& item);

// What somebody knows who has followed the change feed: every row as its last change left it.
class StoreModel {
 public:
  // Takes changes in the order in which the feed gave them. Fails the running test where revisions
  // do not increase; not for a load, which is in no order.
  void Follow(const std::vector<Change>& changes);
  void Load(const std::vector<Change>& changes);

  // Rows by kind and key, as text. Runs that have ended are not among them, nor are items that
  // have: the feed does not tell when they are pruned.
  const std::map<std::string, std::string>& rows() const { return rows_; }
  // Revisions of what was forgotten, by key ("project/instance").
  const std::map<std::string, int64_t>& tombstones() const { return tombstones_; }
  int64_t last_revision() const { return last_revision_; }

 private:
  void Take(const Change& change, bool in_order);
  void Revision(int64_t revision, bool in_order);

  std::map<std::string, std::string> rows_;
  std::map<std::string, int64_t> tombstones_;
  int64_t last_revision_ = 0;
};

}  // namespace quiesce::store

#endif  // QUIESCE_TESTS_CONTRACT_STORE_MODEL_H_
