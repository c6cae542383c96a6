// SPDX-License-Identifier: Apache-2.0
// A PageSource that answers from a function, records what was asked, and can
// hold answers back until the test lets them go, in any order.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "service/base/mutex.h"
#include "service/tasks/page_source.h"

namespace hssgw {

class FakePageSource : public PageSource {
 public:
  using Answer = std::function<absl::StatusOr<Page>(const PageQuestion&)>;

  // One that looks at the terms too, as a cache does.
  using AnswerByTerms = std::function<absl::StatusOr<Page>(const PageQuestion&,
                                                           const PageTerms&)>;

  explicit FakePageSource(Answer answer)
      : FakePageSource(
            [answer = std::move(answer)](const PageQuestion& question,
                                         const PageTerms& /*terms*/) {
              return answer(question);
            }) {}
  explicit FakePageSource(AnswerByTerms answer) : answer_(std::move(answer)) {}
  // What is still held is answered with CANCELLED.
  ~FakePageSource() override;

  PageTicket Ask(PageQuestion question, PageTerms terms,
                 PageCallback done) override;

  // From now on answers wait for Release.
  void Hold();

  // Answers the held question number `index` of asked(), now or never.
  void Release(size_t index);

  // What the ticket of question `index` tells from now on; at first, that it
  // waits for the budget.
  void Tell(size_t index, const PageWaiting& waiting);

  // The class of question `index`, as raised.
  CallClass class_of(size_t index) const;

  // Indexes of the questions that wait, in the order asked.
  std::vector<size_t> held() const;

  std::vector<PageQuestion> asked() const;
  std::vector<PageTerms> terms() const;

  // Questions whose ticket was dropped before they were answered.
  int cancelled() const;

 private:
  void Finish(size_t index, std::optional<absl::Status> instead);

  const AnswerByTerms answer_;
  mutable Mutex mu_;
  bool holding_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<PageQuestion> asked_ ABSL_GUARDED_BY(mu_);
  std::vector<PageTerms> terms_ ABSL_GUARDED_BY(mu_);
  std::map<size_t, PageCallback> waiting_ ABSL_GUARDED_BY(mu_);
  std::map<size_t, PageWaiting> told_ ABSL_GUARDED_BY(mu_);
  std::map<size_t, CallClass> raised_ ABSL_GUARDED_BY(mu_);
  int cancelled_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace hssgw
