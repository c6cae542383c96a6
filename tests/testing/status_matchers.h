// SPDX-License-Identifier: Apache-2.0
// Matchers of absl::Status and absl::StatusOr, by upstream Abseil's names,
// which Debian's version does not have yet.
//
//   EXPECT_THAT(status, IsOk());
//   EXPECT_THAT(Parse("7"), IsOkAndHolds(Eq(7)));
//   EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted,
//   HasSubstr("row")));
#pragma once

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace hssgw {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// A Status or StatusOr that is OK.
class IsOkMatcher {
 public:
  using is_gtest_matcher = void;

  template <typename T>
  bool MatchAndExplain(const T& actual,
                       testing::MatchResultListener* listener) const {
    *listener << "which is " << StatusOf(actual);
    return StatusOf(actual).ok();
  }
  void DescribeTo(std::ostream* os) const { *os << "is OK"; }
  void DescribeNegationTo(std::ostream* os) const { *os << "is not OK"; }
};
inline IsOkMatcher IsOk() { return {}; }

// A StatusOr that holds what `inner` matches.
template <typename Inner>
class IsOkAndHoldsMatcher {
 public:
  using is_gtest_matcher = void;

  explicit IsOkAndHoldsMatcher(Inner inner) : inner_(std::move(inner)) {}

  template <typename T>
  bool MatchAndExplain(const absl::StatusOr<T>& actual,
                       testing::MatchResultListener* listener) const {
    if (!actual.ok()) {
      *listener << "which is " << actual.status();
      return false;
    }
    return testing::SafeMatcherCast<const T&>(inner_).MatchAndExplain(*actual,
                                                                      listener);
  }
  void DescribeTo(std::ostream* os) const {
    *os << "is OK and holds a value that matches";
  }
  void DescribeNegationTo(std::ostream* os) const {
    *os << "is not OK or holds a value that does not match";
  }

 private:
  const Inner inner_;
};
template <typename Inner>
IsOkAndHoldsMatcher<std::decay_t<Inner>> IsOkAndHolds(Inner&& inner) {
  return IsOkAndHoldsMatcher<std::decay_t<Inner>>(std::forward<Inner>(inner));
}

// A Status or StatusOr of that code, with a message that matches.
class StatusIsMatcher {
 public:
  using is_gtest_matcher = void;

  StatusIsMatcher(absl::StatusCode code, testing::Matcher<std::string> message)
      : code_(code), message_(std::move(message)) {}

  template <typename T>
  bool MatchAndExplain(const T& actual,
                       testing::MatchResultListener* listener) const {
    const absl::Status& status = StatusOf(actual);
    *listener << "which is " << status;
    return status.code() == code_ &&
           message_.Matches(std::string(status.message()));
  }
  void DescribeTo(std::ostream* os) const {
    *os << "is " << code_ << " with a message that ";
    message_.DescribeTo(os);
  }
  void DescribeNegationTo(std::ostream* os) const {
    *os << "is not " << code_ << " with a message that ";
    message_.DescribeTo(os);
  }

 private:
  const absl::StatusCode code_;
  const testing::Matcher<std::string> message_;
};
inline StatusIsMatcher StatusIs(
    absl::StatusCode code, testing::Matcher<std::string> message = testing::_) {
  return {code, std::move(message)};
}

}  // namespace hssgw
