// SPDX-License-Identifier: Apache-2.0
// How the configuration file writes durations, sizes and the words of enums.
// What is formatted can be parsed again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"

namespace hssgw {

// "250ms", "20s", "1m30s", "1h": numbers of ms, s, m and h, never negative. A
// number without a unit is none.
std::optional<absl::Duration> ParseDurationWord(absl::string_view text);
std::string FormatDurationWord(absl::Duration duration);

// "64MiB", "512KiB", "1GiB", "4096" (bytes). "64MB" is none: it means two
// things.
std::optional<int64_t> ParseSizeWord(absl::string_view text);
std::string FormatSizeWord(int64_t bytes);

// "epoch_millis" of TIME_FORMAT_EPOCH_MILLIS; empty for the value that means
// nothing was said.
std::string WordOf(const google::protobuf::EnumValueDescriptor& value);
// Null: the enum has no such word.
const google::protobuf::EnumValueDescriptor* FindWord(
    const google::protobuf::EnumDescriptor& type, absl::string_view word);
// "auto, epoch_millis or utc_text".
std::string WordsOf(const google::protobuf::EnumDescriptor& type);

absl::Duration FromProto(const google::protobuf::Duration& duration);

}  // namespace hssgw
