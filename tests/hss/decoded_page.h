// SPDX-License-Identifier: Apache-2.0
// An answer through PageDecoder and back into protobuf messages, for tests.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "hss/antivirus/v1/task_service.pb.h"
#include "service/hss/decode_stats.h"
#include "service/hss/page_decoder.h"
#include "service/tasks/page.h"

namespace hssgw {

struct DecodedPage {
  absl::StatusOr<PageRef> page;
  DecodeStats stats;
  hss::antivirus::v1::ListTasksResponse response;

  // REQUIRES: page.ok().
  const hss::antivirus::v1::Task& task(int index) const {
    return response.tasks(index);
  }
};

// Fails the test when the page's wire is no ListTasksResponse.
DecodedPage DecodePage(const std::string& body,
                       const DecodeRequest& request = {});

// The only task of a page with the row `row`.
hss::antivirus::v1::Task DecodeTask(absl::string_view row,
                                    DecodeStats* stats = nullptr);

// The only host of a task with the host `host`.
hss::antivirus::v1::Host DecodeHost(absl::string_view host,
                                    DecodeStats* stats = nullptr);

// FactsOf(status).cause of a page that must fail; "OK" if it did not.
std::string CauseOf(const std::string& body);

hss::antivirus::v1::ListTasksResponse ParseResponse(absl::string_view txtpb);

// Equal as messages; says what differs.
testing::AssertionResult SameMessage(const google::protobuf::Message& got,
                                     const google::protobuf::Message& want);

// TaskSpans lie one after the other over the whole wire, and each of their
// parts is a message of its own.
testing::AssertionResult SpansFit(const Page& page);

}  // namespace hssgw
