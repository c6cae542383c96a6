// SPDX-License-Identifier: Apache-2.0
#include "service/http/url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace hssgw {
namespace {

bool IsUnreserved(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool IsPort(absl::string_view text) {
  int port = 0;
  return absl::SimpleAtoi(text, &port) && port > 0 && port < 65536 &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsAddressChar(char c) {
  return HexDigit(c) >= 0 || c == ':' || c == '.';
}

bool IsHostChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '.' || c == '_';
}

// A name or an IPv4 address, or an IPv6 address in brackets; perhaps a port.
bool IsAuthority(absl::string_view text) {
  absl::string_view host = text;
  absl::string_view rest;
  if (absl::ConsumePrefix(&host, "[")) {
    const size_t end = host.find(']');
    if (end == absl::string_view::npos) return false;
    rest = host.substr(end + 1);
    host = host.substr(0, end);
    if (!std::all_of(host.begin(), host.end(), IsAddressChar)) return false;
  } else {
    const size_t colon = std::min(host.find(':'), host.size());
    rest = host.substr(colon);
    host = host.substr(0, colon);
    if (!std::all_of(host.begin(), host.end(), IsHostChar)) return false;
  }
  if (host.empty()) return false;
  return rest.empty() || (absl::ConsumePrefix(&rest, ":") && IsPort(rest));
}

}  // namespace

std::string EscapeUrl(absl::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    if (IsUnreserved(c)) {
      escaped.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    escaped.push_back('%');
    escaped.push_back(kHex[byte >> 4]);
    escaped.push_back(kHex[byte & 15]);
  }
  return escaped;
}

std::string UnescapeUrl(absl::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                         HexDigit(text[i + 1]) >= 0 &&
                         HexDigit(text[i + 2]) >= 0;
    if (!escaped) {
      plain.push_back(text[i]);
      continue;
    }
    plain.push_back(
        static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
    i += 2;
  }
  return plain;
}

std::string CanonicalQuery(QueryParameters parameters) {
  // Raw values are compared: two upstream signers do so, and values that differ
  // in escaped order are never repeated by us.
  std::sort(parameters.begin(), parameters.end());
  return absl::StrJoin(parameters, "&",
                       [](std::string* out, const auto& parameter) {
                         absl::StrAppend(out, EscapeUrl(parameter.first), "=",
                                         EscapeUrl(parameter.second));
                       });
}

QueryParameters ParseQuery(absl::string_view query) {
  QueryParameters parameters;
  for (const absl::string_view part :
       absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    parameters.emplace_back(UnescapeUrl(pair.first), UnescapeUrl(pair.second));
  }
  return parameters;
}

std::string CanonicalPath(absl::string_view path) {
  const std::string escaped = absl::StrJoin(
      absl::StrSplit(path, '/'), "/",
      [](std::string* out, absl::string_view segment) {
        absl::StrAppend(out, EscapeUrl(UnescapeUrl(segment)));
      });
  return absl::EndsWith(escaped, "/") ? escaped : absl::StrCat(escaped, "/");
}

absl::StatusOr<std::string> ParseOrigin(absl::string_view text) {
  absl::string_view rest = text;
  std::string scheme = "https://";
  if (absl::ConsumePrefix(&rest, "http://")) {
    scheme = "http://";
  } else if (!absl::ConsumePrefix(&rest, "https://")) {
    return absl::InvalidArgumentError(
        "an endpoint begins with https:// (or http://)");
  }
  absl::ConsumeSuffix(&rest, "/");
  if (!IsAuthority(rest)) {
    return absl::InvalidArgumentError(
        "an endpoint is a host name or address and perhaps a port, without path, "
        "query or user: https://host or https://host:port");
  }
  return absl::StrCat(scheme, absl::AsciiStrToLower(rest));
}

absl::string_view AuthorityOf(absl::string_view origin) {
  const size_t end_of_scheme = origin.find("://");
  return end_of_scheme == absl::string_view::npos
             ? origin
             : origin.substr(end_of_scheme + 3);
}

}  // namespace hssgw
