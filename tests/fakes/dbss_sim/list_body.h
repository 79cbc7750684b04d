// The 200 body of ListInstances: every field of the published example (daemon/cloud/API.md 2.1), in
// its order, with its explicit nulls and its numbers written as strings.

#ifndef TESTS_FAKES_DBSS_SIM_LIST_BODY_H_
#define TESTS_FAKES_DBSS_SIM_LIST_BODY_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/fakes/dbss_sim/cloud_model.h"

namespace quiesce::dbss_sim {

// Appends `text` as a JSON string, quotes included. Bytes that are not ASCII are copied as they
// are.
void AppendJsonString(std::string_view text, std::string* out);

// Writes one list body. It appends to one string and builds no tree, because a fleet of thousands
// is listed every few seconds on the processor that also runs the daemon. Facts that never change
// (addresses, VM ids, sizes) are derived from the ids rather than stored for each server.
class ListBodyWriter {
 public:
  ListBodyWriter(std::string_view project_id, std::size_t expected_instances);

  void Append(const Instance& instance, SimTime now);

  std::string Finish() &&;

 private:
  void AppendServer(const Instance& instance, std::size_t node, SimTime now);

  std::string body_;
  bool first_ = true;
  // The parts that all servers of a project share.
  std::string after_scene_;   // From security_group_id to before server_id.
  std::string after_status_;  // From subnet_id to before task_status.
  std::string after_task_;    // From update_status to before zone.
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_LIST_BODY_H_
