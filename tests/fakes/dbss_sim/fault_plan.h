// Rules waiting for the requests that they will spoil. Thread-safe; a plan without rules costs a
// request one atomic read.

#ifndef TESTS_FAKES_DBSS_SIM_FAULT_PLAN_H_
#define TESTS_FAKES_DBSS_SIM_FAULT_PLAN_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/dbss_sim/api_types.h"
#include "tests/fakes/dbss_sim/certificates.h"
#include "tests/fakes/dbss_sim/latency.h"
#include "tests/fakes/dbss_sim/list_edits.h"

namespace quiesce::dbss_sim {

// In the body of a fault's reply this stands for the id of the request, which is not known before.
inline constexpr std::string_view kPlannedRequestId = "00000000000000000000000000000000";

// What happens to a request. By default nothing: it is carried out and answered.
struct Fault {
  std::string name;               // Of its rule.
  bool effect = true;             // False: it never reaches the service, so `reply` must be set or
                                  // `delivery` be a lost one.
  std::optional<ApiReply> reply;  // Instead of the genuine one. Its `delivery` is not used.
  bool gzip = false;              // The body is encoded although nobody asked.
  Delivery delivery = Delivery::kWhole;
  Drip drip;
  std::chrono::microseconds effect_delay{0};  // Before it is carried out.
  std::chrono::microseconds reply_delay{0};   // After it was carried out.
  std::chrono::microseconds list_lag{0};      // A list shows what was true that long ago.
  std::optional<ListEdit> list_edit;
  // Of a rule for connections: what a new one is shown.
  std::optional<CertificateKind> certificate;
};

// Which requests a fault spoils: those that match, after the first `skip` of them one in `every`
// and of these some by chance, until it was `times` of them.
struct FaultRule {
  std::string kind;
  Fault fault;

  // Empty or nullopt matches any.
  std::optional<Op> op;
  std::string project;
  std::string instance;
  int skip = 0;
  int every = 1;
  double probability = 1;
  int times = 1;

  // Of everything that is left to chance. The rule's id when not set.
  std::optional<std::uint64_t> seed;

  // Drawn for each request and added to the fault's delays.
  std::optional<Latency> before_effect;
  std::optional<Latency> after_effect;
  // It only delays: the rules after it see the request too.
  bool stacks = false;
};

class FaultPlan {
 public:
  struct Pending {
    std::int64_t id = 0;
    FaultRule rule;  // With what is left of skip and times.
    std::int64_t matched = 0;
    std::int64_t spoiled = 0;
  };

  // Returns an id, larger than all before it. A rule without a name gets that of its kind.
  std::int64_t Add(FaultRule rule);

  // The fault of the first rule added that spoils this request, with the delays of the rules before
  // it that stack. Every rule up to that one counts the request.
  std::optional<Fault> Take(Op op, std::string_view project, std::string_view instance);

  // The same for a new connection to the TLS port.
  std::optional<CertificateKind> TakeCertificate();

  std::vector<Pending> pending() const;

  // How many requests the rules of each name spoiled since the last Clear.
  std::map<std::string, std::int64_t> spoiled() const;

  void Clear();
  // Takes away the rules of that name; false when there is none.
  bool Remove(std::string_view name);

 private:
  // Whether the rule spoils the request that it has just counted.
  static bool Spoils(const Pending& pending);
  // A number in [0, 1) for this request.
  static double Chance(const Pending& pending, const char* what);
  Fault Spoil(Pending* pending);  // Under mutex_.
  void EraseSpent();              // Under mutex_.

  mutable std::mutex mutex_;
  std::vector<Pending> rules_;                   // Guarded by mutex_.
  std::map<std::string, std::int64_t> spoiled_;  // Guarded by mutex_.
  std::int64_t last_id_ = 0;                     // Guarded by mutex_.
  std::atomic<bool> any_ = false;                // Whether rules_ has any.
};

}  // namespace quiesce::dbss_sim

#endif  // TESTS_FAKES_DBSS_SIM_FAULT_PLAN_H_
