// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/page_cache.h"

#include <algorithm>
#include <iterator>

#include "absl/hash/hash.h"
#include "service/tasks/leg_walk.h"

namespace hssgw {
namespace {

// What a page costs beside its bytes and rows, and a list beside its pages:
// objects and names.
constexpr int64_t kPageOverhead = 256;
constexpr int64_t kListOverhead = 1024;
// Lists that are remembered as too large before all are forgotten.
constexpr size_t kMaxSaid = 1024;

int64_t BytesOf(const Page& page) {
  return static_cast<int64_t>(page.wire.size() +
                              page.tasks.size() * sizeof(TaskSpan)) +
         kPageOverhead;
}

bool IsOnGrid(int32_t offset, int32_t limit) {
  return offset % Stride(limit) == 0;
}

}  // namespace

PageRef PageCache::Find(const PageQuestion& question, absl::Time not_before,
                        absl::Time follows) {
  MutexLock lock(mu_);
  const absl::Span<Version> young = Use(question, not_before);
  if (young.empty()) return nullptr;
  if (follows == absl::InfinitePast()) {
    Version& head = WalkHead(young);
    head.role = std::max(head.role, Role::kBeginsWalk);
    return Give(head);
  }
  Version* const next = std::find_if(
      young.begin(), young.end(),
      [&](const Version& version) { return version.page->sent_at >= follows; });
  return Give(next == young.end() ? young.back() : *next);
}

// The pages sent at or after `not_before`, the oldest first.
absl::Span<PageCache::Version> PageCache::Use(const PageQuestion& question,
                                              absl::Time not_before) {
  const auto its_list = lists_.find(question.leg);
  if (its_list == lists_.end()) return {};
  List& list = *its_list->second;
  const auto place = list.pages.find({question.offset, question.limit});
  if (place == list.pages.end()) return {};
  const absl::Span<Version> versions(place->second);
  Version* const young = std::find_if(
      versions.begin(), versions.end(),
      [&](const Version& v) { return v.page->sent_at >= not_before; });
  if (young == versions.end()) return {};
  turns_.splice(turns_.end(), turns_, list.turn);
  return versions.subspan(static_cast<size_t>(young - versions.begin()));
}

PageRef PageCache::Give(Version& version) {
  ++version.reads;
  return version.page;
}

// The newest one with the most to follow: one that begins a whole walk, or a
// walk, or none.
PageCache::Version& PageCache::WalkHead(absl::Span<Version> versions) {
  return *std::max_element(
      versions.rbegin(), versions.rend(),
      [](const auto& a, const auto& b) { return a.role < b.role; });
}

std::optional<int64_t> PageCache::Keep(const PageQuestion& question,
                                       PageRef page, Role role) {
  MutexLock lock(mu_);
  if (BytesOf(*page) > max_bytes_ / 4) return std::nullopt;
  List& list = ListOf(question.leg);
  if (page->total_num.has_value() && page->sent_at >= list.total_num_at) {
    list.total_num = page->total_num;
    list.total_num_at = page->sent_at;
  }
  AddVersion(list, {question.offset, question.limit},
             {.page = std::move(page), .role = role});
  const std::optional<int64_t> too_large = BytesIfTooLarge(question.leg, list);
  MakeRoom();
  return too_large;
}

void PageCache::NoteWalk(const PageQuestion& head, absl::Time sent_at,
                         Role role) {
  MutexLock lock(mu_);
  const auto list = lists_.find(head.leg);
  if (list == lists_.end()) return;
  const auto place = list->second->pages.find({head.offset, head.limit});
  if (place == list->second->pages.end()) return;
  for (Version& version : place->second) {
    if (version.page->sent_at == sent_at) {
      version.role = std::max(version.role, role);
    }
  }
}

std::optional<int32_t> PageCache::LastOffsetRead(const LegKey& leg,
                                                 absl::Time since,
                                                 int32_t reads) const {
  MutexLock lock(mu_);
  const auto it = lists_.find(leg);
  if (it == lists_.end()) return std::nullopt;
  const auto& pages = it->second->pages;
  const auto last =
      std::find_if(pages.rbegin(), pages.rend(), [&](const auto& place) {
        int32_t its_reads = 0;
        for (const Version& version : place.second) {
          if (version.page->sent_at >= since) its_reads += version.reads;
        }
        return its_reads >= reads;
      });
  if (last == pages.rend()) return std::nullopt;
  return last->first.first;
}

std::optional<int64_t> PageCache::TotalOf(const LegKey& leg) const {
  MutexLock lock(mu_);
  const auto it = lists_.find(leg);
  return it == lists_.end() ? std::nullopt : it->second->total_num;
}

int32_t PageCache::PagesSent(const LegKey& leg, absl::Time begin,
                             absl::Time end) const {
  MutexLock lock(mu_);
  const auto it = lists_.find(leg);
  if (it == lists_.end()) return 0;
  const auto& pages = it->second->pages;
  return static_cast<int32_t>(
      std::count_if(pages.begin(), pages.end(), [&](const auto& place) {
        return std::any_of(
            place.second.begin(), place.second.end(), [&](const Version& v) {
              return v.page->sent_at >= begin && v.page->sent_at < end;
            });
      }));
}

int64_t PageCache::bytes() const {
  MutexLock lock(mu_);
  return bytes_;
}

PageCache::List& PageCache::ListOf(const LegKey& leg) {
  std::unique_ptr<List>& list = lists_[leg];
  if (list == nullptr) {
    list = std::make_unique<List>();
    list->turn = turns_.insert(turns_.end(), leg);
    bytes_ += kListOverhead;
  }
  return *list;
}

// True if a page of another place was sent after `page`: a walk went on from
// it.
bool PageCache::WasFollowed(const List& list, const Place& place,
                            const Page& page) {
  const Sending& other =
      list.newest.place == place ? list.newest_elsewhere : list.newest;
  return other.sent_at > page.sent_at;
}

void PageCache::AddVersion(List& list, const Place& place, Version version) {
  const Page& page = *version.page;
  Versions& versions = list.pages[place];
  // The same one again.
  for (const Version& other : versions) {
    if (other.page->sent_at == page.sent_at) return;
  }
  // What no walk went on from is not asked for once there is a newer one.
  if (!versions.empty() && versions.back().page->sent_at < page.sent_at &&
      !WasFollowed(list, place, *versions.back().page)) {
    DropVersion(list, versions, versions.size() - 1);
  }
  // The oldest goes, but not the one that walks begin with.
  if (versions.size() == kMaxVersions) {
    const bool begins_walks =
        &WalkHead(absl::MakeSpan(versions)) == &versions.front();
    DropVersion(list, versions, begins_walks ? 1 : 0);
  }
  NoteSending(list, {place, page.sent_at});
  list.bytes += BytesOf(page);
  bytes_ += BytesOf(page);
  ++list.page_count;
  const auto after = std::find_if(
      versions.begin(), versions.end(),
      [&](const Version& v) { return v.page->sent_at > page.sent_at; });
  versions.insert(after, std::move(version));
}

void PageCache::NoteSending(List& list, const Sending& sending) {
  const bool newest = sending.sent_at > list.newest.sent_at;
  if (list.newest.place == sending.place) {
    if (newest) list.newest = sending;
  } else if (newest) {
    list.newest_elsewhere = list.newest;
    list.newest = sending;
  } else if (sending.sent_at > list.newest_elsewhere.sent_at) {
    list.newest_elsewhere = sending;
  }
}

void PageCache::MakeRoom() {
  while (bytes_ > max_bytes_) {
    const LegKey leg = turns_.front();
    List& list = *lists_.at(leg);
    Sweep(list);
    if (bytes_ > max_bytes_) Drop(list, std::prev(list.pages.end()));
    if (!list.pages.empty()) continue;
    turns_.pop_front();
    lists_.erase(leg);
    bytes_ -= kListOverhead;
  }
}

// Drops pages off the grid from before the oldest head: the walks that asked
// for them cannot begin any more.
void PageCache::Sweep(List& list) {
  const auto head = list.pages.begin();
  const absl::Time begin = head->second.front().page->sent_at;
  if (head->first.first != 0 || begin <= list.swept) return;
  list.swept = begin;
  for (auto it = list.pages.begin(); it != list.pages.end();) {
    const auto page = it++;
    const auto [offset, limit] = page->first;
    if (!IsOnGrid(offset, limit) && page->second.back().page->sent_at < begin) {
      Drop(list, page);
    }
  }
}

void PageCache::Drop(List& list, std::map<Place, Versions>::iterator it) {
  while (!it->second.empty()) DropVersion(list, it->second, 0);
  list.pages.erase(it);
}

void PageCache::DropVersion(List& list, Versions& versions, size_t index) {
  const int64_t bytes = BytesOf(*versions[index].page);
  list.bytes -= bytes;
  bytes_ -= bytes;
  --list.page_count;
  versions.erase(versions.begin() + static_cast<ptrdiff_t>(index));
}

std::optional<int64_t> PageCache::BytesIfTooLarge(const LegKey& leg,
                                                  const List& list) {
  if (!list.total_num.has_value() || list.page_count == 0) return std::nullopt;
  const int64_t bytes =
      list.bytes / list.page_count *
      PagesOf(*list.total_num, list.pages.begin()->first.second);
  if (bytes <= max_bytes_) return std::nullopt;
  if (said_.size() >= kMaxSaid) said_.clear();
  const size_t name = absl::HashOf(leg.profile, leg.project_id, leg.filter,
                                   leg.whether_paid_task);
  if (!said_.insert(name).second) return std::nullopt;
  return bytes;
}

}  // namespace hssgw
