// SPDX-License-Identifier: Apache-2.0
// grpc.reflection.v1.ServerReflection, which newer clients ask first; gRPC of
// Debian 12 brings v1alpha alone. Answers from the descriptors of this program.
//
// Threads: any.
#pragma once

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.grpc.pb.h"

namespace hssgw {

class ReflectionV1
    : public grpc::reflection::v1::ServerReflection::CallbackService {
 public:
  // `services`: full names of all that the server serves.
  explicit ReflectionV1(std::vector<std::string> services)
      : services_(std::move(services)) {}

  grpc::ServerBidiReactor<grpc::reflection::v1::ServerReflectionRequest,
                          grpc::reflection::v1::ServerReflectionResponse>*
  ServerReflectionInfo(grpc::CallbackServerContext* context) override;

 private:
  const std::vector<std::string> services_;
};

}  // namespace hssgw
