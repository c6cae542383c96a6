// SPDX-License-Identifier: Apache-2.0
#include "service/http/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

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

bool IsIpv6Address(absl::string_view text) {
  in6_addr address;
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool IsHostName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
           c == '.' || c == '_';
  });
}

struct Authority {
  absl::string_view host;  // with brackets, if it has them
  absl::string_view port;  // empty: none was given
};

// A name or an IPv4 address, or an IPv6 address in brackets; perhaps a port.
std::optional<Authority> ParseAuthority(absl::string_view text) {
  const bool bracketed = absl::StartsWith(text, "[");
  const size_t end =
      bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == absl::string_view::npos) return std::nullopt;
  Authority authority{.host = text.substr(0, bracketed ? end + 1 : end)};
  absl::string_view rest = text.substr(authority.host.size());
  const bool host_is_right = bracketed ? IsIpv6Address(text.substr(1, end - 1))
                                       : IsHostName(authority.host);
  if (!host_is_right) return std::nullopt;
  if (rest.empty()) return authority;
  if (!absl::ConsumePrefix(&rest, ":") || !IsPort(rest)) return std::nullopt;
  authority.port = rest;
  return authority;
}

// The scheme in lower case, taken off `text`; empty if it is another one.
absl::string_view ConsumeScheme(absl::string_view& text) {
  for (const absl::string_view scheme : {"https://", "http://"}) {
    if (!absl::StartsWithIgnoreCase(text, scheme)) continue;
    text.remove_prefix(scheme.size());
    return scheme;
  }
  return {};
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
  const std::string escaped =
      absl::StrJoin(absl::StrSplit(path, '/'), "/",
                    [](std::string* out, absl::string_view segment) {
                      absl::StrAppend(out, EscapeUrl(UnescapeUrl(segment)));
                    });
  return absl::EndsWith(escaped, "/") ? escaped : absl::StrCat(escaped, "/");
}

absl::StatusOr<std::string> ParseOrigin(absl::string_view text) {
  const absl::string_view scheme = ConsumeScheme(text);
  if (scheme.empty()) {
    return absl::InvalidArgumentError(
        "an endpoint begins with https:// (or http://)");
  }
  absl::ConsumeSuffix(&text, "/");
  const std::optional<Authority> authority = ParseAuthority(text);
  if (!authority.has_value()) {
    return absl::InvalidArgumentError(
        "an endpoint is a host name or address and perhaps a port, without "
        "path, "
        "query or user: https://host or https://host:port");
  }
  const std::string host = absl::AsciiStrToLower(authority->host);
  const absl::string_view usual_port = scheme == "https://" ? "443" : "80";
  if (authority->port.empty() || authority->port == usual_port) {
    return absl::StrCat(scheme, host);
  }
  return absl::StrCat(scheme, host, ":", authority->port);
}

absl::string_view AuthorityOf(absl::string_view origin) {
  const size_t end_of_scheme = origin.find("://");
  return end_of_scheme == absl::string_view::npos
             ? origin
             : origin.substr(end_of_scheme + 3);
}

}  // namespace hssgw
