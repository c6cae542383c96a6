// SPDX-License-Identifier: Apache-2.0
#include "service/hss/endpoint.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

// The SDKs' list (CONTRACT 6). It only helps messages; the rule makes hosts.
constexpr std::array<absl::string_view, 32> kRegions = {
    "ae-ad-1",        "af-north-1",     "af-south-1",     "ap-southeast-1",
    "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "cn-east-2",      "cn-east-3",      "cn-east-4",      "cn-east-5",
    "cn-north-1",     "cn-north-2",     "cn-north-4",     "cn-north-9",
    "cn-north-11",    "cn-north-12",    "cn-south-1",     "cn-south-2",
    "cn-south-4",     "cn-southwest-2", "cn-southwest-3", "eu-west-101",
    "la-north-2",     "la-south-2",     "me-east-1",      "my-kualalumpur-1",
    "na-mexico-1",    "ru-moscow-1",    "sa-brazil-1",    "tr-west-1",
};

struct Exception {
  absl::string_view region;
  absl::string_view origin;
};
constexpr std::array<Exception, 1> kExceptions = {{
    {"eu-west-101", "https://hss.eu-west-101.myhuaweicloud.eu"},
}};

// The longest known has 16 characters.
constexpr size_t kMaxRegion = 32;

bool IsWord(absl::string_view text, bool (*is)(unsigned char), size_t min_size,
            size_t max_size) {
  return text.size() >= min_size && text.size() <= max_size &&
         std::all_of(text.begin(), text.end(), is);
}

// [a-z]{2,}-[a-z]+-[0-9]{1,3}
bool IsRegion(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  return text.size() <= kMaxRegion && parts.size() == 3 &&
         IsWord(parts[0], absl::ascii_islower, 2, kMaxRegion) &&
         IsWord(parts[1], absl::ascii_islower, 1, kMaxRegion) &&
         IsWord(parts[2], absl::ascii_isdigit, 1, 3);
}

}  // namespace

absl::StatusOr<std::string> EndpointOfRegion(absl::string_view region) {
  if (!IsRegion(region)) {
    return absl::InvalidArgumentError(
        absl::StrCat(region.empty() ? "--region is empty"
                                    : "--region is not the name of a region",
                     ": give one such as cn-north-4 (known are ",
                     absl::StrJoin(kRegions, ", "), "), or --endpoint"));
  }
  for (const Exception& exception : kExceptions) {
    if (exception.region == region) return std::string(exception.origin);
  }
  return absl::StrCat("https://hss.", region, ".myhuaweicloud.com");
}

bool IsKnownRegion(absl::string_view region) {
  return std::find(kRegions.begin(), kRegions.end(), region) != kRegions.end();
}

absl::StatusOr<std::string> EndpointOfFlag(absl::string_view text) {
  absl::StatusOr<std::string> origin = ParseOrigin(text);
  if (origin.ok()) return origin;
  return absl::InvalidArgumentError(
      absl::StrCat("--endpoint: ", origin.status().message()));
}

}  // namespace hssgw
