// SPDX-License-Identifier: Apache-2.0
#include "service/hss/page_decoder.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/base/error.h"
#include "service/hss/answer_root.h"
#include "service/hss/json_index.h"
#include "service/hss/json_text.h"
#include "service/hss/mended_text.h"
#include "service/hss/row_decoder.h"

namespace hssgw {
namespace {

// Documented: 0 to 1000. A bound on what a page of `0,0,0,...` can cost.
constexpr size_t kMaxRowsInPage = 10'000;
// Offsets in a page have 32 bits, and mending may make six bytes of one.
constexpr size_t kMaxBody = size_t{512} << 20U;
// Documented: a limit is 200 at most.
constexpr int32_t kUsualRows = 1000;
constexpr size_t kSpareWire = 256;
// Pages over this size tell how much wire the next one needs.
constexpr size_t kTellingWire = 4096;
// Buffers that a larger answer needed are not kept: they are six times its
// size.
constexpr size_t kMaxWarm = size_t{8} << 20U;
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status ToStatus(const Refusal& refusal, int32_t offset) {
  return MakeError(
      absl::StatusCode::kDataLoss,
      absl::StrCat("upstream's answer for the page at offset ", offset,
                   " cannot be read: ", refusal.what, " at byte ",
                   refusal.position,
                   ": try again, and report the request id if it stays so"),
      {.reason = Reason::kUpstreamAnswerUnreadable,
       .http_status = 200,
       .cause = std::string(refusal.cause)});
}

// What the first byte alone says; nullopt: it may be an object.
std::optional<Refusal> RefuseByStart(absl::string_view text) {
  const absl::string_view start = TrimJsonSpace(text);
  const size_t position = start.empty()
                              ? text.size()
                              : static_cast<size_t>(start.data() - text.data());
  if (start.empty()) return Refusal{kCauseEmpty, "it is empty", position};
  if (start[0] == '<') return Refusal{kCauseHtml, "it is HTML", position};
  const JsonType type = TypeOf(start);
  if (type == JsonType::kObject) return std::nullopt;
  if (type == JsonType::kArray || IsScalar(start)) {
    return Refusal{kCauseNotObject, "it is no JSON object", position};
  }
  return Refusal{kCauseNotJson, "it is no JSON", position};
}

}  // namespace

// Warm from page to page.
struct PageDecoder::Parts {
  JsonIndex index;
  RowDecoder rows;
  std::string padded;
  // Wire bytes a byte of JSON, of the last page.
  double wire_share = 0.5;
};

// One answer while it is read.
class PageDecoder::Reading {
 public:
  Reading(Parts& parts, const DecodeRequest& request, DecodeStats& stats)
      : parts_(parts), request_(request), stats_(stats) {}

  absl::StatusOr<PageRef> Run(absl::string_view body) {
    absl::string_view answer = absl::StripPrefix(body, kByteOrderMark);
    skipped_ = body.size() - answer.size();
    if (const auto refusal = RefuseByStart(answer)) return Refuse(*refusal);
    const JsonIndex::Result indexed = parts_.index.Build(answer);
    if (indexed == JsonIndex::Result::kBadBytes) return RunMended(answer);
    if (const auto refusal = Read(indexed, answer)) return Refuse(*refusal);
    return Finish(answer.size());
  }

 private:
  absl::StatusOr<PageRef> RunMended(absl::string_view answer) {
    mended_ = MendText(answer);
    mended_.text.reserve(mended_.text.size() + JsonIndex::kPadding);
    const absl::string_view text = mended_.text;
    CountMended();
    if (auto refusal = Read(parts_.index.Build(text), text)) {
      refusal->position = PlaceBeforeMending(answer, refusal->position);
      return Refuse(*refusal);
    }
    return Finish(text.size());
  }

  void CountMended() {
    stats_.mended = true;
    if (mended_.control_count > 0) {
      stats_.Add(DriftKind::kControl, "data_list",
                 static_cast<int64_t>(mended_.control_count));
    }
    const size_t untold = mended_.replaced_count - mended_.replaced.size();
    if (untold > 0) {
      stats_.Add(DriftKind::kReplacedUtf8, "data_list",
                 static_cast<int64_t>(untold));
    }
  }

  std::optional<Refusal> Read(JsonIndex::Result indexed,
                              absl::string_view text) {
    if (indexed != JsonIndex::Result::kOk) {
      return Refusal{kCauseCutShort, "it is cut short", text.size()};
    }
    Begin(text.size());
    TokenCursor cursor = parts_.index.Begin();
    if (const auto refusal = ReadRoot(cursor)) return refusal;
    return root_.Verdict();
  }

  void Begin(size_t text_size) {
    page_.wire.reserve(kSpareWire +
                       static_cast<size_t>(static_cast<double>(text_size) *
                                           parts_.wire_share));
    page_.tasks.reserve(
        static_cast<size_t>(std::clamp(request_.limit, 0, kUsualRows)));
    parts_.rows.Begin(
        {.page = &page_,
         .stats = &stats_,
         .whether_paid_task = request_.whether_paid_task,
         .replaced = stats_.mended ? &mended_.replaced : nullptr});
  }

  std::optional<Refusal> ReadRoot(TokenCursor& cursor) {
    cursor.Advance();
    bool more = cursor.Front() != '}';
    while (more) {
      if (const auto refusal = ReadRootField(cursor)) return refusal;
      more = cursor.Front() == ',';
      if (more) cursor.Advance();
    }
    if (cursor.Front() != '}') return RefuseAt(cursor);
    cursor.Advance();
    if (cursor.AtEnd()) return std::nullopt;
    return Refusal{kCauseNotJson, "something follows its end",
                   cursor.position()};
  }

  std::optional<Refusal> ReadRootField(TokenCursor& cursor) {
    if (cursor.Front() != '"') return RefuseAt(cursor);
    const absl::string_view quoted = cursor.Text();
    const absl::string_view inside = quoted.substr(1, quoted.size() - 2);
    std::string key;
    if (!Unescape(inside, key)) key = std::string(inside);
    cursor.Advance();
    if (cursor.Front() != ':') return RefuseAt(cursor);
    cursor.Advance();
    switch (root_.Read(key, cursor, stats_)) {
      case AnswerRoot::Next::kGoOn:
        return std::nullopt;
      case AnswerRoot::Next::kReadRows:
        return ReadRows(cursor);
      default:
        return RefuseAt(cursor);
    }
  }

  // A comma too many holds nothing, and one too few hides nothing.
  std::optional<Refusal> ReadRows(TokenCursor& cursor) {
    // The last list of an answer counts.
    page_.wire.clear();
    page_.tasks.clear();
    cursor.Advance();
    while (cursor.Front() != ']') {
      if (cursor.Front() == ',') {
        cursor.Advance();
      } else if (page_.tasks.size() == kMaxRowsInPage) {
        return Refusal{kCauseTooLarge, "it has too many rows",
                       cursor.position()};
      } else if (!parts_.rows.Append(cursor)) {
        return RefuseAt(cursor);
      }
    }
    cursor.Advance();
    return std::nullopt;
  }

  static Refusal RefuseAt(const TokenCursor& cursor) {
    if (cursor.AtEnd()) {
      return {kCauseCutShort, "it is cut short", cursor.position()};
    }
    return {kCauseNotJson, "it is no JSON", cursor.position()};
  }

  absl::StatusOr<PageRef> Finish(size_t text_size) {
    page_.offset = request_.offset;
    page_.limit = request_.limit;
    page_.total_num = root_.total_num();
    page_.sent_at = request_.sent_at;
    // Pages are kept, so spare room is given back, unless it is little.
    const size_t spare = page_.wire.capacity() - page_.wire.size();
    if (spare > page_.wire.size() / 8) page_.wire.shrink_to_fit();
    if (page_.wire.size() > kTellingWire) {
      parts_.wire_share =
          std::min(1.0, 1.06 * static_cast<double>(page_.wire.size()) /
                            static_cast<double>(text_size));
    }
    return std::make_shared<const Page>(std::move(page_));
  }

  absl::Status Refuse(Refusal refusal) const {
    refusal.position += skipped_;
    return ToStatus(refusal, request_.offset);
  }

  Parts& parts_;
  const DecodeRequest& request_;
  DecodeStats& stats_;
  Page page_;
  AnswerRoot root_;
  MendedText mended_;
  // Bytes of the byte order mark.
  size_t skipped_ = 0;
};

PageDecoder::PageDecoder() : parts_(std::make_unique<Parts>()) {}

PageDecoder::~PageDecoder() = default;

absl::StatusOr<PageRef> PageDecoder::Decode(const std::string& body,
                                            const DecodeRequest& request,
                                            DecodeStats* stats) {
  DecodeStats unwanted;
  DecodeStats& counted = stats != nullptr ? *stats : unwanted;
  counted = DecodeStats();
  if (body.size() > kMaxBody) {
    return ToStatus({kCauseTooLarge, "it is too large", kMaxBody},
                    request.offset);
  }
  absl::string_view answer = body;
  if (body.capacity() - body.size() < JsonIndex::kPadding) {
    parts_->padded.reserve(body.size() + JsonIndex::kPadding);
    answer = parts_->padded.assign(body);
  }
  absl::StatusOr<PageRef> page = Reading(*parts_, request, counted).Run(answer);
  if (body.size() > kMaxWarm) parts_ = std::make_unique<Parts>();
  return page;
}

}  // namespace hssgw
