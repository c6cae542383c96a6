// SPDX-License-Identifier: Apache-2.0
// What a simulated task should look like to a caller: written again from the
// vendor's tables, field by field, so that decode is held against something
// that it does not share.
#pragma once

#include "hss/antivirus/v1/task.pb.h"
#include "tests/simulator/task_data.h"

namespace hssgw {

hss::antivirus::v1::Task ExpectedTask(const simulator::SimulatedTask& task);

}  // namespace hssgw
