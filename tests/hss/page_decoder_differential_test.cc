// SPDX-License-Identifier: Apache-2.0
// The decoder against nlohmann's DOM over generated answers. Seeds are printed
// with what fails, and HSSGW_SEED=N runs one alone.
//
// Where nlohmann refuses, the decoder may still deliver, and does by intent:
//  - bytes that are no UTF-8, and control characters in strings, are mended;
//  - an escape that means nothing costs its string alone;
//  - a row that is no JSON is delivered with its text, if brackets match, and a
//    comma too many or too few between rows is overlooked;
//  - a number beyond double's range is text like any other.
// Where nlohmann accepts, both agree, but for the bounds (depth, sizes,
// counts), which the reference does not have and generated answers stay within.
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/hss/decoded_page.h"
#include "tests/hss/page_generator.h"
#include "tests/hss/reference_decoder.h"

namespace hssgw {
namespace {

constexpr uint32_t kSeeds = 3000;

// Calls `check` with every seed, or the one asked for.
template <typename Check>
void ForEachSeed(Check check) {
  if (const char* one = std::getenv("HSSGW_SEED")) {
    return check(static_cast<uint32_t>(std::strtoul(one, nullptr, 10)));
  }
  for (uint32_t seed = 0; seed < kSeeds; ++seed) {
    check(seed);
    if (testing::Test::HasFailure()) return;
  }
}

void ExpectSame(DecodedPage got, ReferencePage want, const std::string& body) {
  ASSERT_TRUE(got.page.ok()) << got.page.status() << "\n" << body;
  NormalizeUnrecognized(got.response);
  NormalizeUnrecognized(want.response);
  EXPECT_TRUE(SameMessage(got.response, want.response)) << body;
  EXPECT_EQ((*got.page)->total_num, want.total_num) << body;
}

TEST(PageDecoderDifferentialTest, ReadsWhatTheReferenceReads) {
  ForEachSeed([](uint32_t seed) {
    SCOPED_TRACE(absl::StrCat("HSSGW_SEED=", seed));
    const std::string body = PageGenerator(seed).Page();

    const std::optional<ReferencePage> want = ReferenceDecode(body);

    ASSERT_TRUE(want.has_value()) << body;
    ExpectSame(DecodePage(body), *want, body);
  });
}

// Whatever happens to a page, what is still JSON is read as such, and all that
// is read is valid and whole (DecodePage checks that).
TEST(PageDecoderDifferentialTest, ReadsDamagedPagesThatAreStillJson) {
  int still_json = 0;
  int mended = 0;
  ForEachSeed([&](uint32_t seed) {
    SCOPED_TRACE(absl::StrCat("HSSGW_SEED=", seed));
    PageGenerator generator(seed);
    const std::string body = generator.Damage(generator.Page());

    const std::optional<ReferencePage> want = ReferenceDecode(body);
    const DecodedPage got = DecodePage(body);

    if (want.has_value()) {
      ++still_json;
      ExpectSame(got, *want, body);
    } else if (got.page.ok()) {
      ++mended;
    }
  });
  RecordProperty("still_json", still_json);
  RecordProperty("mended", mended);
}

// A row that is lost is never lost silently.
TEST(PageDecoderDifferentialTest, DamageInOneRowLeavesTheOthers) {
  ForEachSeed([](uint32_t seed) {
    SCOPED_TRACE(absl::StrCat("HSSGW_SEED=", seed));
    PageGenerator generator(seed);
    std::string row = R"({"task_id":"b","task_name":"n","x":[1,{"y":2}]})";
    // Anything but brackets, quotes and backslashes, which bear the structure.
    size_t at = 0;
    do {
      at = generator.Below(row.size());
    } while (std::string("{}[]\"\\").find(row[at]) != std::string::npos);
    row[at] = static_cast<char>("\x01\xFF ,:x0"[generator.Below(7)]);
    const std::string body = absl::StrCat(R"({"data_list":[{"task_id":"a"},)",
                                          row, R"(,{"task_id":"c"}]})");

    const DecodedPage got = DecodePage(body);

    ASSERT_TRUE(got.page.ok()) << got.page.status() << body;
    ASSERT_EQ(got.response.tasks_size(), 3) << body;
    EXPECT_EQ(got.task(0).task_id(), "a");
    EXPECT_EQ(got.task(2).task_id(), "c");
  });
}

}  // namespace
}  // namespace hssgw
