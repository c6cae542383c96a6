// SPDX-License-Identifier: Apache-2.0
// One named case a line of the vendor's tables.
#include "service/hss/error_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace hssgw {
namespace {

using ::testing::Values;

// What a line of the tables may become.
enum class Class {
  kCaller,
  kNotFound,
  kPrecondition,
  kInternal,
  kPermission,
  kEndpoint,
  kCredential,
  kThrottled,
  kUnavailable,
  kUnreadable,
};

struct Want {
  absl::StatusCode code;
  Reason reason;
  FailureKind kind;
};

Want WantOf(Class c) {
  using Code = absl::StatusCode;
  switch (c) {
    case Class::kCaller:
      return {Code::kInvalidArgument, Reason::kUpstreamRefused,
              FailureKind::kNever};
    case Class::kNotFound:
      return {Code::kNotFound, Reason::kUpstreamRefused, FailureKind::kNever};
    case Class::kPrecondition:
      return {Code::kFailedPrecondition, Reason::kUpstreamRefused,
              FailureKind::kNever};
    case Class::kInternal:
      return {Code::kInternal, Reason::kUpstreamRefused, FailureKind::kNever};
    case Class::kPermission:
      return {Code::kPermissionDenied, Reason::kUpstreamPermission,
              FailureKind::kNever};
    case Class::kEndpoint:
      return {Code::kFailedPrecondition, Reason::kUpstreamEndpointWrong,
              FailureKind::kNever};
    case Class::kCredential:
      return {Code::kFailedPrecondition, Reason::kUpstreamCredentialRejected,
              FailureKind::kCredential};
    case Class::kThrottled:
      return {Code::kResourceExhausted, Reason::kUpstreamThrottled,
              FailureKind::kThrottled};
    case Class::kUnavailable:
      return {Code::kUnavailable, Reason::kUpstreamUnavailable,
              FailureKind::kRetryable};
    case Class::kUnreadable:
      break;
  }
  return {Code::kDataLoss, Reason::kUpstreamAnswerUnreadable,
          FailureKind::kUnreadable};
}

struct Case {
  const char* name;
  const char* code;
  int http_status;
  Class want;
  const char* message = "";
  // Part of the sentence by which the row tells itself from its neighbours.
  const char* says = "";

  friend void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
};

class ErrorTableTest : public ::testing::TestWithParam<Case> {};

TEST_P(ErrorTableTest, HasTheRow) {
  const Case& c = GetParam();

  const ErrorRow& row = RowOf(c.code, c.http_status, c.message);

  const Want want = WantOf(c.want);
  EXPECT_EQ(row.code, want.code);
  EXPECT_EQ(row.reason, want.reason);
  EXPECT_EQ(row.kind, want.kind);
  EXPECT_THAT(std::string(row.what) + ": " + row.advice,
              ::testing::HasSubstr(c.says));
}

std::string NameOf(const ::testing::TestParamInfo<Case>& param) {
  return param.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Hss, ErrorTableTest,
    Values(Case{"Code0001", "HSS.0001", 400, Class::kCaller},
           Case{"Code0002", "HSS.0002", 400, Class::kCaller},
           Case{"Code0010", "HSS.0010", 400, Class::kPermission},
           Case{"Code0011", "HSS.0011", 400, Class::kNotFound},
           Case{"Code0013", "HSS.0013", 400, Class::kPermission},
           Case{"Code0014", "HSS.0014", 400, Class::kPrecondition},
           Case{"Code1001", "HSS.1001", 400, Class::kPrecondition},
           Case{"Code1002", "HSS.1002", 400, Class::kPrecondition},
           Case{"Code1004", "HSS.1004", 400, Class::kCaller},
           Case{"Code1005", "HSS.1005", 400, Class::kCaller},
           Case{"Code1006", "HSS.1006", 400, Class::kInternal},
           Case{"Code1007", "HSS.1007", 400, Class::kPrecondition},
           Case{"Code1008", "HSS.1008", 400, Class::kCaller},
           Case{"Code1009", "HSS.1009", 400, Class::kInternal},
           Case{"Code1010", "HSS.1010", 400, Class::kInternal},
           Case{"Code1011", "HSS.1011", 400, Class::kCaller, "",
                "--time-format"},
           Case{"Code1012", "HSS.1012", 400, Class::kCaller},
           Case{"Code1013", "HSS.1013", 400, Class::kInternal},
           Case{"Code1014", "HSS.1014", 400, Class::kInternal},
           Case{"Code1015", "HSS.1015", 400, Class::kInternal},
           Case{"Code1016", "HSS.1016", 400, Class::kInternal},
           Case{"Code1017", "HSS.1017", 400, Class::kCaller},
           Case{"Code1018", "HSS.1018", 400, Class::kCaller},
           Case{"Code1019", "HSS.1019", 400, Class::kCaller},
           Case{"Code1020", "HSS.1020", 400, Class::kCaller},
           Case{"UnlistedGoesByStatus", "HSS.1060", 400, Class::kCaller},
           Case{"OldCodeGoesByStatus", "HSS.0041", 500, Class::kUnavailable},
           Case{"CodeBeforeStatus", "HSS.0010", 500, Class::kPermission},
           Case{"EightDigitsAreHss", "00000010", 400, Class::kPermission},
           Case{"CaseDoesNotMatter", "hss.0011", 400, Class::kNotFound},
           Case{"InsideASuccess", "HSS.0013", 200, Class::kPermission}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Gateway, ErrorTableTest,
    Values(Case{"Code0101", "APIGW.0101", 404, Class::kEndpoint},
           Case{"Code0103", "APIGW.0103", 404, Class::kEndpoint},
           Case{"Code0104", "APIGW.0104", 400, Class::kInternal},
           Case{"Code0105", "APIGW.0105", 400, Class::kInternal},
           Case{"Code0106", "APIGW.0106", 400, Class::kInternal},
           Case{"Code0201BadRequest", "APIGW.0201", 400, Class::kCaller},
           Case{"Code0201LargeBody", "APIGW.0201", 413, Class::kInternal},
           Case{"Code0201LongAddress", "APIGW.0201", 414, Class::kInternal},
           Case{"Code0201LargeHeaders", "APIGW.0201", 494, Class::kInternal},
           Case{"Code0201Unavailable", "APIGW.0201", 502, Class::kUnavailable},
           Case{"Code0201Timeout", "APIGW.0201", 504, Class::kUnavailable},
           Case{"Code0302", "APIGW.0302", 403, Class::kPermission},
           Case{"Code0308", "APIGW.0308", 429, Class::kThrottled},
           Case{"OtherPrefix0101", "APIG.0101", 404, Class::kEndpoint},
           Case{"OtherPrefix0308", "APIG.0308", 429, Class::kThrottled},
           Case{"UnlistedGoesByStatus", "APIGW.9999", 403, Class::kPermission}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Credential, ErrorTableTest,
    Values(
        Case{"WrongSignature", "APIGW.0301", 401, Class::kCredential,
             "verify aksk signature fail, ......", "secret key"},
        Case{"Locked", "APIGW.0301", 401, Class::kCredential,
             "AK access failed to reach the limit,forbidden.", "locked"},
        Case{"DecryptToken", "APIGW.0301", 401, Class::kCredential,
             "decrypt token fail", "cannot read the gateway's token"},
        Case{"NoToken", "APIG.0301", 401, Class::kCredential,
             "x-auth-token not found", "found no token"},
        Case{"TokenExpires", "APIG.0301", 401, Class::kCredential,
             "token expires, expires_at: 2025-01-22T07:51:57Z", "new token"},
        Case{"SecretMissing", "APIGW.0301", 401, Class::kCredential,
             "Get secretKey failed,ak:******,err:ak not exist",
             "does not know the gateway's access key"},
        Case{"AkNotExist", "APIGW.0301", 401, Class::kCredential,
             "ak FAKEAK not exist", "does not know the gateway's access key"},
        Case{"SignatureExpired", "APIGW.0301", 401, Class::kCredential,
             "calc ak sk signature fail:signature expired", "clock"},
        Case{"Other", "APIGW.0301", 401, Class::kCredential, "something new"},
        Case{"AppSignatureExpired", "APIG.0303", 401, Class::kCredential,
             "signature expired, signature time:20230527T000431Z", "clock"},
        Case{"App", "APIG.0303", 401, Class::kCredential}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Status, ErrorTableTest,
    Values(Case{"Success", "", 200, Class::kUnreadable},
           Case{"NoContent", "", 204, Class::kUnreadable},
           Case{"SuccessWithUnknownCode", "X.1", 200, Class::kInternal},
           Case{"Continue", "", 100, Class::kEndpoint},
           Case{"Moved", "", 301, Class::kEndpoint},
           Case{"Found", "", 302, Class::kEndpoint},
           Case{"Permanent", "", 308, Class::kEndpoint},
           Case{"BadRequest", "", 400, Class::kCaller},
           Case{"Unauthorized", "", 401, Class::kCredential},
           Case{"KeystoneCode", "401", 401, Class::kCredential},
           Case{"Forbidden", "", 403, Class::kPermission},
           Case{"Iam5Denied", "PAP5.0001", 403, Class::kPermission},
           Case{"NotFoundWithoutCode", "", 404, Class::kEndpoint},
           Case{"NotFoundWithCode", "X.1", 404, Class::kNotFound},
           Case{"MethodWithoutCode", "", 405, Class::kEndpoint},
           Case{"Proxy", "", 407, Class::kEndpoint},
           Case{"RequestTimeout", "", 408, Class::kInternal},
           Case{"TooLarge", "", 413, Class::kInternal},
           Case{"TooLong", "", 414, Class::kInternal},
           Case{"TooMany", "", 429, Class::kThrottled},
           Case{"HeadersTooLarge", "", 494, Class::kInternal},
           Case{"ServerError", "", 500, Class::kUnavailable},
           Case{"BadGateway", "", 502, Class::kUnavailable},
           Case{"Unavailable", "", 503, Class::kUnavailable},
           Case{"Timeout", "", 504, Class::kUnavailable},
           Case{"Zero", "", 0, Class::kUnreadable},
           Case{"Beyond", "", 600, Class::kUnreadable}),
    NameOf);

TEST(ErrorTableCodeTest, WhatIsNoCodeGoesByStatus) {
  for (const char* code :
       {"HSS.", "HSS.1x", "HSS.-1", "HSS.123456789", "APIGW.", "XXX.0001",
        "HSS0010", "0010", "999999999999", "APIGW.0301 "}) {
    EXPECT_EQ(RowOf(code, 503, "").code, absl::StatusCode::kUnavailable)
        << code;
  }
}

}  // namespace
}  // namespace hssgw
