// SPDX-License-Identifier: Apache-2.0
// Random numbers that are the same on every platform and standard library
// (std::…_distribution is not).
//
// Threads: one at a time.
#ifndef HSSGW_TESTS_SIMULATOR_SEEDED_RANDOM_H_
#define HSSGW_TESTS_SIMULATOR_SEEDED_RANDOM_H_

#include <cstddef>
#include <cstdint>

namespace hssgw::simulator {

class SeededRandom {
 public:
  // `stream` gives independent sequences for one seed.
  explicit SeededRandom(uint64_t seed, uint64_t stream = 0)
      : state_(Mix(seed) ^ Mix(stream ^ 0x9E3779B97F4A7C15ULL)) {}

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    return Mix(state_);
  }

  // In [0, bound); 0 if bound is not positive.
  int64_t Below(int64_t bound) {
    if (bound <= 0) return 0;
    return static_cast<int64_t>(Next() % static_cast<uint64_t>(bound));
  }

  // True in `share` of the calls.
  bool Chance(double share) {
    return static_cast<double>(Next() >> 11U) * 0x1.0p-53 < share;
  }

  template <typename T, size_t N>
  const T& Pick(const T (&choices)[N]) {
    return choices[static_cast<size_t>(Below(static_cast<int64_t>(N)))];
  }

 private:
  static uint64_t Mix(uint64_t x) {  // splitmix64
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
  }

  uint64_t state_;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_SEEDED_RANDOM_H_
