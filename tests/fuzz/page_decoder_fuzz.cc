// SPDX-License-Identifier: Apache-2.0
// Any bytes as upstream's answer: an error or a page whose parts are valid
// messages, the same each time, within the bounds.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hss/antivirus/v1/task_service.pb.h"
#include "service/base/error.h"
#include "service/hss/mended_text.h"
#include "service/hss/page_decoder.h"
#include "service/hss/unrecognized.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::Host;
using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::Task;

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

template <typename T>
size_t UnrecognizedBytes(const T& message) {
  Require(message.unrecognized_size() <=
              static_cast<int>(kMaxUnrecognizedNames) + 1,
          "at most 64 names and a count");
  size_t bytes = 0;
  for (const auto& [name, json] : message.unrecognized()) {
    if (name != "...") bytes += name.size() + json.size();
  }
  return bytes;
}

void CheckBounds(const ListTasksResponse& response) {
  constexpr size_t kMaxRecord = size_t{256} << 10U;
  for (const Task& task : response.tasks()) {
    size_t bytes = UnrecognizedBytes(task);
    for (const Host& host : task.host_info_list()) {
      bytes += UnrecognizedBytes(host);
      Require(host.ByteSizeLong() <= kMaxRecord, "a host is bounded");
    }
    Require(bytes <= kMaxUnrecognizedBytes, "unrecognized is bounded");
    Require(task.task_id().size() + task.task_name().size() <= kMaxRecord,
            "a task's scalars are bounded");
  }
}

void CheckSpans(const Page& page) {
  uint32_t at = 0;
  for (const TaskSpan& span : page.tasks) {
    Require(span.begin == at && span.begin < span.scalars &&
                span.scalars <= span.hosts && span.hosts <= span.end,
            "spans lie one after the other");
    at = span.end;
    Task basic;
    Require(basic.ParseFromArray(page.wire.data() + span.scalars,
                                 static_cast<int>(span.hosts - span.scalars)),
            "scalars are a task");
    Require(basic.host_info_list().empty(), "hosts are last");
    Require((span.id_hash == 0) == basic.task_id().empty(), "hash of the id");
    Require((span.start_millis != kNoTime) == basic.has_start_time(), "time");
  }
  Require(at == page.wire.size(), "spans cover the page");
}

// What simdjson refuses in a string is gone from the copy that is decoded.
void CheckMended(const std::string& body) {
  const MendedText mended = MendText(body);
  bool in_string = false;
  bool escaped = false;
  for (const char c : mended.text) {
    Require(!in_string || static_cast<unsigned char>(c) >= 0x20,
            "no raw control character in a string");
    if (c == '"' && !escaped) in_string = !in_string;
    escaped = c == '\\' && !escaped;
  }
  const MendedText again = MendText(mended.text);
  Require(again.text == mended.text && again.replaced_count == 0,
          "what was mended is whole");
}

void Run(const std::string& body) {
  CheckMended(body);
  static PageDecoder decoder;
  DecodeStats stats;
  const absl::StatusOr<PageRef> page = decoder.Decode(body, {}, &stats);
  for (const DecodeStats::Count& count : stats.counts()) {
    Require(count.count > 0 && !DriftName(count.kind).empty(), "counts");
  }
  const absl::StatusOr<PageRef> again = decoder.Decode(body, {}, nullptr);
  Require(page.status() == again.status(), "the same status again");
  if (!page.ok()) {
    Require(!FactsOf(page.status()).cause.empty(), "an error has a cause");
    return;
  }
  Require((*page)->wire == (*again)->wire, "the same page again");
  ListTasksResponse response;
  Require(response.ParseFromString((*page)->wire), "the page is a message");
  CheckBounds(response);
  CheckSpans(**page);
}

}  // namespace
}  // namespace hssgw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  hssgw::Run(std::string(input, input + size));
  return 0;
}
