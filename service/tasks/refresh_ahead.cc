// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/refresh_ahead.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "service/base/log.h"
#include "service/base/mutex.h"

namespace hssgw {
namespace {

constexpr int32_t kOften = 2;
// Lists that are read anew at the same time; each holds some 100 KiB.
constexpr int kMaxWalks = 16;
// Lists that are remembered as read anew.
constexpr size_t kMaxRemembered = 256;

// The first page of a list was given to a caller.
struct HeadRead {
  LegKey leg;
  absl::Time sent_at;
  absl::Duration max_staleness;

  absl::Time too_old_at() const { return sent_at + max_staleness; }
  // The same question is not asked then: its window ends before.
  bool passes() const {
    const std::optional<absl::Time>& end = leg.window.end;
    return end.has_value() && *end >= sent_at && *end < too_old_at();
  }
};

}  // namespace

absl::Duration RefreshAge(absl::Duration staleness, int32_t pages,
                          const CallForecast& forecast) {
  const absl::Duration walk = forecast.TimeFor(pages, kStartsLeftToCallers);
  // Somebody has to list in that time, and the quota may be busy.
  const absl::Duration lead = walk + staleness / 10;
  return lead > staleness / 2 ? absl::InfiniteDuration() : staleness - lead;
}

class RefreshAhead::Walks : public std::enable_shared_from_this<Walks> {
 public:
  explicit Walks(const RefreshParts& parts) : parts_(parts) {}

  void Note(const HeadRead& read);

  // Ends all of them; after that no part is touched any more.
  void Close();

 private:
  struct Walk {
    std::shared_ptr<LegRefresh> refresh;  // null: it ended
    absl::Time head_sent_at = absl::InfinitePast();
    int32_t pages = 0;  // that it is expected to take
  };

  // How much is read often; absent: nothing that is not read anew already, or
  // was.
  std::optional<RefreshExtent> ExtentOf(const HeadRead& read, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Beside the walks that run, and what callers do now.
  bool IsReadyInTime(const HeadRead& read, int32_t pages, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::shared_ptr<LegRefresh> Begin(const HeadRead& read)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void End(const LegKey& leg, const LegRefresh::Outcome& outcome);

  const RefreshParts parts_;
  Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  int running_ ABSL_GUARDED_BY(mu_) = 0;
  int32_t pages_running_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<LegKey, Walk> walks_ ABSL_GUARDED_BY(mu_);
};

void RefreshAhead::Walks::Note(const HeadRead& read) {
  std::shared_ptr<LegRefresh> refresh;
  {
    MutexLock lock(mu_);
    if (!closed_) refresh = Begin(read);
  }
  if (refresh != nullptr) refresh->Start();
}

std::optional<RefreshExtent> RefreshAhead::Walks::ExtentOf(const HeadRead& read,
                                                           absl::Time now) {
  const auto known = walks_.find(read.leg);
  if (known != walks_.end() && (known->second.refresh != nullptr ||
                                known->second.head_sent_at == read.sent_at)) {
    return std::nullopt;
  }
  const std::optional<int32_t> last = parts_.cache.LastOffsetRead(
      read.leg, now - 2 * read.max_staleness, kOften);
  if (!last.has_value()) return std::nullopt;
  // Who reads to the end will do so when the list has grown.
  const int64_t total =
      parts_.cache.TotalOf(read.leg).value_or(kMaxOffset + kMaxPageRows);
  if (total == 0) return std::nullopt;  // Is not asked again for its time.
  const bool to_the_end = *last + kMaxPageRows >= total;
  return RefreshExtent{.last_offset = to_the_end ? kMaxOffset : *last,
                       .pages = 1 + *last / Stride(kMaxPageRows),
                       .deadline = read.too_old_at()};
}

bool RefreshAhead::Walks::IsReadyInTime(const HeadRead& read, int32_t pages,
                                        absl::Time now) {
  const CallForecast& forecast = parts_.forecast;
  const int32_t before = forecast.CallsWaiting() + kStartsLeftToCallers;
  const absl::Time first = std::max(now, forecast.StartOf(before + 1));
  const absl::Duration walk = forecast.TimeFor(pages, kStartsLeftToCallers);
  return first + walk <= read.too_old_at() &&
         forecast.StartOf(before + pages) <= read.too_old_at();
}

std::shared_ptr<LegRefresh> RefreshAhead::Walks::Begin(const HeadRead& read) {
  const absl::Time now = parts_.clock.Now();
  const absl::Duration age = now - read.sent_at;
  const CallForecast& forecast = parts_.forecast;
  if (age < read.max_staleness / 2 || read.passes() || running_ >= kMaxWalks) {
    return nullptr;
  }
  const std::optional<RefreshExtent> extent = ExtentOf(read, now);
  if (!extent.has_value()) return nullptr;
  const int32_t pages = pages_running_ + extent->pages;
  if (age < RefreshAge(read.max_staleness, pages, forecast) ||
      !IsReadyInTime(read, pages, now)) {
    return nullptr;
  }
  if (walks_.size() >= kMaxRemembered) {
    absl::erase_if(walks_, [](const auto& walk) {
      return walk.second.refresh == nullptr;
    });
  }
  ++running_;
  pages_running_ = pages;
  auto refresh =
      std::make_shared<LegRefresh>(read.leg, *extent, parts_,
                                   [weak = weak_from_this(), leg = read.leg](
                                       const LegRefresh::Outcome& outcome) {
                                     if (const auto self = weak.lock())
                                       self->End(leg, outcome);
                                   });
  walks_[read.leg] = {
      .refresh = refresh, .head_sent_at = read.sent_at, .pages = extent->pages};
  return refresh;
}

void RefreshAhead::Walks::End(const LegKey& leg,
                              const LegRefresh::Outcome& outcome) {
  std::shared_ptr<LegRefresh> ended;  // Let go without the lock.
  {
    MutexLock lock(mu_);
    if (closed_) return;
    Walk& walk = walks_.at(leg);
    --running_;
    pages_running_ -= walk.pages;
    ended = std::exchange(walk.refresh, nullptr);
  }
  LogDebug("a list was read anew ahead of need",
           {{"project_id", leg.project_id},
            {"paid", leg.whether_paid_task ? "true" : "false"},
            {"upstream_calls", outcome.upstream_calls},
            {"status", outcome.status.ToString()}});
}

void RefreshAhead::Walks::Close() {
  absl::flat_hash_map<LegKey, Walk> walks;
  {
    MutexLock lock(mu_);
    closed_ = true;
    std::swap(walks, walks_);
  }
  for (const auto& [leg, walk] : walks) {
    if (walk.refresh != nullptr) walk.refresh->Stop();
  }
}

RefreshAhead::RefreshAhead(const RefreshParts& parts)
    : parts_(parts), walks_(std::make_shared<Walks>(parts)) {}

RefreshAhead::~RefreshAhead() { walks_->Close(); }

PageTicket RefreshAhead::Ask(PageQuestion question, PageTerms terms,
                             PageCallback done) {
  if (terms.call_class != CallClass::kFirstPage || question.offset != 0) {
    return parts_.pages.Ask(std::move(question), std::move(terms),
                            std::move(done));
  }
  HeadRead read{.leg = question.leg, .max_staleness = terms.max_staleness};
  return parts_.pages.Ask(std::move(question), std::move(terms),
                          [walks = walks_, read = std::move(read),
                           done = std::move(done)](PageAnswer answer) mutable {
                            const bool given =
                                answer.page.ok() && answer.shared;
                            if (given) read.sent_at = (*answer.page)->sent_at;
                            done(std::move(answer));
                            if (given) walks->Note(read);
                          });
}

}  // namespace hssgw
