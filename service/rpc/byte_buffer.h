// SPDX-License-Identifier: Apache-2.0
// A frame as gRPC sends it: slices that share the pages' memory.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include "service/tasks/page.h"

namespace hssgw {

// Copies nothing: each gRPC slice holds on to the owner of its bytes.
grpc::ByteBuffer ToByteBuffer(const Frame& frame);

}  // namespace hssgw
