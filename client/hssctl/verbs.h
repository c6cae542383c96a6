// SPDX-License-Identifier: Apache-2.0
// What hssctl does. Each verb returns the exit code; what went wrong is on
// standard error by then.
#pragma once

#include "client/hssctl/flags.h"

namespace hssgw {

inline constexpr int kExitCallFailed = 1;
// As a shell has it for SIGINT.
inline constexpr int kExitInterrupted = 130;

// Prints tasks, newest first, one a line.
int RunList(const ListFlags& flags);

// Prints about how many tasks there are, for one upstream call a list.
int RunCount(const CallFlags& call, const FilterFlags& filter);

// Reads every task and prints counts.
int RunSummary(const ListingFlags& flags);

}  // namespace hssgw
