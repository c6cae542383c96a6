// SPDX-License-Identifier: Apache-2.0
#include "service/http/easy_handle.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "service/base/error.h"

namespace hssgw {

void OptionSetter::Note(CURLoption option, CURLcode code) {
  if (code == CURLE_OK || !status_.ok()) return;
  status_ =
      MakeError(absl::StatusCode::kInternal,
                absl::StrCat("libcurl refuses its option ", option, ": ",
                             curl_easy_strerror(code),
                             "; check which libcurl the gateway runs with"),
                {.reason = Reason::kGatewayFault, .cause = "CURL"});
}

HeaderList MakeHeaderList(const HttpRequest& request) {
  HeaderList list;
  const auto append = [&](const std::string& line) {
    // The head stays the same after the first.
    curl_slist* const head = curl_slist_append(list.get(), line.c_str());
    if (list == nullptr) list.reset(head);
  };
  bool has_content_type = false;
  for (const HttpHeader& header : request.headers) {
    // A name and a colon alone would ask libcurl to leave the header out.
    const bool blank = absl::StripAsciiWhitespace(header.value).empty();
    append(blank ? absl::StrCat(header.name, ";")
                 : absl::StrCat(header.name, ": ", header.value));
    has_content_type =
        has_content_type || absl::EqualsIgnoreCase(header.name, "Content-Type");
  }
  append("Expect:");  // A body is never worth a round trip of asking.
  if (!has_content_type) append("Content-Type:");
  return list;
}

void SetRequest(OptionSetter& set, absl::string_view origin,
                const HttpRequest& request, const HeaderList& headers) {
  set.SetText(CURLOPT_URL,
              absl::StrCat(origin, request.path,
                           request.query.empty() ? "" : "?", request.query));
  set.Set(CURLOPT_PATH_AS_IS, 1L);
  set.Set(CURLOPT_PROTOCOLS_STR, "http,https");
  set.Set(CURLOPT_FOLLOWLOCATION, 0L);
  set.Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set.Set(CURLOPT_HTTPHEADER, headers.get());
  set.Set(CURLOPT_ACCEPT_ENCODING, "gzip");
  if (request.method == "HEAD") {
    set.Set(CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    set.Set(CURLOPT_POSTFIELDS, request.body.data());
    set.Set(CURLOPT_POSTFIELDSIZE_LARGE,
            static_cast<curl_off_t>(request.body.size()));
  }
  set.SetText(CURLOPT_CUSTOMREQUEST, request.method);
  set.Set(CURLOPT_FRESH_CONNECT, request.fresh_connection ? 1L : 0L);
  set.Set(CURLOPT_NOSIGNAL, 1L);
  // Without it, ending a transfer waits for its name to be resolved, and the
  // thread with all its transfers and timers stands still meanwhile.
  set.Set(CURLOPT_QUICK_EXIT, 1L);
}

void SetTrust(OptionSetter& set, const CurlClientOptions& options) {
  set.Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set.Set(CURLOPT_SSL_VERIFYPEER, 1L);
  set.Set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    set.SetText(CURLOPT_CAINFO, options.ca_file);
    set.Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set.SetTextIfAny(CURLOPT_SSLCERT, options.client_cert_file);
  set.SetTextIfAny(CURLOPT_SSLKEY, options.client_key_file);
  set.SetText(CURLOPT_USERAGENT, options.user_agent);
}

void SetProxy(OptionSetter& set, const CurlClientOptions& options) {
  // An empty text, unlike none, also rules out the environment's.
  set.SetText(CURLOPT_PROXY, options.proxy);
  set.Set(CURLOPT_NOPROXY, "");
  if (options.proxy.empty()) return;
  // Request headers are for upstream: the proxy of an https origin sees none.
  set.Set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  set.Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set.Set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set.Set(CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
  set.Set(CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
  const std::string& ca_file =
      options.proxy_ca_file.empty() ? options.ca_file : options.proxy_ca_file;
  if (!ca_file.empty()) {
    set.SetText(CURLOPT_PROXY_CAINFO, ca_file);
    set.Set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  }
  set.SetTextIfAny(CURLOPT_PROXY_SSLCERT, options.client_cert_file);
  set.SetTextIfAny(CURLOPT_PROXY_SSLKEY, options.client_key_file);
}

}  // namespace hssgw
