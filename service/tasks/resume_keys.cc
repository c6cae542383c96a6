// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/resume_keys.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "service/base/crypto.h"
#include "service/base/file.h"
#include "service/base/log.h"

namespace hssgw {
namespace {

constexpr size_t kMaxKeyBytes = 4096;

absl::StatusOr<Secret> ReadKey(const std::string& path) {
  absl::StatusOr<std::string> key =
      ReadFile(absl::StrCat("the key file ", path), path, kMaxKeyBytes);
  if (!key.ok()) return key.status();
  while (!key->empty() &&
         absl::ascii_isspace(static_cast<unsigned char>(key->back()))) {
    key->pop_back();
  }
  Secret secret(*std::move(key));
  const size_t size = secret.Reveal().size();
  if (size < ResumeKeys::kMinKeyBytes || size > kMaxKeyBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the key file ", path, " holds ", size, " bytes, not ",
        ResumeKeys::kMinKeyBytes, " to ", kMaxKeyBytes,
        ": write a random key into it, as `openssl rand -hex 32` makes"));
  }
  return secret;
}

absl::StatusOr<ResumeKeys::Keys> ReadKeys(
    const std::vector<std::string>& files) {
  ResumeKeys::Keys keys;
  for (const std::string& file : files) {
    absl::StatusOr<Secret> key = ReadKey(file);
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  return keys;
}

bool Equal(const ResumeKeys::Keys& a, const ResumeKeys::Keys& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!EqualInConstantTime(a[i].Reveal(), b[i].Reveal())) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::shared_ptr<ResumeKeys>> ResumeKeys::Open(
    std::vector<std::string> files, Clock& clock) {
  if (files.size() > kMaxFiles) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kMaxFiles,
                     " key files: the one that seals, then the one "
                     "that was before it"));
  }
  absl::StatusOr<Keys> keys = ReadKeys(files);
  if (!keys.ok()) return keys.status();
  if (files.empty()) keys->push_back(Secret(RandomBytes(kMinKeyBytes)));
  std::shared_ptr<ResumeKeys> opened(
      new ResumeKeys(std::move(files), *std::move(keys), clock));
  if (!opened->files_.empty()) opened->ReadLater();
  return opened;
}

ResumeKeys::ResumeKeys(std::vector<std::string> files, Keys keys, Clock& clock)
    : files_(std::move(files)),
      clock_(clock),
      keys_(std::make_shared<const Keys>(std::move(keys))) {}

std::shared_ptr<const ResumeKeys::Keys> ResumeKeys::current() const {
  MutexLock lock(mu_);
  return keys_;
}

void ResumeKeys::ReadLater() {
  timer_ = clock_.At(clock_.Now() + kReadAgain, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr) return;
    self->ReadAgain();
    self->ReadLater();
  });
}

void ResumeKeys::ReadAgain() {
  absl::StatusOr<Keys> keys = ReadKeys(files_);
  if (!keys.ok()) {
    LogWarning("resume keys kept", {{"error", keys.status().message()}});
    return;
  }
  if (Equal(*keys, *current())) return;
  LogInfo("resume keys changed");
  MutexLock lock(mu_);
  keys_ = std::make_shared<const Keys>(*std::move(keys));
}

}  // namespace hssgw
