// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/fault_cases.h"

#include <grpcpp/support/status_code_enum.h>

#include <utility>

namespace hssgw {
namespace {

using ::grpc::StatusCode;

// A kind of answer: its code and its reason.
struct Kind {
  StatusCode code;
  const char* reason;
};
constexpr Kind kCaller = {StatusCode::INVALID_ARGUMENT, "UPSTREAM_REFUSED"};
constexpr Kind kNotFound = {StatusCode::NOT_FOUND, "UPSTREAM_REFUSED"};
constexpr Kind kPrecondition = {StatusCode::FAILED_PRECONDITION,
                                "UPSTREAM_REFUSED"};
constexpr Kind kInternal = {StatusCode::INTERNAL, "UPSTREAM_REFUSED"};
constexpr Kind kPermission = {StatusCode::PERMISSION_DENIED,
                              "UPSTREAM_PERMISSION"};
constexpr Kind kEndpoint = {StatusCode::FAILED_PRECONDITION,
                            "UPSTREAM_ENDPOINT_WRONG"};
// Upstream's 401 is never the caller's.
constexpr Kind kCredential = {StatusCode::FAILED_PRECONDITION,
                              "UPSTREAM_CREDENTIAL_REJECTED"};
constexpr Kind kThrottled = {StatusCode::RESOURCE_EXHAUSTED,
                             "UPSTREAM_THROTTLED"};
constexpr Kind kUnavailable = {StatusCode::UNAVAILABLE, "UPSTREAM_UNAVAILABLE"};
constexpr Kind kUnreadable = {StatusCode::DATA_LOSS,
                              "UPSTREAM_ANSWER_UNREADABLE"};

// An answer that says what is wrong, by its status and perhaps a code.
FaultCase Answer(const char* name, const char* rule, Kind kind,
                 const char* http_status, const char* upstream_code = "",
                 absl::Duration wait = absl::ZeroDuration()) {
  FaultCase fault = {.name = name,
                     .rule = rule,
                     .code = kind.code,
                     .reason = kind.reason,
                     .metadata = {{"http_status", http_status}},
                     .wait = wait};
  if (*upstream_code != '\0') fault.metadata["upstream_code"] = upstream_code;
  return fault;
}

// A 200 that is no list.
FaultCase Unreadable(const char* name, const char* rule, const char* cause) {
  FaultCase fault = Answer(name, rule, kUnreadable, "200");
  fault.metadata["cause"] = cause;
  return fault;
}

// No answer, or not the whole of it.
FaultCase Broken(const char* name, const char* rule, const char* cause,
                 Kind kind = kUnavailable) {
  return {.name = name,
          .rule = rule,
          .code = kind.code,
          .reason = kind.reason,
          .metadata = {{"cause", cause}}};
}

FaultCase Harmless(const char* name, const char* rule, int tasks) {
  return {.name = name, .rule = rule, .tasks = tasks};
}

std::vector<FaultCase> Shapes() {
  return {
      Answer("Hss", R"({"shape": "hss"})", kCaller, "500", "HSS.1004"),
      Answer("Flat", R"({"shape": "flat"})", kCaller, "400", "HSS.0001"),
      Answer("DescriptionOnly", R"({"shape": "description_only"})", kPermission,
             "400", "00000010"),
      Answer("NullMessage", R"({"shape": "null_message"})", kCaller, "400",
             "HSS.0001"),
      Answer("Gateway", R"({"shape": "gateway"})", kUnavailable, "502",
             "APIGW.0201"),
      Answer("Denied", R"({"shape": "denied"})", kPermission, "403",
             "PAP5.0001"),
      Answer("TopLevel", R"({"shape": "top_level"})", kCaller, "400",
             "HSS.0001"),
      Answer("Details", R"({"shape": "details"})", kCaller, "400", "HSS.0001"),
      Answer("Nested", R"({"shape": "nested"})", kCaller, "400", "HSS.0001"),
      Answer("NestedTwice", R"({"shape": "nested_twice"})", kCaller, "400",
             "HSS.0001"),
      Answer("NumericCode", R"({"shape": "numeric_code"})", kCredential, "401",
             "401"),
      Answer("CamelCase", R"({"shape": "camel_case"})", kCaller, "400",
             "HSS.0001"),
      Answer("ErrorIn200", R"({"shape": "error_in_200"})", kCaller, "200",
             "HSS.1004"),
      Answer("Html", R"({"shape": "html"})", kUnavailable, "502"),
      Answer("Text", R"({"shape": "text"})", kCaller, "400"),
      Answer("UnknownObject", R"({"shape": "unknown_object"})", kCaller, "400"),
      Answer("Empty", R"({"shape": "empty"})", kUnavailable, "503"),
      Answer("HtmlFromWhoIsNotHss", R"({"shape": "html", "status": 404})",
             kEndpoint, "404"),
      Answer("NoContent", R"({"status": 204, "body": ""})", kUnreadable, "204"),
      Unreadable("HtmlIn200", R"({"shape": "html", "status": 200})", "HTML"),
      Unreadable("EmptyIn200", R"({"shape": "empty", "status": 200})", "EMPTY"),
      Unreadable("JsonArray", R"({"shape": "json_array"})", "NOT_OBJECT"),
      Unreadable("JsonString", R"({"shape": "json_string"})", "NOT_OBJECT"),
      Unreadable("CutJson", R"({"shape": "cut_json"})", "CUT_SHORT"),
  };
}

// The status alone decides: APIGW.0201 stands for many.
std::vector<FaultCase> Statuses() {
  constexpr char kCode[] = "APIGW.0201";
  return {
      Answer("Status301", R"({"status": 301,
                              "headers": {"Location": "http://127.0.0.1:1/"}})",
             kEndpoint, "301", kCode),
      Answer("Status400", R"({"status": 400})", kCaller, "400", kCode),
      Answer("Status401", R"({"status": 401})", kCredential, "401", kCode),
      Answer("Status403", R"({"status": 403})", kPermission, "403", kCode),
      Answer("Status404", R"({"status": 404})", kNotFound, "404", kCode),
      Answer("Status407", R"({"status": 407})", kEndpoint, "407", kCode),
      Answer("Status413", R"({"status": 413})", kInternal, "413", kCode),
      Answer("Status414", R"({"status": 414})", kInternal, "414", kCode),
      Answer("Status494", R"({"status": 494})", kInternal, "494", kCode),
      Answer("Status500", R"({"status": 500})", kUnavailable, "500", kCode),
      Answer("Status502", R"({"status": 502})", kUnavailable, "502", kCode),
      Answer("Status503", R"({"status": 503})", kUnavailable, "503", kCode),
      Answer("Status503WithRetryAfter", R"({"status": 503,
                                            "retry_after": "7"})",
             kUnavailable, "503", kCode, absl::Seconds(7)),
      Answer("Status504", R"({"status": 504})", kUnavailable, "504", kCode),
  };
}

// The code goes before the status.
std::vector<FaultCase> Codes() {
  return {
      Answer("AccessDenied", R"({"shape": "hss", "status": 400,
                                 "code": "HSS.0010"})",
             kPermission, "400", "HSS.0010"),
      Answer("NotFound", R"({"shape": "hss", "status": 400,
                             "code": "HSS.0011"})",
             kNotFound, "400", "HSS.0011"),
      Answer("NoPermission", R"({"shape": "hss", "status": 400,
                                 "code": "HSS.0013"})",
             kPermission, "400", "HSS.0013"),
      Answer("QuotaOfHssUsedUp", R"({"shape": "hss", "status": 400,
                                     "code": "HSS.1002"})",
             kPrecondition, "400", "HSS.1002"),
      Answer("ActionFailed", R"({"shape": "hss", "status": 400,
                                 "code": "HSS.1006"})",
             kInternal, "400", "HSS.1006"),
      Answer("NoSuchApi", R"({"shape": "gateway", "status": 404,
                              "code": "APIGW.0101"})",
             kEndpoint, "404", "APIGW.0101"),
      Answer("NoBackend", R"({"shape": "gateway", "status": 404,
                              "code": "APIG.0103"})",
             kEndpoint, "404", "APIG.0103"),
      Answer("NotAuthorised", R"({"shape": "gateway", "status": 403,
                                  "code": "APIGW.0302"})",
             kPermission, "403", "APIGW.0302"),
  };
}

std::vector<FaultCase> Credentials() {
  const auto refused = [](const char* name, const char* message) {
    const std::string rule = std::string(R"({"shape": "gateway", "status": 401,
                        "code": "APIGW.0301", "message": ")") +
                             message + R"("})";
    return Answer(name, rule.c_str(), kCredential, "401", "APIGW.0301");
  };
  return {
      refused("WrongSignature",
              "Incorrect IAM authentication information: verify aksk signature "
              "fail"),
      refused("LockedKey", "AK access failed to reach the limit,forbidden"),
      refused("UnreadableToken",
              "Incorrect IAM authentication information: decrypt token fail"),
      refused("ExpiredToken",
              "Incorrect IAM authentication information: token expires, "
              "expires_at: 2025-01-22T07:51:57.000000Z"),
      refused("UnknownKey", "Get secretKey failed, ak not exist"),
      refused("SignatureOfAnotherTime",
              "calc ak sk signature fail:signature expired"),
      Answer("RefusedApp", R"({"shape": "gateway", "status": 401,
                               "code": "APIG.0303"})",
             kCredential, "401", "APIG.0303"),
  };
}

std::vector<FaultCase> Throttles() {
  return {
      Answer("Throttle", R"({"shape": "throttle"})", kThrottled, "429",
             "APIGW.0308", absl::Minutes(1)),
      Answer("ThrottleOfFiveMinutes", R"({"shape": "throttle", "limit": 200,
                                          "time": "5 minute"})",
             kThrottled, "429", "APIGW.0308", absl::Minutes(5)),
      Answer("ThrottleWithRetryAfter", R"({"shape": "throttle",
                                           "retry_after": "30"})",
             kThrottled, "429", "APIGW.0308", absl::Seconds(30)),
      Answer("ThrottleForAges", R"({"shape": "throttle",
                                    "retry_after": "86400"})",
             kThrottled, "429", "APIGW.0308", absl::Minutes(15)),
      Answer("ThrottleWithoutAWord", R"({"shape": "empty", "status": 429})",
             kThrottled, "429", "", absl::Minutes(1)),
      Answer("ThrottleInHtml", R"({"shape": "html", "status": 429})",
             kThrottled, "429", "", absl::Minutes(1)),
  };
}

std::vector<FaultCase> Transports() {
  return {
      Broken("Truncated", R"({"transport": "truncated"})", "CUT_SHORT"),
      Broken("LengthTooLong", R"({"transport": "length_too_long"})",
             "CUT_SHORT"),
      Broken("ChunkedCut", R"({"transport": "chunked_cut"})", "CUT_SHORT"),
      Unreadable("LengthTooShort", R"({"transport": "length_too_short"})",
                 "CUT_SHORT"),
      Unreadable("GzipCut", R"({"transport": "gzip_cut"})", "CUT_SHORT"),
      Broken("Noise", R"({"transport": "noise"})", "BAD_HTTP"),
      Broken("CloseBeforeHeaders", R"({"transport": "close_before_headers"})",
             "RESET"),
      Broken("ResetBeforeHeaders", R"({"transport": "reset_before_headers"})",
             "RESET"),
      Broken("ResetInHeaders", R"({"transport": "reset_in_headers"})", "RESET"),
      Broken("ResetAfterHeaders", R"({"transport": "reset_after_headers"})",
             "RESET"),
      Broken("ResetInBody", R"({"transport": "reset_in_body"})", "RESET"),
      Broken("TooLarge", R"({"shape": "huge", "bytes": 3000000})", "TOO_LARGE",
             kUnreadable),
      Broken("GzipBomb", R"({"shape": "huge", "bytes": 10000000,
                             "transport": "gzip"})",
             "TOO_LARGE", kUnreadable),
  };
}

}  // namespace

std::vector<FaultCase> FailingFaults() {
  std::vector<FaultCase> all;
  for (const auto& part : {Shapes(), Statuses(), Codes(), Credentials(),
                           Throttles(), Transports()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

std::vector<FaultCase> HarmlessFaults() {
  return {
      Harmless("NullList", R"({"shape": "null_list"})", 0),
      Harmless("NoList", R"({"shape": "no_list"})", 0),
      Harmless("NoTotal", R"({"shape": "no_total"})", 0),
      Harmless("ByteOrderMark", R"({"shape": "bom"})", 0),
      Harmless("Huge", R"({"shape": "huge", "bytes": 1000000})", 0),
      Harmless("BadUtf8", R"({"shape": "bad_utf8"})", 1),
      // A row nobody can read is a row.
      Harmless("DeepJson", R"({"shape": "deep_json"})", 1),
      Harmless("Plain", R"({"transport": "plain"})", kAllTasks),
      Harmless("Chunked", R"({"transport": "chunked"})", kAllTasks),
      Harmless("Gzip", R"({"transport": "gzip"})", kAllTasks),
      Harmless("OddHeaders", R"({"transport": "odd_headers"})", kAllTasks),
      Harmless("Late", R"({"before_headers": "50ms", "before_body": "50ms"})",
               kAllTasks),
      Harmless("SlowEnough", R"({"transport": "slow_body",
                                 "bytes_per_second": 1000000})",
               kAllTasks),
  };
}

std::vector<FaultCase> StallingFaults() {
  return {
      {.name = "SlowBody", .rule = R"({"transport": "slow_body"})"},
      {.name = "StallBody", .rule = R"({"transport": "stall_body"})"},
      {.name = "SlowHeaders",
       .rule = R"({"transport": "slow_headers", "bytes_per_second": 20})"},
      {.name = "StallHeaders", .rule = R"({"transport": "stall_headers"})"},
      {.name = "NoAnswer", .rule = R"({"transport": "no_answer"})"},
      {.name = "LateForEver", .rule = R"({"before_headers": "1m"})"},
      {.name = "LateBody", .rule = R"({"before_body": "1m"})"},
  };
}

}  // namespace hssgw
