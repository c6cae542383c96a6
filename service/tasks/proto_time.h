// SPDX-License-Identifier: Apache-2.0
// Times and durations as protobuf has them, to the nanosecond.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace hssgw {

// The longest Duration, either way.
inline constexpr int64_t kMaxProtoSeconds = 315'576'000'000;

google::protobuf::Timestamp ToProto(absl::Time time);
// Capped at what the proto can hold, some 10,000 years.
google::protobuf::Duration ToProto(absl::Duration duration);

}  // namespace hssgw
