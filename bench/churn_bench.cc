// SPDX-License-Identifier: Apache-2.0
// What a listing loses, repeats and costs while its list moves between any two
// pages: our walk, and beside it the plain loop over the same lists
// (offset += rows received, until a page is empty or total_num is reached).
//
//   churn_bench [--json FILE]
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "service/tasks/leg_walk.h"
#include "tests/testing/moving_list.h"

namespace hssgw {
namespace {

constexpr int kRows = 5000;
constexpr int kSeeds = 10;
constexpr int kMaxPages = 100;

// What happens to the list between two pages.
struct Churn {
  const char* kind;
  int rows;
  std::function<void(MovingList&, int)> move;
};

struct Tally {
  int omitted = 0;
  int repeated = 0;
  int pages = 0;
  int repairs = 0;
  int refused = 0;  // listings that ended with a typed error
};

using Delivered = std::map<uint64_t, int>;

void Count(const MovingList& list, const Delivered& delivered, Tally& tally) {
  for (const uint64_t id : list.steady()) {
    if (!delivered.contains(id)) ++tally.omitted;
  }
  for (const auto& [id, times] : delivered) {
    if (!list.was_moved(id)) tally.repeated += times - 1;
  }
}

Page ReadNext(MovingList& list, const Churn& churn, int32_t offset, int page) {
  if (page > 0) churn.move(list, churn.rows);
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
  tally.pages += pages;
  tally.repairs += walk.repairs();
  Count(list, delivered, tally);
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
  tally.pages += pages;
  Count(list, delivered, tally);
}

void PrintJson(std::FILE* file, const std::string& figure, int value,
               int against) {
  std::fprintf(file,
               "{\"figure\":\"%s\",\"value\":%d,\"unit\":\"rows\","
               "\"against\":%d,\"goal\":0,\"ok\":%s}\n",
               figure.c_str(), value, against, value == 0 ? "true" : "false");
}

int Main(int argc, char** argv) {
  std::FILE* json = nullptr;
  if (argc == 3 && std::string(argv[1]) == "--json") {
    json = std::fopen(argv[2], "w");
  }
  std::printf("%d rows, %d lists each; plain: offset += rows received\n", kRows,
              kSeeds);
  std::printf("%-8s %5s | %7s %8s %6s %7s %7s | %7s %8s %6s\n", "between",
              "rows", "lost", "repeated", "pages", "repairs", "refused", "lost",
              "repeated", "pages");
  const auto arrive = [](MovingList& list, int rows) { list.Arrive(rows); };
  const auto leave = [](MovingList& list, int rows) { list.Leave(rows); };
  const auto to_head = [](MovingList& list, int rows) {
    list.MoveToHead(rows);
  };
  bool kept = true;
  for (const int rows : {0, 1, 5, 20, 80}) {
    for (const Churn& churn :
         {Churn{"arrive", rows, arrive}, Churn{"leave", rows, leave},
          Churn{"to head", rows, to_head}}) {
      Tally ours;
      Tally plain;
      for (uint64_t seed = 0; seed < kSeeds; ++seed) {
        WalkOnce(churn, seed, ours);
        LoopOnce(churn, seed, plain);
      }
      std::printf("%-8s %5d | %7d %8d %6d %7d %7d | %7d %8d %6d\n", churn.kind,
                  rows, ours.omitted, ours.repeated, ours.pages, ours.repairs,
                  ours.refused, plain.omitted, plain.repeated, plain.pages);
      kept = kept && ours.omitted == 0 && ours.repeated == 0;
      if (json == nullptr) continue;
      const std::string name =
          std::string(churn.kind) + "_" + std::to_string(rows);
      PrintJson(json, "omitted_" + name, ours.omitted, plain.omitted);
      PrintJson(json, "repeated_" + name, ours.repeated, plain.repeated);
    }
  }
  if (json != nullptr) std::fclose(json);
  return kept ? 0 : 1;
}

}  // namespace
}  // namespace hssgw

int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
