#include "daemon/rpc/plan_listing.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/base/limits.h"
#include "daemon/rpc/convert_enum.h"
#include "daemon/rpc/convert_plan.h"
#include "daemon/rpc/enum_names.h"
#include "daemon/rpc/filter.h"
#include "daemon/rpc/page_token.h"
#include "daemon/rpc/request_reader.h"
#include "daemon/store/plan_operations.h"
#include "daemon/store/run_operations.h"

namespace quiesce::rpc {
namespace {

// What one page asks for, of either listing.
struct Page {
  std::string method;
  std::string parent;
  std::string filter;
  std::string id;  // of the plan or run, perhaps shortened
  size_t size = 0;
  int64_t from = 0;  // index of the first item to look at

  std::optional<v1::Change> change;
  std::optional<v1::Effect> effect;
  std::optional<v1::Reason> reason;
  std::optional<v1::RunItemState> state;

  template <typename Item>
  bool Matches(const Item& item) const {
    return (!change || *change == item.change()) && (!effect || *effect == item.effect()) &&
           (!reason || *reason == item.reason());
  }
  std::string TokenFor(int64_t index) const {
    return EncodePageToken({method, parent, filter}, {absl::StrCat(index)});
  }
};

absl::Status ReadFilter(const std::vector<std::string_view>& fields, Page& page) {
  absl::StatusOr<FilterTerms> terms = ParseFilter(page.filter, fields);
  if (!terms.ok()) return terms.status();
  for (const auto& [field, value] : *terms) {
    core::Problem problem;
    if (field == "change") problem = ReadEnum(field, "CHANGE_", value, page.change);
    if (field == "effect") problem = ReadEnum(field, "EFFECT_", value, page.effect);
    if (field == "reason") problem = ReadEnum(field, "REASON_", value, page.reason);
    if (field == "state") problem = ReadEnum(field, "RUN_ITEM_STATE_", value, page.state);
    if (problem) return InvalidFilter(page.filter, fields, *problem);
  }
  return absl::OkStatus();
}

template <typename Request>
absl::StatusOr<Page> ReadPage(const Request& request, std::string method,
                              std::string_view collection,
                              const std::vector<std::string_view>& fields,
                              const ProjectDirectory& projects) {
  RequestReader reader(projects);
  Page page;
  page.method = std::move(method);
  page.parent = request.parent();
  page.filter = request.filter();
  page.id = reader.ResourceId("parent", collection, request.parent());
  page.size = reader.PageSize(request.page_size());
  if (!reader.status().ok()) return reader.status();
  if (absl::Status status = ReadFilter(fields, page); !status.ok()) return status;
  absl::StatusOr<PagePosition> position =
      DecodePageToken({page.method, page.parent, page.filter}, request.page_token());
  if (!position.ok()) return position.status();
  if (position->empty()) return page;
  if (!absl::SimpleAtoi(position->front(), &page.from) || page.from < 0) {
    return InvalidPageToken();
  }
  return page;
}

// A listing under way: reads slices until the page is full and one more item is known to follow,
// or until the end.
template <typename Response>
struct ItemCall {
  ItemCall(Page p, Reply<Response> r) : page(std::move(p)), reply(std::move(r)) {}
  Page page;
  Response response;
  Reply<Response> reply;
};

// Enough to fill the page and to know whether there is more, if everything matches.
template <typename Call>
int64_t SliceSize(const Call& call) {
  const bool filters = !call.page.filter.empty();
  return static_cast<int64_t>(filters ? limits::kSliceRows
                                      : std::min(limits::kSliceRows, call.page.size + 1));
}

template <typename Call>
bool IsFull(const Call& call) {
  return static_cast<size_t>(call.response.items_size()) == call.page.size;
}

// --- ListPlanItems -------------------------------------------------------------------------------

using PlanItemCall = ItemCall<v1::ListPlanItemsResponse>;

v1::PlanItem Convert(Backend& backend, const core::PlanItem& item, const Now& now) {
  const engine::Row* row = backend.engine.registry().Find(item.key);
  const core::Hold* hold = nullptr;
  if (row != nullptr) {
    hold = backend.engine.SurroundingsOf(*row).holds.Strongest(
        item.key, backend.engine.registry().WorkspaceOf(*row), now.wall);
  }
  return ToProto(item, backend.projects.AliasOf(item.key.project_id), hold, now);
}

void ReadPlanSlice(Backend& backend, std::shared_ptr<PlanItemCall> call) {
  const int64_t count = SliceSize(*call);
  backend.store.Submit(
      store::ListPlanItems{call->page.id, call->page.from, count},
      [&backend, call, count](absl::StatusOr<std::vector<core::PlanItem>> items) {
        Barrier(
            [&] {
              if (!items.ok()) return std::move(call->reply)(items.status());
              const Now now = backend.clock.Read();
              for (const core::PlanItem& item : *items) {
                v1::PlanItem converted = Convert(backend, item, now);
                if (!call->page.Matches(converted)) continue;
                if (IsFull(*call)) {
                  call->response.set_next_page_token(call->page.TokenFor(item.index));
                  return std::move(call->reply)(std::move(call->response));
                }
                *call->response.add_items() = std::move(converted);
              }
              if (static_cast<int64_t>(items->size()) < count) {
                return std::move(call->reply)(std::move(call->response));
              }
              call->page.from += count;
              if (!call->reply.abandoned()) ReadPlanSlice(backend, call);
            },
            [](absl::Status) {});
      });
}

// --- ListRunItems --------------------------------------------------------------------------------

using RunItemCall = ItemCall<v1::ListRunItemsResponse>;

v1::RunItem Convert(Backend& backend, const store::ListRunItems::Item& item, const Now& now) {
  v1::RunItem out = ToProto(item, backend.projects.AliasOf(item.item.key.project_id));
  if (item.item.state != store::ItemState::kPending) return out;
  // It has not ended: the reason is that of the instance, now.
  const engine::Row* row = backend.engine.registry().Find(item.item.key);
  if (row != nullptr) out.set_reason(ToProto(backend.engine.Decide(*row, now).reason));
  return out;
}

void ReadRunSlice(Backend& backend, std::shared_ptr<RunItemCall> call) {
  const int64_t count = SliceSize(*call);
  backend.store.Submit(
      store::ListRunItems{call->page.id, call->page.from, count},
      [&backend, call, count](absl::StatusOr<std::vector<store::ListRunItems::Item>> items) {
        Barrier(
            [&] {
              if (!items.ok()) return std::move(call->reply)(items.status());
              const Now now = backend.clock.Read();
              const Page& page = call->page;
              for (const store::ListRunItems::Item& item : *items) {
                v1::RunItem converted = Convert(backend, item, now);
                if (!page.Matches(converted)) continue;
                if (page.state && *page.state != converted.state()) continue;
                if (IsFull(*call)) {
                  call->response.set_next_page_token(page.TokenFor(item.item.index));
                  return std::move(call->reply)(std::move(call->response));
                }
                *call->response.add_items() = std::move(converted);
              }
              if (static_cast<int64_t>(items->size()) < count) {
                return std::move(call->reply)(std::move(call->response));
              }
              call->page.from += count;
              if (!call->reply.abandoned()) ReadRunSlice(backend, call);
            },
            [](absl::Status) {});
      });
}

}  // namespace

void ListPlanItems(Backend& backend, const v1::ListPlanItemsRequest& request,
                   Reply<v1::ListPlanItemsResponse> reply) {
  absl::StatusOr<Page> page =
      ReadPage(request, "ListPlanItems", "plans", {"change", "effect", "reason"}, backend.projects);
  if (!page.ok()) return std::move(reply)(page.status());
  ReadPlanSlice(backend, std::make_shared<PlanItemCall>(*std::move(page), std::move(reply)));
}

void ListRunItems(Backend& backend, const v1::ListRunItemsRequest& request,
                  Reply<v1::ListRunItemsResponse> reply) {
  absl::StatusOr<Page> page = ReadPage(request, "ListRunItems", "runs",
                                       {"state", "change", "effect", "reason"}, backend.projects);
  if (!page.ok()) return std::move(reply)(page.status());
  ReadRunSlice(backend, std::make_shared<RunItemCall>(*std::move(page), std::move(reply)));
}

}  // namespace quiesce::rpc
