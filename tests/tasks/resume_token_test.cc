// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/resume_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "service/base/error.h"
#include "tests/e2e/child.h"
#include "tests/testing/fake_clock.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::HasSubstr;
using ::testing::Not;

LegPosition RandomLeg(std::mt19937_64& random) {
  LegPosition leg;
  leg.phase = static_cast<LegPosition::Phase>(random() % 3);
  leg.rows_before = static_cast<int64_t>(random() % 2000000);
  for (size_t i = random() % (LegPosition::kMaxAnchors + 1); i > 0; --i) {
    leg.anchors.push_back(random());
  }
  for (size_t i = random() % (LegPosition::kMaxFirstRows + 1); i > 0; --i) {
    leg.first_rows.push_back(random());
  }
  if (random() % 2 == 0)
    leg.last_millis = static_cast<int64_t>(random() >> 12U);
  if (random() % 2 == 0) {
    leg.first_millis = static_cast<int64_t>(random() >> 12U);
  }
  if (random() % 2 == 0) leg.total_num = static_cast<int64_t>(random() >> 34U);
  leg.moved = random() % 2 == 0;
  leg.whole = random() % 2 == 0;
  leg.order_unstable = random() % 2 == 0;
  return leg;
}

ListPosition RandomPosition(uint64_t seed) {
  std::mt19937_64 random(seed);
  ListPosition position;
  position.planned_at =
      absl::FromUnixMillis(static_cast<int64_t>(random() % 2000000000000));
  if (random() % 2 == 0) position.limits.max_range = std::nullopt;
  if (random() % 2 == 0) position.limits.time_format = TimeFormat::kUtcText;
  position.limits.max_last_days = static_cast<int32_t>(random() % 91);
  position.window = static_cast<int32_t>(random() % 65);
  for (size_t i = random() % 3; i > 0; --i) {
    position.legs.push_back(RandomLeg(random));
  }
  for (size_t i = random() % 3; i > 0; --i) {
    position.first_legs.push_back(RandomLeg(random));
    position.first_legs.back().anchors.clear();
  }
  if (!position.first_legs.empty()) {
    for (LegPosition& leg : position.legs) leg.first_rows.clear();
  }
  if (random() % 2 == 0) {
    position.oldest_sent_at = absl::FromUnixMillis(1764000000000);
  }
  if (random() % 2 == 0) {
    position.hosts_sent = 1 + static_cast<int32_t>(random() % 10000);
    position.cut_task = random();
  }
  return position;
}

bool Same(const ListPosition& a, const ListPosition& b) {
  return a.planned_at == b.planned_at &&
         a.limits.max_range == b.limits.max_range &&
         a.limits.time_format == b.limits.time_format &&
         a.limits.max_last_days == b.limits.max_last_days &&
         a.window == b.window && a.legs == b.legs &&
         a.first_legs == b.first_legs && a.oldest_sent_at == b.oldest_sent_at &&
         a.hosts_sent == b.hosts_sent && a.cut_task == b.cut_task;
}

TaskQuery Query(const ListTasksRequest& request) {
  return *TaskQuery::FromProto(request,
                               {.profile = "p", .projects = {"a", "b"}});
}

class ResumeTokenTest : public ::testing::Test {
 protected:
  std::string Seal(const ListPosition& position = {}) const {
    return tokens_.Seal(position, TokenPurpose::kResume, "mine", clock_.Now());
  }
  absl::Status Open(const std::string& token,
                    absl::string_view binding = "mine",
                    TokenPurpose purpose = TokenPurpose::kResume) const {
    return tokens_.Open(token, purpose, binding, clock_.Now()).status();
  }

  FakeClock clock_;
  std::shared_ptr<ResumeKeys> keys_ = *ResumeKeys::Open({}, clock_);
  ResumeTokens tokens_{*keys_, absl::Hours(24)};
};

TEST_F(ResumeTokenTest, OpensToWhatWasSealed) {
  for (uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const ListPosition position = RandomPosition(seed);
    const auto opened = tokens_.Open(Seal(position), TokenPurpose::kResume,
                                     "mine", clock_.Now());
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_TRUE(Same(*opened, position));
  }
}

// The largest position that a listing has: a later window is read, and the
// heads of the first may have to be read again.
TEST_F(ResumeTokenTest, FitsIntoFiveHundredAndTwelveUrlSafeCharacters) {
  const LegPosition reading{
      .rows_before = 2000000,
      .anchors = std::vector<uint64_t>(LegPosition::kMaxAnchors, ~0ULL),
      .last_millis = 253402300799999,
      .total_num = 100000000,
      .moved = true};
  LegPosition first = reading;
  first.first_rows = std::vector<uint64_t>(LegPosition::kMaxFirstRows, ~0ULL);
  first.first_millis = 253402300799999;
  LegPosition head = first;
  head.anchors.clear();
  for (const bool later_window : {false, true}) {
    ListPosition position;
    position.planned_at = absl::FromUnixMillis(253402300799999);
    position.window = later_window ? 64 : 0;
    position.legs = {later_window ? reading : first,
                     later_window ? reading : first};
    if (later_window) position.first_legs = {head, head};
    position.oldest_sent_at = absl::FromUnixMillis(253402300799999);
    position.hosts_sent = 1000000;
    position.cut_task = ~0ULL;
    const std::string token = Seal(position);
    EXPECT_LE(token.size(), ResumeTokens::kMaxLength);
    EXPECT_EQ(
        token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                "qrstuvwxyz0123456789-_"),
        std::string::npos);
    EXPECT_TRUE(Open(token).ok());
  }
}

TEST_F(ResumeTokenTest, NoByteFlipIsAccepted) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(Seal(RandomPosition(3)), &bytes));
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string flipped = bytes;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ 1 << i % 8);
    const absl::Status status = Open(absl::WebSafeBase64Escape(flipped));
    EXPECT_EQ(FactsOf(status).reason, Reason::kTokenInvalid) << "bit " << i;
  }
}

TEST_F(ResumeTokenTest, CharacterFlipAndAnotherSpellingAreRefused) {
  const std::string token = Seal(RandomPosition(4));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(Open(changed).ok()) << i;
  }
  EXPECT_FALSE(Open(token + "=").ok());
  EXPECT_FALSE(Open(token + " ").ok());
  EXPECT_FALSE(Open(token.substr(1)).ok());
  EXPECT_FALSE(Open(token.substr(0, token.size() - 1)).ok());
  EXPECT_FALSE(Open("").ok());
  EXPECT_FALSE(Open(std::string(100000, 'A')).ok());
}

TEST_F(ResumeTokenTest, AnotherVersionIsRefusedWithItsOwnMessage) {
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(Seal(), &bytes));
  bytes[0] = 0;
  const absl::Status status = Open(absl::WebSafeBase64Escape(bytes));
  EXPECT_EQ(FactsOf(status).reason, Reason::kTokenInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr("another version"));
  EXPECT_THAT(std::string(Open("AAAA").message()),
              Not(HasSubstr("another version")));
}

TEST_F(ResumeTokenTest, AnothersIsRefused) {
  EXPECT_TRUE(Open(Seal()).ok());
  EXPECT_EQ(FactsOf(Open(Seal(), "yours")).reason, Reason::kTokenInvalid);
}

TEST_F(ResumeTokenTest, ResumeAndPageTokensAreNotTakenForEachOther) {
  EXPECT_FALSE(Open(Seal(), "mine", TokenPurpose::kPage).ok());
}

TEST_F(ResumeTokenTest, ExpiresAfterItsLifetime) {
  const std::string token = Seal();
  clock_.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_TRUE(Open(token).ok());
  clock_.Advance(absl::Seconds(3));
  const absl::Status status = Open(token);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(FactsOf(status).reason, Reason::kTokenExpired);
}

TEST_F(ResumeTokenTest, LifetimeEndsWithItsLastMillisecond) {
  const std::string token = Seal();
  clock_.Advance(absl::Hours(24) - absl::Milliseconds(1));
  EXPECT_TRUE(Open(token).ok());
  clock_.Advance(absl::Milliseconds(1));

  EXPECT_EQ(FactsOf(Open(token)).reason, Reason::kTokenExpired);
}

TEST_F(ResumeTokenTest, RandomKeyOpensNothingOfAnotherProcess) {
  const auto other_keys = *ResumeKeys::Open({}, clock_);
  const ResumeTokens other(*other_keys, absl::Hours(24));
  EXPECT_FALSE(
      other.Open(Seal(), TokenPurpose::kResume, "mine", clock_.Now()).ok());
}

TEST(TokenBindingTest, EveryPartOfTheQueryAndTheCallerCounts) {
  std::vector<ListTasksRequest> requests(14);
  requests[1].set_project_id("b");
  requests[2].mutable_filter()->set_enterprise_project_id("x");
  requests[3].mutable_filter()->set_task_name("x");
  requests[4].mutable_filter()->set_host_name("x");
  requests[5].mutable_filter()->set_private_ip("x");
  requests[6].mutable_filter()->set_public_ip("x");
  requests[7].mutable_filter()->set_last_days(3);
  requests[8].mutable_filter()->mutable_begin_time()->set_seconds(5);
  requests[9].mutable_filter()->mutable_end_time()->set_seconds(5);
  requests[10].mutable_filter()->set_whether_paid_task(true);
  requests[11].mutable_filter()->set_whether_paid_task(false);
  requests[12].mutable_filter()->set_task_status(
      hss::antivirus::v1::TASK_STATUS_FAIL);
  requests[13].mutable_filter()->add_host_task_status(
      hss::antivirus::v1::HOST_TASK_STATUS_FAIL);
  std::set<std::string> bindings;
  for (const auto& request : requests) {
    bindings.insert(TokenBinding(Query(request), ""));
  }
  bindings.insert(TokenBinding(Query(requests[0]), "spiffe://a/b"));
  EXPECT_EQ(bindings.size(), requests.size() + 1);
}

TEST(TokenBindingTest, ViewAndBoundsOfTheStreamDoNotCount) {
  ListTasksRequest request;
  const std::string plain = TokenBinding(Query(request), "");
  request.set_max_tasks(5);
  request.set_view(hss::antivirus::v1::TASK_VIEW_BASIC);
  request.set_allow_incomplete(true);
  EXPECT_EQ(TokenBinding(Query(request), ""), plain);
}

class ResumeKeysTest : public ::testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& key) {
    const std::string path = folder_.Path(name);
    WriteText(path, key);
    return path;
  }
  static std::string Key(char c) { return std::string(32, c); }
  std::string SealWith(const ResumeKeys& keys) const {
    return ResumeTokens(keys, absl::Hours(1))
        .Seal({}, TokenPurpose::kResume, "", clock_.Now());
  }
  bool Opens(const ResumeKeys& keys, const std::string& token) const {
    return ResumeTokens(keys, absl::Hours(1))
        .Open(token, TokenPurpose::kResume, "", clock_.Now())
        .ok();
  }

  TempFolder folder_;
  FakeClock clock_;
};

TEST_F(ResumeKeysTest, ReplicasWithOneKeyOpenEachOthersTokens) {
  const auto one = *ResumeKeys::Open({Write("k", Key('a') + "\n")}, clock_);
  const auto two = *ResumeKeys::Open({Write("l", Key('a'))}, clock_);
  EXPECT_TRUE(Opens(*two, SealWith(*one)));
}

TEST_F(ResumeKeysTest, FirstKeySealsAndBothOpen) {
  const auto old_alone = *ResumeKeys::Open({Write("old", Key('a'))}, clock_);
  const auto new_alone = *ResumeKeys::Open({Write("new", Key('b'))}, clock_);
  const auto both = *ResumeKeys::Open(
      {Write("new", Key('b')), Write("old", Key('a'))}, clock_);
  EXPECT_TRUE(Opens(*both, SealWith(*old_alone)));
  EXPECT_TRUE(Opens(*new_alone, SealWith(*both)));
  EXPECT_FALSE(Opens(*old_alone, SealWith(*both)));
}

TEST_F(ResumeKeysTest, FilesAreReadAgain) {
  const std::string path = Write("k", Key('a'));
  const auto keys = *ResumeKeys::Open({path}, clock_);
  const auto other = *ResumeKeys::Open({Write("l", Key('b'))}, clock_);
  EXPECT_FALSE(Opens(*keys, SealWith(*other)));
  Write("k", Key('b'));

  clock_.Advance(ResumeKeys::kReadAgain);

  EXPECT_TRUE(Opens(*keys, SealWith(*other)));
}

TEST_F(ResumeKeysTest, KeyThatCannotBeReadAgainIsKept) {
  const std::string path = Write("k", Key('a'));
  const auto keys = *ResumeKeys::Open({path}, clock_);
  const std::string token = SealWith(*keys);
  for (const bool gone : {false, true}) {
    if (gone) std::remove(path.c_str());
    if (!gone) Write("k", "short");
    clock_.Advance(ResumeKeys::kReadAgain);
    EXPECT_TRUE(Opens(*keys, token));
  }
}

TEST_F(ResumeKeysTest, BadFileIsNamedAndItsKeyIsNot) {
  const auto missing = ResumeKeys::Open({"/nonexistent/key"}, clock_);
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr("/nonexistent/key cannot be read"));
  const auto small = ResumeKeys::Open({Write("k", "s3cretk3y")}, clock_);
  EXPECT_THAT(std::string(small.status().message()),
              ::testing::AllOf(HasSubstr("/k holds 9 bytes"),
                               Not(HasSubstr("s3cretk3y"))));
  EXPECT_FALSE(ResumeKeys::Open({Write("a", Key('a')), Write("b", Key('b')),
                                 Write("c", Key('c'))},
                                clock_)
                   .ok());
}

}  // namespace
}  // namespace hssgw
