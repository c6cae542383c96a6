// SPDX-License-Identifier: Apache-2.0
// Any bytes as the body and request id of an upstream error, at the status that
// the first two bytes give: an honest, bounded, printable error without keys.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "service/auth/scrub.h"
#include "service/auth/utf8.h"
#include "service/base/error.h"
#include "service/hss/error_body.h"
#include "service/hss/retry_after.h"
#include "service/hss/upstream_error.h"

namespace hssgw {
namespace {

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

bool IsKeyByte(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// A word of 20 upper-case letters and digits. Not one at the end of the text or
// before its "...": that may be the start of a longer word, which is no key.
bool HoldsAccessKey(const std::string& text) {
  size_t run = 0;
  bool lower = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsKeyByte(text[i]) || (text[i] >= 'a' && text[i] <= 'z')) {
      ++run;
      lower = lower || !IsKeyByte(text[i]);
      continue;
    }
    if (run == 20 && !lower && text.compare(i, 3, "...") != 0) return true;
    run = 0;
    lower = false;
  }
  return false;
}

void CheckText(const std::string& text, size_t max_size) {
  Require(text.size() <= max_size, "text is bounded");
  Require(PrintableLine(text) == text, "text is one printable line");
  Require(!HoldsAccessKey(text), "text holds no access key");
}

void CheckError(const HttpResponse& response, const UpstreamError& error) {
  const absl::Status& status = error.status;
  const ErrorFacts facts = FactsOf(status);
  Require(!status.ok(), "an error is never OK");
  Require(status.code() != absl::StatusCode::kUnauthenticated,
          "never UNAUTHENTICATED");
  Require((status.code() == absl::StatusCode::kUnavailable) ==
              (error.kind == FailureKind::kRetryable),
          "UNAVAILABLE is what may be retried");
  Require(facts.reason != Reason::kUnspecified, "there is a reason");
  Require(facts.http_status == response.status, "the status is told");
  Require(!facts.retry_after.has_value() ||
              (*facts.retry_after >= absl::ZeroDuration() &&
               *facts.retry_after <= kMaxRetryAfter),
          "a wait is bounded");
  CheckText(std::string(status.message()), 1024);
  CheckText(facts.upstream_code, 64);
  CheckText(facts.upstream_request_id, 128);
}

void Run(const uint8_t* input, size_t size) {
  HttpResponse response;
  if (size >= 2) {
    response.status = (input[0] * 256 + input[1]) % 700;
    response.body.assign(input + 2, input + size);
  }
  const std::string start = response.body.substr(0, 200);
  response.headers = {{"X-Request-Id", start}, {"Retry-After", start}};
  const HttpRequest sent{
      .headers = {
          {"X-Auth-Token", start},
          {"Authorization", "SDK-HMAC-SHA256 Access=" + start + ", x"}}};

  CheckError(response, ReadUpstreamError(response, absl::UnixEpoch(), &sent));
  response.headers.clear();  // the body's request id counts now
  CheckError(response, ReadUpstreamError(response, absl::UnixEpoch()));
  CheckText(Shown(response.body), 512);
}

}  // namespace
}  // namespace hssgw

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  hssgw::Run(input, size);
  return 0;
}
