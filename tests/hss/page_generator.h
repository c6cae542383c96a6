// SPDX-License-Identifier: Apache-2.0
// Answers as no upstream writes them, but could: every rule of reading, mixed.
// The same seed gives the same answer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace hssgw {

class PageGenerator {
 public:
  explicit PageGenerator(uint32_t seed) : random_(seed) {}

  // JSON text: fields in any order, space, escapes, unknown fields and words,
  // nulls, repeats, values of other types, big numbers, deep values.
  std::string Page();

  // One to eight of its bytes changed, left out or doubled.
  std::string Damage(std::string text);

  // Of [0, below).
  size_t Below(size_t below) { return random_() % below; }

 private:
  std::string Object(std::span<const absl::string_view> keys, int depth);
  std::string Task();
  std::string Host();
  std::string HostList();
  std::string ValueFor(absl::string_view key, int depth);
  std::string AnyValue(int depth);
  std::string Number();
  std::string Text();
  std::string Quote(absl::string_view text);
  std::string Space();
  std::string Join(std::vector<std::string> parts, char open, char close);
  bool OneIn(size_t chances) { return Below(chances) == 0; }
  const char* OneOf(std::initializer_list<const char*> choices) {
    return choices.begin()[Below(choices.size())];
  }

  std::mt19937 random_;
};

}  // namespace hssgw
