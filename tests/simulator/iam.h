// SPDX-License-Identifier: Apache-2.0
// The part of IAM that a client of HSS needs: tokens by password, projects by
// name. And the check that the gateway makes of every request.
//
// Threads: any.
#ifndef HSSGW_TESTS_SIMULATOR_IAM_H_
#define HSSGW_TESTS_SIMULATOR_IAM_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/reply.h"
#include "tests/simulator/signature_verifier.h"

namespace hssgw::simulator {

struct AccessKey {
  std::string access_key;
  std::string secret_key;
  std::string security_token;  // Set: a temporary key, useless without it.
};

struct Project {
  std::string id;
  std::string name;  // The region.
};

struct IamOptions {
  std::vector<AccessKey> keys;
  std::string user = "simulator";
  std::string password = "simulator-password-for-tests-only";
  std::string domain = "simulator-domain";
  absl::Duration token_lifetime = absl::Hours(24);
  std::string fixed_token;  // Accepted as X-Auth-Token, for ever.
  std::vector<Project> projects;
  // So many wrong signatures in a row lock a key for `lock_time`; 0: never.
  int lock_after = 5;
  absl::Duration lock_time = absl::Minutes(5);
};

// What became of a request's credential.
struct Admission {
  std::string verdict;           // As in RequestRecord.
  std::optional<Reply> refusal;  // Set: not admitted.
};

class Iam {
 public:
  explicit Iam(IamOptions options) : options_(std::move(options)) {}

  // Checks Authorization or X-Auth-Token.
  Admission Admit(const SignedRequest& request, absl::Time now,
                  const std::string& request_id);

  // POST /v3/auth/tokens
  Reply CreateToken(const SignedRequest& request, absl::Time now);

  // GET /v3/projects
  Reply ListProjects(const SignedRequest& request) const;

  bool HasProject(const std::string& id) const;

  // Keys may be added or replaced while requests are served (rotation), and
  // taken away.
  void PutKey(AccessKey key);
  void RemoveKey(const std::string& access_key);

  // Forgets tokens and locks.
  void Reset();
  // Every token issued so far has expired at `now`.
  void ExpireTokens(absl::Time now);

 private:
  struct Failures {
    int in_a_row = 0;
    absl::Time locked_until = absl::InfinitePast();
  };

  Admission AdmitSigned(const SignedRequest& request, absl::Time now,
                        const std::string& request_id);
  Admission AdmitToken(const std::string& token, absl::Time now,
                       const std::string& request_id);
  std::optional<AccessKey> FindKey(const std::string& access_key) const;
  bool IsLocked(const std::string& access_key, absl::Time now);
  void NoteFailure(const std::string& access_key, absl::Time now);
  std::string Issue(absl::Time expires_at);

  mutable std::mutex mu_;
  IamOptions options_;  // keys guarded by mu_, the rest constant.
  std::map<std::string, absl::Time> tokens_;  // To their expiry. By mu_.
  std::map<std::string, Failures> failures_;  // By access key. By mu_.
  uint64_t issued_ = 0;                       // By mu_.
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_IAM_H_
