// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/resume_token.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "service/base/crypto.h"
#include "service/base/error.h"

namespace hssgw {
namespace {

using ::google::protobuf::io::CodedInputStream;
using ::google::protobuf::io::CodedOutputStream;
using ::google::protobuf::io::StringOutputStream;

constexpr uint8_t kVersion = 1;
constexpr size_t kMacBytes = 16;
// A window has at most two legs: free and paid tasks.
constexpr uint64_t kMaxLegs = 2;

absl::Status Invalid(absl::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument,
      absl::StrCat("the token ", what, "; start the listing anew without it"),
      {.reason = Reason::kTokenInvalid});
}

absl::Status Expired(absl::Time at, absl::Time now) {
  return MakeError(absl::StatusCode::kAborted,
                   absl::StrCat("the token expired ",
                                absl::FormatDuration(
                                    absl::Trunc(now - at, absl::Seconds(1))),
                                " ago; start the listing anew without it"),
                   {.reason = Reason::kTokenExpired});
}

// "None" takes ten bytes as it is kept here, and one in a token.
int64_t MillisOr(int64_t millis, int64_t none, int64_t instead) {
  return millis == none ? instead : millis;
}

// Small numbers in few bytes, also negative ones.
class Writer {
 public:
  explicit Writer(std::string& bytes) : stream_(&bytes), out_(&stream_) {}

  void Number(int64_t number) {
    out_.WriteVarint64(static_cast<uint64_t>(number) << 1U ^
                       static_cast<uint64_t>(number >> 63));
  }
  void Marks(const std::vector<uint64_t>& marks) {
    out_.WriteVarint64(marks.size());
    for (const uint64_t mark : marks) out_.WriteLittleEndian64(mark);
  }
  void Leg(const LegPosition& leg) {
    const auto flags = static_cast<unsigned>(leg.phase) |
                       (leg.moved ? 4U : 0U) | (leg.whole ? 8U : 0U) |
                       (leg.order_unstable ? 16U : 0U);
    Number(flags);
    Number(leg.rows_before);
    Number(leg.total_num.value_or(-1));
    Number(MillisOr(leg.last_millis, kNoTime, -1));
    Number(MillisOr(leg.first_millis, kNoTime, -1));
    Marks(leg.anchors);
    Marks(leg.first_rows);
  }
  void Legs(const std::vector<LegPosition>& legs) {
    out_.WriteVarint64(legs.size());
    for (const LegPosition& leg : legs) Leg(leg);
  }

 private:
  StringOutputStream stream_;
  CodedOutputStream out_;
};

// What it reads is sealed, so what does not fit is a bug of ours; it is refused
// all the same.
class Reader {
 public:
  explicit Reader(absl::string_view bytes)
      : in_(reinterpret_cast<const uint8_t*>(bytes.data()),
            static_cast<int>(bytes.size())) {}

  int64_t Number() {
    uint64_t bits = 0;
    ok_ = ok_ && in_.ReadVarint64(&bits);
    return static_cast<int64_t>(bits >> 1U) ^ -static_cast<int64_t>(bits & 1U);
  }
  std::vector<uint64_t> Marks(size_t most) {
    std::vector<uint64_t> marks(Count(most));
    for (uint64_t& mark : marks) ok_ = ok_ && in_.ReadLittleEndian64(&mark);
    return marks;
  }
  LegPosition Leg() {
    LegPosition leg;
    const auto flags = static_cast<uint64_t>(Number());
    ok_ =
        ok_ && (flags & 3U) <= static_cast<unsigned>(LegPosition::Phase::kDone);
    leg.phase = static_cast<LegPosition::Phase>(flags & 3U);
    leg.moved = (flags & 4U) != 0;
    leg.whole = (flags & 8U) != 0;
    leg.order_unstable = (flags & 16U) != 0;
    leg.rows_before = Number();
    if (const int64_t total = Number(); total >= 0) leg.total_num = total;
    leg.last_millis = MillisOr(Number(), -1, kNoTime);
    leg.first_millis = MillisOr(Number(), -1, kNoTime);
    leg.anchors = Marks(LegPosition::kMaxAnchors);
    leg.first_rows = Marks(LegPosition::kMaxFirstRows);
    return leg;
  }
  std::vector<LegPosition> Legs() {
    std::vector<LegPosition> legs(Count(kMaxLegs));
    for (LegPosition& leg : legs) leg = Leg();
    return legs;
  }
  // Everything was there, and nothing is left.
  bool Ended() { return ok_ && in_.ExpectAtEnd(); }

 private:
  size_t Count(size_t most) {
    uint64_t count = 0;
    ok_ = ok_ && in_.ReadVarint64(&count) && count <= most;
    return ok_ ? static_cast<size_t>(count) : 0;
  }

  CodedInputStream in_;
  bool ok_ = true;
};

// Never as -1: no data is older than the epoch.
int64_t MillisOrNever(absl::Time time) {
  return time == absl::InfiniteFuture() ? -1 : absl::ToUnixMillis(time);
}

absl::Time FromMillisOrNever(int64_t millis) {
  return millis < 0 ? absl::InfiniteFuture() : absl::FromUnixMillis(millis);
}

std::string Encode(const ListPosition& position, absl::Time expiry) {
  std::string bytes;
  {
    Writer writer(bytes);
    writer.Number(absl::ToUnixSeconds(expiry));
    writer.Number(absl::ToUnixMillis(position.planned_at));
    writer.Number(static_cast<int>(position.limits.time_format));
    writer.Number(position.limits.max_range
                      ? absl::ToInt64Seconds(*position.limits.max_range)
                      : 0);
    writer.Number(position.limits.max_last_days);
    writer.Number(position.window);
    writer.Legs(position.legs);
    writer.Legs(position.first_legs);
    writer.Number(MillisOrNever(position.oldest_sent_at));
    writer.Number(position.hosts_sent);
    if (position.hosts_sent > 0) writer.Marks({position.cut_task});
  }
  return bytes;
}

struct Decoded {
  absl::Time expiry;
  ListPosition position;
};

std::optional<Decoded> Decode(absl::string_view bytes) {
  Reader reader(bytes);
  Decoded decoded;
  decoded.expiry = absl::FromUnixSeconds(reader.Number());
  ListPosition& position = decoded.position;
  position.planned_at = absl::FromUnixMillis(reader.Number());
  position.limits.time_format = static_cast<TimeFormat>(reader.Number());
  const int64_t range = reader.Number();
  position.limits.max_range =
      range == 0 ? std::nullopt : std::optional(absl::Seconds(range));
  position.limits.max_last_days = static_cast<int32_t>(reader.Number());
  position.window = static_cast<int32_t>(reader.Number());
  position.legs = reader.Legs();
  position.first_legs = reader.Legs();
  position.oldest_sent_at = FromMillisOrNever(reader.Number());
  position.hosts_sent = static_cast<int32_t>(reader.Number());
  if (position.hosts_sent > 0) {
    for (const uint64_t mark : reader.Marks(1)) position.cut_task = mark;
  }
  if (!reader.Ended()) return std::nullopt;
  return decoded;
}

std::string Mac(const Secret& key, TokenPurpose purpose,
                absl::string_view binding, absl::string_view payload) {
  return HmacSha256(
             key.Reveal(),
             absl::StrCat(
                 absl::string_view(reinterpret_cast<const char*>(&purpose), 1),
                 absl::Dec(binding.size()), ":", binding, payload))
      .substr(0, kMacBytes);
}

// Lengths before texts: no two queries write the same bytes.
void Append(absl::string_view text, std::string& binding) {
  absl::StrAppend(&binding, text.size(), ":", text);
}

void Append(std::optional<absl::Time> time, std::string& binding) {
  Append(time ? absl::FormatTime(absl::RFC3339_full, *time, absl::UTCTimeZone())
              : "",
         binding);
}

}  // namespace

std::string TokenBinding(const TaskQuery& query, absl::string_view identity) {
  std::string binding;
  Append(identity, binding);
  Append(query.profile(), binding);
  Append(query.project_id(), binding);
  const LegFilter& filter = query.filter();
  for (const std::string* text :
       {&filter.enterprise_project_id, &filter.task_name, &filter.task_status,
        &filter.host_name, &filter.private_ip, &filter.public_ip}) {
    Append(*text, binding);
  }
  absl::StrAppend(&binding, filter.host_task_status.size(), ";");
  for (const std::string& word : filter.host_task_status) Append(word, binding);
  absl::StrAppend(&binding, query.last_days().value_or(0), ";");
  Append(query.begin_time(), binding);
  Append(query.end_time(), binding);
  const auto paid = query.whether_paid_task();
  absl::StrAppend(&binding, !paid.has_value() ? "both"
                            : *paid           ? "paid"
                                              : "free");
  return binding;
}

std::string ResumeTokens::Seal(const ListPosition& position,
                               TokenPurpose purpose, absl::string_view binding,
                               absl::Time now) const {
  const std::string payload =
      absl::StrCat(std::string(1, static_cast<char>(kVersion)),
                   Encode(position, now + lifetime_));
  const auto keys = keys_.current();
  return absl::WebSafeBase64Escape(
      absl::StrCat(payload, Mac(keys->front(), purpose, binding, payload)));
}

absl::StatusOr<ListPosition> ResumeTokens::Open(absl::string_view token,
                                                TokenPurpose purpose,
                                                absl::string_view binding,
                                                absl::Time now) const {
  std::string bytes;
  // Of the spellings of the same bytes only ours is taken.
  if (token.size() > kMaxLength ||
      !absl::WebSafeBase64Unescape(token, &bytes) ||
      absl::WebSafeBase64Escape(bytes) != token ||
      bytes.size() <= kMacBytes + 1) {
    return Invalid("is not one that this gateway gave");
  }
  if (static_cast<uint8_t>(bytes.front()) != kVersion) {
    return Invalid("was made by another version of the gateway");
  }
  const absl::string_view payload =
      absl::string_view(bytes).substr(0, bytes.size() - kMacBytes);
  const absl::string_view mac = absl::string_view(bytes).substr(payload.size());
  bool genuine = false;
  const auto keys = keys_.current();
  for (const Secret& key : *keys) {
    genuine = EqualInConstantTime(Mac(key, purpose, binding, payload), mac) ||
              genuine;
  }
  if (!genuine) {
    return Invalid(
        "was changed, or belongs to another caller, project or filter, or was "
        "sealed with a key that this gateway does not have");
  }
  std::optional<Decoded> decoded = Decode(payload.substr(1));
  if (!decoded.has_value()) return Invalid("cannot be read");
  if (decoded->expiry <= now) return Expired(decoded->expiry, now);
  return std::move(decoded->position);
}

}  // namespace hssgw
