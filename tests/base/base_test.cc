// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <type_traits>
#include <utility>

#include "service/base/crypto.h"
#include "service/base/error.h"
#include "service/base/log.h"
#include "service/base/secret.h"
#include "service/base/ticket.h"
#include "service/base/worker_pool.h"

namespace hssgw {
namespace {

using ::testing::SizeIs;

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, absl::AlphaNum>);
static_assert(!std::is_constructible_v<LogField, const char*, Secret>);

TEST(SecretTest, IsRevealedOnlyOnRequest) {
  const Secret secret("s");

  EXPECT_EQ(secret.Reveal(), "s");
  EXPECT_FALSE(secret.empty());
}

TEST(SecretTest, MoveLeavesNothingBehind) {
  Secret from("a secret that is longer than the short string buffer");
  const Secret to = std::move(from);

  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): the point.
  EXPECT_THAT(std::string(to.Reveal()), SizeIs(52));
}

TEST(SecretTest, AssignmentReplacesTheValue) {
  Secret secret("old");
  secret = Secret("new");

  EXPECT_EQ(secret.Reveal(), "new");
}

TEST(CryptoTest, Sha256OfNothing) {
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231, test case 2.
TEST(CryptoTest, HmacOfThePublishedVector) {
  EXPECT_EQ(HmacSha256Hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(CryptoTest, ComparesWholeStrings) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
}

TEST(ErrorTest, FactsSurviveTheStatus) {
  const ErrorFacts facts =
      FactsOf(MakeError(absl::StatusCode::kAborted, "m",
                        {.reason = Reason::kListChangedTooFast,
                         .upstream_code = "HSS.0001",
                         .upstream_request_id = "r",
                         .http_status = 400,
                         .cause = "DNS",
                         .retry_after = absl::Milliseconds(1500),
                         .violations = {{"view", "a value"}}}));

  EXPECT_EQ(facts.reason, Reason::kListChangedTooFast);
  EXPECT_EQ(facts.upstream_code, "HSS.0001");
  EXPECT_EQ(facts.upstream_request_id, "r");
  EXPECT_EQ(facts.http_status, 400);
  EXPECT_EQ(facts.cause, "DNS");
  EXPECT_EQ(facts.retry_after, absl::Milliseconds(1500));
  ASSERT_THAT(facts.violations, SizeIs(1));
  EXPECT_EQ(facts.violations[0].field, "view");
}

TEST(ErrorTest, FactsTakeAnyBytes) {
  EXPECT_EQ(FactsOf(MakeError(absl::StatusCode::kAborted, "m",
                              {.upstream_code = "\xff\x01"}))
                .reason,
            Reason::kUnspecified);
}

TEST(ErrorTest, AnnotateKeepsCodeAndFacts) {
  const absl::Status status =
      Annotate(MakeError(absl::StatusCode::kAborted, "m", {.cause = "DNS"}),
               "page at offset 190");

  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "page at offset 190: m");
  EXPECT_EQ(FactsOf(status).cause, "DNS");
}

TEST(LogLineTest, TextQuotesWhatWouldMislead) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, "call",
                          {{"code", "OK"}, {"name", "a b\n\"c\""}, {"n", 7}}),
            R"(call code=OK name="a b\n\"c\"" n=7)");
}

TEST(LogLineTest, JsonIsEscapedAndBounded) {
  const std::string line = FormatLogLine(
      LogFormat::kJson, "call", {{"name", std::string(1000, 'x') + "\xff"}});

  EXPECT_THAT(line, testing::StartsWith(R"("event":"call","name":"xxx)"));
  EXPECT_LE(line.size(), 300U);
}

TEST(TicketTest, CancelsOnceAndWhenDropped) {
  int cancelled = 0;
  {
    Ticket ticket([&] { ++cancelled; });
    Ticket moved = std::move(ticket);
    moved.Cancel();
    moved.Cancel();
  }
  EXPECT_EQ(cancelled, 1);
  {
    const Ticket dropped([&] { ++cancelled; });
  }
  EXPECT_EQ(cancelled, 2);
}

TEST(WorkerPoolTest, RunsEverythingBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool(2);
    for (int i = 0; i < 100; ++i) pool.Post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

}  // namespace
}  // namespace hssgw
