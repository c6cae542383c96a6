// SPDX-License-Identifier: Apache-2.0
// A gateway on 127.0.0.1 whose streams do what a script says: frames, then an
// end, a reset, or silence.
//
//   FakeGateway gateway([](const ListTasksRequest&, int stream) {
//     return Script{.frames = {...}, .status = grpc::Status::OK};
//   });
//   TaskRange tasks(gateway.stub(), request);
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "hss/antivirus/v1/task_service.grpc.pb.h"
#include "service/base/mutex.h"

namespace hssgw {

// One stream.
struct Script {
  enum class End {
    kFinish,  // with `status` and `trailers`
    kReset,   // as the gateway does to a reader that is stuck
    kHold,    // nothing more, until the client gives up
  };
  std::vector<hss::antivirus::v1::ListTasksResponse> frames;
  End end = End::kFinish;
  grpc::Status status;
  std::map<std::string, std::string> trailers;
};

// Threads: any.
class FakeGateway {
 public:
  using ListTasksRequest = hss::antivirus::v1::ListTasksRequest;
  using ListTasksPageRequest = hss::antivirus::v1::ListTasksPageRequest;
  using ListTasksPageResponse = hss::antivirus::v1::ListTasksPageResponse;
  // What the n-th stream does, counted from 0. On a thread of gRPC.
  using Answer = std::function<Script(const ListTasksRequest&, int stream)>;
  using PageAnswer = std::function<grpc::Status(const ListTasksPageRequest&,
                                                ListTasksPageResponse&)>;

  explicit FakeGateway(Answer answer, PageAnswer page_answer = nullptr);
  // Streams that hold end with it.
  ~FakeGateway();

  // "127.0.0.1:port"
  const std::string& address() const { return address_; }
  hss::antivirus::v1::AntivirusTaskService::Stub& stub() { return *stub_; }

  // What was asked, in order.
  std::vector<ListTasksRequest> requests() const;

  // Waits until a client gave up a stream that holds.
  void WaitForCancel() { given_up_.WaitForNotification(); }
  // Waits until all frames of a stream that holds were taken.
  void WaitForHold() { holds_.WaitForNotification(); }

 private:
  class Service;
  class Stream;

  const Answer answer_;
  const PageAnswer page_answer_;
  absl::Notification given_up_;
  absl::Notification holds_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::unique_ptr<hss::antivirus::v1::AntivirusTaskService::Stub> stub_;

  mutable Mutex mu_;
  std::vector<ListTasksRequest> requests_ ABSL_GUARDED_BY(mu_);
};

}  // namespace hssgw
