// SPDX-License-Identifier: Apache-2.0
// Percent escaping and query reading as upstream's gateway does them. Written
// apart from service/: what signs a request and what verifies it must not
// share a mistake.
//
// Threads: pure functions. Fails: never; a stray '%' stands for itself.
#ifndef HSSGW_TESTS_SIMULATOR_ESCAPING_H_
#define HSSGW_TESTS_SIMULATOR_ESCAPING_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hssgw::simulator {

// What a '+' means: itself (in a path) or a space (in a query).
enum class Plus { kLiteral, kSpace };

using NameValue = std::pair<std::string, std::string>;

// Decodes %XX once.
std::string PercentDecode(std::string_view text, Plus plus);

// Every byte but A-Z a-z 0-9 - . _ ~ becomes %XX in upper case.
std::string PercentEncode(std::string_view text);

// Pairs in wire order, decoded. Empty parts are dropped and a bare name is a
// name with an empty value.
std::vector<NameValue> ReadQuery(std::string_view query);

// The target up to '?', and what follows it.
std::pair<std::string_view, std::string_view> SplitTarget(
    std::string_view target);

// The parts of `text` between `separator`s, empty ones kept.
std::vector<std::string_view> SplitAt(std::string_view text, char separator);

std::string ToLower(std::string_view text);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// Without outer blanks and tabs.
std::string_view Trimmed(std::string_view text);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_ESCAPING_H_
