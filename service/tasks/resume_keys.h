// SPDX-License-Identifier: Apache-2.0
// The keys that seal tokens: the first seals, every one opens, so that a key is
// changed by putting the new one first and dropping the old one a lifetime
// later. Files are read again when they change.
//
// Threads: any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/base/clock.h"
#include "service/base/mutex.h"
#include "service/base/secret.h"

namespace hssgw {

class ResumeKeys : public std::enable_shared_from_this<ResumeKeys> {
 public:
  static constexpr size_t kMinKeyBytes = 32;
  static constexpr size_t kMaxFiles = 2;
  static constexpr absl::Duration kReadAgain = absl::Seconds(10);

  // Without files: one random key, whose tokens end with this process.
  // Each file holds a key of at least 32 bytes; white space at its end does not
  // count. `clock` must outlive it.
  // Fails: INVALID_ARGUMENT, naming the file.
  static absl::StatusOr<std::shared_ptr<ResumeKeys>> Open(
      std::vector<std::string> files, Clock& clock);

  using Keys = std::vector<Secret>;
  // Never empty.
  std::shared_ptr<const Keys> current() const;

 private:
  ResumeKeys(std::vector<std::string> files, Keys keys, Clock& clock);

  void ReadLater();
  // Keeps the old keys if a file cannot be read, and says so.
  void ReadAgain();

  const std::vector<std::string> files_;
  Clock& clock_;
  mutable Mutex mu_;
  std::shared_ptr<const Keys> keys_ ABSL_GUARDED_BY(mu_);
  Timer timer_;  // Touched by Open and the clock's thread alone.
};

}  // namespace hssgw
