// SPDX-License-Identifier: Apache-2.0
// What a simulated task should look like to a caller: written again from the
// vendor's tables, field by field, so that decode is held against something
// that it does not share.
#pragma once

#include <vector>

#include "hss/antivirus/v1/task.pb.h"
#include "tests/simulator/task_data.h"

namespace hssgw {

hss::antivirus::v1::Task ExpectedTask(const simulator::SimulatedTask& task);

// Fails the test unless these are all that the simulator makes of `data`, each
// once and field by field. In any order: tasks of equal start time may swap.
void ExpectGenerated(const std::vector<hss::antivirus::v1::Task>& listed,
                     const simulator::TaskDataOptions& data);

}  // namespace hssgw
