// SPDX-License-Identifier: Apache-2.0
// The gateway's numbers, hss_gateway_..., in the text format of Prometheus.
// Names and labels are API (docs/design.md); labels are bounded.
//
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/base/error.h"

namespace hssgw {

// "BUDGET_EXHAUSTED": as ErrorReason of the proto names it; empty for none.
absl::string_view ReasonName(Reason reason);

class Metrics {
 public:
  // Unrecognized names beyond so many (kind, name) count as "other".
  static constexpr size_t kMaxUnrecognized = 100;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void SetBuildInfo(absl::string_view version);

  // Calls of our API.
  void CallEnded(absl::string_view method, const absl::Status& status,
                 absl::Duration duration);
  void FirstFrame(absl::Duration since_call);
  void StreamBegan();
  void StreamEnded();
  void TasksSent(int64_t count);
  void BytesSent(int64_t count);

  // Requests to upstream, by how they ended: "OK", a reason, or a status code.
  void UpstreamRequest(absl::string_view profile, const absl::Status& status,
                       absl::Duration duration);
  void SetBudgetLimit(absl::string_view budget_group, int32_t calls);

  // A page given to a listing, by where it came from: "upstream", "flight"
  // (another caller's request), "cache", or "stale" (instead of an error).
  void PageRead(absl::string_view from, absl::Duration age);
  // A page read ahead of need: "refresh".
  void PageReadAhead();
  void SetCacheLimit(int64_t bytes);
  void SetCacheBytes(int64_t bytes);
  // A list of so many bytes, an estimate, does not fit into the cache.
  void ListOverCache(int64_t bytes);

  // How upstream differed from its documents.
  void Unrecognized(absl::string_view kind, absl::string_view name,
                    int64_t count);
  void ReplacedUtf8(int64_t count);
  void OrderViolation();

  // All of them, as Prometheus reads it.
  std::string Text() const;

 private:
  struct Families;
  const std::unique_ptr<Families> families_;
};

}  // namespace hssgw
