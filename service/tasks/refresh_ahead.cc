// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/refresh_ahead.h"

#include <algorithm>
#include <utility>
#include <vector>

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

  // The first page of a list, sent at `sent_at`, was given to who allows
  // `staleness`.
  void NoteRead(const LegKey& leg, absl::Time sent_at,
                absl::Duration staleness);

  // Ends all of them; after that no part is touched any more.
  void Close();

 private:
  struct Walk {
    std::shared_ptr<LegRefresh> refresh;  // null: it ended
    absl::Time head_sent_at = absl::InfinitePast();
  };

  // Null: there is nothing to be done.
  std::shared_ptr<LegRefresh> Begin(const LegKey& leg, absl::Time head_sent_at,
                                    absl::Duration staleness)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void End(const LegKey& leg, const LegRefresh::Outcome& outcome);

  const RefreshParts parts_;
  Mutex mu_;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  int running_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<LegKey, Walk> walks_ ABSL_GUARDED_BY(mu_);
};

void RefreshAhead::Walks::NoteRead(const LegKey& leg, absl::Time sent_at,
                                   absl::Duration staleness) {
  std::shared_ptr<LegRefresh> refresh;
  {
    MutexLock lock(mu_);
    if (!closed_) refresh = Begin(leg, sent_at, staleness);
  }
  if (refresh != nullptr) refresh->Start();
}

std::shared_ptr<LegRefresh> RefreshAhead::Walks::Begin(
    const LegKey& leg, absl::Time head_sent_at, absl::Duration staleness) {
  const auto known = walks_.find(leg);
  if (known != walks_.end() && (known->second.refresh != nullptr ||
                                known->second.head_sent_at == head_sent_at)) {
    return nullptr;
  }
  const absl::Time now = parts_.clock.Now();
  const PageCache::Depth depth =
      parts_.cache.DepthReadOften(leg, now - 2 * staleness, kOften);
  const absl::Duration age = now - head_sent_at;
  if (depth.pages == 0 || running_ >= kMaxWalks ||
      age < RefreshAge(staleness, depth.pages, parts_.forecast) ||
      parts_.forecast.StartOf(depth.pages + kStartsLeftToCallers) >
          head_sent_at + staleness) {
    return nullptr;
  }
  if (walks_.size() >= kMaxRemembered) {
    absl::erase_if(walks_, [](const auto& walk) {
      return walk.second.refresh == nullptr;
    });
  }
  ++running_;
  auto refresh = std::make_shared<LegRefresh>(
      leg,
      RefreshExtent{.last_offset = depth.last_offset,
                    .deadline = head_sent_at + staleness},
      parts_,
      [weak = weak_from_this(), leg](const LegRefresh::Outcome& outcome) {
        if (const auto self = weak.lock()) self->End(leg, outcome);
      });
  walks_[leg] = {.refresh = refresh, .head_sent_at = head_sent_at};
  return refresh;
}

void RefreshAhead::Walks::End(const LegKey& leg,
                              const LegRefresh::Outcome& outcome) {
  std::shared_ptr<LegRefresh> ended;  // Let go without the lock.
  {
    MutexLock lock(mu_);
    if (closed_) return;
    --running_;
    ended = std::exchange(walks_.at(leg).refresh, nullptr);
  }
  LogDebug("a list was read anew ahead of need",
           {{"project_id", leg.project_id},
            {"paid", leg.whether_paid_task},
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
  const absl::Duration staleness = parts_.clock.Now() - terms.not_before;
  const LegKey leg = question.leg;
  return parts_.pages.Ask(
      std::move(question), std::move(terms),
      [walks = walks_, leg, staleness,
       done = std::move(done)](PageAnswer answer) mutable {
        const bool given = answer.page.ok() && answer.shared;
        const absl::Time sent_at =
            given ? (*answer.page)->sent_at : absl::InfiniteFuture();
        done(std::move(answer));
        if (given) walks->NoteRead(leg, sent_at, staleness);
      });
}

}  // namespace hssgw
