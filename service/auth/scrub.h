// SPDX-License-Identifier: Apache-2.0
// What may be shown of a text that upstream wrote. Upstream's gateway repeats
// access keys in its messages, and an answer may hold any bytes at all.
//
//   Shown("ak ABCDEFGHIJKLMNOPQR12 not exist\n")  ->  "ak *** not exist"
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "service/http/http_client.h"

namespace hssgw {

// `text` with *** in the place of what looks like an access key (20 or
// more upper-case letters and digits that are no id of 32 hexadecimal digits,
// or the word after "ak:"), a secret key, a signature or a token. `authorized`
// is the request that was sent: the very credential in its headers is removed
// too, whatever it looks like.
std::string Scrub(absl::string_view text, const HttpRequest* authorized);

// The scrubbed text on one line: control and invisible characters removed,
// bytes that are not UTF-8 replaced by U+FFFD, cut behind a whole character
// with "..." at 256 characters or 512 bytes.
std::string Shown(absl::string_view text,
                  const HttpRequest* authorized = nullptr);

}  // namespace hssgw
