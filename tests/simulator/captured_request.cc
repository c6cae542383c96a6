// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/captured_request.h"

#include <nlohmann/json.hpp>

namespace hssgw::simulator {
namespace {

using nlohmann::json;

// Reads texts and remembers the first that is not there.
class TextReader {
 public:
  TextReader(const json& object, std::string& problem)
      : object_(object), problem_(problem) {}

  std::string Text(const char* name) {
    const auto field = object_.find(name);
    if (field != object_.end() && field->is_string()) {
      return field->get<std::string>();
    }
    if (problem_.empty()) problem_ = std::string(name) + " is not a text";
    return "";
  }

  std::string TextOr(const char* name, const char* otherwise) {
    return object_.contains(name) ? Text(name) : otherwise;
  }

 private:
  const json& object_;
  std::string& problem_;
};

bool ReadHeaders(const json& object, SignedRequest& request) {
  const auto headers = object.find("headers");
  if (headers == object.end() || !headers->is_array()) return false;
  for (const json& header : *headers) {
    if (!header.is_array() || header.size() != 2 || !header[0].is_string() ||
        !header[1].is_string()) {
      return false;
    }
    request.headers.emplace_back(header[0].get<std::string>(),
                                 header[1].get<std::string>());
  }
  return true;
}

}  // namespace

std::optional<CapturedRequest> ReadCapturedRequest(const std::string& line,
                                                   std::string& problem) {
  problem.clear();
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    problem = "not a JSON object";
    return std::nullopt;
  }
  TextReader reader(object, problem);
  CapturedRequest captured;
  captured.name = reader.TextOr("sdk", "?") + " " + reader.TextOr("case", "?");
  captured.request.method = reader.Text("method");
  captured.request.target = reader.Text("target");
  captured.request.body = reader.TextOr("body", "");
  captured.access_key = reader.Text("ak");
  captured.secret_key = reader.Text("sk");
  captured.date = reader.Text("date");
  if (!ReadHeaders(object, captured.request) && problem.empty()) {
    problem = "headers is not an array of [name, value]";
  }
  const auto accept = object.find("accept");
  if (accept == object.end() || !accept->is_boolean()) {
    if (problem.empty()) problem = "accept is not true or false";
  } else {
    captured.accept = accept->get<bool>();
  }
  if (problem.empty() && !ReadSdkDate(captured.date)) {
    problem = "date is not YYYYMMDDTHHMMSSZ";
  }
  if (!problem.empty()) return std::nullopt;
  return captured;
}

Verdict VerifyCaptured(const CapturedRequest& captured) {
  const auto secret_of =
      [&captured](const std::string& key) -> std::optional<std::string> {
    if (key != captured.access_key) return std::nullopt;
    return captured.secret_key;
  };
  return VerifySignature(
      captured.request, secret_of,
      ReadSdkDate(captured.date).value_or(absl::InfiniteFuture()));
}

}  // namespace hssgw::simulator
