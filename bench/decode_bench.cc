// SPDX-License-Identifier: Apache-2.0
// Decoding side by side with what it could cost less or more: one table of the
// fastest of many rounds. They take turns of a few rounds, so that none has the
// quiet minutes alone, and each has warm memory after the first of its turn.
//
//   decode_bench [--json FILE] [--rounds N]
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/arena_messages.h"
#include "bench/sample_page.h"
#include "service/hss/page_decoder.h"

namespace hssgw {
namespace {

namespace ondemand = simdjson::ondemand;

// Twice a bare parse, and a tenth for the noise of the machine.
constexpr double kGoal = 2.2;

// Something that reads one answer; what it returns keeps the work alive.
struct Contender {
  const char* name;
  std::function<size_t()> run;
  // At most so many times the first one; 0: none asked.
  double goal;
  size_t sum = 0;
  double best_seconds = std::numeric_limits<double>::max();
};

struct Figure {
  std::string figure;
  double value = 0;
  std::string unit;
  std::string against;
  double ratio = 0;
  double goal = 0;
};

// Every value read once, nothing kept.
size_t Traverse(ondemand::value value) {
  switch (value.type().value_unsafe()) {
    case ondemand::json_type::object: {
      size_t sum = 0;
      for (ondemand::field field : value.get_object()) {
        sum += static_cast<unsigned char>(*field.key().raw());
        sum += Traverse(field.value());
      }
      return sum;
    }
    case ondemand::json_type::array: {
      size_t sum = 0;
      for (ondemand::value element : value.get_array())
        sum += Traverse(element);
      return sum;
    }
    case ondemand::json_type::string:
      return value.get_string().value_unsafe().size();
    case ondemand::json_type::number:
      return static_cast<size_t>(value.get_int64().value_unsafe());
    case ondemand::json_type::boolean:
      return value.get_bool().value_unsafe() ? 1 : 0;
    default:
      return 0;
  }
}

// What the contenders share: the answer, and their parsers.
struct Workbench {
  explicit Workbench(const SampleShape& shape)
      : answer(SamplePage(shape)), padded(answer) {
    answer.reserve(answer.size() + simdjson::SIMDJSON_PADDING);
  }

  size_t Decode() {
    return (*decoder.Decode(answer, {.limit = 200}, nullptr))->wire.size();
  }
  size_t OnDemand() {
    ondemand::document document = parser.iterate(padded);
    return Traverse(document.get_value());
  }
  size_t Dom() { return dom.parse(padded).get_object().size(); }
  size_t Messages() {
    google::protobuf::Arena arena;
    std::string wire;
    SerializeThroughMessages(parser, padded, arena, wire);
    return wire.size();
  }
  size_t Nlohmann() { return nlohmann::json::parse(answer).size(); }

  std::string answer;
  simdjson::padded_string padded;
  PageDecoder decoder;
  ondemand::parser parser;
  simdjson::dom::parser dom;
};

void Race(std::vector<Contender>& contenders, int rounds) {
  using Clock = std::chrono::steady_clock;
  constexpr int kTurn = 10;
  for (int turn = 0; turn < rounds; turn += kTurn) {
    for (Contender& contender : contenders) {
      for (int round = 0; round < kTurn; ++round) {
        const Clock::time_point start = Clock::now();
        contender.sum += contender.run();
        const std::chrono::duration<double> taken = Clock::now() - start;
        contender.best_seconds =
            std::min(contender.best_seconds, taken.count());
      }
    }
  }
}

std::vector<Figure> Measure(const std::string& title, const SampleShape& shape,
                            int rounds) {
  Workbench bench(shape);
  std::vector<Contender> contenders = {
      {"simdjson On-Demand, every value read", [&] { return bench.OnDemand(); },
       0},
      {"simdjson DOM", [&] { return bench.Dom(); }, 0},
      {"decode to wire and index", [&] { return bench.Decode(); }, kGoal},
      {"arena messages, serialized", [&] { return bench.Messages(); }, 0},
      {"nlohmann DOM", [&] { return bench.Nlohmann(); }, 0}};
  Race(contenders, rounds);
  const double bare = contenders.front().best_seconds;
  const auto bytes = static_cast<double>(bench.answer.size());
  std::cout << absl::StrFormat("%s: %.0f KiB of JSON, %d KiB on the wire\n",
                               title, bytes / 1024, bench.Decode() / 1024);
  std::vector<Figure> figures;
  for (const Contender& contender : contenders) {
    figures.push_back({.figure = absl::StrCat(title, ": ", contender.name),
                       .value = contender.best_seconds * 1e6,
                       .unit = "us",
                       .against = contenders.front().name,
                       .ratio = contender.best_seconds / bare,
                       .goal = contender.goal});
    std::cout << absl::StrFormat(
        "  %-38s %10.1f us %8.0f MB/s %7.2f x%s\n", contender.name,
        contender.best_seconds * 1e6, bytes / contender.best_seconds / 1e6,
        contender.best_seconds / bare,
        contender.goal > 0 ? absl::StrFormat("  (goal: %.1f)", contender.goal)
                           : "");
  }
  return figures;
}

bool WriteJson(const std::string& path, const std::vector<Figure>& figures) {
  std::ofstream file(path);
  for (const Figure& figure : figures) {
    nlohmann::json line = {{"figure", figure.figure},
                           {"value", figure.value},
                           {"unit", figure.unit},
                           {"against", figure.against},
                           {"ratio", figure.ratio}};
    line["goal"] = figure.goal > 0 ? nlohmann::json(figure.goal) : nullptr;
    line["ok"] = figure.goal <= 0 || figure.ratio <= figure.goal;
    file << line.dump() << "\n";
  }
  return file.good();
}

int Main(int argc, char** argv) {
  std::string json_path;
  int rounds = 300;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    if (flag == "--json") json_path = argv[i + 1];
    if (flag == "--rounds") rounds = std::max(1, std::atoi(argv[i + 1]));
  }
  std::vector<Figure> figures;
  const auto add = [&](const std::string& title, const SampleShape& shape) {
    const std::vector<Figure> more = Measure(title, shape, rounds);
    figures.insert(figures.end(), more.begin(), more.end());
  };
  add("200 tasks of 3 hosts", {});
  add("200 tasks of 3 hosts, Chinese", {.chinese = true});
  add("20 tasks of 200 hosts", {.tasks = 20, .hosts_per_task = 200});
  if (!json_path.empty() && !WriteJson(json_path, figures)) {
    std::cerr << "decode_bench: cannot write " << json_path << "\n";
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace hssgw

int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
