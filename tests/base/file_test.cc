// SPDX-License-Identifier: Apache-2.0
#include "service/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace hssgw {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ReadFileTest : public ::testing::Test {
 protected:
  ~ReadFileTest() override { std::remove(path_.c_str()); }

  void Write(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }

  static std::string ErrorOf(absl::string_view what, const std::string& path) {
    return std::string(ReadFile(what, path, 4).status().message());
  }

  const std::string path_ =
      absl::StrCat(::testing::TempDir(), "hssgw-file-test-", ::getpid());
};

TEST_F(ReadFileTest, BytesAreGivenAsTheyStand) {
  const std::string bytes("a\r\n\0b\n", 6);
  Write(bytes);

  EXPECT_EQ(*ReadFile("the file", path_, 6), bytes);
}

TEST_F(ReadFileTest, EmptyFileIsNoError) {
  Write("");

  EXPECT_EQ(*ReadFile("the file", path_, 6), "");
}

TEST_F(ReadFileTest, LargerOneGivesAByteMoreThanIsAllowed) {
  Write("1234567890");

  EXPECT_EQ(*ReadFile("the file", path_, 4), "12345");
}

TEST_F(ReadFileTest, ErrorNamesTheFileAndTheReason) {
  EXPECT_THAT(ErrorOf("the file of --x (/nowhere/x)", "/nowhere/x"),
              AllOf(StartsWith("the file of --x (/nowhere/x) cannot be read"),
                    HasSubstr("No such file")));
  EXPECT_THAT(ErrorOf("the folder", ::testing::TempDir()),
              StartsWith("the folder cannot be read"));
}

}  // namespace
}  // namespace hssgw
