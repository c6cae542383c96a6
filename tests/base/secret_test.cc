// SPDX-License-Identifier: Apache-2.0
#include "service/base/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/base/log.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};

static_assert(!Printable<Secret>);
static_assert(!Comparable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, absl::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_constructible_v<absl::AlphaNum, Secret>);
static_assert(!std::is_constructible_v<LogField, const char*, Secret>);

constexpr char kShort[] = "abcdefghijklm";  // Held inside the string itself.
constexpr char kLong[] = "a secret longer than what a string holds in itself";

TEST(SecretTest, IsRevealedOnlyOnRequest) {
  const Secret secret(kShort);

  EXPECT_EQ(secret.Reveal(), kShort);
  EXPECT_FALSE(secret.empty());
  EXPECT_TRUE(Secret().empty());
}

TEST(SecretTest, CopyIsItsOwn) {
  Secret secret(kLong);
  const Secret copy = secret;
  secret = Secret("new");

  EXPECT_EQ(copy.Reveal(), kLong);
  EXPECT_EQ(secret.Reveal(), "new");
}

TEST(SecretTest, AssignmentToItselfChangesNothing) {
  Secret secret(kShort);
  Secret& same = secret;
  secret = same;
  secret = std::move(same);

  EXPECT_EQ(secret.Reveal(), kShort);
}

TEST(SecretTest, MoveLeavesTheSourceEmpty) {
  Secret from(kLong);
  const Secret to = std::move(from);

  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): the point.
  EXPECT_EQ(to.Reveal(), kLong);
}

// A secret in memory that stays ours to look at.
class SecretBytesTest : public ::testing::Test {
 protected:
  Secret& Make() { return *new (bytes_.data()) Secret(kShort); }
  std::string Bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  alignas(Secret) std::array<std::byte, sizeof(Secret)> bytes_ = {};
};

TEST_F(SecretBytesTest, AreWipedAtTheEnd) {
  Secret& secret = Make();
  ASSERT_THAT(Bytes(), HasSubstr("defgh"));

  secret.~Secret();

  EXPECT_THAT(Bytes(), Not(HasSubstr("defgh")));
}

TEST_F(SecretBytesTest, AreWipedWhenMovedAway) {
  Secret& secret = Make();

  const Secret moved = std::move(secret);

  EXPECT_THAT(Bytes(), Not(HasSubstr("defgh")));
  secret.~Secret();
}

TEST_F(SecretBytesTest, AreWipedWhenAShorterOneIsAssigned) {
  Secret& secret = Make();

  secret = Secret("xy");

  EXPECT_THAT(Bytes(), Not(HasSubstr("defgh")));
  secret.~Secret();
}

}  // namespace
}  // namespace hssgw
