// SPDX-License-Identifier: Apache-2.0
// Says whether a raw request carries a signature that upstream's gateway would
// accept: SDK-HMAC-SHA256 and V11-HMAC-SHA256. Repeated query names verify
// with their values sorted or in wire order, because the SDKs differ.
//
// Threads: pure. Fails: never; every refusal is a verdict with its reason.
//
//   Verdict v = VerifySignature({"GET", target, headers, body}, lookup, now);
//   if (!v.accepted()) Refuse(v.reason, v.detail);
#ifndef HSSGW_TESTS_SIMULATOR_SIGNATURE_VERIFIER_H_
#define HSSGW_TESTS_SIMULATOR_SIGNATURE_VERIFIER_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/escaping.h"

namespace hssgw::simulator {

// A request as it stood on the wire: names, order and blanks untouched.
struct SignedRequest {
  std::string method;
  std::string target;
  std::vector<NameValue> headers;
  std::string body;
};

enum class SignatureReason {
  kAccepted,
  kNoAuthorization,
  kMalformed,
  kUnknownAccessKey,
  kExpired,
  kMismatch,
};

// One lower-case word for logs and counters.
std::string_view ToWord(SignatureReason reason);

struct Verdict {
  SignatureReason reason = SignatureReason::kMalformed;
  std::string access_key;  // Empty until Authorization could be read.
  std::string detail;      // For people; never holds a secret.

  bool accepted() const { return reason == SignatureReason::kAccepted; }
};

// The secret key of an access key, or nothing.
using SecretLookup =
    std::function<std::optional<std::string>(const std::string& access_key)>;

// How far X-Sdk-Date may be from `now`, both ways.
inline constexpr absl::Duration kClockTolerance = absl::Minutes(15);

Verdict VerifySignature(const SignedRequest& request,
                        const SecretLookup& lookup, absl::Time now);

// The Authorization header that makes `request` acceptable, with all of its
// headers signed (X-Sdk-Date must be one). For tests that need a signed
// request and must not depend on service/.
struct AccessKeyPair {
  std::string access_key, secret_key;
};
std::string MakeAuthorization(const SignedRequest& request,
                              const AccessKeyPair& key);

// The two values from which a signature is computed; public for tests.
enum class ValueOrder { kSorted, kAsSent };
std::string CanonicalPath(std::string_view raw_path);
std::string CanonicalQuery(std::string_view raw_query, ValueOrder order);

// `YYYYMMDDTHHMMSSZ`, or nothing.
std::optional<absl::Time> ReadSdkDate(std::string_view text);

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_SIGNATURE_VERIFIER_H_
