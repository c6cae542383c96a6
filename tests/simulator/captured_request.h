// SPDX-License-Identifier: Apache-2.0
// One line of sdk-requests.jsonl: a request that a real SDK sent to a recorder,
// the key it was signed with, and the verdict it should get.
//
// Threads: pure. Fails: says which field is missing or of another type.
#ifndef HSSGW_TESTS_SIMULATOR_CAPTURED_REQUEST_H_
#define HSSGW_TESTS_SIMULATOR_CAPTURED_REQUEST_H_

#include <optional>
#include <string>

#include "tests/simulator/signature_verifier.h"

namespace hssgw::simulator {

struct CapturedRequest {
  std::string name;  // "go minimal"
  SignedRequest request;
  std::string access_key, secret_key;
  std::string date;  // As X-Sdk-Date; the verifier's now.
  bool accept = false;
};

// Nothing if the line cannot be used; `problem` then says why.
std::optional<CapturedRequest> ReadCapturedRequest(const std::string& line,
                                                   std::string& problem);

// The verdict at the time at which the request was sent.
Verdict VerifyCaptured(const CapturedRequest& captured);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_CAPTURED_REQUEST_H_
