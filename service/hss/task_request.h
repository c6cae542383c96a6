// SPDX-License-Identifier: Apache-2.0
// A question as the one upstream call that answers it:
//
//   GET /v5/{project_id}/antivirus/task?limit=200&offset=0&...
//
// The query on the wire is the canonical one that is signed.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/http/http_client.h"
#include "service/tasks/leg.h"
#include "service/tasks/page_source.h"

namespace hssgw {

// All parameters of the API page's Table 2: the mandatory ones always, others
// unless empty. Not yet authorised. REQUIRES: the project id is
// [A-Za-z0-9_-]{1,256}.
HttpRequest MakeTaskRequest(const PageQuestion& question,
                            absl::string_view origin);

// Bounds widen to what the format can say: a begin is rounded down, an end up.
// Text has years 1 to 9999 and is clamped to them.
enum class TimeBound { kBegin, kEnd };
std::string FormatTimeBound(absl::Time time, TimeBound bound,
                            TimeFormat format);

}  // namespace hssgw
