// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/health_service.h"

#include <grpcpp/server_context.h>

#include <optional>
#include <utility>

namespace hssgw {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

namespace {

HealthCheckResponse::ServingStatus ToProto(HealthService::State state) {
  switch (state) {
    case HealthService::State::kServing:
      return HealthCheckResponse::SERVING;
    case HealthService::State::kNotServing:
      return HealthCheckResponse::NOT_SERVING;
    case HealthService::State::kUnknown:
      break;
  }
  return HealthCheckResponse::UNKNOWN;
}

}  // namespace

// One Watch: writes the state of a name now and whenever it changes; states
// that change while a write is under way are told as the last of them.
class HealthService::Watcher
    : public grpc::ServerWriteReactor<HealthCheckResponse> {
 public:
  Watcher(HealthService& service, std::string name)
      : service_(service), name_(std::move(name)) {
    service_.Register(*this);
  }

  const std::string& name() const { return name_; }

  void Tell(Status status) {
    MutexLock lock(mu_);
    wanted_ = status;
    WriteIfIdle();
  }

  void End() {
    MutexLock lock(mu_);
    ending_ = true;
    WriteIfIdle();
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(mu_);
    writing_ = false;
    ending_ = ending_ || !ok;
    WriteIfIdle();
  }
  void OnCancel() override { End(); }
  void OnDone() override {
    service_.Unregister(*this);
    delete this;
  }

 private:
  // Start... only hands over; reactions come on another stack.
  void WriteIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (writing_ || finished_) return;
    if (wanted_ != told_) {
      writing_ = true;
      told_ = wanted_;
      response_.set_status(wanted_);
      StartWrite(&response_);
      return;
    }
    if (!ending_) return;
    finished_ = true;
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the watch has ended"));
  }

  HealthService& service_;
  const std::string name_;
  Mutex mu_;
  HealthCheckResponse response_ ABSL_GUARDED_BY(mu_);
  Status wanted_ ABSL_GUARDED_BY(mu_) = HealthCheckResponse::UNKNOWN;
  // Absent: nothing yet.
  std::optional<Status> told_ ABSL_GUARDED_BY(mu_);
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool ending_ ABSL_GUARDED_BY(mu_) = false;
  bool finished_ ABSL_GUARDED_BY(mu_) = false;
};

void HealthService::Set(const std::string& name, State state) {
  MutexLock lock(mu_);
  if (shut_down_) return;
  states_[name] = ToProto(state);
  for (Watcher* watcher : watchers_) {
    if (watcher->name() == name) watcher->Tell(states_[name]);
  }
}

void HealthService::Shutdown() {
  MutexLock lock(mu_);
  shut_down_ = true;
  for (auto& [name, status] : states_)
    status = HealthCheckResponse::NOT_SERVING;
  for (Watcher* watcher : watchers_) {
    watcher->Tell(StatusOf(watcher->name()));
    watcher->End();
  }
}

grpc::ServerUnaryReactor* HealthService::Check(
    grpc::CallbackServerContext* context, const HealthCheckRequest* request,
    HealthCheckResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Status status = HealthCheckResponse::UNKNOWN;
  {
    MutexLock lock(mu_);
    status = StatusOf(request->service());
  }
  response->set_status(status);
  reactor->Finish(status == HealthCheckResponse::SERVICE_UNKNOWN
                      ? grpc::Status(grpc::StatusCode::NOT_FOUND,
                                     "no service of that name is served here")
                      : grpc::Status::OK);
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext* /*context*/,
    const HealthCheckRequest* request) {
  return new Watcher(*this, request->service());
}

HealthService::Status HealthService::StatusOf(const std::string& name) const {
  const auto it = states_.find(name);
  return it == states_.end() ? HealthCheckResponse::SERVICE_UNKNOWN
                             : it->second;
}

void HealthService::Register(Watcher& watcher) {
  MutexLock lock(mu_);
  watchers_.insert(&watcher);
  watcher.Tell(StatusOf(watcher.name()));
  if (shut_down_) watcher.End();
}

// Waits for a Set or Shutdown that is telling the watcher something.
void HealthService::Unregister(Watcher& watcher) {
  MutexLock lock(mu_);
  watchers_.erase(&watcher);
}

}  // namespace hssgw
