// SPDX-License-Identifier: Apache-2.0
#include "tests/auth/sign_vector.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "service/auth/credential.h"
#include "service/auth/sdk_hmac_signer.h"
#include "service/base/crypto.h"
#include "service/http/http_client.h"

namespace hssgw {
namespace {

using Json = nlohmann::json;
using Kind = VectorVerdict::Kind;

struct Vector {
  HttpRequest request;  // with every header but Authorization
  AccessKeys keys;
  SignedHeaders names;
  std::string date;
};

// "https://host/path?query" into the three parts of a request.
void SetUrl(const std::string& url, HttpRequest& request) {
  const size_t host = url.find("://") + 3;
  const size_t path = std::min(url.find_first_of("/?", host), url.size());
  const size_t query = std::min(url.find('?', path), url.size());
  request.origin = url.substr(0, path);
  request.path = url.substr(path, query - path);
  if (query < url.size()) request.query = url.substr(query + 1);
}

Vector ReadVector(const Json& line) {
  Vector vector;
  vector.request.method = line.at("method");
  vector.request.body = line.value("body", "");
  vector.keys.access_key = line.at("ak");
  vector.keys.secret_key = Secret(line.at("sk").get<std::string>());
  vector.keys.security_token = Secret(line.value("security_token", ""));
  vector.date = line.at("date");
  if (line.contains("url")) {  // made by an SDK
    SetUrl(line.at("url"), vector.request);
    for (const auto& [name, value] : line.at("headers_out").items()) {
      if (name != "Authorization") {
        vector.request.headers.push_back({name, value});
      }
    }
    vector.names =
        absl::StrSplit(line.at("signed_headers").get<std::string>(), ';');
    return vector;
  }
  SetUrl(absl::StrCat("https://", line.at("host").get<std::string>(),
                      line.at("path").get<std::string>(), "?",
                      line.at("query").get<std::string>()),
         vector.request);
  for (const auto& [name, value] : line.at("signed").items()) {
    vector.request.headers.push_back({name, value});
    vector.names.push_back(name);
  }
  return vector;
}

std::string WantedSignature(const Json& line) {
  if (line.contains("signature")) return line.at("signature");
  const std::string authorization = line.at("headers_out").at("Authorization");
  constexpr absl::string_view kName = "Signature=";
  return authorization.substr(authorization.find(kName.data()) + kName.size());
}

std::string AuthorizationOf(const HttpRequest& request) {
  return std::string(HeaderValue(request.headers, "Authorization"));
}

bool IsLean(const SignedHeaders& names) {
  const std::string all = absl::StrJoin(names, ";");
  return all == "host;x-project-id;x-sdk-date" ||
         all == "host;x-project-id;x-sdk-date;x-security-token" ||
         all == "host;x-sdk-date";
}

// The same request signed by SignLean, which makes host, date and token itself.
std::string LeanAuthorization(const Vector& vector) {
  HttpRequest request = vector.request;
  request.headers.clear();
  const absl::string_view project =
      HeaderValue(vector.request.headers, "X-Project-Id");
  if (!project.empty()) {
    request.headers.push_back({"X-Project-Id", std::string(project)});
  }
  absl::Time now;
  std::string error;
  // %Y would take all eight digits.
  const std::string& date = vector.date;
  const std::string dashed = absl::StrCat(
      date.substr(0, 4), "-", date.substr(4, 2), "-", date.substr(6));
  if (!absl::ParseTime("%Y-%m-%dT%H%M%SZ", dashed, &now, &error)) return error;
  SignLean(request, vector.keys, now);
  return AuthorizationOf(request);
}

// Empty if all is as the line says, else the first thing that differs.
std::string Difference(const Json& line, const Vector& vector) {
  const std::string canonical = CanonicalRequest(vector.request, vector.names);
  if (canonical != line.value("canonical_request", canonical)) {
    return absl::StrCat("canonical_request is\n", canonical);
  }
  const std::string hash = Sha256Hex(canonical);
  if (hash != line.value("canonical_request_sha256", hash)) {
    return absl::StrCat("canonical_request_sha256 is ", hash,
                        " of canonical_request\n", canonical);
  }
  const std::string text = StringToSign(vector.date, canonical);
  if (text != line.value("string_to_sign", text)) {
    return absl::StrCat("string_to_sign is\n", text);
  }
  HttpRequest request = vector.request;
  Sign(request, vector.keys, vector.names);
  const std::string authorization = AuthorizationOf(request);
  const std::string signature =
      HmacSha256Hex(vector.keys.secret_key.Reveal(), text);
  const std::string want =
      absl::StrCat("SDK-HMAC-SHA256 Access=", vector.keys.access_key,
                   ", SignedHeaders=", absl::StrJoin(vector.names, ";"),
                   ", Signature=", WantedSignature(line));
  if (authorization != want) {
    return absl::StrCat("signature is ", signature);
  }
  const std::string given =
      line.contains("headers_out")
          ? line["headers_out"].at("Authorization").get<std::string>()
          : want;
  if (authorization != given) {
    return absl::StrCat("Authorization is ", authorization);
  }
  if (IsLean(vector.names) && LeanAuthorization(vector) != want) {
    return absl::StrCat("SignLean gives ", LeanAuthorization(vector));
  }
  return "";
}

VectorVerdict Check(const Json& line) {
  const std::string name = line.at("name");
  const std::string algorithm = line.at("algorithm");
  if (algorithm != "SDK-HMAC-SHA256") {
    return {Kind::kSkip, name, absl::StrCat("algorithm ", algorithm)};
  }
  const std::string difference = Difference(line, ReadVector(line));
  if (difference.empty()) return {Kind::kOk, name, ""};
  if (line.contains("quirk") && line["quirk"] != false) {
    return {Kind::kSkip, name,
            absl::StrCat("quirk of the SDK: ",
                         line.value("note", line["quirk"].dump()))};
  }
  return {Kind::kDiffers, name, difference};
}

}  // namespace

VectorVerdict CheckVector(const std::string& line) {
  try {
    return Check(Json::parse(line));
  } catch (const Json::exception& error) {
    return {Kind::kUnreadable, "", error.what()};
  }
}

}  // namespace hssgw
