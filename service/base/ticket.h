// SPDX-License-Identifier: Apache-2.0
// The right to end something early: a request, a wait, a timer. Dropping the
// ticket asks for the end; what the end means is told by who hands it out.
//
//   Ticket ticket = client.Send(request, deadline, callback);
//   ticket.Cancel();            // or let it go out of scope
#pragma once

#include <utility>

#include "absl/functional/any_invocable.h"

namespace hssgw {

class Ticket {
 public:
  Ticket() = default;
  // `cancel` is called at most once, on the thread that drops the ticket.
  explicit Ticket(absl::AnyInvocable<void()> cancel)
      : cancel_(std::move(cancel)) {}
  ~Ticket() { Cancel(); }

  Ticket(Ticket&& other) noexcept
      : cancel_(std::exchange(other.cancel_, nullptr)) {}
  Ticket& operator=(Ticket&& other) noexcept {
    if (this == &other) return *this;
    Cancel();
    cancel_ = std::exchange(other.cancel_, nullptr);
    return *this;
  }

  // Asks for the early end. Nothing happens the second time.
  void Cancel() {
    if (auto cancel = std::exchange(cancel_, nullptr)) cancel();
  }

 private:
  absl::AnyInvocable<void()> cancel_;
};

}  // namespace hssgw
