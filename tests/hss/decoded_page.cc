// SPDX-License-Identifier: Apache-2.0
#include "tests/hss/decoded_page.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "service/base/error.h"

namespace hssgw {

using ::google::protobuf::Message;
using ::google::protobuf::TextFormat;
using ::google::protobuf::util::MessageDifferencer;
using ::hss::antivirus::v1::Host;
using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::Task;

DecodedPage DecodePage(const std::string& body, const DecodeRequest& request) {
  DecodedPage decoded;
  PageDecoder decoder;
  decoded.page = decoder.Decode(body, request, &decoded.stats);
  if (decoded.page.ok()) {
    EXPECT_TRUE(decoded.response.ParseFromString((*decoded.page)->wire));
    EXPECT_TRUE(SpansFit(**decoded.page));
  }
  return decoded;
}

Task DecodeTask(absl::string_view row, DecodeStats* stats) {
  const DecodedPage decoded =
      DecodePage(absl::StrCat(R"({"data_list":[)", row, "]}"));
  EXPECT_TRUE(decoded.page.ok()) << decoded.page.status();
  EXPECT_EQ(decoded.response.tasks_size(), 1);
  if (stats != nullptr) *stats = decoded.stats;
  return decoded.response.tasks_size() == 1 ? decoded.task(0) : Task();
}

Host DecodeHost(absl::string_view host, DecodeStats* stats) {
  const Task task =
      DecodeTask(absl::StrCat(R"({"host_info_list":[)", host, "]}"), stats);
  EXPECT_EQ(task.host_info_list_size(), 1);
  return task.host_info_list_size() == 1 ? task.host_info_list(0) : Host();
}

std::string CauseOf(const std::string& body) {
  const DecodedPage decoded = DecodePage(body);
  if (decoded.page.ok()) return "OK";
  EXPECT_EQ(decoded.page.status().code(), absl::StatusCode::kDataLoss);
  const ErrorFacts facts = FactsOf(decoded.page.status());
  EXPECT_EQ(facts.reason, Reason::kUpstreamAnswerUnreadable);
  return facts.cause;
}

ListTasksResponse ParseResponse(absl::string_view txtpb) {
  ListTasksResponse response;
  EXPECT_TRUE(TextFormat::ParseFromString(std::string(txtpb), &response));
  return response;
}

testing::AssertionResult SameMessage(const Message& got, const Message& want) {
  std::string differences;
  MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&differences);
  if (differencer.Compare(want, got)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << differences;
}

testing::AssertionResult SpansFit(const Page& page) {
  uint32_t at = 0;
  for (const TaskSpan& span : page.tasks) {
    if (span.begin != at || span.scalars <= span.begin ||
        span.hosts < span.scalars || span.end < span.hosts) {
      return testing::AssertionFailure() << "a gap at " << at;
    }
    at = span.end;
    const auto part = [&page](uint32_t begin, uint32_t end) {
      return page.wire.substr(begin, end - begin);
    };
    Task basic;
    Task hosts;
    ListTasksResponse whole;
    if (!basic.ParseFromString(part(span.scalars, span.hosts)) ||
        !hosts.ParseFromString(part(span.hosts, span.end)) ||
        !whole.ParseFromString(part(span.begin, span.end))) {
      return testing::AssertionFailure() << "no message at " << span.begin;
    }
    if (basic.host_info_list_size() != 0 || whole.tasks_size() != 1) {
      return testing::AssertionFailure() << "not one task at " << span.begin;
    }
    basic.MergeFrom(hosts);
    if (const auto same = SameMessage(basic, whole.tasks(0)); !same) {
      return same;
    }
  }
  if (at != page.wire.size()) {
    return testing::AssertionFailure() << "no task at " << at;
  }
  return testing::AssertionSuccess();
}

}  // namespace hssgw
