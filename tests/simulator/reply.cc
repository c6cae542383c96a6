// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/reply.h"

#include "absl/strings/str_cat.h"
#include "tests/simulator/task_json.h"

namespace hssgw::simulator {

Reply GatewayError(int status, std::string_view code, std::string_view message,
                   std::string_view request_id) {
  return {.status = status,
          .body = absl::StrCat(R"({"error_msg":)", Quoted(message),
                               R"(,"error_code":)", Quoted(code),
                               R"(,"request_id":)", Quoted(request_id), "}")};
}

Reply AuthenticationError(std::string_view why, std::string_view request_id) {
  return GatewayError(401, "APIGW.0301",
                      absl::StrCat("Incorrect IAM authentication information: ",
                                   std::string(why)),
                      request_id);
}

Reply ThrottleError(int limit, std::string_view time,
                    std::string_view request_id) {
  return GatewayError(
      429, "APIGW.0308",
      absl::StrCat("The throttling threshold has been reached: policy user "
                   "over ratelimit,limit:",
                   limit, ",time:", std::string(time)),
      request_id);
}

Reply HssError(int status, std::string_view code, std::string_view message) {
  const std::string text = Quoted(message);
  return {.status = status,
          .body = absl::StrCat(R"({"error_code":)", Quoted(code),
                               R"(,"error_description":)", text,
                               R"(,"error_msg":)", text, "}")};
}

Reply IamError(int status, std::string_view message) {
  return {.status = status,
          .body = absl::StrCat(R"({"error":{"code":)", status, R"(,"message":)",
                               Quoted(message), R"(,"title":)",
                               Quoted(StatusWords(status)), "}}")};
}

std::string_view StatusWords(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 429:
      return "Too Many Requests";
    case 494:
      return "Request Header Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

}  // namespace hssgw::simulator
