// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/fault_bodies.h"

#include <cstddef>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/simulator/task_json.h"

namespace hssgw::simulator {
namespace {

// Code and message already quoted.
struct QuotedWords {
  std::string code;
  std::string message;
  std::string request_id;
  const FaultWords& words;
  int status;
};

struct Shape {
  const char* name;
  int status;
  const char* code;
  const char* message;
  std::function<std::string(const QuotedWords&)> body;
  const char* content_type = "application/json";
};

std::string Huge(const QuotedWords& q) {
  std::string body = R"({"total_num":0,"data_list":[],"padding":")";
  const auto size = static_cast<size_t>(q.words.bytes);
  if (size > body.size() + 2) body.append(size - body.size() - 2, ' ');
  return body + "\"}";
}

// {"error_code", …} at the top, as HSS and the gateway write it.
std::vector<Shape> MakeFlatShapes() {
  using Q = const QuotedWords&;
  return {
      {"hss", 500, "HSS.1004", "查询失败",
       [](Q q) {
         return absl::StrCat(R"({"error_code":)", q.code,
                             R"(,"error_description":)", q.message,
                             R"(,"error_msg":)", q.message, "}");
       }},
      {"flat", 400, "HSS.0001", "Invalid parameter",
       [](Q q) {
         return absl::StrCat(R"({"error_code":)", q.code, R"(,"error_msg":)",
                             q.message, "}");
       }},
      {"description_only", 400, "00000010", "拒绝访问",
       [](Q q) {
         return absl::StrCat(R"({"error_code":)", q.code,
                             R"(,"error_description":)", q.message, "}");
       }},
      {"null_message", 400, "HSS.0001", "",
       [](Q q) {
         return absl::StrCat(R"({"error_code":)", q.code,
                             R"(,"error_msg":null})");
       }},
      {"gateway", 502, "APIGW.0201", "Backend unavailable.",
       [](Q q) {
         return absl::StrCat(R"({"error_msg":)", q.message, R"(,"error_code":)",
                             q.code, R"(,"request_id":)", q.request_id, "}");
       }},
      {"throttle", 429, "APIGW.0308", "",
       [](Q q) {
         return ThrottleError(q.words.throttle_limit, q.words.throttle_time,
                              q.words.request_id)
             .body;
       }},
      {"denied", 403, "PAP5.0001", "access denied: hss:antivirus:list",
       [](Q q) {
         return absl::StrCat(R"({"error_msg":)", q.message, R"(,"error_code":)",
                             q.code, R"(,"request_id":)", q.request_id,
                             R"(,"encoded_authorization_message":"RWdwamJp"})");
       }},
  };
}

// The other spellings seen: code and message, nested, a number, camel case.
std::vector<Shape> MakeNestedShapes() {
  using Q = const QuotedWords&;
  return {
      {"top_level", 400, "HSS.0001", "Invalid parameter",
       [](Q q) {
         return absl::StrCat(R"({"code":)", q.code, R"(,"message":)", q.message,
                             "}");
       }},
      {"details", 400, "HSS.0001", "Invalid parameter",
       [](Q q) {
         return absl::StrCat(
             R"({"code":)", q.code, R"(,"message":)", q.message,
             R"(,"details":[{"code":"C.1","message":"no permission"},)",
             R"({"error_code":"C.2","error_msg":"errors"}]})");
       }},
      {"nested", 400, "HSS.0001", "Invalid parameter",
       [](Q q) {
         return absl::StrCat(R"({"error":{"code":)", q.code, R"(,"message":)",
                             q.message, "}}");
       }},
      {"nested_twice", 400, "HSS.0001", "Invalid parameter",
       [](Q q) {
         return absl::StrCat(R"({"data":{"error":{"code":)", q.code,
                             R"(,"message":)", q.message, "}}}");
       }},
      {"numeric_code", 401, "", "The username or password is wrong.",
       [](Q q) {
         return absl::StrCat(R"({"error":{"code":)", q.status, R"(,"message":)",
                             q.message, R"(,"title":"Unauthorized"}})");
       }},
      {"camel_case", 400, "HSS.0001", "Invalid parameter",
       [](Q q) {
         return absl::StrCat(R"({"errorCode":)", q.code, R"(,"errorMsg":)",
                             q.message, "}");
       }},
  };
}

std::vector<Shape> MakeOtherShapes() {
  using Q = const QuotedWords&;
  return {
      {"error_in_200", 200, "HSS.1004", "查询失败",
       [](Q q) {
         return absl::StrCat(R"({"error_code":)", q.code, R"(,"error_msg":)",
                             q.message, "}");
       }},
      {"html", 502, "", "502 Bad Gateway",
       [](Q q) {
         return absl::StrCat("<html><head><title>", q.words.message,
                             "</title></head><body></body></html>");
       },
       "text/html"},
      {"text", 400, "", "upstream connect error",
       [](Q q) { return q.words.message; }, "text/plain"},
      {"json_array", 200, "", "", [](Q) { return R"(["x"])"; }},
      {"json_string", 200, "", "busy", [](Q q) { return q.message; }},
      {"unknown_object", 400, "", "",
       [](Q) { return R"({"invalid_key":"invalid_value"})"; }},
      {"empty", 503, "", "", [](Q) { return ""; }},
      {"null_list", 200, "", "",
       [](Q) { return R"({"total_num":126,"data_list":null})"; }},
      {"no_list", 200, "", "", [](Q) { return R"({"total_num":126})"; }},
      {"no_total", 200, "", "", [](Q) { return R"({"data_list":[]})"; }},
      {"cut_json", 200, "", "",
       [](Q) {
         return R"({"total_num":126,"data_list":[{"task_id":"291","task_na)";
       }},
      {"deep_json", 200, "", "",
       [](Q) {
         return R"({"total_num":1,"data_list":)" + std::string(5000, '[') +
                std::string(5000, ']') + "}";
       }},
      {"bad_utf8", 200, "", "",
       [](Q) {
         return "{\"total_num\":1,\"data_list\":[{\"task_id\":\"291\","
                "\"task_name\":\"Quick \xFF\xC3(Scan\",\"start_time\":"
                "1737532317458,\"whether_paid_task\":false}]}";
       }},
      {"bom", 200, "", "",
       [](Q) { return "\xEF\xBB\xBF{\"total_num\":0,\"data_list\":[]}"; }},
      {"huge", 200, "", "", Huge},
  };
}

const std::vector<Shape>& Shapes() {
  static const std::vector<Shape>* const kShapes = [] {
    auto* const all = new std::vector<Shape>(MakeFlatShapes());
    for (Shape& shape : MakeNestedShapes()) all->push_back(std::move(shape));
    for (Shape& shape : MakeOtherShapes()) all->push_back(std::move(shape));
    return all;
  }();
  return *kShapes;
}

}  // namespace

std::optional<Reply> MakeFaultReply(std::string_view shape, int status,
                                    const FaultWords& words) {
  for (const Shape& known : Shapes()) {
    if (known.name != shape) continue;
    FaultWords filled = words;
    if (filled.code.empty()) filled.code = known.code;
    if (filled.message.empty()) filled.message = known.message;
    const int code = status == 0 ? known.status : status;
    const QuotedWords quoted{Quoted(filled.code), Quoted(filled.message),
                             Quoted(filled.request_id), filled, code};
    return Reply{.status = code,
                 .body = known.body(quoted),
                 .content_type = known.content_type};
  }
  return std::nullopt;
}

std::vector<std::string> FaultShapes() {
  std::vector<std::string> names;
  for (const Shape& shape : Shapes()) names.emplace_back(shape.name);
  return names;
}

}  // namespace hssgw::simulator
