// SPDX-License-Identifier: Apache-2.0
#include "service/base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/mutex.h"

namespace hssgw {
namespace {

using ::prometheus::Counter;
using ::prometheus::Family;
using ::prometheus::Gauge;
using ::prometheus::Histogram;
using ::prometheus::Registry;

// By number.
constexpr std::array<absl::string_view, 22> kReasonNames = {
    "",
    "REQUEST_INVALID",
    "TOKEN_INVALID",
    "TOKEN_EXPIRED",
    "LIST_CHANGED_TOO_FAST",
    "LIST_TOO_LONG",
    "CALLER_NOT_ALLOWED",
    "BUDGET_EXHAUSTED",
    "UPSTREAM_THROTTLED",
    "GATEWAY_OVERLOADED",
    "GATEWAY_DRAINING",
    "UPSTREAM_UNAVAILABLE",
    "CREDENTIAL_NOT_READY",
    "UPSTREAM_CREDENTIAL_REJECTED",
    "UPSTREAM_PERMISSION",
    "UPSTREAM_ENDPOINT_WRONG",
    "UPSTREAM_REFUSED",
    "UPSTREAM_ANSWER_UNREADABLE",
    "DEADLINE_NEAR",
    "ORDER_UNSTABLE",
    "GATEWAY_FAULT",
    "HUB_UNAVAILABLE",
};

// Seconds. A listing takes milliseconds from a fast upstream and minutes under
// the documented quota.
const Histogram::BucketBoundaries& CallBuckets() {
  static const auto& buckets = *new Histogram::BucketBoundaries{
      0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600};
  return buckets;
}
// No attempt lasts longer than 20 s.
const Histogram::BucketBoundaries& RequestBuckets() {
  static const auto& buckets = *new Histogram::BucketBoundaries{
      0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20};
  return buckets;
}

std::string Name(absl::string_view name) {
  return absl::StrCat("hss_gateway_", name);
}

Family<Counter>& AddCounter(Registry& registry, absl::string_view name,
                            const std::string& help) {
  return prometheus::BuildCounter()
      .Name(Name(name))
      .Help(help)
      .Register(registry);
}
Family<Gauge>& AddGauge(Registry& registry, absl::string_view name,
                        const std::string& help) {
  return prometheus::BuildGauge()
      .Name(Name(name))
      .Help(help)
      .Register(registry);
}
Family<Histogram>& AddHistogram(Registry& registry, absl::string_view name,
                                const std::string& help) {
  return prometheus::BuildHistogram()
      .Name(Name(name))
      .Help(help)
      .Register(registry);
}

}  // namespace

struct Metrics::Families {
  Registry registry;

  Family<Gauge>& build_info =
      AddGauge(registry, "build_info", "1, labelled with the version.");
  Family<Counter>& calls =
      AddCounter(registry, "calls_total", "Calls that ended.");
  Family<Histogram>& call_duration = AddHistogram(
      registry, "call_duration_seconds", "From the request to its status.");
  Histogram& first_frame =
      AddHistogram(registry, "first_frame_seconds",
                   "From the request to the first frame of its stream.")
          .Add({}, CallBuckets());
  Gauge& streams = AddGauge(registry, "streams", "Streams under way.").Add({});
  Counter& tasks_sent =
      AddCounter(registry, "tasks_sent_total", "Tasks given to callers.")
          .Add({});
  Counter& sent_bytes =
      AddCounter(registry, "sent_bytes_total",
                 "Bytes of frames given to callers, before compression.")
          .Add({});
  Family<Counter>& upstream_requests = AddCounter(
      registry, "upstream_requests_total", "HTTP requests to HSS by result.");
  Histogram& upstream_duration =
      AddHistogram(registry, "upstream_request_duration_seconds",
                   "From an HTTP request to HSS to its answer.")
          .Add({}, RequestBuckets());
  Family<Gauge>& budget_limit =
      AddGauge(registry, "budget_limit",
               "Upstream calls allowed in a period; 0: no limit.");
  Family<Counter>& page_reads = AddCounter(
      registry, "page_reads_total",
      "Pages given to listings by source; refresh: read ahead of need.");
  Histogram& page_age =
      AddHistogram(registry, "page_age_seconds",
                   "Age of pages when they were given to listings.")
          .Add({}, CallBuckets());
  Gauge& cache_bytes =
      AddGauge(registry, "cache_bytes", "Bytes of pages in the cache.").Add({});
  Gauge& cache_limit =
      AddGauge(registry, "cache_limit_bytes", "Bytes the cache may hold.")
          .Add({});
  Gauge& list_over_cache =
      AddGauge(registry, "cache_oversized_list_bytes",
               "Estimated bytes of the last list that the cache cannot hold; "
               "0: there was none.")
          .Add({});
  Family<Counter>& unrecognized =
      AddCounter(registry, "unrecognized_total",
                 "Where answers of HSS differed from its documents.");
  Counter& replaced_utf8 =
      AddCounter(registry, "replaced_utf8_total",
                 "Texts of HSS in which bytes were no UTF-8.")
          .Add({});
  Counter& order_violations =
      AddCounter(registry, "order_violations_total",
                 "Listings in which HSS changed the order of rows.")
          .Add({});

  Mutex mu;
  std::set<std::pair<std::string, std::string>> known ABSL_GUARDED_BY(mu);
};

absl::string_view ReasonName(Reason reason) {
  return kReasonNames.at(static_cast<size_t>(reason));
}

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::SetBuildInfo(absl::string_view version) {
  families_->build_info.Add({{"version", std::string(version)}}).Set(1);
}

void Metrics::CallEnded(absl::string_view method, const absl::Status& status,
                        absl::Duration duration) {
  const std::string name(method);
  families_->calls
      .Add({{"method", name},
            {"code", absl::StatusCodeToString(status.code())},
            {"reason", std::string(ReasonName(FactsOf(status).reason))}})
      .Increment();
  families_->call_duration.Add({{"method", name}}, CallBuckets())
      .Observe(absl::ToDoubleSeconds(duration));
}

void Metrics::FirstFrame(absl::Duration since_call) {
  families_->first_frame.Observe(absl::ToDoubleSeconds(since_call));
}

void Metrics::StreamBegan() { families_->streams.Increment(); }
void Metrics::StreamEnded() { families_->streams.Decrement(); }

void Metrics::TasksSent(int64_t count) {
  families_->tasks_sent.Increment(static_cast<double>(count));
}

void Metrics::BytesSent(int64_t count) {
  families_->sent_bytes.Increment(static_cast<double>(count));
}

void Metrics::UpstreamRequest(absl::string_view profile,
                              const absl::Status& status,
                              absl::Duration duration) {
  std::string result(ReasonName(FactsOf(status).reason));
  if (result.empty()) result = absl::StatusCodeToString(status.code());
  families_->upstream_requests
      .Add({{"profile", std::string(profile)}, {"result", result}})
      .Increment();
  families_->upstream_duration.Observe(absl::ToDoubleSeconds(duration));
}

void Metrics::SetBudgetLimit(absl::string_view budget_group, int32_t calls) {
  families_->budget_limit.Add({{"budget_group", std::string(budget_group)}})
      .Set(calls);
}

void Metrics::PageRead(absl::string_view from, absl::Duration age) {
  families_->page_reads.Add({{"from", std::string(from)}}).Increment();
  families_->page_age.Observe(absl::ToDoubleSeconds(age));
}

void Metrics::PageReadAhead() {
  families_->page_reads.Add({{"from", "refresh"}}).Increment();
}

void Metrics::SetCacheLimit(int64_t bytes) {
  families_->cache_limit.Set(static_cast<double>(bytes));
}

void Metrics::SetCacheBytes(int64_t bytes) {
  families_->cache_bytes.Set(static_cast<double>(bytes));
}

void Metrics::ListOverCache(int64_t bytes) {
  families_->list_over_cache.Set(static_cast<double>(bytes));
}

void Metrics::Unrecognized(absl::string_view kind, absl::string_view name,
                           int64_t count) {
  std::pair<std::string, std::string> label{kind, name};
  {
    MutexLock lock(families_->mu);
    if (families_->known.size() < kMaxUnrecognized) {
      families_->known.insert(label);
    } else if (!families_->known.contains(label)) {
      label.second = "other";
    }
  }
  families_->unrecognized.Add({{"kind", label.first}, {"name", label.second}})
      .Increment(static_cast<double>(count));
}

void Metrics::ReplacedUtf8(int64_t count) {
  families_->replaced_utf8.Increment(static_cast<double>(count));
}

void Metrics::OrderViolation() { families_->order_violations.Increment(); }

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace hssgw
