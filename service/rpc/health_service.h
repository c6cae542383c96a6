// SPDX-License-Identifier: Apache-2.0
// grpc.health.v1.Health of our own: unlike gRPC's stock one, reflection shows
// it. Names: "" and the task service follow start and stop; "upstream" follows
// the last exchange with HSS, and no probe should use it.
//
// Threads: any. Lock order: the service, then a watcher.
// Lifetime: outlives the server that serves it and whoever sets a name.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "service/base/mutex.h"

namespace hssgw {

class HealthService : public grpc::health::v1::Health::CallbackService {
 public:
  enum class State { kUnknown, kServing, kNotServing };

  // A name that was never set is not served; kUnknown is a state of one that
  // is.
  void Set(const std::string& name, State state);

  // All names are NOT_SERVING from now on, whatever is set later; watches are
  // told and then end.
  void Shutdown();

  grpc::ServerUnaryReactor* Check(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request,
      grpc::health::v1::HealthCheckResponse* response) override;

  grpc::ServerWriteReactor<grpc::health::v1::HealthCheckResponse>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::health::v1::HealthCheckRequest* request) override;

 private:
  class Watcher;
  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;

  Status StatusOf(const std::string& name) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Register(Watcher& watcher);
  void Unregister(Watcher& watcher);

  mutable Mutex mu_;
  absl::flat_hash_map<std::string, Status> states_ ABSL_GUARDED_BY(mu_);
  std::set<Watcher*> watchers_ ABSL_GUARDED_BY(mu_);
  bool shut_down_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace hssgw
