// SPDX-License-Identifier: Apache-2.0
// libcurl's handle of one transfer, its owner, and what every transfer of ours
// sets on it.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "service/http/curl_client.h"
#include "service/http/http_client.h"

namespace hssgw {

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using CurlEasy = std::unique_ptr<CURL, EasyDeleter>;

struct HeaderListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, HeaderListDeleter>;

// Sets options one after the other and remembers the first that failed.
class OptionSetter {
 public:
  explicit OptionSetter(CURL* handle) : handle_(handle) {}

  template <typename T>
  void Set(CURLoption option, T value) {
    Note(option, curl_easy_setopt(handle_, option, value));
  }
  // libcurl copies the text.
  void SetText(CURLoption option, const std::string& text) {
    Set(option, text.c_str());
  }
  // Nothing is set if the text is empty.
  void SetTextIfAny(CURLoption option, const std::string& text) {
    if (!text.empty()) SetText(option, text);
  }

  // INTERNAL and GATEWAY_FAULT if one failed.
  const absl::Status& status() const { return status_; }

 private:
  void Note(CURLoption option, CURLcode code);

  CURL* const handle_;
  absl::Status status_;
};

// The headers as given, and nothing that libcurl would add by itself but
// Accept, Accept-Encoding, Host, Content-Length and User-Agent.
HeaderList MakeHeaderList(const HttpRequest& request);

// `request` and `headers` must outlive the transfer.
void SetRequest(OptionSetter& set, absl::string_view origin,
                const HttpRequest& request, const HeaderList& headers);
void SetTrust(OptionSetter& set, const CurlClientOptions& options);
void SetProxy(OptionSetter& set, const CurlClientOptions& options);

}  // namespace hssgw
