// SPDX-License-Identifier: Apache-2.0
#include "service/base/ticket.h"

#include <gtest/gtest.h>

#include <utility>

namespace hssgw {
namespace {

class TicketTest : public ::testing::Test {
 protected:
  Ticket Make() {
    return Ticket([this] { ++cancelled_; });
  }

  int cancelled_ = 0;
};

TEST_F(TicketTest, DroppedCancels) {
  { const Ticket ticket = Make(); }

  EXPECT_EQ(cancelled_, 1);
}

TEST_F(TicketTest, CancelsOnce) {
  {
    Ticket ticket = Make();
    ticket.Cancel();
    ticket.Cancel();
  }
  EXPECT_EQ(cancelled_, 1);
}

TEST_F(TicketTest, MoveHandsTheRightOn) {
  Ticket from = Make();
  {
    const Ticket to = std::move(from);
    EXPECT_EQ(cancelled_, 0);
  }
  from.Cancel();  // NOLINT(bugprone-use-after-move): the point.

  EXPECT_EQ(cancelled_, 1);
}

TEST_F(TicketTest, AssignmentCancelsWhatWasHeld) {
  Ticket ticket = Make();

  ticket = Ticket();

  EXPECT_EQ(cancelled_, 1);
}

TEST_F(TicketTest, AssignmentToItselfCancelsNothing) {
  Ticket ticket = Make();
  Ticket& same = ticket;

  ticket = std::move(same);

  EXPECT_EQ(cancelled_, 0);
}

TEST_F(TicketTest, MayBeDroppedByItsOwnEnd) {
  Ticket ticket;
  ticket = Ticket([&] {
    ++cancelled_;
    ticket.Cancel();
  });

  ticket.Cancel();

  EXPECT_EQ(cancelled_, 1);
}

}  // namespace
}  // namespace hssgw
