// SPDX-License-Identifier: Apache-2.0
// What a listing loses, repeats and costs while its list moves between any two
// pages: our walk, and beside it the plain loop over the same lists
// (offset += rows received, until a page is empty or total_num is reached).
// Fails if the walk loses or repeats a row that stayed where it was, or needs
// more than 1.6 x the pages of a quiet list while up to 80 rows move a page.
//
//   churn_bench [--json FILE]
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/figure_file.h"
#include "service/tasks/leg_walk.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

constexpr int kRows = 5000;
constexpr int kSeeds = 10;
// The plain loop has no end while more rows arrive than it reads.
constexpr int kMaxPages = 100;
constexpr int kMostRowsForPages = 80;
constexpr double kMostPages = 1.6;

// What happens to the list between two pages.
struct Churn {
  const char* kind;
  void (MovingList::*move)(int);
  int rows = 0;
};
constexpr auto kChurns =
    std::to_array<Churn>({{"arrive", &MovingList::Arrive},
                          {"leave", &MovingList::Leave},
                          {"change_status", &MovingList::ChangeStatus},
                          {"to_head", &MovingList::MoveToHead}});

// Sums over all listings that did not end with a typed error.
struct Tally {
  int omitted = 0;   // rows that were there throughout, and stayed in place
  int repeated = 0;  // of those, beyond the first time
  int moved = 0;     // rows that moved and were delivered all the same
  int moved_omitted = 0;
  int pages = 0;
  int least_pages = 0;  // for as many rows of a quiet list
  int repairs = 0;
  int refused = 0;
};

using Delivered = std::map<uint64_t, int>;

void Count(const MovingList& list, const Delivered& delivered, int pages,
           Tally& tally) {
  int rows = 0;
  for (const uint64_t id : list.steady()) {
    if (!delivered.contains(id)) ++tally.omitted;
  }
  for (const auto& [id, times] : delivered) {
    rows += times;
    if (!list.was_moved(id)) tally.repeated += times - 1;
  }
  for (const MovingList::Row& row : list.rows()) {
    if (!list.was_moved(row.id)) continue;
    ++(delivered.contains(row.id) ? tally.moved : tally.moved_omitted);
  }
  tally.pages += pages;
  tally.least_pages += 1 + std::max(0, rows - 10) / 190;
}

Page ReadNext(MovingList& list, const Churn& churn, int32_t offset, int page) {
  if (page > 0) (list.*churn.move)(churn.rows);
  return list.Read(offset, kMaxPageRows,
                   absl::UnixEpoch() + absl::Seconds(page));
}

void WalkOnce(const Churn& churn, uint64_t seed, Tally& tally) {
  MovingList list(kRows, seed);
  LegWalk walk({});
  Delivered delivered;
  int pages = 0;
  while (!walk.done() && pages < kMaxPages) {
    const Page page = ReadNext(list, churn, walk.Next().offset, pages++);
    const absl::StatusOr<RowRuns> runs = walk.Accept(page);
    if (!runs.ok()) {
      ++tally.refused;
      return;
    }
    const std::vector<uint64_t> ids = MovingList::IdsOf(page);
    for (const RowRun& run : *runs) {
      for (uint32_t i = run.first; i < run.last; ++i) ++delivered[ids[i]];
    }
  }
  tally.repairs += walk.repairs();
  Count(list, delivered, pages, tally);
}

void LoopOnce(const Churn& churn, uint64_t seed, Tally& tally) {
  MovingList list(kRows, seed);
  Delivered delivered;
  int32_t offset = 0;
  int pages = 0;
  while (pages < kMaxPages) {
    const Page page = ReadNext(list, churn, offset, pages++);
    for (const uint64_t id : MovingList::IdsOf(page)) ++delivered[id];
    offset += static_cast<int32_t>(page.tasks.size());
    if (page.tasks.empty() || offset == page.total_num) break;
  }
  Count(list, delivered, pages, tally);
}

// One line a figure.
class Report {
 public:
  explicit Report(FigureFile& figures) : figures_(figures) {}

  void Add(const Churn& churn, const Tally& ours, const Tally& plain) {
    const double ratio = PagesRatio(ours);
    std::printf(
        "%-13s %5d | %5d %8d %6d %6d %6d %5.2f %7d %7d | %5d %8d %6d %6d\n",
        churn.kind, churn.rows, ours.omitted, ours.repeated, ours.moved,
        ours.moved_omitted, ours.pages, ratio, ours.repairs, ours.refused,
        plain.omitted, plain.repeated, plain.moved_omitted, plain.pages);
    Check(churn, "omitted", ours.omitted, "rows", plain.omitted, 0);
    Check(churn, "repeated", ours.repeated, "rows", plain.repeated, 0);
    if (churn.rows > kMostRowsForPages) return;
    Check(churn, "refused", ours.refused, "listings", 0, 0);
    Check(churn, "pages", ratio, "x a quiet list", PagesRatio(plain),
          kMostPages);
  }

  bool kept() const { return kept_; }

 private:
  static double PagesRatio(const Tally& tally) {
    return tally.least_pages == 0
               ? 0
               : static_cast<double>(tally.pages) / tally.least_pages;
  }

  void Check(const Churn& churn, const char* figure, double value,
             const char* unit, double against, double goal) {
    const BenchFigure checked{
        .name = absl::StrCat(figure, "_", churn.kind, "_", churn.rows),
        .value = value,
        .unit = unit,
        .against = against,
        .goal = goal};
    kept_ = kept_ && checked.ok();
    if (!checked.ok()) {
      std::printf("  %s: %g %s, and %g at most\n", figure, value, unit, goal);
    }
    figures_.Add(checked);
  }

  FigureFile& figures_;
  bool kept_ = true;
};

int Main(int argc, char** argv) {
  FigureFile figures(argc, argv);
  if (!figures.ok()) return 2;
  std::printf("%d rows, %d lists each; plain: offset += rows received\n", kRows,
              kSeeds);
  std::printf("%-13s %5s | %5s %8s %6s %6s %6s %5s %7s %7s | %5s %8s %6s %6s\n",
              "between", "rows", "lost", "repeated", "moved", "m.lost", "pages",
              "x", "repairs", "refused", "lost", "repeated", "m.lost", "pages");
  Report report(figures);
  for (const int rows : {0, 1, 5, 20, 80, 500, 5000}) {
    for (Churn churn : kChurns) {
      churn.rows = rows;
      Tally ours;
      Tally plain;
      for (uint64_t seed = 0; seed < kSeeds; ++seed) {
        WalkOnce(churn, seed, ours);
        LoopOnce(churn, seed, plain);
      }
      report.Add(churn, ours, plain);
    }
  }
  return report.kept() ? 0 : 1;
}

}  // namespace
}  // namespace hssgw

int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
