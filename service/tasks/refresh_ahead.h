// SPDX-License-Identifier: Apache-2.0
// Refresh ahead: a list that is read often is read anew shortly before its
// pages are too old, while the quota has room. A PageSource before the cache:
// it looks at the first page of each listing, and passes everything on.
//
// *Often*: a page was given from the cache twice, within twice the age that is
// allowed; of a list whose head alone is read often, no more is read anew. It
// begins when somebody lists, so what nobody lists any more is read in vain
// once at most. *Shortly before*: as much earlier as the walk takes at the pace
// that callers leave to it. *Room*: that is half of the age at most. A walk
// that would be ready too late is not begun: it would cost calls, and leave
// callers waiting all the same. One that fails is not tried again for the same
// pages; whoever lists then asks as if there had been none.
//
// Threads: any.
// Lifetime: its parts must outlive it; its end ends what is under way.
#pragma once

#include <memory>

#include "absl/time/time.h"
#include "service/tasks/leg_refresh.h"
#include "service/tasks/page_source.h"

namespace hssgw {

// From this age on a list of so many pages is read anew, when `staleness` is
// allowed: half of it at the least. absl::InfiniteDuration(): never, the quota
// has no room for it.
absl::Duration RefreshAge(absl::Duration staleness, int32_t pages,
                          const CallForecast& forecast);

class RefreshAhead : public PageSource {
 public:
  explicit RefreshAhead(const RefreshParts& parts);
  ~RefreshAhead() override;

  PageTicket Ask(PageQuestion question, PageTerms terms,
                 PageCallback done) override;

 private:
  class Walks;

  const RefreshParts parts_;
  // Shared: callbacks hold on to it.
  const std::shared_ptr<Walks> walks_;
};

}  // namespace hssgw
