// SPDX-License-Identifier: Apache-2.0
// The gRPC server: its doors, its services, and how it stops.
//
//   status = server.Start(options, task_service);
//   ... wait for a signal ...
//   server.Drain(grace);   // returns when the last call has ended
#pragma once

#include <grpcpp/server.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "service/rpc/health_service.h"
#include "service/rpc/listeners.h"
#include "service/rpc/reflection_v1.h"
#include "service/rpc/task_service.h"

namespace hssgw {

// Registered names of the health service.
inline constexpr char kTaskServiceName[] =
    "hss.antivirus.v1.AntivirusTaskService";
inline constexpr char kUpstreamHealthName[] = "upstream";

class Server {
 public:
  // `health` must outlive it.
  explicit Server(HealthService& health);
  ~Server();

  // Listens and serves: health, reflection and channelz beside `tasks`, which
  // must outlive it. SERVING from then on; of upstream nothing is known yet.
  absl::Status Start(const ListenOptions& options, TaskService& tasks);

  // NOT_SERVING at once; new calls are refused, those that run may go on for
  // `grace`, then they are cancelled.
  void Drain(absl::Duration grace);

  const Listeners& listeners() const { return listeners_; }

 private:
  HealthService& health_;
  ReflectionV1 reflection_;
  Listeners listeners_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace hssgw
