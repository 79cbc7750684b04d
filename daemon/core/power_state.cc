#include "daemon/core/power_state.h"

#include "absl/strings/ascii.h"

namespace quiesce::core {
namespace {

// Raw strings as the tables below spell them: without case, '_' and '-'.
std::string Normalized(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  for (const char c : raw) {
    if (c != '_' && c != '-') text.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
  }
  return text;
}

struct StatusRow {
  std::string_view status;
  PowerState state;
};

// DBSS publishes no list for db-om. These are the statuses of its audit instances and of the
// sibling bastion service, which name things alike.
constexpr StatusRow kStatuses[] = {
    {"ACTIVE", PowerState::kRunning},        {"SHUTOFF", PowerState::kStopped},
    {"BUILD", PowerState::kUnavailable},     {"DELETING", PowerState::kUnavailable},
    {"DELETED", PowerState::kUnavailable},   {"ERROR", PowerState::kUnavailable},
    {"HAWAIT", PowerState::kUnavailable},    {"FROZEN", PowerState::kUnavailable},
    {"UPGRADING", PowerState::kUnavailable}, {"UNPAID", PowerState::kUnavailable},
    {"RESIZE", PowerState::kUnavailable},    {"DILATATION", PowerState::kUnavailable},
    {"HA", PowerState::kUnavailable},
};

bool MayBeMappedTo(PowerState state) {
  return state == PowerState::kRunning || state == PowerState::kStopped ||
         state == PowerState::kBusy || state == PowerState::kUnavailable;
}

PowerState StateOfStatus(std::string_view raw, const StatusMap& extra) {
  const std::string status = Normalized(raw);
  if (status.empty()) return PowerState::kUnknown;  // whatever the configuration says
  for (const StatusRow& row : kStatuses) {
    if (row.status == status) return row.state;
  }
  for (const auto& [mapped, state] : extra) {
    if (MayBeMappedTo(state) && Normalized(mapped) == status) return state;
  }
  return PowerState::kUnknown;
}

enum class Task { kNone, kPoweringOff, kOther };

Task TaskOf(std::string_view raw) {
  const std::string task = Normalized(raw);
  if (raw.empty() || task == "NOTASK" || task == "NULL") return Task::kNone;
  return task == "POWERINGOFF" ? Task::kPoweringOff : Task::kOther;
}

// Which of the things that a row of the table asks for were seen.
struct Seen {
  bool running = false;
  bool stopped = false;
  bool busy = false;
  bool unavailable = false;
  bool unknown = false;
  bool powering_off = false;
};

void LookAt(const Node& node, const StatusMap& extra, Seen& seen) {
  switch (StateOfStatus(node.status, extra)) {
    case PowerState::kRunning:
      seen.running = true;
      break;
    case PowerState::kStopped:
      seen.stopped = true;
      break;
    case PowerState::kBusy:
      seen.busy = true;
      break;
    case PowerState::kUnavailable:
      seen.unavailable = true;
      break;
    case PowerState::kUnknown:
    case PowerState::kStopping:
    case PowerState::kPartial:
      seen.unknown = true;
      break;
  }
  const Task task = TaskOf(node.task_status);
  seen.powering_off |= task == Task::kPoweringOff;
  seen.busy |= task == Task::kOther;
}

}  // namespace

std::string_view ToString(PowerState state) {
  switch (state) {
    case PowerState::kUnknown:
      return "UNKNOWN";
    case PowerState::kRunning:
      return "RUNNING";
    case PowerState::kStopping:
      return "STOPPING";
    case PowerState::kStopped:
      return "STOPPED";
    case PowerState::kPartial:
      return "PARTIAL";
    case PowerState::kBusy:
      return "BUSY";
    case PowerState::kUnavailable:
      return "UNAVAILABLE";
  }
  return "UNKNOWN";
}

PowerState FoldNodes(const std::vector<Node>& nodes, const StatusMap& extra) {
  Seen seen;
  for (const Node& node : nodes) LookAt(node, extra, seen);
  if (nodes.empty()) return PowerState::kUnknown;
  if (seen.unavailable) return PowerState::kUnavailable;
  if (seen.unknown) return PowerState::kUnknown;
  if (seen.powering_off) return PowerState::kStopping;
  if (seen.busy) return PowerState::kBusy;
  if (seen.stopped && seen.running) return PowerState::kPartial;
  return seen.stopped ? PowerState::kStopped : PowerState::kRunning;
}

}  // namespace quiesce::core
