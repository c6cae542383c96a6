// SPDX-License-Identifier: Apache-2.0
// Any bytes as a query, a path, the values of a filter and the bounds of a
// window: the canonical form holds safe characters alone, says the same, and is
// its own canonical form; the window on the wire is never the narrower one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/auth/sdk_hmac_signer.h"
#include "service/hss/task_request.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

bool IsSafe(absl::string_view text, absl::string_view separators) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("-._~%", c) || absl::StrContains(separators, c);
  });
}

void CheckQuery(const std::string& text) {
  QueryParameters parameters = ParseQuery(text);
  const std::string canonical = CanonicalQuery(parameters);

  std::sort(parameters.begin(), parameters.end());
  Require(ParseQuery(canonical) == parameters, "nothing is lost");
  Require(CanonicalQuery(ParseQuery(canonical)) == canonical,
          "the canonical form is its own");
  Require(IsSafe(canonical, "=&"), "every other byte is escaped");
}

void CheckPath(const std::string& text) {
  const std::string canonical = CanonicalPath(text);

  Require(CanonicalPath(canonical) == canonical,
          "the canonical path is its own");
  Require(IsSafe(canonical, "/"), "every other byte is escaped");
  Require(absl::EndsWith(canonical, "/"), "it ends in a slash");
}

// An origin that is accepted is one, and says what the Host header says.
void CheckOrigin(const std::string& text) {
  const auto origin = ParseOrigin(absl::StrCat("https://", text));
  if (!origin.ok()) return;
  Require(ParseOrigin(*origin) == origin, "an origin is its own");
  Require(absl::StrCat("https://", AuthorityOf(*origin)) == *origin,
          "it is scheme and authority alone");
  Require(IsSafe(*origin, ":/[]"), "no byte of it can end a header");
}

// The query that is sent is the one that is signed.
void CheckRequest(const std::string& text) {
  PageQuestion question{.leg = {.project_id = "p"}, .offset = 0, .limit = 200};
  LegFilter& filter = question.leg.filter;
  filter.task_name = text;
  filter.host_name = absl::StrCat(text, text);
  filter.host_task_status = {text, "fail", text};

  const HttpRequest request = MakeTaskRequest(question, "https://h");

  Require(CanonicalQuery(ParseQuery(request.query)) == request.query,
          "the wire has the canonical query");
  Require(absl::StrContains(
              CanonicalRequest(request, {"host"}),
              absl::StrCat("/antivirus/task/\n", request.query, "\nhost:h\n")),
          "the canonical request has the query of the wire");
}

// The time that a bound on the wire names.
absl::Time TimeOf(const std::string& bound, TimeFormat format) {
  absl::Time time;
  std::string error;
  int64_t millis = 0;
  if (format == TimeFormat::kEpochMillis) {
    Require(absl::SimpleAtoi(bound, &millis), "a bound is a number");
    return absl::FromUnixMillis(millis);
  }
  Require(absl::ParseTime("%Y-%m-%d %H:%M:%S", bound, &time, &error),
          "a bound is a time");
  return time;
}

// `text` as the two bounds, in microseconds: within the years that a request
// can name.
void CheckWindow(const std::string& text, TimeFormat format) {
  constexpr int64_t kYearOne = -62135596800000000;
  constexpr int64_t kLastYear = 253402300799000000;
  int64_t micros[2] = {};
  if (text.size() < sizeof(micros)) return;
  std::memcpy(micros, text.data(), sizeof(micros));
  for (const int64_t bound : micros) {
    if (bound < kYearOne || bound > kLastYear) return;
  }
  const absl::Time begin = absl::FromUnixMicros(micros[0]);
  const absl::Time end = absl::FromUnixMicros(micros[1]);
  const HttpRequest request = MakeTaskRequest(
      {.leg = {.window = {.begin = begin, .end = end}, .time_format = format}},
      "https://h");

  const QueryParameters sent = ParseQuery(request.query);
  const auto bound_of = [&](absl::string_view name) {
    const auto it = std::find_if(sent.begin(), sent.end(), [&](const auto& p) {
      return p.first == name;
    });
    Require(it != sent.end(), "both bounds are sent");
    return TimeOf(it->second, format);
  };
  const absl::Duration unit =
      format == TimeFormat::kUtcText ? absl::Seconds(1) : absl::Milliseconds(1);
  const absl::Duration early = begin - bound_of("begin_time");
  const absl::Duration late = bound_of("end_time") - end;
  Require(early >= absl::ZeroDuration() && early < unit, "begin goes down");
  Require(late >= absl::ZeroDuration() && late < unit, "end goes up");
}

}  // namespace
}  // namespace hssgw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const std::string text(input, input + size);
  hssgw::CheckQuery(text);
  hssgw::CheckPath(text);
  hssgw::CheckOrigin(text);
  hssgw::CheckRequest(text);
  hssgw::CheckWindow(text, hssgw::TimeFormat::kEpochMillis);
  hssgw::CheckWindow(text, hssgw::TimeFormat::kUtcText);
  return 0;
}
