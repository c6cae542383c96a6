// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/fake_page_source.h"

#include <memory>
#include <utility>

namespace hssgw {

FakePageSource::~FakePageSource() {
  for (const size_t index : held()) {
    Finish(index, absl::CancelledError("the fake is gone"));
  }
}

PageTicket FakePageSource::Ask(PageQuestion question, PageTerms terms,
                               PageCallback done) {
  size_t index = 0;
  bool held = false;
  {
    MutexLock lock(mu_);
    index = asked_.size();
    asked_.push_back(std::move(question));
    terms_.push_back(std::move(terms));
    waiting_[index] = std::move(done);
    held = holding_;
  }
  if (!held) Finish(index, std::nullopt);
  return PageTicket(
      Ticket([this, index] { Finish(index, absl::CancelledError("dropped")); }),
      [this, index](CallClass call_class) {
        MutexLock lock(mu_);
        raised_[index] = call_class;
      },
      [this, index] {
        MutexLock lock(mu_);
        const auto it = told_.find(index);
        return it == told_.end() ? PageWaiting{.wait = PageWait::kBudget}
                                 : it->second;
      });
}

void FakePageSource::Tell(size_t index, const PageWaiting& waiting) {
  MutexLock lock(mu_);
  told_[index] = waiting;
}

CallClass FakePageSource::class_of(size_t index) const {
  MutexLock lock(mu_);
  const auto it = raised_.find(index);
  return it == raised_.end() ? terms_.at(index).call_class : it->second;
}

void FakePageSource::Hold() {
  MutexLock lock(mu_);
  holding_ = true;
}

void FakePageSource::Release(size_t index) { Finish(index, std::nullopt); }

void FakePageSource::Finish(size_t index, std::optional<absl::Status> instead) {
  PageCallback done;
  PageQuestion question;
  PageTerms terms;
  {
    MutexLock lock(mu_);
    const auto it = waiting_.find(index);
    if (it == waiting_.end()) return;
    done = std::move(it->second);
    waiting_.erase(it);
    question = asked_[index];
    terms = terms_[index];
    if (instead.has_value()) ++cancelled_;
  }
  PageAnswer answer{.page = absl::UnknownError(""), .upstream_calls = 1};
  absl::StatusOr<Page> page = instead.has_value()
                                  ? absl::StatusOr<Page>(*instead)
                                  : answer_(question, terms);
  if (page.ok()) {
    answer.page = std::make_shared<const Page>(*std::move(page));
  } else {
    answer.page = page.status();
  }
  done(std::move(answer));
}

std::vector<size_t> FakePageSource::held() const {
  MutexLock lock(mu_);
  std::vector<size_t> indexes;
  for (const auto& [index, done] : waiting_) indexes.push_back(index);
  return indexes;
}

std::vector<PageQuestion> FakePageSource::asked() const {
  MutexLock lock(mu_);
  return asked_;
}

std::vector<PageTerms> FakePageSource::terms() const {
  MutexLock lock(mu_);
  return terms_;
}

int FakePageSource::cancelled() const {
  MutexLock lock(mu_);
  return cancelled_;
}

}  // namespace hssgw
