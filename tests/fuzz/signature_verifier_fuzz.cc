// SPDX-License-Identifier: Apache-2.0
// Any bytes as a request, "GET target", a line a header, an empty line and the
// body: the verifier accepts what was signed with the key it knows, at its
// time, and nothing that differs from it by a byte.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "service/auth/sdk_hmac_signer.h"
#include "service/hss/task_request.h"
#include "tests/simulator/signature_verifier.h"

namespace hssgw::simulator {
namespace {

// The keys of the committed inputs.
const AccessKeyPair kKey{"FAKEAKSDKCAPTURE0001",
                         "FakeSkSdkCaptureFakeSkSdkCaptureFakeSk01"};
constexpr char kDate[] = "20261124T062654Z";

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// `text` up to `separator`, which is taken off as well.
std::string_view Cut(std::string_view& text, char separator) {
  const size_t at = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

SignedRequest Parse(std::string_view text) {
  SignedRequest request;
  std::string_view first = Cut(text, '\n');
  request.method = Cut(first, ' ');
  request.target = first;
  while (!text.empty()) {
    std::string_view line = Cut(text, '\n');
    if (line.empty()) break;
    const std::string_view name = Cut(line, ':');
    request.headers.emplace_back(name, line);
  }
  request.body = text;
  return request;
}

absl::Time TimeOf(const SignedRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (!EqualsIgnoringCase(name, "x-sdk-date")) continue;
    return ReadSdkDate(Trimmed(value)).value_or(absl::UnixEpoch());
  }
  return absl::UnixEpoch();
}

Verdict Verify(const SignedRequest& request, absl::Time now,
               const AccessKeyPair& key = kKey) {
  const auto secret_of =
      [&](const std::string& access_key) -> std::optional<std::string> {
    if (access_key != key.access_key) return std::nullopt;
    return key.secret_key;
  };
  return VerifySignature(request, secret_of, now);
}

void CheckVerdict(const SignedRequest& request) {
  const absl::Time now = TimeOf(request);
  const Verdict verdict = Verify(request, now);
  Require(!ToWord(verdict.reason).empty(), "a verdict has a word");
  Require(verdict.detail.find(kKey.secret_key) == std::string::npos,
          "a verdict never holds the secret");
  Require(verdict.accepted() == verdict.detail.empty(), "a refusal says why");
  if (!verdict.accepted()) return;
  Require(verdict.access_key == kKey.access_key, "it was signed by a key");
  const absl::Duration late = kClockTolerance + absl::Seconds(1);
  for (const absl::Time other : {now - late, now + late}) {
    Require(Verify(request, other).reason == SignatureReason::kExpired,
            "a signature has its time");
  }
  const AccessKeyPair another{kKey.access_key, "another"};
  Require(Verify(request, now, another).reason == SignatureReason::kMismatch,
          "another secret does not do");
  const AccessKeyPair unknown{"another", kKey.secret_key};
  Require(Verify(request, now, unknown).reason ==
              SignatureReason::kUnknownAccessKey,
          "another key does not do");
}

bool IsToken(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
}

// The request with each header once and signed by all of them.
SignedRequest Signed(SignedRequest request) {
  std::set<std::string> names = {"authorization", "x-sdk-date",
                                 "x-sdk-content-sha256"};
  std::vector<NameValue> headers;
  for (NameValue& header : request.headers) {
    if (IsToken(header.first) && names.insert(ToLower(header.first)).second) {
      headers.push_back(std::move(header));
    }
  }
  headers.emplace_back("X-Sdk-Date", kDate);
  request.headers = std::move(headers);
  request.headers.emplace_back("Authorization",
                               MakeAuthorization(request, kKey));
  return request;
}

void RequireMismatch(const SignedRequest& request, const char* what) {
  Require(
      Verify(request, *ReadSdkDate(kDate)).reason == SignatureReason::kMismatch,
      what);
}

void CheckSigned(const SignedRequest& request) {
  Require(Verify(request, *ReadSdkDate(kDate)).accepted(),
          "what was signed is accepted");
  SignedRequest other = request;
  other.method += "x";
  RequireMismatch(other, "the method is signed");
  other = request;
  other.target += "x";
  RequireMismatch(other, "the target is signed");
  other = request;
  other.body += "x";
  RequireMismatch(other, "the body is signed");
  other = request;
  other.headers.back().second += "0";
  RequireMismatch(other, "the signature is compared to its end");
  other = request;
  other.headers.back().second.pop_back();
  RequireMismatch(other, "a part of the signature does not do");
  for (size_t i = 0; i + 2 < request.headers.size(); ++i) {
    other = request;
    other.headers[i].second += "x";
    RequireMismatch(other, "every signed header is signed");
    other.headers.erase(other.headers.begin() + static_cast<ptrdiff_t>(i));
    RequireMismatch(other, "a signed header must be there");
  }
}

// Both sides of the signature were written apart: they agree on any filter.
void CheckOurs(const std::string& text) {
  PageQuestion question{.leg = {.project_id = "p"}, .offset = 0, .limit = 200};
  question.leg.filter.task_name = text;
  question.leg.filter.host_task_status = {text, "fail"};
  HttpRequest sent = MakeTaskRequest(question, "https://h");
  SignLean(sent, {kKey.access_key, Secret(kKey.secret_key)},
           *ReadSdkDate(kDate));
  SignedRequest got{.method = "GET", .target = sent.path + "?" + sent.query};
  for (const HttpHeader& header : sent.headers) {
    got.headers.emplace_back(header.name, header.value);
  }
  got.headers.emplace_back("Host", "h");
  Require(Verify(got, *ReadSdkDate(kDate)).accepted(),
          "what the gateway signs is accepted");
}

}  // namespace
}  // namespace hssgw::simulator

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* input, size_t size) {
  const std::string text(input, input + size);
  const auto request = hssgw::simulator::Parse(text);
  hssgw::simulator::CheckVerdict(request);
  hssgw::simulator::CheckSigned(hssgw::simulator::Signed(request));
  hssgw::simulator::CheckOurs(text);
  return 0;
}
