// SPDX-License-Identifier: Apache-2.0
#include "service/http/exchange.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/base/tls_session.h"
#include "service/http/request_check.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

long Millis(absl::Duration duration) {
  // Zero would mean "no limit".
  return std::max<long>(1, static_cast<long>(absl::ToInt64Milliseconds(
                               absl::Ceil(duration, absl::Milliseconds(1)))));
}

template <typename T>
T InfoOf(CURL* easy, CURLINFO info) {
  T value = 0;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

}  // namespace

Exchange::Exchange(IoThread& io,
                   std::shared_ptr<const CurlClientOptions> options,
                   HttpRequest request, absl::Time deadline, HttpCallback done)
    : io_(io),
      options_(std::move(options)),
      deadline_(deadline),
      request_(std::move(request)),
      done_(std::move(done)) {}

void Exchange::Wait() {
  timer_ = io_.At(deadline_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->over()) return;
    self->FailTimedOut({.deadline_passed = true});
  });
}

void Exchange::Begin(absl::AnyInvocable<void()> ended) {
  timer_ = Timer();
  ended_ = std::move(ended);
  if (deadline_ <= io_.Now()) return FailTimedOut({.deadline_passed = true});
  absl::StatusOr<std::string> origin =
      CheckRequest(request_, options_->allow_plaintext ? Plaintext::kAllowed
                                                       : Plaintext::kRefused);
  if (!origin.ok()) return Finish(std::move(origin).status());
  origin_ = *std::move(origin);
  Transfer();
}

void Exchange::Transfer() {
  easy_.reset(curl_easy_init());
  if (absl::Status status = Configure(); !status.ok()) {
    return Finish(std::move(status));
  }
  io_.Add(easy_.get(), [self = shared_from_this()](CURLcode code) {
    self->OnTransferDone(code);
  });
}

void Exchange::Cancel() {
  if (over()) return;
  if (easy_ != nullptr) io_.Remove(easy_.get());
  Finish(CallCancelled());
}

absl::Status Exchange::Configure() {
  OptionSetter set(easy_.get());
  headers_ = MakeHeaderList(request_);
  set.Set(CURLOPT_ERRORBUFFER, error_text_.data());
  SetRequest(set, origin_, request_, headers_);
  SetTrust(set, *options_);
  SetProxy(set, *options_);
  SetBounds(set);
  SetCallbacks(set);
  io_.sockets().Watch(set);
  return set.status();
}

void Exchange::SetBounds(OptionSetter& set) {
  const absl::Duration left = deadline_ - io_.Now();
  deadline_is_nearest_ = left <= options_->max_attempt;
  deadline_is_nearest_before_sending_ =
      deadline_is_nearest_ && left <= options_->connect_timeout;
  set.Set(CURLOPT_TIMEOUT_MS, Millis(std::min(left, options_->max_attempt)));
  set.Set(CURLOPT_CONNECTTIMEOUT_MS, Millis(options_->connect_timeout));
  set.Set(CURLOPT_MAXFILESIZE_LARGE,
          static_cast<curl_off_t>(options_->max_response_bytes));
}

void Exchange::SetCallbacks(OptionSetter& set) {
  set.Set(CURLOPT_WRITEFUNCTION, &Exchange::OnBody);
  set.Set(CURLOPT_WRITEDATA, this);
  set.Set(CURLOPT_HEADERFUNCTION, &Exchange::OnHeader);
  set.Set(CURLOPT_HEADERDATA, this);
  set.Set(CURLOPT_PREREQFUNCTION, &Exchange::OnSending);
  set.Set(CURLOPT_PREREQDATA, this);
  set.Set(CURLOPT_SOCKOPTFUNCTION, &Exchange::OnNewSocket);
  set.Set(CURLOPT_SOCKOPTDATA, this);
}

// libcurl sends a request again by itself when a kept connection turns out
// closed. That would be an upstream call nobody counted: refused, both over a
// new connection and over another kept one.
bool Exchange::RefuseResend() {
  if (sent_) resend_refused_ = true;
  return resend_refused_;
}

int Exchange::OnNewSocket(void* data, curl_socket_t, curlsocktype) {
  return static_cast<Exchange*>(data)->RefuseResend() ? CURL_SOCKOPT_ERROR
                                                      : CURL_SOCKOPT_OK;
}

// Bytes wait on a connection that was kept: what followed the last answer,
// which would pass for the next. libcurl looks for them only in what it has
// read.
bool Exchange::ConnectionIsSpoilt(int remote_port, int local_port) const {
  CURL* const easy = easy_.get();
  if (InfoOf<long>(easy, CURLINFO_NUM_CONNECTS) > 0) return false;
  if (io_.sockets().HaveUnreadBytes(local_port, remote_port)) return true;
  const auto* tls = InfoOf<curl_tlssessioninfo*>(easy, CURLINFO_TLS_SSL_PTR);
  return tls != nullptr && tls->backend == CURLSSLBACKEND_OPENSSL &&
         tls->internals != nullptr && HasUnreadBytes(tls->internals);
}

int Exchange::OnSending(void* data, char*, char*, int remote_port,
                        int local_port) {
  auto& self = *static_cast<Exchange*>(data);
  if (self.RefuseResend()) return CURL_PREREQFUNC_ABORT;
  self.connection_spoilt_ = self.ConnectionIsSpoilt(remote_port, local_port);
  if (self.connection_spoilt_) return CURL_PREREQFUNC_ABORT;
  self.sent_ = true;
  return CURL_PREREQFUNC_OK;
}

size_t Exchange::OnHeader(char* bytes, size_t size, size_t count, void* data) {
  auto& self = *static_cast<Exchange*>(data);
  const absl::string_view line(bytes, size * count);
  if (!std::exchange(self.answer_began_, true)) self.WatchForStall();
  self.header_bytes_ += line.size();
  if (self.header_bytes_ > self.options_->max_header_bytes) {
    self.headers_too_large_ = true;
    return 0;
  }
  self.AddHeaderLine(line);
  return line.size();
}

void Exchange::AddHeaderLine(absl::string_view line) {
  std::vector<HttpHeader>& headers = response_.headers;
  if (absl::StartsWith(line, "HTTP/")) return headers.clear();  // after a 1xx
  const absl::string_view text = absl::StripAsciiWhitespace(line);
  if (text.empty()) return;
  if (absl::ascii_isspace(static_cast<unsigned char>(line.front()))) {
    // A folded line (RFC 9112, section 5.2) is more of the last value.
    if (!headers.empty()) absl::StrAppend(&headers.back().value, " ", text);
    return;
  }
  const size_t colon = text.find(':');
  if (colon == absl::string_view::npos) return;
  headers.push_back(
      {std::string(text.substr(0, colon)),
       std::string(absl::StripAsciiWhitespace(text.substr(colon + 1)))});
}

size_t Exchange::OnBody(char* bytes, size_t size, size_t count, void* data) {
  auto& self = *static_cast<Exchange*>(data);
  const size_t added = size * count;
  std::string& body = self.response_.body;
  if (added > self.options_->max_response_bytes - body.size()) {
    self.body_too_large_ = true;
    return 0;
  }
  body.append(bytes, added);
  return added;
}

// libcurl's own floor (CURLOPT_LOW_SPEED_LIMIT) counts the wait for the first
// byte too, and would cut an upstream that only thinks.
void Exchange::WatchForStall() {
  timer_ =
      io_.At(io_.Now() + options_->stall_timeout, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (self != nullptr && !self->over()) self->CheckForStall();
      });
}

void Exchange::CheckForStall() {
  const int64_t bytes =
      InfoOf<curl_off_t>(easy_.get(), CURLINFO_SIZE_DOWNLOAD_T) +
      static_cast<int64_t>(header_bytes_);
  const auto received =
      static_cast<double>(bytes - std::exchange(bytes_at_last_look_, bytes));
  const double floor = static_cast<double>(options_->min_bytes_per_second) *
                       absl::ToDoubleSeconds(options_->stall_timeout);
  if (received >= floor) return WatchForStall();
  FailTimedOut({.stalled = true});
}

void Exchange::FailTimedOut(TransferFailure failure) {
  if (easy_ != nullptr) io_.Remove(easy_.get());
  failure.code = CURLE_OPERATION_TIMEDOUT;
  failure.authority = AuthorityOf(request_.origin);
  Finish(ToStatus(failure));
}

void Exchange::OnTransferDone(CURLcode code) {
  if (over()) return;
  if (std::exchange(connection_spoilt_, false)) {
    // Nothing was sent: this is no second try.
    request_.fresh_connection = true;
    return Transfer();
  }
  if (code == CURLE_OK) {
    response_.status =
        static_cast<int>(InfoOf<long>(easy_.get(), CURLINFO_RESPONSE_CODE));
    return Finish(std::move(response_));
  }
  if (code == CURLE_ABORTED_BY_CALLBACK && !resend_refused_) {
    return Finish(absl::CancelledError("the gateway is stopping"));
  }
  Finish(ToStatus(Describe(code)));
}

TransferFailure Exchange::Describe(CURLcode code) const {
  CURL* const easy = easy_.get();
  const long new_connections = InfoOf<long>(easy, CURLINFO_NUM_CONNECTS);
  const bool https_proxy = absl::StartsWith(options_->proxy, "https://");
  const bool https = absl::StartsWith(origin_, "https://");
  const long connect_status = InfoOf<long>(easy, CURLINFO_HTTP_CONNECTCODE);
  return {
      .code = code,
      .authority = AuthorityOf(request_.origin),
      .sent = sent_,
      .reused_connection = sent_ && new_connections == 0,
      .answer_began = answer_began_,
      .deadline_passed =
          sent_ ? deadline_is_nearest_ : deadline_is_nearest_before_sending_,
      .body_too_large = body_too_large_,
      .headers_too_large = headers_too_large_,
      .resend_refused = resend_refused_,
      .by_proxy = !options_->proxy.empty(),
      .tls_of_proxy = https_proxy && connect_status == 0 && (!sent_ || !https),
      .proxy_status = connect_status,
      .verify_result = InfoOf<long>(easy, CURLINFO_SSL_VERIFYRESULT),
      .os_error = InfoOf<long>(easy, CURLINFO_OS_ERRNO),
      .detail = error_text_.data()};
}

void Exchange::Finish(absl::StatusOr<HttpResponse> result) {
  timer_ = Timer();
  easy_.reset();
  if (auto ended = std::exchange(ended_, nullptr)) ended();
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace hssgw
