// SPDX-License-Identifier: Apache-2.0
// Pages that were fetched, bounded in bytes. A page that is pushed out stays
// valid for whoever holds its PageRef.
//
// What goes first when room is needed: the list that was read least recently
// (one that nobody has read twice counts from its beginning), and of that list
// the tail, because every walk begins at the head. So a list larger than the
// cache keeps its head.
//
// A question may have several pages, of different age: a walk asked for the
// head again at its end, or a repair for what had moved. All are kept that
// other pages were fetched after, so that the next walk can be given the same
// pages in the same order and asks for nothing that the first one did not.
//
// Threads: any; calls nobody.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "service/base/mutex.h"
#include "service/tasks/leg.h"
#include "service/tasks/page.h"
#include "service/tasks/page_source.h"

namespace hssgw {

class PageCache {
 public:
  // What a page was asked for as; of a walk's first page, whether the walk came
  // to its end.
  enum class Role { kAny, kBeginsWalk, kBeginsWholeWalk };

  // Pages of one question that are kept at most.
  static constexpr size_t kMaxVersions = 4;

  // 0: keeps nothing.
  explicit PageCache(int64_t max_bytes) : max_bytes_(max_bytes) {}

  // A page sent at or after `not_before`; null: there is none. Which one of
  // several, see PageTerms::follows. A use of its list.
  PageRef Find(const PageQuestion& question, absl::Time not_before,
               absl::Time follows);

  // Keeps `page`, unless it is over a quarter of the cache, or as old as one
  // that is kept. Answers with the bytes that its whole list would take if that
  // is more than the cache holds, the first time that this is seen.
  std::optional<int64_t> Keep(const PageQuestion& question, PageRef page,
                              Role role = Role::kAny);

  // What became of a walk that began with the page `head`, sent at `sent_at`.
  void NoteWalk(const PageQuestion& head, absl::Time sent_at, Role role);

  // The largest offset whose pages sent at or after `since` were given `reads`
  // times at least. Absent: there is none.
  std::optional<int32_t> LastOffsetRead(const LegKey& leg, absl::Time since,
                                        int32_t reads) const;

  // The newest total_num of a list. Absent: none is known.
  std::optional<int64_t> TotalOf(const LegKey& leg) const;

  // Places of a list with a page sent in [begin, end).
  int32_t PagesSent(const LegKey& leg, absl::Time begin, absl::Time end) const;

  int64_t bytes() const;
  int64_t max_bytes() const { return max_bytes_; }

 private:
  using Place = std::pair<int32_t, int32_t>;  // offset, limit
  struct Version {
    PageRef page;
    Role role = Role::kAny;
    int32_t reads = 0;  // how often it was given
  };
  using Versions = std::vector<Version>;  // the oldest first

  struct Sending {
    Place place;
    absl::Time sent_at = absl::InfinitePast();
  };
  struct List {
    std::map<Place, Versions> pages;
    int64_t bytes = 0;
    int64_t page_count = 0;
    // The newest page, and the newest of another place than that.
    Sending newest;
    Sending newest_elsewhere;
    std::optional<int64_t> total_num;
    absl::Time total_num_at = absl::InfinitePast();
    // Off-grid pages older than this were removed.
    absl::Time swept = absl::InfinitePast();
    std::list<LegKey>::iterator turn;
  };

  absl::Span<Version> Use(const PageQuestion& question, absl::Time not_before)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  List& ListOf(const LegKey& leg) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void AddVersion(List& list, const Place& place, Version version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void MakeRoom() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Sweep(List& list) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Drop(List& list, std::map<Place, Versions>::iterator it)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void DropVersion(List& list, Versions& versions, size_t index)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::optional<int64_t> BytesIfTooLarge(const LegKey& leg, const List& list)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  static Version& WalkHead(absl::Span<Version> versions);
  static PageRef Give(Version& version);
  static void NoteSending(List& list, const Sending& sending);
  static bool WasFollowed(const List& list, const Place& place,
                          const Page& page);

  const int64_t max_bytes_;
  mutable Mutex mu_;
  int64_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
  absl::flat_hash_map<LegKey, std::unique_ptr<List>> lists_
      ABSL_GUARDED_BY(mu_);
  // The one to go first in front.
  std::list<LegKey> turns_ ABSL_GUARDED_BY(mu_);
  // Hashes of lists that were said to be too large, whatever their window.
  absl::flat_hash_set<size_t> said_ ABSL_GUARDED_BY(mu_);
};

}  // namespace hssgw
