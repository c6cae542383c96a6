// SPDX-License-Identifier: Apache-2.0
#include "service/config_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "hss/gateway/config/v1/config.pb.h"
#include "service/tasks/proto_time.h"

namespace hssgw {
namespace {

namespace config_v1 = ::hss::gateway::config::v1;

using ::testing::IsNull;
using ::testing::NotNull;

struct DurationCase {
  const char* text;
  std::optional<absl::Duration> want;
};

TEST(DurationWordTest, HasAUnitAndNoSign) {
  for (const DurationCase& c :
       std::initializer_list<DurationCase>{{"60s", absl::Seconds(60)},
                                           {"1h", absl::Hours(1)},
                                           {"250ms", absl::Milliseconds(250)},
                                           {"1m30s", absl::Seconds(90)},
                                           {"1.5s", absl::Milliseconds(1500)},
                                           {"0s", absl::ZeroDuration()},
                                           {"", std::nullopt},
                                           {"60", std::nullopt},
                                           {"0", std::nullopt},
                                           {"-1s", std::nullopt},
                                           {"+1s", std::nullopt},
                                           {"inf", std::nullopt},
                                           {"5us", std::nullopt},
                                           {"5ns", std::nullopt},
                                           {"5 s", std::nullopt},
                                           {"s", std::nullopt},
                                           {"1d", std::nullopt},
                                           {"1..5s", std::nullopt},
                                           {"99999999999999h", std::nullopt}}) {
    EXPECT_EQ(ParseDurationWord(c.text), c.want) << c.text;
  }
}

TEST(DurationWordTest, FormattedIsReadAgain) {
  for (const absl::Duration duration :
       {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Microseconds(20),
        absl::Milliseconds(250), absl::Milliseconds(60250), absl::Minutes(1),
        absl::Hours(24) + absl::Seconds(1)}) {
    EXPECT_EQ(ParseDurationWord(FormatDurationWord(duration)), duration)
        << FormatDurationWord(duration);
    EXPECT_EQ(FromProto(ToProto(duration)), duration);
  }
}

TEST(DurationWordTest, EndlessIsCappedAtWhatTheProtoHolds) {
  EXPECT_EQ(ToProto(absl::InfiniteDuration()).seconds(), 315'576'000'000);
}

struct SizeCase {
  const char* text;
  std::optional<int64_t> want;
};

TEST(SizeWordTest, HasABinaryUnitOrIsBytes) {
  for (const SizeCase& c :
       std::initializer_list<SizeCase>{{"64MiB", 64 << 20},
                                       {"1GiB", 1 << 30},
                                       {"512KiB", 512 << 10},
                                       {"4096", 4096},
                                       {"0", 0},
                                       {"8589934591GiB", 8589934591 << 30},
                                       {"", std::nullopt},
                                       {"64MB", std::nullopt},
                                       {"64M", std::nullopt},
                                       {"64 MiB", std::nullopt},
                                       {"-1", std::nullopt},
                                       {"1.5MiB", std::nullopt},
                                       {"MiB", std::nullopt},
                                       {"8589934592GiB", std::nullopt}}) {
    EXPECT_EQ(ParseSizeWord(c.text), c.want) << c.text;
  }
}

TEST(SizeWordTest, FormattedIsReadAgain) {
  for (const int64_t bytes :
       {int64_t{0}, int64_t{1}, int64_t{1023}, int64_t{1} << 10,
        (int64_t{1} << 20) + 1024, int64_t{3} << 30}) {
    EXPECT_EQ(ParseSizeWord(FormatSizeWord(bytes)), bytes);
  }
  EXPECT_EQ(FormatSizeWord(64 << 20), "64MiB");
}

TEST(EnumWordTest, IsLowerCaseWithoutThePrefix) {
  const auto& type = *config_v1::TimeFormat_descriptor();

  EXPECT_THAT(FindWord(type, "epoch_millis"), NotNull());
  EXPECT_EQ(WordOf(*FindWord(type, "utc_text")), "utc_text");
  EXPECT_EQ(WordsOf(type), "auto, epoch_millis or utc_text");
}

TEST(EnumWordTest, UnspecifiedIsNoWord) {
  const auto& type = *config_v1::TimeFormat_descriptor();

  EXPECT_THAT(FindWord(type, "unspecified"), IsNull());
  EXPECT_THAT(FindWord(type, ""), IsNull());
  EXPECT_EQ(WordOf(*type.value(0)), "");
}

}  // namespace
}  // namespace hssgw
