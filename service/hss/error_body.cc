// SPDX-License-Identifier: Apache-2.0
#include "service/hss/error_body.h"

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "service/auth/utf8.h"

namespace hssgw {
namespace {

// Keeps the order of the fields: the first nested object wins.
using Json = nlohmann::ordered_json;

constexpr size_t kMaxBody = size_t{64} << 10;
constexpr size_t kMaxRawMessage = size_t{4} << 10;
constexpr int kMaxDepth = 32;

// The spellings of all shapes, the first that is there wins.
constexpr std::array<const char*, 3> kCodes = {"error_code", "errorCode",
                                               "code"};
constexpr std::array<const char*, 4> kMessages = {
    "error_msg", "errorMsg", "message", "error_description"};

// Where the string that begins at `quote` ends: its last quote, or the end.
size_t EndOfString(absl::string_view text, size_t quote) {
  size_t i = quote + 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2U : 1U;
  return i;
}

// nlohmann's parser keeps its own stack, but its destructor and our search
// recurse: a deep body is refused before it is parsed.
bool IsShallow(absl::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size() && depth <= kMaxDepth; ++i) {
    switch (text[i]) {
      case '"':
        i = EndOfString(text, i);
        break;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        --depth;
        break;
      default:
        break;
    }
  }
  return depth <= kMaxDepth;
}

Json ParseText(absl::string_view text) {
  return Json::parse(text.begin(), text.end(), nullptr,
                     /*allow_exceptions=*/false);
}

// Discarded or null if the body is no JSON within the bounds.
Json Parse(absl::string_view body) {
  absl::ConsumePrefix(&body, "\xEF\xBB\xBF");
  if (body.size() > kMaxBody || !IsShallow(body)) return Json();
  Json json = ParseText(body);
  if (!json.is_discarded()) return json;
  // One byte that is not UTF-8, or a line end inside a string, must not cost
  // the code.
  const std::string printable = PrintableLine(body);
  return IsShallow(printable) ? ParseText(printable) : Json();
}

// A string, or a number as it is written; nothing for null and the rest.
std::optional<std::string> TextOf(const Json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end()) return std::nullopt;
  if (field->is_string()) return field->get<std::string>();
  if (field->is_number()) return field->dump();
  return std::nullopt;
}

template <size_t N>
std::string FirstOf(const Json& object,
                    const std::array<const char*, N>& names) {
  for (const char* name : names) {
    std::string text = TextOf(object, name).value_or("");
    if (!text.empty()) return text;
  }
  return "";
}

// Nothing unless `object` itself holds an error in one of the shapes.
std::optional<ErrorBody> ReadFlat(const Json& object) {
  ErrorBody error;
  error.code = FirstOf(object, kCodes);
  error.message = FirstOf(object, kMessages);
  if (error.code.empty() && error.message.empty()) return std::nullopt;
  error.encoded_authorization_message =
      TextOf(object, "encoded_authorization_message");
  return error;
}

// Depth first, in the order of the text; the depth is bounded by IsShallow.
// NOLINTNEXTLINE(misc-no-recursion)
std::optional<ErrorBody> ReadNested(const Json& value) {
  for (const Json& child : value) {
    if (!child.is_structured()) continue;
    if (child.is_object()) {
      if (auto error = ReadFlat(child)) return error;
    }
    if (auto error = ReadNested(child)) return error;
  }
  return std::nullopt;
}

std::optional<std::string> RequestIdOf(const HttpResponse& response,
                                       const Json& body) {
  std::string id(HeaderValue(response.headers, "X-Request-Id"));
  if (id.empty() && body.is_object()) {
    id = TextOf(body, "request_id").value_or("");
  }
  if (id.empty()) {
    id = std::string(HeaderValue(response.headers, "X-IAM-Trace-Id"));
  }
  if (id.empty()) return std::nullopt;
  return id;
}

ErrorBody ReadShape(const Json& body, absl::string_view raw) {
  if (body.is_object()) {
    if (auto error = ReadFlat(body)) return *std::move(error);
    if (auto error = ReadNested(body)) return *std::move(error);
  }
  ErrorBody error;
  error.message = std::string(raw.substr(0, kMaxRawMessage));
  error.message_is_raw_body = true;
  return error;
}

}  // namespace

ErrorBody ParseErrorBody(const HttpResponse& response) {
  const Json body = Parse(response.body);
  ErrorBody error = ReadShape(body, response.body);
  error.request_id = RequestIdOf(response, body);
  return error;
}

}  // namespace hssgw
