// SPDX-License-Identifier: Apache-2.0
// What OpenSSL knows of a session that another library keeps.
#pragma once

namespace hssgw {

// Whether bytes were received that nobody has read: `session` is an SSL*.
bool HasUnreadBytes(const void* session);

}  // namespace hssgw
