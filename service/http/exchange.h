// SPDX-License-Identifier: Apache-2.0
// One request of a CurlClient and its answer: waits, begins, ends.
//
// Threads: everything but the constructor on the IoThread.
// Lifetime: shared, since libcurl's callbacks and the ticket hold on to it.
#pragma once

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "service/http/curl_client.h"
#include "service/http/easy_handle.h"
#include "service/http/http_client.h"
#include "service/http/io_thread.h"
#include "service/http/transfer_failure.h"

namespace hssgw {

class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(IoThread& io, std::shared_ptr<const CurlClientOptions> options,
           HttpRequest request, absl::Time deadline, HttpCallback done);

  // Until Begin, only the deadline and Cancel end it.
  void Wait();

  // Sends the request. `ended` is called when the connection is free again,
  // before the answer is given.
  void Begin(absl::AnyInvocable<void()> ended);

  void Cancel();

  // The answer was given.
  bool over() const { return done_ == nullptr; }

 private:
  // Gives the request to libcurl.
  void Transfer();
  absl::Status Configure();
  void SetBounds(OptionSetter& set);
  void SetCallbacks(OptionSetter& set);

  // Of libcurl, which must not be called back from them.
  static int OnNewSocket(void* data, curl_socket_t, curlsocktype);
  static int OnSending(void* data, char*, char*, int, int);
  static size_t OnHeader(char* bytes, size_t size, size_t count, void* data);
  static size_t OnBody(char* bytes, size_t size, size_t count, void* data);

  void AddHeaderLine(absl::string_view line);
  bool RefuseResend();
  bool ConnectionIsSpoilt(int remote_port, int local_port) const;
  void WatchForStall();
  void CheckForStall();
  void OnTransferDone(CURLcode code);
  TransferFailure Describe(CURLcode code) const;
  // A failure that is found here and not by libcurl.
  void FailTimedOut(TransferFailure failure);
  void Finish(absl::StatusOr<HttpResponse> result);

  // Constant after construction.
  IoThread& io_;
  const std::shared_ptr<const CurlClientOptions> options_;
  const absl::Time deadline_;

  // Only the IoThread touches these.
  HttpRequest request_;
  std::string origin_;
  HttpCallback done_;
  absl::AnyInvocable<void()> ended_;
  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_ = {};
  CurlEasy easy_;
  HttpResponse response_;
  Timer timer_;  // the deadline while waiting, then the next look for a stall
  size_t header_bytes_ = 0;
  int64_t bytes_at_last_look_ = 0;
  bool deadline_is_nearest_before_sending_ = false;
  bool deadline_is_nearest_ = false;
  bool sent_ = false;
  bool answer_began_ = false;
  bool resend_refused_ = false;
  bool connection_spoilt_ = false;
  bool headers_too_large_ = false;
  bool body_too_large_ = false;
};

}  // namespace hssgw
