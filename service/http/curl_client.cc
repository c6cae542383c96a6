// SPDX-License-Identifier: Apache-2.0
#include "service/http/curl_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"
#include "service/http/transfer_failure.h"
#include "service/http/url.h"

namespace hssgw {
namespace {

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

// Sets options one after the other and remembers the first that failed.
class OptionSetter {
 public:
  explicit OptionSetter(CURL* handle) : handle_(handle) {}

  template <typename T>
  void Set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(handle_, option, value);
    if (code == CURLE_OK || !status_.ok()) return;
    status_ = absl::InternalError(
        absl::StrCat("curl option ", option, ": ", curl_easy_strerror(code)));
  }
  void SetFile(CURLoption option, const std::string& path) {
    if (!path.empty()) Set(option, path.c_str());
  }
  const absl::Status& status() const { return status_; }

 private:
  CURL* const handle_;
  absl::Status status_;
};

HeaderList MakeHeaderList(const std::vector<HttpHeader>& headers) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    // The head stays the same after the first.
    curl_slist* const head = curl_slist_append(list.get(), line.c_str());
    if (list == nullptr) list.reset(head);
  };
  for (const HttpHeader& header : headers) {
    append(header.value.empty() ? absl::StrCat(header.name, ";")
                                : absl::StrCat(header.name, ": ", header.value));
  }
  append("Expect:");  // A body is never worth a round trip of asking.
  return list;
}

long Millis(absl::Duration duration) {
  // Zero would mean "no limit".
  return std::max<long>(1, static_cast<long>(absl::ToInt64Milliseconds(
                               absl::Ceil(duration, absl::Milliseconds(1)))));
}

}  // namespace

// One request and its answer. Everything but Cancel happens on the IoThread.
class CurlClient::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(IoThread& io, std::shared_ptr<const CurlClientOptions> options,
           HttpRequest request, absl::Time deadline, HttpCallback done)
      : io_(io),
        options_(std::move(options)),
        request_(std::move(request)),
        deadline_(deadline),
        done_(std::move(done)) {}

  void Begin() {
    if (done_ == nullptr) return;  // Cancelled before it began.
    if (!options_->allow_plaintext &&
        !absl::StartsWith(request_.origin, "https://")) {
      return Finish(MakeError(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat(AuthorityOf(request_.origin),
                       " is not asked over http: without TLS anyone on the way "
                       "reads the credential; use an https endpoint"),
          {.reason = Reason::kUpstreamEndpointWrong, .cause = "PLAINTEXT"}));
    }
    easy_.reset(curl_easy_init());
    if (const absl::Status status = Configure(); !status.ok()) {
      return Finish(status);
    }
    io_.Add(easy_.get(), [self = shared_from_this()](CURLcode code) {
      self->OnTransferDone(code);
    });
  }

  // On any thread.
  static void Cancel(const std::weak_ptr<Exchange>& weak) {
    const std::shared_ptr<Exchange> held = weak.lock();
    if (held == nullptr) return;
    held->io_.Post([held] { held->End(); });
  }

 private:
  void End() {
    if (done_ == nullptr) return;
    if (easy_ != nullptr) io_.Remove(easy_.get());
    Finish(absl::CancelledError("the call was cancelled"));
  }

  absl::Status Configure() {
    OptionSetter set(easy_.get());
    const std::string url = absl::StrCat(
        request_.origin, request_.path, request_.query.empty() ? "" : "?",
        request_.query);
    headers_ = MakeHeaderList(request_.headers);
    set.Set(CURLOPT_URL, url.c_str());
    set.Set(CURLOPT_PATH_AS_IS, 1L);
    set.Set(CURLOPT_PROTOCOLS_STR, "http,https");
    set.Set(CURLOPT_FOLLOWLOCATION, 0L);
    set.Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set.Set(CURLOPT_HTTPHEADER, headers_.get());
    set.Set(CURLOPT_USERAGENT, "hss-gateway");
    set.Set(CURLOPT_ACCEPT_ENCODING, "gzip");
    set.Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    if (request_.method != "GET") {
      set.Set(CURLOPT_POSTFIELDS, request_.body.data());
      set.Set(CURLOPT_POSTFIELDSIZE_LARGE,
              static_cast<curl_off_t>(request_.body.size()));
    }
    set.Set(CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
    set.Set(CURLOPT_NOSIGNAL, 1L);
    set.Set(CURLOPT_ERRORBUFFER, error_text_.data());
    ConfigureTrust(set);
    ConfigureBounds(set);
    ConfigureCallbacks(set);
    return set.status();
  }

  void ConfigureTrust(OptionSetter& set) {
    set.Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set.Set(CURLOPT_SSL_VERIFYPEER, 1L);
    set.Set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_->ca_file.empty()) {
      set.Set(CURLOPT_CAINFO, options_->ca_file.c_str());
      set.Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    set.SetFile(CURLOPT_SSLCERT, options_->client_cert_file);
    set.SetFile(CURLOPT_SSLKEY, options_->client_key_file);
    // An empty string, unlike none, also rules out the environment's.
    set.Set(CURLOPT_PROXY, options_->proxy.c_str());
    set.Set(CURLOPT_NOPROXY, "");
    if (!options_->proxy.empty()) {
      set.SetFile(CURLOPT_PROXY_CAINFO, options_->ca_file);
    }
  }

  void ConfigureBounds(OptionSetter& set) {
    const absl::Duration left = deadline_ - io_.Now();
    deadline_is_nearer_ = left <= options_->max_attempt;
    set.Set(CURLOPT_TIMEOUT_MS, Millis(std::min(left, options_->max_attempt)));
    set.Set(CURLOPT_CONNECTTIMEOUT_MS, Millis(options_->connect_timeout));
    set.Set(CURLOPT_LOW_SPEED_LIMIT,
            static_cast<long>(options_->min_bytes_per_second));
    set.Set(CURLOPT_LOW_SPEED_TIME,
            std::max<long>(1, static_cast<long>(absl::ToInt64Seconds(
                                  options_->stall_timeout))));
  }

  void ConfigureCallbacks(OptionSetter& set) {
    set.Set(CURLOPT_WRITEFUNCTION, &Exchange::OnBody);
    set.Set(CURLOPT_WRITEDATA, this);
    set.Set(CURLOPT_HEADERFUNCTION, &Exchange::OnHeader);
    set.Set(CURLOPT_HEADERDATA, this);
    set.Set(CURLOPT_PREREQFUNCTION, &Exchange::OnSending);
    set.Set(CURLOPT_PREREQDATA, this);
  }

  // libcurl sends a request again by itself when a kept connection turns out
  // closed. That would be an upstream call nobody counted: refused.
  static int OnSending(void* data, char*, char*, int, int) {
    auto& self = *static_cast<Exchange*>(data);
    self.resend_refused_ = std::exchange(self.sent_, true);
    return self.resend_refused_ ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
  }

  static size_t OnHeader(char* bytes, size_t size, size_t count, void* data) {
    auto& self = *static_cast<Exchange*>(data);
    const absl::string_view line(bytes, size * count);
    self.answer_began_ = true;
    self.header_bytes_ += line.size();
    if (self.header_bytes_ > self.options_->max_header_bytes) {
      self.headers_too_large_ = true;
      return 0;
    }
    if (absl::StartsWith(line, "HTTP/")) self.response_.headers.clear();
    const size_t colon = line.find(':');
    if (colon != absl::string_view::npos) {
      self.response_.headers.push_back(
          {std::string(line.substr(0, colon)),
           std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)))});
    }
    return line.size();
  }

  static size_t OnBody(char* bytes, size_t size, size_t count, void* data) {
    auto& self = *static_cast<Exchange*>(data);
    const size_t added = size * count;
    std::string& body = self.response_.body;
    if (body.size() + added > self.options_->max_response_bytes) {
      self.body_too_large_ = true;
      return 0;
    }
    body.append(bytes, added);
    return added;
  }

  void OnTransferDone(CURLcode code) {
    const bool stopped = code == CURLE_ABORTED_BY_CALLBACK && !resend_refused_;
    if (stopped) {
      return Finish(absl::CancelledError("the gateway is stopping"));
    }
    if (code != CURLE_OK) return Finish(Failure(code));
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    Finish(std::move(response_));
  }

  absl::Status Failure(CURLcode code) const {
    const absl::string_view detail(error_text_.data());
    curl_off_t connect_micros = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_CONNECT_TIME_T, &connect_micros);
    long new_connections = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &new_connections);
    long verify_result = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &verify_result);
    const bool too_slow = absl::StrContains(detail, "too slow");
    return ToStatus({.code = code,
                     .authority = AuthorityOf(request_.origin),
                     .connected = sent_ || connect_micros > 0,
                     .reused_connection = sent_ && new_connections == 0,
                     .answer_began = answer_began_,
                     .deadline_passed = deadline_is_nearer_ && !too_slow &&
                                        io_.Now() >= deadline_,
                     .stalled = answer_began_ && too_slow,
                     .body_too_large = body_too_large_,
                     .headers_too_large = headers_too_large_,
                     .resend_refused = resend_refused_,
                     .verify_result = verify_result,
                     .detail = detail});
  }

  void Finish(absl::StatusOr<HttpResponse> result) {
    easy_.reset();
    std::exchange(done_, nullptr)(std::move(result));
  }

  IoThread& io_;
  const std::shared_ptr<const CurlClientOptions> options_;
  const HttpRequest request_;
  const absl::Time deadline_;
  HttpCallback done_;

  HeaderList headers_;
  std::array<char, CURL_ERROR_SIZE> error_text_ = {};
  std::unique_ptr<CURL, EasyDeleter> easy_;
  HttpResponse response_;
  size_t header_bytes_ = 0;
  bool deadline_is_nearer_ = false;
  bool sent_ = false;
  bool answer_began_ = false;
  bool resend_refused_ = false;
  bool headers_too_large_ = false;
  bool body_too_large_ = false;
};

CurlClient::CurlClient(IoThread& io, CurlClientOptions options)
    : io_(io),
      options_(std::make_shared<const CurlClientOptions>(std::move(options))) {}

HttpTicket CurlClient::Send(HttpRequest request, absl::Time deadline,
                            HttpCallback done) {
  auto exchange = std::make_shared<Exchange>(io_, options_, std::move(request),
                                             deadline, std::move(done));
  io_.Post([exchange] { exchange->Begin(); });
  return HttpTicket([weak = std::weak_ptr<Exchange>(exchange)] {
    Exchange::Cancel(weak);
  });
}

}  // namespace hssgw
