#include "daemon/rpc/hold_service.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/rpc/convert_hold.h"
#include "daemon/rpc/hold_requests.h"
#include "daemon/rpc/instance_scan.h"
#include "daemon/rpc/page_token.h"
#include "daemon/rpc/request_reader.h"
#include "daemon/rpc/unary_call.h"

namespace quiesce::rpc {
namespace {

constexpr std::string_view kListMethod = "ListHolds";

// --- CreateHold ----------------------------------------------------------------------------------

struct CreatedHold {
  v1::CreateHoldResponse response;
  Reply<v1::CreateHoldResponse> reply;
};

// Counts the declared instances that the hold covers, then answers.
void CountAndAnswer(Backend& backend, const core::Hold& hold,
                    std::shared_ptr<CreatedHold> created) {
  InstanceScan scan;
  if (hold.scope == core::HoldScope::kInstance) scan.project_id = hold.instance.project_id;
  if (hold.scope == core::HoldScope::kProject) scan.project_id = hold.project_id;
  scan.visit = [&backend, hold, created](const engine::Row& row, const Now&) {
    const engine::Registry& registry = backend.engine.registry();
    if (row.declared && core::Covers(hold, registry.KeyOf(row), registry.WorkspaceOf(row))) {
      created->response.set_covered_count(created->response.covered_count() + 1);
    }
    return InstanceScan::Visit::kPassed;
  };
  scan.abandoned = [created] { return created->reply.abandoned(); };
  scan.done = [created] { std::move(created->reply)(std::move(created->response)); };
  Scan(backend, std::move(scan));
}

// --- ListHolds -----------------------------------------------------------------------------------

struct HoldPage {
  std::string scope;  // empty: any
  std::string filter;
  size_t size = 0;
  bool include_ended = false;
  // Behind the hold made then, with this id; empty: from the newest.
  int64_t after_us = 0;
  std::string after_id;
};

// Newest first.
auto OrderOf(const store::HoldRecord& record) {
  return std::make_tuple(-absl::ToUnixMicros(record.hold.created), record.hold.id);
}

// The flag is part of what a token belongs to.
std::string ListingFilter(const HoldPage& page) {
  return absl::StrCat(page.include_ended ? "all " : "active ", page.filter);
}

absl::StatusOr<HoldPage> ReadPage(const v1::ListHoldsRequest& request,
                                  const ProjectDirectory& projects) {
  RequestReader reader(projects);
  HoldPage page;
  page.size = reader.PageSize(request.page_size());
  if (!reader.status().ok()) return reader.status();
  absl::StatusOr<std::string> scope = ReadHoldFilter(request.filter(), projects);
  if (!scope.ok()) return scope.status();
  page.scope = *std::move(scope);
  page.filter = request.filter();
  page.include_ended = request.include_ended();
  const std::string listing_filter = ListingFilter(page);
  absl::StatusOr<PagePosition> position =
      DecodePageToken({kListMethod, "", listing_filter}, request.page_token());
  if (!position.ok()) return position.status();
  if (position->empty()) return page;
  if (position->size() != 2 || !absl::SimpleAtoi((*position)[0], &page.after_us)) {
    return InvalidPageToken();
  }
  page.after_id = (*position)[1];
  return page;
}

v1::ListHoldsResponse ListPage(Backend& backend, const HoldPage& page) {
  const absl::Time now = backend.clock.Read().wall;
  std::vector<const store::HoldRecord*> holds;
  for (const auto& [id, record] : backend.engine.holds()) {
    if (!page.include_ended && !record.hold.InForce(now)) continue;
    if (!page.scope.empty() && ScopeOf(record.hold) != page.scope) continue;
    if (!page.after_id.empty() &&
        OrderOf(record) <= std::make_tuple(-page.after_us, page.after_id)) {
      continue;
    }
    holds.push_back(&record);
  }
  std::sort(holds.begin(), holds.end(),
            [](const auto* a, const auto* b) { return OrderOf(*a) < OrderOf(*b); });
  v1::ListHoldsResponse response;
  const size_t count = std::min(holds.size(), page.size);
  for (size_t i = 0; i < count; ++i) *response.add_holds() = ToProto(*holds[i], now);
  if (count < holds.size()) {
    const core::Hold& last = holds[count - 1]->hold;
    const std::string filter = ListingFilter(page);
    response.set_next_page_token(EncodePageToken(
        {kListMethod, "", filter}, {absl::StrCat(absl::ToUnixMicros(last.created)), last.id}));
  }
  return response;
}

}  // namespace

grpc::ServerUnaryReactor* HoldService::CreateHold(grpc::CallbackServerContext* context,
                                                  const v1::CreateHoldRequest* request,
                                                  v1::CreateHoldResponse* response) {
  using Answer = Reply<v1::CreateHoldResponse>;
  return RunUnary(
      backend_.calls, method::kCreateHold, context, request, response,
      [this](const CallScope& scope, const v1::CreateHoldRequest& in, Answer reply) {
        auto create =
            ReadRequest(in, scope.principal(), backend_.clock.Read().wall, backend_.projects);
        if (!create.ok()) return std::move(reply)(create.status());
        backend_.store.Submit(
            *std::move(create),
            Then<store::CreateHold::Result>(
                std::move(reply), [this](const store::CreateHold::Result& result, Answer next) {
                  const Now now = backend_.clock.Read();
                  auto created = std::shared_ptr<CreatedHold>(new CreatedHold{{}, std::move(next)});
                  *created->response.mutable_hold() = ToProto(result.hold, now.wall);
                  for (const store::CreateHold::OpenCall& call : result.open_calls) {
                    *created->response.add_open_calls() = ToProto(call, now);
                  }
                  created->response.set_open_call_count(result.open_call_count);
                  CountAndAnswer(backend_, result.hold.hold, std::move(created));
                }));
      });
}

grpc::ServerUnaryReactor* HoldService::ExtendHold(grpc::CallbackServerContext* context,
                                                  const v1::ExtendHoldRequest* request,
                                                  v1::Hold* response) {
  return RunUnary(
      backend_.calls, method::kExtendHold, context, request, response,
      [this](const CallScope& scope, const v1::ExtendHoldRequest& in, Reply<v1::Hold> reply) {
        auto extend =
            ReadRequest(in, scope.principal(), backend_.clock.Read().wall, backend_.projects);
        if (!extend.ok()) return std::move(reply)(extend.status());
        backend_.store.Submit(
            *std::move(extend),
            Then<store::HoldRecord>(std::move(reply),
                                    [this](const store::HoldRecord& hold, Reply<v1::Hold> next) {
                                      std::move(next)(ToProto(hold, backend_.clock.Read().wall));
                                    }));
      });
}

grpc::ServerUnaryReactor* HoldService::EndHold(grpc::CallbackServerContext* context,
                                               const v1::EndHoldRequest* request,
                                               v1::Hold* response) {
  return RunUnary(
      backend_.calls, method::kEndHold, context, request, response,
      [this](const CallScope& scope, const v1::EndHoldRequest& in, Reply<v1::Hold> reply) {
        auto end = ReadRequest(in, scope.principal(), backend_.projects);
        if (!end.ok()) return std::move(reply)(end.status());
        backend_.store.Submit(
            *std::move(end),
            Then<store::HoldRecord>(std::move(reply),
                                    [this](const store::HoldRecord& hold, Reply<v1::Hold> next) {
                                      std::move(next)(ToProto(hold, backend_.clock.Read().wall));
                                    }));
      });
}

grpc::ServerUnaryReactor* HoldService::ListHolds(grpc::CallbackServerContext* context,
                                                 const v1::ListHoldsRequest* request,
                                                 v1::ListHoldsResponse* response) {
  using Answer = Reply<v1::ListHoldsResponse>;
  return RunUnary(backend_.calls, method::kListHolds, context, request, response,
                  [this](const CallScope&, const v1::ListHoldsRequest& in, Answer reply) {
                    absl::StatusOr<HoldPage> page = ReadPage(in, backend_.projects);
                    if (!page.ok()) return std::move(reply)(page.status());
                    PostThen(backend_.executor(), std::move(reply),
                             [this, page = *std::move(page)](Answer next) {
                               std::move(next)(ListPage(backend_, page));
                             });
                  });
}

}  // namespace quiesce::rpc
