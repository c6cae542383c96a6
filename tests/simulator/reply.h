// SPDX-License-Identifier: Apache-2.0
// An answer before it is sent, and upstream's error bodies in the words of its
// documents: the API gateway's, HSS's own, IAM's (Keystone).
//
// Threads: pure.
#ifndef HSSGW_TESTS_SIMULATOR_REPLY_H_
#define HSSGW_TESTS_SIMULATOR_REPLY_H_

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulator/escaping.h"

namespace hssgw::simulator {

struct Reply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<NameValue> headers;  // Beside Content-Type and Content-Length.
};

// {"error_msg","error_code","request_id"}
Reply GatewayError(int status, std::string_view code, std::string_view message,
                   std::string_view request_id);

// 401 APIGW.0301.
Reply AuthenticationError(std::string_view why, std::string_view request_id);

// 429 APIGW.0308; `time` as in "1 minute".
Reply ThrottleError(int limit, std::string_view time,
                    std::string_view request_id);

// {"error_code","error_description","error_msg"}
Reply HssError(int status, std::string_view code, std::string_view message);

// {"error":{"code":<number>,"message","title"}}
Reply IamError(int status, std::string_view message);

// The words of the status line.
std::string_view StatusWords(int status);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_REPLY_H_
