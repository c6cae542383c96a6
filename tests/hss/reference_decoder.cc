// SPDX-License-Identifier: Apache-2.0
#include "tests/hss/reference_decoder.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace hssgw {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Map;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;
using ::hss::antivirus::v1::Host;
using ::hss::antivirus::v1::Task;
using Json = nlohmann::json;

std::optional<int64_t> IntegerIn(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    if (number > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::abs(number) > 9e15 || number != std::floor(number)) {
      return std::nullopt;
    }
    return static_cast<int64_t>(number);
  }
  if (!value.is_string()) return std::nullopt;
  const Json inside = Json::parse(value.get<std::string>(), nullptr, false);
  const auto text = value.get<std::string>();
  const bool plain = !text.empty() && !std::isspace(text.front()) &&
                     !std::isspace(text.back());
  return plain && inside.is_number() ? IntegerIn(inside) : std::nullopt;
}

bool SetInteger(const FieldDescriptor& field, int64_t number, Message& out) {
  const Reflection& reflection = *out.GetReflection();
  if (field.type() == FieldDescriptor::TYPE_INT64) {
    reflection.SetInt64(&out, &field, number);
    return true;
  }
  if (field.type() == FieldDescriptor::TYPE_INT32) {
    if (number < INT32_MIN || number > INT32_MAX) return false;
    reflection.SetInt32(&out, &field, static_cast<int32_t>(number));
    return true;
  }
  if (field.message_type()->name() == "Duration") {
    if (number < -315'576'000'000 || number > 315'576'000'000) return false;
    google::protobuf::Duration duration;
    duration.set_seconds(number);
    reflection.MutableMessage(&out, &field)->CopyFrom(duration);
    return true;
  }
  if (number < -62'135'596'800'000 || number > 253'402'300'799'999) {
    return false;
  }
  google::protobuf::Timestamp time;
  const int64_t seconds = (number - (number % 1000 + 1000) % 1000) / 1000;
  time.set_seconds(seconds);
  time.set_nanos(static_cast<int32_t>(number - seconds * 1000) * 1'000'000);
  reflection.MutableMessage(&out, &field)->CopyFrom(time);
  return true;
}

bool SetText(const FieldDescriptor& field, const Json& value, Message& out) {
  if (!value.is_string() && !value.is_number()) return false;
  out.GetReflection()->SetString(
      &out, &field,
      value.is_string() ? value.get<std::string>() : value.dump());
  return true;
}

bool SetWord(const FieldDescriptor& field, const Json& value, Message& out) {
  if (!value.is_string()) return false;
  const EnumDescriptor& type = *field.enum_type();
  const size_t prefix = type.FindValueByNumber(0)->name().size() -
                        std::string("UNSPECIFIED").size();
  for (int i = 1; i < type.value_count(); ++i) {
    std::string word = type.value(i)->name().substr(prefix);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    if (field.name() == "os_type") {
      word[0] = static_cast<char>(std::toupper(word[0]));
    }
    if (value.get<std::string>() != word) continue;
    out.GetReflection()->SetEnumValue(&out, &field, type.value(i)->number());
    return true;
  }
  return false;
}

bool SetBool(const FieldDescriptor& field, const Json& value, Message& out) {
  const bool is_true = value == Json(true) || value == Json("true");
  const bool is_false = value == Json(false) || value == Json("false");
  if (!is_true && !is_false) return false;
  out.GetReflection()->SetBool(&out, &field, is_true);
  return true;
}

bool SetField(const FieldDescriptor& field, const Json& value, Message& out) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_STRING:
      return SetText(field, value, out);
    case FieldDescriptor::TYPE_ENUM:
      return SetWord(field, value, out);
    case FieldDescriptor::TYPE_BOOL:
      return SetBool(field, value, out);
    default:
      break;
  }
  const std::optional<int64_t> number = IntegerIn(value);
  return number.has_value() && SetInteger(field, *number, out);
}

template <typename T>
void Fill(const Json& object, T& out);

bool SetHosts(const Json& list, Task& task) {
  if (!list.is_array()) return false;
  for (const Json& host : list) Fill(host, *task.add_host_info_list());
  return true;
}
bool SetHosts(const Json&, Host&) { return false; }

template <typename T>
void Fill(const Json& object, T& out) {
  if (!object.is_object()) {
    (*out.mutable_unrecognized())["_raw"] = object.dump();
    return;
  }
  for (const auto& [key, value] : object.items()) {
    const FieldDescriptor* field = T::descriptor()->FindFieldByName(key);
    const bool ours =
        key == "unrecognized" || key == "host_info_list_continues";
    if (field == nullptr || ours) {
      (*out.mutable_unrecognized())[key] = value.dump();
      continue;
    }
    if (value.is_null()) continue;
    const bool set = key == "host_info_list" ? SetHosts(value, out)
                                             : SetField(*field, value, out);
    if (!set) (*out.mutable_unrecognized())[key] = value.dump();
  }
}

void Normalize(Map<std::string, std::string>& texts) {
  for (auto& [key, text] : texts) {
    const Json value = Json::parse(text, nullptr, false);
    if (!value.is_discarded()) text = value.dump();
  }
}

}  // namespace

std::optional<ReferencePage> ReferenceDecode(const std::string& body) {
  const Json root = Json::parse(body, nullptr, false);
  if (!root.is_object()) return std::nullopt;
  const Json list = root.value("data_list", Json());
  if (!list.is_array()) {
    const bool empty_page = list.is_null() && !root.contains("error_code") &&
                            (root.empty() || root.contains("total_num") ||
                             root.contains("data_list"));
    if (!empty_page) return std::nullopt;
  }
  ReferencePage page;
  if (list.is_array()) {
    for (const Json& row : list) Fill(row, *page.response.add_tasks());
  }
  page.total_num = IntegerIn(root.value("total_num", Json()));
  if (page.total_num.value_or(0) < 0) page.total_num.reset();
  return page;
}

void NormalizeUnrecognized(hss::antivirus::v1::ListTasksResponse& response) {
  for (Task& task : *response.mutable_tasks()) {
    Normalize(*task.mutable_unrecognized());
    for (Host& host : *task.mutable_host_info_list()) {
      Normalize(*host.mutable_unrecognized());
    }
  }
}

}  // namespace hssgw
