// SPDX-License-Identifier: Apache-2.0
#include "service/auth/scrub.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "service/auth/utf8.h"

namespace hssgw {
namespace {

constexpr absl::string_view kMask = "***";
// Longer text is not looked at: nothing of it would be shown.
constexpr size_t kMaxInput = size_t{4} << 10;
constexpr size_t kMaxCharacters = 256;
constexpr size_t kMaxBytes = 512;
constexpr size_t kAccessKeySize = 20;
constexpr size_t kHexIdSize = 32;
constexpr size_t kSmallestToken = 40;  // a secret key; tokens are longer
constexpr size_t kSignatureSize = 64;
// A shorter "token" is a placeholder, and would mask ordinary words.
constexpr size_t kSmallestKnown = 4;

// Not `=`, the padding of a token: it also parts a name from its value.
bool IsTokenByte(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '+' || c == '/' || c == '_' || c == '-';
}
bool IsValueByte(unsigned char c) {
  return IsTokenByte(c) || c == '=' || c == '*';
}
bool IsSeparatorByte(unsigned char c) {
  return c == ' ' || c == '"' || c == '\'' || c == '\\';
}
bool IsAccessKeyByte(unsigned char c) {
  return absl::ascii_isupper(c) || absl::ascii_isdigit(c);
}
bool IsSignatureByte(unsigned char c) {
  return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
}

using BytePredicate = bool (*)(unsigned char);

bool All(absl::string_view text, BytePredicate is) {
  return std::all_of(text.begin(), text.end(), is);
}
bool Any(absl::string_view text, BytePredicate is) {
  return std::any_of(text.begin(), text.end(), is);
}

// The longest start of `text` whose bytes all are; removed from `text`.
absl::string_view Take(absl::string_view& text, BytePredicate is) {
  const auto size = static_cast<size_t>(
      std::find_if_not(text.begin(), text.end(), is) - text.begin());
  const absl::string_view taken = text.substr(0, size);
  text.remove_prefix(size);
  return taken;
}

// As upstream writes the ids of requests, projects and tasks.
bool IsHexId(absl::string_view word) {
  return word.size() == kHexIdSize && All(word, absl::ascii_isxdigit);
}

bool LooksLikeAccessKey(absl::string_view word) {
  // Longer ones too: something may stick to the key.
  return word.size() >= kAccessKeySize && All(word, IsAccessKeyByte) &&
         !IsHexId(word);
}

bool LooksLikeToken(absl::string_view run) {
  if (run.size() >= kSignatureSize && All(run, IsSignatureByte)) return true;
  return run.size() >= kSmallestToken && Any(run, absl::ascii_isupper) &&
         Any(run, absl::ascii_islower) && Any(run, absl::ascii_isdigit);
}

// A name after which `:` or `=` introduces something that must not be shown.
bool NamesSecret(absl::string_view word, char separator) {
  static constexpr std::array<absl::string_view, 12> kNames = {
      "ak",
      "sk",
      "accesskey",
      "accesskeyid",
      "secretkey",
      "secret",
      "secretaccesskey",
      "xauthtoken",
      "xsubjecttoken",
      "xsecuritytoken",
      "securitytoken",
      "signature"};
  std::string name = absl::AsciiStrToLower(word);
  name.erase(
      std::remove_if(name.begin(), name.end(),
                     [](unsigned char c) { return c == '-' || c == '_'; }),
      name.end());
  if (separator == '=' && (name == "access" || name == "credential")) {
    return true;
  }
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// `rest` follows the word `name`. Moves what stands between name and secret to
// `out`, the secret itself nowhere. False: no secret follows, nothing is moved.
bool SkipNamedSecret(absl::string_view name, absl::string_view& rest,
                     std::string& out) {
  absl::string_view text = rest;
  Take(text, IsSeparatorByte);
  if (!text.empty() && (text[0] == ':' || text[0] == '=') &&
      NamesSecret(name, text[0])) {
    text.remove_prefix(1);
    Take(text, IsSeparatorByte);
  } else if (absl::EqualsIgnoreCase(name, "ak") && text != rest) {
    absl::string_view after = text;
    const absl::string_view key = Take(after, absl::ascii_isalnum);
    if (key == "not" || !(absl::StartsWith(after, " not ") ||
                          absl::StartsWith(after, " does not "))) {
      return false;
    }
  } else {
    return false;
  }
  absl::StrAppend(&out, rest.substr(0, rest.size() - text.size()));
  if (!Take(text, IsValueByte).empty()) absl::StrAppend(&out, kMask);
  rest = text;
  return true;
}

// `run` is made of token bytes alone and no token as a whole.
void AppendWithoutAccessKeys(absl::string_view run, std::string& out) {
  while (!run.empty()) {
    const absl::string_view word = Take(run, absl::ascii_isalnum);
    absl::StrAppend(&out, LooksLikeAccessKey(word) ? kMask : word);
    absl::StrAppend(&out, Take(run, [](unsigned char c) {
      return !absl::ascii_isalnum(c);
    }));
  }
}

void MaskKnown(absl::string_view secret, std::string& text) {
  if (secret.size() < kSmallestKnown) return;
  absl::StrReplaceAll({{secret, kMask}}, &text);
}

// Authorization: SDK-HMAC-SHA256 Access=<AK>, SignedHeaders=..., Signature=...
void MaskAuthorization(absl::string_view value, std::string& text) {
  for (const absl::string_view name : {"Access=", "Signature="}) {
    const size_t at = value.find(name);
    if (at == absl::string_view::npos) continue;
    const absl::string_view rest = value.substr(at + name.size());
    MaskKnown(rest.substr(0, rest.find(',')), text);
  }
}

void MaskCredentialOf(const HttpRequest& request, std::string& text) {
  MaskAuthorization(HeaderValue(request.headers, "Authorization"), text);
  for (const absl::string_view name : {"X-Auth-Token", "X-Security-Token"}) {
    MaskKnown(HeaderValue(request.headers, name), text);
  }
}

}  // namespace

std::string Scrub(absl::string_view text, const HttpRequest* authorized) {
  std::string known(text);
  if (authorized != nullptr) MaskCredentialOf(*authorized, known);

  std::string out;
  absl::string_view rest = known;
  while (!rest.empty()) {
    const absl::string_view run = Take(rest, IsTokenByte);
    if (LooksLikeToken(run)) {
      absl::StrAppend(&out, kMask);
    } else {
      AppendWithoutAccessKeys(run, out);
    }
    if (SkipNamedSecret(run, rest, out)) continue;
    absl::StrAppend(
        &out, Take(rest, [](unsigned char c) { return !IsTokenByte(c); }));
  }
  return out;
}

std::string Shown(absl::string_view text, const HttpRequest* authorized) {
  absl::string_view start = text.substr(0, kMaxInput);
  if (start.size() < text.size()) {
    // Half a key does not look like one: the cut takes the whole word away.
    const auto end =
        std::find_if_not(start.rbegin(), start.rend(), IsTokenByte);
    start = start.substr(0, static_cast<size_t>(start.rend() - end));
  }
  // Invisible characters go first: they could hide a key from Scrub.
  const std::string line = PrintableLine(start);
  return CutUtf8(Scrub(line, authorized), kMaxCharacters, kMaxBytes);
}

}  // namespace hssgw
