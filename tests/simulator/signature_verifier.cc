// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/signature_verifier.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace hssgw::simulator {
namespace {

constexpr std::string_view kSdkHmac = "SDK-HMAC-SHA256";
constexpr std::string_view kDerivedHmac = "V11-HMAC-SHA256";
constexpr std::string_view kDateHeader = "x-sdk-date";
constexpr std::string_view kContentHashHeader = "x-sdk-content-sha256";
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

std::string ToHex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 0xFU]);
  }
  return out;
}

std::string AsBytes(const unsigned char* data, size_t size) {
  return {data, data + size};
}

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(),
             nullptr);
  return ToHex(AsBytes(digest.data(), size));
}

std::string HmacSha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  // A null key means "the one before" to OpenSSL, so an empty one is "".
  HMAC(EVP_sha256(), key.empty() ? "" : key.data(),
       static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       digest.data(), &size);
  return AsBytes(digest.data(), size);
}

// What Authorization says.
struct Claim {
  std::string_view algorithm;
  std::string access_key;
  std::string info;  // V11 only: date/region/service.
  std::vector<std::string> signed_headers;
  std::string signature;
};

// All values of a header, as on the wire but for outer blanks.
std::vector<std::string_view> ValuesOf(const SignedRequest& request,
                                       std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : request.headers) {
    if (EqualsIgnoringCase(key, name)) values.push_back(Trimmed(value));
  }
  return values;
}

std::optional<std::string_view> AlgorithmOf(std::string_view word) {
  if (word == kSdkHmac) return kSdkHmac;
  if (word == kDerivedHmac) return kDerivedHmac;
  return std::nullopt;
}

// Reads one `Name=value` of Authorization into the claim.
bool ReadPart(std::string_view part, Claim& claim) {
  const size_t equals = part.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = part.substr(0, equals);
  const std::string value(part.substr(equals + 1));
  const bool derived = claim.algorithm == kDerivedHmac;
  if (name == "Access" && !derived && claim.access_key.empty()) {
    claim.access_key = value;
  } else if (name == "Credential" && derived && claim.access_key.empty()) {
    const size_t slash = value.find('/');
    if (slash == std::string::npos) return false;
    claim.access_key = value.substr(0, slash);
    claim.info = value.substr(slash + 1);
  } else if (name == "SignedHeaders" && claim.signed_headers.empty()) {
    for (const std::string_view header : SplitAt(value, ';')) {
      claim.signed_headers.emplace_back(header);
    }
  } else if (name == "Signature" && claim.signature.empty()) {
    claim.signature = value;
  } else {
    return false;
  }
  return true;
}

std::optional<Claim> ReadAuthorization(std::string_view text) {
  const size_t space = text.find(' ');
  const std::optional<std::string_view> algorithm =
      AlgorithmOf(text.substr(0, space));
  if (!algorithm || space == std::string_view::npos) return std::nullopt;
  Claim claim{.algorithm = *algorithm};
  for (const std::string_view part : SplitAt(text.substr(space + 1), ',')) {
    if (!ReadPart(Trimmed(part), claim)) return std::nullopt;
  }
  const auto& names = claim.signed_headers;
  if (claim.access_key.empty() || claim.signature.empty() ||
      std::find(names.begin(), names.end(), kDateHeader) == names.end()) {
    return std::nullopt;
  }
  return claim;
}

// The last line of the canonical request, or nothing if the body is not the
// one that X-Sdk-Content-Sha256 names.
std::optional<std::string> BodyHash(const SignedRequest& request) {
  const std::string hash = Sha256Hex(request.body);
  const auto stated = ValuesOf(request, kContentHashHeader);
  if (stated.empty()) return hash;
  if (stated.front() != kUnsignedPayload && stated.front() != hash) {
    return std::nullopt;
  }
  return std::string(stated.front());
}

// `name:value\n` of each signed header in the order signed; nothing if one is
// not there exactly once.
std::optional<std::string> CanonicalHeaders(const SignedRequest& request,
                                            const Claim& claim) {
  std::string lines;
  for (const std::string& name : claim.signed_headers) {
    const auto values = ValuesOf(request, name);
    if (values.size() != 1) return std::nullopt;
    lines.append(ToLower(name)).append(":").append(values.front());
    lines.push_back('\n');
  }
  return lines;
}

std::string JoinedNames(const Claim& claim) {
  std::string joined;
  for (const std::string& name : claim.signed_headers) {
    if (!joined.empty()) joined.push_back(';');
    joined.append(name);
  }
  return joined;
}

// V11 signs with a key derived by HKDF; its text, not its bytes.
std::string SigningKey(const Claim& claim, const std::string& secret) {
  if (claim.algorithm != kDerivedHmac) return secret;
  const std::string extracted = HmacSha256(claim.access_key, secret);
  return ToHex(HmacSha256(extracted, claim.info + '\x01'));
}

std::string SignatureOf(const Claim& claim, const std::string& key,
                        std::string_view date, const std::string& canonical) {
  std::string text(claim.algorithm);
  text.append("\n").append(date).append("\n");
  if (claim.algorithm == kDerivedHmac) text.append(claim.info).append("\n");
  text.append(Sha256Hex(canonical));
  return ToHex(HmacSha256(key, text));
}

bool Equal(const std::string& a, const std::string& b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string CanonicalRequest(const SignedRequest& request, const Claim& claim,
                             const std::string& headers,
                             const std::string& hash, ValueOrder order) {
  const auto [path, query] = SplitTarget(request.target);
  return request.method + "\n" + CanonicalPath(path) + "\n" +
         CanonicalQuery(query, order) + "\n" + headers + "\n" +
         JoinedNames(claim) + "\n" + hash;
}

Verdict Refusal(SignatureReason reason, const Claim* claim,
                std::string detail) {
  return {reason, claim == nullptr ? "" : claim->access_key, std::move(detail)};
}

Verdict VerifyClaim(const SignedRequest& request, const Claim& claim,
                    const std::string& secret, std::string_view date) {
  const std::optional<std::string> headers = CanonicalHeaders(request, claim);
  if (!headers) {
    return Refusal(SignatureReason::kMismatch, &claim,
                   "a signed header is missing or repeated");
  }
  const std::optional<std::string> hash = BodyHash(request);
  if (!hash) {
    return Refusal(SignatureReason::kMismatch, &claim,
                   "the body is not the one of X-Sdk-Content-Sha256");
  }
  const std::string key = SigningKey(claim, secret);
  for (const ValueOrder order : {ValueOrder::kSorted, ValueOrder::kAsSent}) {
    const std::string canonical =
        CanonicalRequest(request, claim, *headers, *hash, order);
    if (Equal(SignatureOf(claim, key, date, canonical), claim.signature)) {
      return {SignatureReason::kAccepted, claim.access_key, ""};
    }
  }
  return Refusal(SignatureReason::kMismatch, &claim,
                 "verify aksk signature fail");
}

}  // namespace

std::string_view ToWord(SignatureReason reason) {
  switch (reason) {
    case SignatureReason::kAccepted:
      return "accepted";
    case SignatureReason::kNoAuthorization:
      return "no_authorization";
    case SignatureReason::kMalformed:
      return "malformed";
    case SignatureReason::kUnknownAccessKey:
      return "unknown_access_key";
    case SignatureReason::kExpired:
      return "expired";
    case SignatureReason::kMismatch:
      return "mismatch";
  }
  return "malformed";
}

std::string CanonicalPath(std::string_view raw_path) {
  const std::string decoded = PercentDecode(raw_path, Plus::kLiteral);
  std::string path;
  for (const std::string_view segment : SplitAt(decoded, '/')) {
    path.append(PercentEncode(segment)).push_back('/');
  }
  // Each segment got a slash behind it; a path that ended in one has it twice.
  if (path.size() > 1 && path[path.size() - 2] == '/') path.pop_back();
  return path;
}

std::string CanonicalQuery(std::string_view raw_query, ValueOrder order) {
  std::vector<NameValue> pairs = ReadQuery(raw_query);
  std::stable_sort(pairs.begin(), pairs.end(),
                   [order](const NameValue& a, const NameValue& b) {
                     if (a.first != b.first || order == ValueOrder::kAsSent) {
                       return a.first < b.first;
                     }
                     return a.second < b.second;
                   });
  std::string query;
  for (const auto& [name, value] : pairs) {
    if (!query.empty()) query.push_back('&');
    query.append(PercentEncode(name)).append("=");
    query.append(PercentEncode(value));
  }
  return query;
}

std::optional<absl::Time> ReadSdkDate(std::string_view text) {
  constexpr std::string_view kShape = "ddddddddTddddddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !digit : text[i] != kShape[i]) return std::nullopt;
  }
  // %Y would take all the digits there are, so part them first.
  std::string parted(text);
  for (const size_t at : {13U, 11U}) parted.insert(at, ":");
  for (const size_t at : {6U, 4U}) parted.insert(at, "-");
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%dT%H:%M:%SZ", parted, &time, &error)) {
    return std::nullopt;
  }
  return time;
}

Verdict VerifySignature(const SignedRequest& request,
                        const SecretLookup& lookup, absl::Time now) {
  const auto authorizations = ValuesOf(request, "authorization");
  if (authorizations.empty()) {
    return Refusal(SignatureReason::kNoAuthorization, nullptr,
                   "no Authorization header");
  }
  const std::optional<Claim> claim = ReadAuthorization(authorizations.front());
  if (!claim || authorizations.size() > 1) {
    return Refusal(SignatureReason::kMalformed, nullptr,
                   "Authorization cannot be read");
  }
  const auto dates = ValuesOf(request, kDateHeader);
  const std::optional<absl::Time> signed_at =
      dates.size() == 1 ? ReadSdkDate(dates.front()) : std::nullopt;
  if (!signed_at) {
    return Refusal(SignatureReason::kMalformed, &*claim,
                   "X-Sdk-Date is missing or not YYYYMMDDTHHMMSSZ");
  }
  if (claim->algorithm == kDerivedHmac &&
      claim->info.substr(0, 9) !=
          std::string(dates.front().substr(0, 8)) + "/") {
    return Refusal(SignatureReason::kMalformed, &*claim,
                   "Credential is not of the day of X-Sdk-Date");
  }
  const std::optional<std::string> secret = lookup(claim->access_key);
  if (!secret) {
    return Refusal(SignatureReason::kUnknownAccessKey, &*claim, "ak not exist");
  }
  if (absl::AbsDuration(now - *signed_at) > kClockTolerance) {
    return Refusal(SignatureReason::kExpired, &*claim, "signature expired");
  }
  return VerifyClaim(request, *claim, *secret, dates.front());
}

std::string MakeAuthorization(const SignedRequest& request,
                              const AccessKeyPair& key) {
  Claim claim{.algorithm = kSdkHmac, .access_key = key.access_key};
  for (const auto& [name, value] : request.headers) {
    claim.signed_headers.push_back(ToLower(name));
  }
  std::sort(claim.signed_headers.begin(), claim.signed_headers.end());
  const std::string canonical = CanonicalRequest(
      request, claim, CanonicalHeaders(request, claim).value_or(""),
      BodyHash(request).value_or(""), ValueOrder::kSorted);
  const auto dates = ValuesOf(request, kDateHeader);
  const std::string signature = SignatureOf(
      claim, key.secret_key, dates.empty() ? std::string_view() : dates.front(),
      canonical);
  return std::string(kSdkHmac) + " Access=" + key.access_key +
         ", SignedHeaders=" + JoinedNames(claim) + ", Signature=" + signature;
}

}  // namespace hssgw::simulator
