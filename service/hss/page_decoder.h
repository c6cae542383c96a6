// SPDX-License-Identifier: Apache-2.0
// Upstream's list of tasks, from the JSON body of its 200 to a Page: protobuf
// wire bytes and their index, without a message in between.
//
//   PageDecoder decoder;  // kept: its buffers stay warm
//   DecodeStats stats;
//   absl::StatusOr<PageRef> page = decoder.Decode(
//       response.body, {.offset = 190, .limit = 200, .sent_at = sent}, &stats);
//
// Nothing that upstream says is lost, and nothing but the page's own structure
// can make it fail: a value that no field can hold goes into `unrecognized`, a
// row that cannot be read becomes a task with the start of its text there.
//
// Threads: one at a time; one decoder a thread.
// Fails: kDataLoss, kUpstreamAnswerUnreadable, with one of the causes below.
// The message names the page and the position, never what is there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/hss/decode_stats.h"
#include "service/tasks/page.h"

namespace hssgw {

// ErrorFacts::cause of an answer that is no page.
inline constexpr absl::string_view kCauseEmpty = "EMPTY";
inline constexpr absl::string_view kCauseHtml = "HTML";
inline constexpr absl::string_view kCauseNotJson = "NOT_JSON";
inline constexpr absl::string_view kCauseNotObject = "NOT_OBJECT";
inline constexpr absl::string_view kCauseCutShort = "CUT_SHORT";
inline constexpr absl::string_view kCauseTooDeep = "TOO_DEEP";
inline constexpr absl::string_view kCauseTooLarge = "TOO_LARGE";
// An object that is neither a list nor an error.
inline constexpr absl::string_view kCauseNoList = "NO_LIST";
// An object with an error and no list: the error table knows more of it.
inline constexpr absl::string_view kCauseErrorBody = "ERROR_BODY";

struct DecodeRequest {
  int32_t offset = 0;
  int32_t limit = 0;
  // What was asked for: part of the identity of rows that do not say.
  bool whether_paid_task = false;
  absl::Time sent_at;
};

class PageDecoder {
 public:
  PageDecoder();
  ~PageDecoder();

  // `stats` may be null. Reads `body` where it is if its capacity exceeds its
  // size by 64 bytes, else a copy.
  absl::StatusOr<PageRef> Decode(const std::string& body,
                                 const DecodeRequest& request,
                                 DecodeStats* stats);

 private:
  class Reading;
  struct Parts;

  std::unique_ptr<Parts> parts_;
};

}  // namespace hssgw
