// SPDX-License-Identifier: Apache-2.0
// tests/data/NAME.json as upstream sends it, NAME.txtpb as clients get it. Both
// are found by listing the folder. A line `# total_num: 7` says what upstream
// said there is; without one, it said nothing. Set HSSGW_PRINT_GOLDEN to print
// what the decoder makes of them.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/hss/decoded_page.h"

namespace hssgw {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> GoldenNames() {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(HSSGW_TEST_DATA)) {
    if (file.path().extension() == ".json" &&
        fs::exists(fs::path(file.path()).replace_extension(".txtpb"))) {
      names.push_back(file.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadData(const std::string& file_name) {
  std::ifstream file(fs::path(HSSGW_TEST_DATA) / file_name, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << file_name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<int64_t> TotalNumIn(absl::string_view txtpb) {
  constexpr absl::string_view kMark = "# total_num: ";
  for (absl::string_view line : absl::StrSplit(txtpb, '\n')) {
    if (line.substr(0, kMark.size()) != kMark) continue;
    return std::stoll(std::string(line.substr(kMark.size())));
  }
  return std::nullopt;
}

class PageDecoderGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(PageDecoderGoldenTest, BecomesTheMessage) {
  const std::string want = ReadData(GetParam() + ".txtpb");

  const DecodedPage got = DecodePage(ReadData(GetParam() + ".json"));

  ASSERT_TRUE(got.page.ok()) << got.page.status();
  if (std::getenv("HSSGW_PRINT_GOLDEN") != nullptr) {
    std::cout << got.response.Utf8DebugString();
  }
  EXPECT_TRUE(SameMessage(got.response, ParseResponse(want)));
  EXPECT_EQ((*got.page)->total_num, TotalNumIn(want));
}

std::string TestName(const testing::TestParamInfo<std::string>& tested) {
  std::string name = tested.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Data, PageDecoderGoldenTest,
                         testing::ValuesIn(GoldenNames()), TestName);

}  // namespace
}  // namespace hssgw
