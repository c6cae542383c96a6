// SPDX-License-Identifier: Apache-2.0
#include "tests/client/fake_gateway.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>

#include <utility>

namespace hssgw {

using ::hss::antivirus::v1::AntivirusTaskService;
using ::hss::antivirus::v1::ListTasksResponse;

class FakeGateway::Stream : public grpc::ServerWriteReactor<ListTasksResponse> {
 public:
  Stream(FakeGateway& gateway, grpc::CallbackServerContext& context,
         Script script)
      : gateway_(gateway), context_(context), script_(std::move(script)) {
    for (const auto& [key, value] : script_.trailers) {
      context_.AddTrailingMetadata(key, value);
    }
    Advance();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return GiveUp();
    Advance();
  }
  void OnCancel() override {
    const bool holds = [&] {
      MutexLock lock(mu_);
      cancelled_ = true;
      return holds_;
    }();
    if (holds) GiveUp();
  }
  void OnDone() override { delete this; }

 private:
  void Advance() {
    if (next_ < script_.frames.size()) {
      return StartWrite(&script_.frames[next_++]);
    }
    switch (script_.end) {
      case Script::End::kFinish:
        return Finish(script_.status);
      case Script::End::kReset:
        context_.TryCancel();
        return Finish(grpc::Status::CANCELLED);
      case Script::End::kHold:
        return Hold();
    }
  }

  void Hold() {
    const bool cancelled = [&] {
      MutexLock lock(mu_);
      holds_ = !cancelled_;
      return cancelled_;
    }();
    if (cancelled) return GiveUp();
    NotifyOnce(gateway_.holds_);
  }

  void GiveUp() {
    NotifyOnce(gateway_.given_up_);
    Finish(grpc::Status::CANCELLED);
  }

  // Streams follow one another, so this does not race.
  static void NotifyOnce(absl::Notification& notification) {
    if (!notification.HasBeenNotified()) notification.Notify();
  }

  FakeGateway& gateway_;
  grpc::CallbackServerContext& context_;
  Script script_;
  size_t next_ = 0;

  Mutex mu_;
  bool holds_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
};

class FakeGateway::Service : public AntivirusTaskService::CallbackService {
 public:
  explicit Service(FakeGateway& gateway) : gateway_(gateway) {}

  grpc::ServerWriteReactor<ListTasksResponse>* ListTasks(
      grpc::CallbackServerContext* context,
      const ListTasksRequest* request) override {
    int number = 0;
    {
      MutexLock lock(gateway_.mu_);
      number = static_cast<int>(gateway_.requests_.size());
      gateway_.requests_.push_back(*request);
    }
    return new Stream(gateway_, *context, gateway_.answer_(*request, number));
  }
  grpc::ServerUnaryReactor* ListTasksPage(
      grpc::CallbackServerContext* context, const ListTasksPageRequest* request,
      ListTasksPageResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(gateway_.page_answer_
                        ? gateway_.page_answer_(*request, *response)
                        : grpc::Status(grpc::StatusCode::UNIMPLEMENTED, ""));
    return reactor;
  }

 private:
  FakeGateway& gateway_;
};

FakeGateway::FakeGateway(Answer answer, PageAnswer page_answer)
    : answer_(std::move(answer)),
      page_answer_(std::move(page_answer)),
      service_(std::make_unique<Service>(*this)) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  address_ = "127.0.0.1:" + std::to_string(port);
  stub_ = AntivirusTaskService::NewStub(
      grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
}

FakeGateway::~FakeGateway() {
  // Now: cancels what is under way.
  server_->Shutdown(std::chrono::system_clock::now());
}

std::vector<FakeGateway::ListTasksRequest> FakeGateway::requests() const {
  MutexLock lock(mu_);
  return requests_;
}

}  // namespace hssgw
