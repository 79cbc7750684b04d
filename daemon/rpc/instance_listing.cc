#include "daemon/rpc/instance_listing.h"

#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "daemon/rpc/convert_instance.h"
#include "daemon/rpc/instance_filter.h"
#include "daemon/rpc/instance_reads.h"
#include "daemon/rpc/instance_scan.h"
#include "daemon/rpc/instance_tally.h"
#include "daemon/rpc/page_token.h"
#include "daemon/rpc/request_reader.h"

namespace quiesce::rpc {
namespace {

constexpr std::string_view kListMethod = "ListInstances";

// Whether the row belongs to the answer, and its record if it does.
std::optional<core::InstanceRecord> Matching(Backend& backend, const InstanceFilter& filter,
                                             const engine::Row& row, const Now& now) {
  if (!filter.MayMatch(row.project->id(), row.instance_id)) return std::nullopt;
  core::InstanceRecord record = backend.engine.registry().Expand(row);
  if (!Exists(record)) return std::nullopt;
  const core::Decision decision = core::Decide(record, backend.engine.SurroundingsOf(row), now);
  if (!filter.Matches(record, decision)) return std::nullopt;
  return record;
}

// --- ListInstances -------------------------------------------------------------------------------

struct PageCall {
  PageCall(InstanceFilter f, Reply<v1::ListInstancesResponse> r)
      : filter(std::move(f)), reply(std::move(r)) {}
  InstanceFilter filter;
  std::string filter_text;
  size_t size = 0;
  core::InstanceKey last;
  bool more = false;
  v1::ListInstancesResponse response;
  Reply<v1::ListInstancesResponse> reply;
};

InstanceScan::Visit VisitPage(Backend& backend, PageCall& page, const engine::Row& row,
                              const Now& now) {
  const std::optional<core::InstanceRecord> record = Matching(backend, page.filter, row, now);
  if (!record) return InstanceScan::Visit::kPassed;
  if (static_cast<size_t>(page.response.instances_size()) == page.size) {
    page.more = true;
    return InstanceScan::Visit::kStop;
  }
  *page.response.add_instances() = InstanceOfRow(backend, row, now);
  page.last = record->key;
  return InstanceScan::Visit::kConverted;
}

void EndPage(PageCall& page) {
  if (page.more) {
    const Listing listing{kListMethod, "", page.filter_text};
    page.response.set_next_page_token(EncodePageToken(
        listing,
        {page.last.project_id, page.last.instance_id, absl::StrCat(page.response.revision())}));
  }
  std::move(page.reply)(std::move(page.response));
}

}  // namespace

void ListInstances(Backend& backend, const v1::ListInstancesRequest& request,
                   Reply<v1::ListInstancesResponse> reply) {
  RequestReader reader(backend.projects);
  const size_t page_size = reader.PageSize(request.page_size());
  if (!reader.status().ok()) return std::move(reply)(reader.status());
  absl::StatusOr<InstanceFilter> filter = InstanceFilter::Parse(request.filter(), backend.projects);
  if (!filter.ok()) return std::move(reply)(filter.status());
  absl::StatusOr<PagePosition> position =
      DecodePageToken({kListMethod, "", request.filter()}, request.page_token());
  if (!position.ok()) return std::move(reply)(position.status());

  auto page = std::make_shared<PageCall>(*std::move(filter), std::move(reply));
  page->filter_text = request.filter();
  page->size = page_size;
  InstanceScan scan;
  scan.project_id = page->filter.project_id();
  int64_t revision = 0;
  if (position->size() == 3 && absl::SimpleAtoi((*position)[2], &revision)) {
    scan.after = core::InstanceKey{(*position)[0], (*position)[1]};
    page->response.set_revision(revision);
  } else if (!position->empty()) {
    return std::move(page->reply)(InvalidPageToken());
  }
  scan.visit = [&backend, page](const engine::Row& row, const Now& now) {
    return VisitPage(backend, *page, row, now);
  };
  scan.abandoned = [page] { return page->reply.abandoned(); };
  scan.done = [page] { EndPage(*page); };
  backend.executor().Post([&backend, page, scan = std::move(scan)]() mutable {
    if (!scan.after) page->response.set_revision(backend.engine.registry().last_revision());
    Scan(backend, std::move(scan));
  });
}

// --- SummarizeInstances --------------------------------------------------------------------------

void SummarizeInstances(Backend& backend, const v1::SummarizeInstancesRequest& request,
                        Reply<v1::SummarizeInstancesResponse> reply) {
  absl::StatusOr<InstanceFilter> filter = InstanceFilter::Parse(request.filter(), backend.projects);
  if (!filter.ok()) return std::move(reply)(filter.status());
  struct Call {
    InstanceFilter filter;
    InstanceTally tally;
    Reply<v1::SummarizeInstancesResponse> reply;
  };
  auto call = std::make_shared<Call>(Call{*std::move(filter), {}, std::move(reply)});
  InstanceScan scan;
  scan.project_id = call->filter.project_id();
  scan.visit = [&backend, call](const engine::Row& row, const Now& now) {
    if (const auto record = Matching(backend, call->filter, row, now)) {
      call->tally.Count(*record, core::Decide(*record, backend.engine.SurroundingsOf(row), now));
    }
    return InstanceScan::Visit::kPassed;
  };
  scan.abandoned = [call] { return call->reply.abandoned(); };
  scan.done = [&backend, call] {
    v1::SummarizeInstancesResponse response = call->tally.ToProto(backend);
    response.set_revision(backend.engine.registry().last_revision());
    std::move(call->reply)(std::move(response));
  };
  Scan(backend, std::move(scan));
}

}  // namespace quiesce::rpc
