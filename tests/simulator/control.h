// SPDX-License-Identifier: Apache-2.0
// The control API of the simulator, /simulator/…: see README.md.
//
// Threads: any. Fails: 400 with {"error": …} and nothing changed, 404, 405.
#ifndef HSSGW_TESTS_SIMULATOR_CONTROL_H_
#define HSSGW_TESTS_SIMULATOR_CONTROL_H_

#include "tests/simulator/reply.h"
#include "tests/simulator/signature_verifier.h"

namespace hssgw::simulator {

class Simulator;

Reply AnswerControl(Simulator& simulator, const SignedRequest& request);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_CONTROL_H_
