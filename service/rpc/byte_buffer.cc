// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/byte_buffer.h"

#include <grpcpp/support/slice.h>

#include <memory>
#include <string>
#include <vector>

namespace hssgw {
namespace {

using Owner = std::shared_ptr<const std::string>;

// gRPC wants a writable pointer for what it only reads, and a plain function to
// let the owner go.
grpc::Slice ToGrpcSlice(const Slice& slice) {
  const char* bytes = slice.owner->data() + slice.begin;
  auto owner = std::make_unique<Owner>(slice.owner);
  return grpc::Slice(
      const_cast<char*>(bytes), slice.size(),
      [](void* held) { std::unique_ptr<Owner>(static_cast<Owner*>(held)); },
      owner.release());
}

}  // namespace

grpc::ByteBuffer ToByteBuffer(const Frame& frame) {
  std::vector<grpc::Slice> slices;
  slices.reserve(frame.slices.size());
  for (const Slice& slice : frame.slices) slices.push_back(ToGrpcSlice(slice));
  return grpc::ByteBuffer(slices.data(), slices.size());
}

}  // namespace hssgw
