// SPDX-License-Identifier: Apache-2.0
#include "service/base/tls_session.h"

#include <openssl/ssl.h>

namespace hssgw {

bool HasUnreadBytes(const void* session) {
  return SSL_has_pending(static_cast<const SSL*>(session)) == 1;
}

}  // namespace hssgw
