// SPDX-License-Identifier: Apache-2.0
#include "service/hss/error_table.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace hssgw {
namespace {

// Whose code it is. APIGW and APIG are the same gateway.
enum class Family { kHss, kGateway, kOther, kNone };

struct ErrorCode {
  Family family = Family::kOther;
  int number = 0;
};

struct Match {
  enum class On { kCode, kStatus, kStatusWithoutCode };
  On on;
  Family family;
  int first;  // of the code's digits, or of the HTTP status
  int last;
  const char* fragment;  // of the message in lower case; empty: any
};

struct Line {
  Match match;
  ErrorRow row;
};

constexpr Match Hss(int number) {
  return {Match::On::kCode, Family::kHss, number, number, ""};
}
constexpr Match Hss(int first, int last) {
  return {Match::On::kCode, Family::kHss, first, last, ""};
}
constexpr Match Gateway(int number, const char* fragment = "") {
  return {Match::On::kCode, Family::kGateway, number, number, fragment};
}
constexpr Match Http(int first, int last) {
  return {Match::On::kStatus, Family::kNone, first, last, ""};
}
constexpr Match Http(int status) { return Http(status, status); }
constexpr Match HttpWithoutCode(int first, int last) {
  return {Match::On::kStatusWithoutCode, Family::kNone, first, last, ""};
}

using Code = absl::StatusCode;

// The classes of the vendor's tables.
constexpr ErrorRow Caller(const char* what, const char* advice) {
  return {Code::kInvalidArgument, Reason::kUpstreamRefused, FailureKind::kNever,
          what, advice};
}
constexpr ErrorRow NotFound(const char* what, const char* advice) {
  return {Code::kNotFound, Reason::kUpstreamRefused, FailureKind::kNever, what,
          advice};
}
constexpr ErrorRow Precondition(const char* what, const char* advice) {
  return {Code::kFailedPrecondition, Reason::kUpstreamRefused,
          FailureKind::kNever, what, advice};
}
constexpr ErrorRow Internal(const char* what, const char* advice) {
  return {Code::kInternal, Reason::kUpstreamRefused, FailureKind::kNever, what,
          advice};
}
constexpr ErrorRow Permission(const char* what, const char* advice) {
  return {Code::kPermissionDenied, Reason::kUpstreamPermission,
          FailureKind::kNever, what, advice};
}
constexpr ErrorRow Endpoint(const char* what, const char* advice) {
  return {Code::kFailedPrecondition, Reason::kUpstreamEndpointWrong,
          FailureKind::kNever, what, advice};
}
// Upstream's 401 is the gateway's fault, never the caller's.
constexpr ErrorRow Credential(const char* what, const char* advice) {
  return {Code::kFailedPrecondition, Reason::kUpstreamCredentialRejected,
          FailureKind::kCredential, what, advice};
}
constexpr ErrorRow Throttled(const char* what, const char* advice) {
  return {Code::kResourceExhausted, Reason::kUpstreamThrottled,
          FailureKind::kThrottled, what, advice};
}
constexpr ErrorRow Unavailable(const char* what, const char* advice) {
  return {Code::kUnavailable, Reason::kUpstreamUnavailable,
          FailureKind::kRetryable, what, advice};
}
constexpr ErrorRow Unreadable(const char* what, const char* advice) {
  return {Code::kDataLoss, Reason::kUpstreamAnswerUnreadable,
          FailureKind::kUnreadable, what, advice};
}

constexpr const char* kMendFilter = "mend the filter that the text names";
constexpr const char* kAskSupport =
    "report the request id to the cloud's support if it stays";
constexpr const char* kGrant =
    "the operator must grant the gateway's user the right to read HSS in this "
    "project";
constexpr const char* kCheckEndpoint =
    "the operator must check --region and --endpoint";
constexpr const char* kCheckKey =
    "the operator must give a valid credential before it is tried again";
constexpr const char* kAgain = "try again, with the last token if there is one";
constexpr const char* kReport = "report the request id";

// The first line that matches. Codes: the vendor's tables; statuses after them.
constexpr std::array kLines = std::to_array<Line>({
    // HSS, all with HTTP 400.
    {Hss(1), Caller("upstream calls a parameter invalid", kMendFilter)},
    {Hss(2), Caller("upstream could not parse the request", kMendFilter)},
    {Hss(10), Permission("upstream denied access", kGrant)},
    {Hss(11), NotFound("upstream does not know what was asked for",
                       "check the project and the ids in the filter")},
    {Hss(13), Permission("the gateway's user lacks a permission", kGrant)},
    {Hss(14), Precondition("upstream does not allow to create a quota",
                           "check the HSS quota in the console")},
    {Hss(1001), Precondition("a host has no agent", "install the HSS agent")},
    {Hss(1002), Precondition("the HSS quota is used up",
                             "buy or free an HSS quota in the console")},
    {Hss(1004), Caller("upstream's query failed", kMendFilter)},
    {Hss(1005), Caller("upstream calls the policy invalid", kMendFilter)},
    {Hss(1006), Internal("an action of upstream's failed", kAskSupport)},
    {Hss(1007),
     Precondition("a host's agent is offline", "bring the HSS agent online")},
    {Hss(1008), Caller("upstream's query of a host failed", kMendFilter)},
    {Hss(1009, 1010), Internal("an action of upstream's failed", kAskSupport)},
    {Hss(1011), Caller("upstream could not read the begin or end time",
                       "the operator may set --time-format to the other form, "
                       "or ask with last_days")},
    {Hss(1012), Caller("upstream reports a conflict", kMendFilter)},
    {Hss(1013, 1016), Internal("an action of upstream's failed", kAskSupport)},
    {Hss(1017), Caller("upstream's query of a report failed", kMendFilter)},
    {Hss(1018), Caller("upstream calls the file invalid", kMendFilter)},
    {Hss(1019), Caller("upstream's query of a host group failed", kMendFilter)},
    {Hss(1020), Caller("upstream has that name already", kMendFilter)},

    // The API gateway. 0201 stands for six statuses, which decide.
    {Gateway(101),
     Endpoint("upstream's gateway has no such API here", kCheckEndpoint)},
    {Gateway(103),
     Endpoint("upstream's gateway has no backend for the API", kCheckEndpoint)},
    {Gateway(104),
     Internal("a plug-in of upstream's gateway failed", kAskSupport)},
    {Gateway(105),
     Internal("upstream's gateway has a wrong backend setting", kAskSupport)},
    {Gateway(106),
     Internal("upstream's gateway could not orchestrate", kAskSupport)},
    {Gateway(301, "verify aksk signature fail"),
     Credential("upstream calls the gateway's signature wrong",
                "the operator must check the secret key: five wrong signatures "
                "lock the access key for five minutes")},
    {Gateway(301, "ak access failed to reach the limit"),
     Credential("upstream locked the gateway's access key after too many wrong "
                "signatures",
                "the operator must check the secret key; the lock ends after "
                "five minutes without a try")},
    {Gateway(301, "decrypt token fail"),
     Credential("upstream cannot read the gateway's token",
                "the operator must give a new token, of this region")},
    {Gateway(301, "x-auth-token not found"),
     Credential("upstream found no token on the request",
                "the operator must give a credential")},
    {Gateway(301, "token expires"),
     Credential("the gateway's token has expired",
                "the operator must give a new token")},
    {Gateway(301, "get secretkey failed"),
     Credential("upstream does not know the gateway's access key",
                "the operator must check the access key and the region")},
    {Gateway(301, "not exist"),
     Credential("upstream does not know the gateway's access key",
                "the operator must check the access key and the region")},
    {Gateway(301, "signature expired"),
     Credential("upstream calls the gateway's signature expired",
                "the operator must set the clock of the gateway's host")},
    {Gateway(301),
     Credential("upstream refused the gateway's credential", kCheckKey)},
    {Gateway(302),
     Permission("the gateway's user may not call this API", kGrant)},
    {Gateway(303, "signature expired"),
     Credential("upstream calls the gateway's signature expired",
                "the operator must set the clock of the gateway's host")},
    {Gateway(303),
     Credential("upstream refused the gateway's credential", kCheckKey)},
    {Gateway(308), Throttled("upstream throttles the gateway", "try again")},

    // By status.
    {HttpWithoutCode(200, 299),
     Unreadable("upstream's answer is no list of tasks", kReport)},
    {Http(200, 299),
     Internal("upstream put an error into an answer of success", kReport)},
    {Http(100, 399),
     Endpoint("upstream pointed elsewhere, which is never followed",
              kCheckEndpoint)},
    {Http(400), Caller("upstream refused the request", kMendFilter)},
    {Http(401),
     Credential("upstream refused the gateway's credential", kCheckKey)},
    {Http(403), Permission("upstream denied access", kGrant)},
    {HttpWithoutCode(404, 405),
     Endpoint("what answered does not seem to be HSS", kCheckEndpoint)},
    {Http(404), NotFound("upstream does not know what was asked for",
                         "check the project and the ids in the filter")},
    {Http(407), Endpoint("a proxy before upstream asks for a credential",
                         "the operator must check the proxy")},
    {Http(413), Internal("upstream calls the request too large", kReport)},
    {Http(414),
     Internal("upstream calls the address too long", "use shorter filters")},
    {Http(429), Throttled("upstream throttles the gateway", "try again")},
    {Http(494), Internal("upstream calls the headers too large",
                         "the operator must check the length of the token")},
    {Http(400, 499), Internal("upstream refused the request", kReport)},
    {Http(502), Unavailable("upstream's backend is not available", kAgain)},
    {Http(504), Unavailable("upstream's backend was too slow", kAgain)},
    {Http(500, 599), Unavailable("upstream failed", kAgain)},
});
constexpr ErrorRow kNoStatus = Unreadable(
    "upstream's answer has a status that HTTP does not know", kReport);

// The family's digits. HSS also writes eight digits without a name: 00000010.
ErrorCode Parse(absl::string_view code) {
  if (code.empty()) return {Family::kNone, 0};
  const std::string lower = absl::AsciiStrToLower(code.substr(0, 32));
  absl::string_view digits = lower;
  Family family = Family::kOther;
  if (absl::ConsumePrefix(&digits, "hss.") || digits.size() == 8) {
    family = Family::kHss;
  } else if (absl::ConsumePrefix(&digits, "apigw.") ||
             absl::ConsumePrefix(&digits, "apig.")) {
    family = Family::kGateway;
  }
  const bool all_digits =
      std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit);
  int number = 0;
  if (family == Family::kOther || !all_digits || digits.size() > 8 ||
      !absl::SimpleAtoi(digits, &number)) {
    return {Family::kOther, 0};
  }
  return {family, number};
}

bool Matches(const Match& match, const ErrorCode& code, int http_status,
             absl::string_view message) {
  if (match.on == Match::On::kCode) {
    return code.family == match.family && code.number >= match.first &&
           code.number <= match.last &&
           absl::StrContains(message, match.fragment);
  }
  if (match.on == Match::On::kStatusWithoutCode &&
      code.family != Family::kNone) {
    return false;
  }
  return http_status >= match.first && http_status <= match.last;
}

}  // namespace

const ErrorRow& RowOf(absl::string_view code, int http_status,
                      absl::string_view message) {
  const ErrorCode parsed = Parse(code);
  const std::string text = absl::AsciiStrToLower(message);
  for (const Line& line : kLines) {
    if (Matches(line.match, parsed, http_status, text)) return line.row;
  }
  return kNoStatus;
}

}  // namespace hssgw
