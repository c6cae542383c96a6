// SPDX-License-Identifier: Apache-2.0
// A PageSource whose answers cost a call of a real budget, and nothing else.
#pragma once

#include <memory>
#include <utility>

#include "service/hss/call_budget.h"
#include "service/tasks/page_source.h"
#include "tests/testing/fake_page_source.h"

namespace hssgw {

class BudgetedPages : public PageSource {
 public:
  BudgetedPages(CallBudget& budget, FakePageSource::Answer answer)
      : budget_(budget), answer_(std::move(answer)) {}

  PageTicket Ask(PageQuestion question, PageTerms terms,
                 PageCallback done) override {
    auto turn = std::make_shared<BudgetTurn>();
    *turn = budget_.Take(
        terms.deadline,
        [answer = answer_, question = std::move(question),
         done = std::move(done)](const absl::Status& status) mutable {
          if (!status.ok()) return done({.page = status});
          absl::StatusOr<Page> page = answer(question);
          done({.page = page.ok() ? absl::StatusOr<PageRef>(
                                        std::make_shared<const Page>(
                                            *std::move(page)))
                                  : page.status(),
                .upstream_calls = 1});
        });
    return PageTicket(Ticket([turn] { *turn = BudgetTurn(); }), nullptr,
                      [turn] {
                        return PageWaiting{.wait = PageWait::kBudget,
                                           .until = turn->ExpectedStart()};
                      });
  }

 private:
  CallBudget& budget_;
  const FakePageSource::Answer answer_;
};

}  // namespace hssgw
