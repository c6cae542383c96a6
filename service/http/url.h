// SPDX-License-Identifier: Apache-2.0
// The little of URLs that signing needs: one escaping for path, names and
// values (RFC 3986, upper-case hex, a space is %20), and the one order of a
// query.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace hssgw {

// Every byte but A-Z a-z 0-9 - . _ ~ becomes %XX.
std::string EscapeUrl(absl::string_view text);

// Undoes %XX; a `%` without two hex digits stays as it is.
std::string UnescapeUrl(absl::string_view text);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// Escaped, sorted by name in byte order and then by value; an empty value keeps
// its `=`. What is signed and what goes on the wire.
std::string CanonicalQuery(QueryParameters parameters);

// The parameters of a query, unescaped, in order; a bare name has an empty
// value.
QueryParameters ParseQuery(absl::string_view query);

// Each segment unescaped once and escaped, and a slash at the end.
std::string CanonicalPath(absl::string_view path);

// "https://host", "http://host:8080", "https://[::1]": a scheme and an
// authority, nothing after it but perhaps one slash. In lower case, without
// that slash and without the scheme's usual port, as libcurl writes the Host
// header. Fails: INVALID_ARGUMENT, saying what is wrong.
absl::StatusOr<std::string> ParseOrigin(absl::string_view text);

// "host:port" of an origin, without its scheme.
absl::string_view AuthorityOf(absl::string_view origin);

}  // namespace hssgw
