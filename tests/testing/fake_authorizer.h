// SPDX-License-Identifier: Apache-2.0
// An Authorizer that answers inline: with the request and one header, or with
// the error it was told. Records what it saw.
//
// Threads: any.
#pragma once

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/auth/authorizer.h"
#include "service/base/mutex.h"

namespace hssgw {

class FakeAuthorizer : public Authorizer {
 public:
  static constexpr char kHeader[] = "X-Auth-Token";
  static constexpr char kToken[] = "fake-token";

  struct Refusal {
    HttpRequest request;
    HttpResponse response;
  };

  void Authorize(HttpRequest request, absl::Time /*deadline*/,
                 AuthorizedCallback done) override {
    absl::Status error;
    bool held = false;
    {
      MutexLock lock(mu_);
      authorized_.push_back(request);
      error = error_;
      if (holding_) held_.push_back({std::move(request), std::move(done)});
      held = holding_;
    }
    if (!held) Answer(std::move(request), error, done);
  }

  void Refused(const HttpRequest& request,
               const HttpResponse& response) override {
    MutexLock lock(mu_);
    refusals_.push_back({request, response});
  }

  // From now on answers with `error`; an OK status ends that.
  void FailWith(absl::Status error) {
    MutexLock lock(mu_);
    error_ = std::move(error);
  }

  // From now on keeps answers back until Release().
  void Hold() {
    MutexLock lock(mu_);
    holding_ = true;
  }
  void Release() {
    std::vector<Held> held;
    absl::Status error;
    {
      MutexLock lock(mu_);
      holding_ = false;
      held.swap(held_);
      error = error_;
    }
    for (Held& one : held) Answer(std::move(one.request), error, one.done);
  }

  std::vector<HttpRequest> authorized() const {
    MutexLock lock(mu_);
    return authorized_;
  }
  std::vector<Refusal> refusals() const {
    MutexLock lock(mu_);
    return refusals_;
  }

 private:
  struct Held {
    HttpRequest request;
    AuthorizedCallback done;
  };

  static void Answer(HttpRequest request, const absl::Status& error,
                     AuthorizedCallback& done) {
    if (!error.ok()) return done(error);
    request.headers.push_back({kHeader, kToken});
    done(std::move(request));
  }

  mutable Mutex mu_;
  absl::Status error_ ABSL_GUARDED_BY(mu_);
  bool holding_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<Held> held_ ABSL_GUARDED_BY(mu_);
  std::vector<HttpRequest> authorized_ ABSL_GUARDED_BY(mu_);
  std::vector<Refusal> refusals_ ABSL_GUARDED_BY(mu_);
};

}  // namespace hssgw
