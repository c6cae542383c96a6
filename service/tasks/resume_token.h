// SPDX-License-Identifier: Apache-2.0
// Resume and page tokens: a position that a caller carries to the next call,
// maybe on another replica. Sealed, so that nobody makes one up; no authority:
// a call with a token is checked like any other.
//
//   payload = version, expiry, position     token = base64url(payload, MAC)
//   MAC = HMAC-SHA256(key, purpose, binding, payload), its first 16 bytes
//
// Threads: any.
#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/tasks/list_position.h"
#include "service/tasks/resume_keys.h"
#include "service/tasks/task_query.h"

namespace hssgw {

// What a token is for; one is never taken for the other.
enum class TokenPurpose : char { kResume = 'r', kPage = 'p' };

// What a token belongs to, beside its own bytes: the caller's identity (empty
// where the listener gives none), the profile, the project and the filter.
std::string TokenBinding(const TaskQuery& query, absl::string_view identity);

class ResumeTokens {
 public:
  static constexpr size_t kMaxLength = 512;

  // `keys` must outlive it.
  ResumeTokens(const ResumeKeys& keys, absl::Duration lifetime)
      : keys_(keys), lifetime_(lifetime) {}

  // At most kMaxLength characters of [A-Za-z0-9_-].
  std::string Seal(const ListPosition& position, TokenPurpose purpose,
                   absl::string_view binding, absl::Time now) const;

  // Fails: INVALID_ARGUMENT, TOKEN_INVALID, where the message tells a token of
  // another version from one that does not belong here; ABORTED, TOKEN_EXPIRED.
  absl::StatusOr<ListPosition> Open(absl::string_view token,
                                    TokenPurpose purpose,
                                    absl::string_view binding,
                                    absl::Time now) const;

 private:
  const ResumeKeys& keys_;
  const absl::Duration lifetime_;
};

}  // namespace hssgw
