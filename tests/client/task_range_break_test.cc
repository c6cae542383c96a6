// SPDX-License-Identifier: Apache-2.0
// Streams that break in every way at every frame: each task comes once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "client/task_range.h"
#include "tests/client/fake_client_clock.h"
#include "tests/client/fake_gateway.h"
#include "tests/client/listed_tasks.h"
#include "tests/client/scripted_listing.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::hss::antivirus::v1::ListTasksResponse;
using ::testing::SizeIs;

constexpr int kTasks = 9;

enum class How { kUnavailable, kNoSummary, kReset, kResumeInfo };

// Keeps the first `frames` of the script and breaks there.
void BreakAfter(size_t frames, How how, Script& script) {
  if (frames >= script.frames.size()) return;
  script.frames.resize(frames);
  int sent = 0;
  std::string token = TokenBehind(0);
  for (const ListTasksResponse& frame : script.frames) {
    sent = frame.progress().tasks_sent();
    token = frame.resume_token();
  }
  switch (how) {
    case How::kUnavailable:
      script.status = {grpc::StatusCode::UNAVAILABLE, "Socket closed"};
      return;
    case How::kNoSummary:
      return;
    case How::kReset:
      script.end = Script::End::kReset;
      return;
    case How::kResumeInfo:
      script.status = MakeGatewayError({.code = grpc::StatusCode::ABORTED,
                                        .reason = "LIST_CHANGED_TOO_FAST",
                                        .resume_token = token,
                                        .tasks_sent = sent});
  }
}

// A listing is 16 frames: its plan, then per three tasks a frame of two and
// the four parts of the third, as ScriptedListing makes them.
class BreakTest : public ::testing::TestWithParam<std::tuple<How, int>> {
 protected:
  How how() const { return std::get<0>(GetParam()); }
  size_t frames() const { return static_cast<size_t>(std::get<1>(GetParam())); }
};

TEST_P(BreakTest, OfOneStreamLosesAndRepeatsNothing) {
  const ScriptedListing listing(kTasks);
  FakeGateway gateway([&](const ListTasksRequest& request, int stream) {
    Script script{.frames = listing.Answer(request)};
    if (stream == 0) BreakAfter(frames(), how(), script);
    return script;
  });
  FakeClientClock clock;
  TaskRange range(gateway.stub(), {}, {.clock = clock});

  const Listed listed = TakeAll(range);

  EXPECT_THAT(listed.status, IsOk());
  EXPECT_THAT(listed.tasks, AreTasks(listing.tasks()));
  EXPECT_EQ(range.summary()->task_count(), kTasks);
  EXPECT_THAT(gateway.requests(), SizeIs(2));
}

TEST_P(BreakTest, OfEveryStreamEndsWholeOrGivesUp) {
  const ScriptedListing listing(kTasks);
  FakeGateway gateway([&](const ListTasksRequest& request, int) {
    Script script{.frames = listing.Answer(request)};
    BreakAfter(frames(), how(), script);
    return script;
  });
  FakeClientClock clock;
  TaskRange range(gateway.stub(), {}, {.clock = clock});

  const Listed listed = TakeAll(range);

  // A task of four parts does not fit between two breaks of fewer frames. Where
  // a reset takes frames along that were on the way, even less comes.
  if (how() != How::kReset && frames() >= 5) {
    EXPECT_THAT(listed.status, IsOk());
  }
  if (listed.status.ok()) {
    EXPECT_THAT(listed.tasks, AreTasks(listing.tasks()));
  } else {
    const auto& all = listing.tasks();
    EXPECT_THAT(
        listed.tasks,
        AreTasks({all.begin(),
                  all.begin() + static_cast<int>(listed.tasks.size())}));
    EXPECT_EQ(range.tasks_since_token(), 0);
  }
}

std::string NameOfBreak(
    const ::testing::TestParamInfo<std::tuple<How, int>>& p) {
  constexpr std::array kNames = {"Unavailable", "NoSummary", "Reset",
                                 "ResumeInfo"};
  return absl::StrCat(kNames.at(static_cast<size_t>(std::get<0>(p.param))),
                      "After", std::get<1>(p.param));
}

INSTANTIATE_TEST_SUITE_P(
    AtEveryFrame, BreakTest,
    testing::Combine(testing::Values(How::kUnavailable, How::kNoSummary,
                                     How::kReset, How::kResumeInfo),
                     testing::Range(0, 16)),
    NameOfBreak);

}  // namespace
}  // namespace hssgw
