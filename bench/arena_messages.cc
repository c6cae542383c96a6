// SPDX-License-Identifier: Apache-2.0
#include "bench/arena_messages.h"

#include <string_view>

#include "hss/antivirus/v1/task_service.pb.h"
#include "service/hss/key_finder.h"
#include "service/hss/task_schema.h"

namespace hssgw {
namespace {

namespace ondemand = simdjson::ondemand;
namespace v1 = hss::antivirus::v1;

std::string_view Text(ondemand::value& value) {
  return value.get_string().value_unsafe();
}
int64_t Number(ondemand::value& value) {
  return value.get_int64().value_unsafe();
}
bool Flag(ondemand::value& value) { return value.get_bool().value_unsafe(); }

int Word(const FieldRow& row, ondemand::value& value) {
  const std::string_view word = Text(value);
  for (size_t i = 0; i < row.words.size(); ++i) {
    const absl::string_view known = row.words[i];
    if (word == std::string_view(known.data(), known.size())) {
      return static_cast<int>(i) + 1;
    }
  }
  return 0;
}

void SetMillis(google::protobuf::Timestamp& time, int64_t millis) {
  time.set_seconds(millis / 1000);
  time.set_nanos(static_cast<int32_t>(millis % 1000 * 1'000'000));
}

// One line a field: what a person would write, with the cheapest setters.
#define HSSGW_TEXT(number, field)                  \
  case number: {                                   \
    const std::string_view text = Text(value);     \
    message.set_##field(text.data(), text.size()); \
    break;                                         \
  }
#define HSSGW_WORD(number, field, type)                           \
  case number:                                                    \
    message.set_##field(static_cast<v1::type>(Word(row, value))); \
    break;
#define HSSGW_INT32(number, field)                            \
  case number:                                                \
    message.set_##field(static_cast<int32_t>(Number(value))); \
    break;
#define HSSGW_BOOL(number, field)     \
  case number:                        \
    message.set_##field(Flag(value)); \
    break;

void SetField(const FieldRow& row, ondemand::value& value, v1::Host& message) {
  switch (row.number) {
    HSSGW_TEXT(1, host_id)
    HSSGW_TEXT(2, host_name)
    HSSGW_TEXT(3, private_ip)
    HSSGW_TEXT(4, public_ip)
    HSSGW_WORD(5, asset_value, AssetValue)
    case 6:
      SetMillis(*message.mutable_start_time(), Number(value));
      break;
    case 7:
      message.mutable_run_duration()->set_seconds(Number(value));
      break;
      HSSGW_TEXT(8, scan_progress)
      HSSGW_INT32(9, virus_num)
    case 10:
      message.set_scan_file_num(Number(value));
      break;
      HSSGW_WORD(11, host_task_status, HostTaskStatus)
      HSSGW_TEXT(12, fail_reason)
      HSSGW_BOOL(13, deleted)
      HSSGW_INT32(14, whether_using_quota)
      HSSGW_TEXT(15, agent_id)
      HSSGW_WORD(16, os_type, OsType)
      HSSGW_TEXT(17, host_status)
      HSSGW_WORD(18, agent_status, AgentStatus)
      HSSGW_WORD(19, protect_status, ProtectStatus)
      HSSGW_TEXT(20, os_name)
      HSSGW_TEXT(21, os_version)
    default:
      break;
  }
}

class Filler {
 public:
  void Fill(ondemand::value value, v1::Host& host) {
    size_t index = KeyFinder::kNone;
    for (ondemand::field field : value.get_object()) {
      index = host_keys_.Find(field.key().raw(), index);
      if (index == KeyFinder::kNone) continue;
      SetField(HostSchema().rows[index], field.value(), host);
    }
  }

  void Fill(ondemand::value value, v1::Task& task) {
    size_t index = KeyFinder::kNone;
    for (ondemand::field field : value.get_object()) {
      index = task_keys_.Find(field.key().raw(), index);
      if (index == KeyFinder::kNone) continue;
      SetField(TaskSchema().rows[index], field.value(), task);
    }
  }

 private:
  void SetField(const FieldRow& row, ondemand::value& value,
                v1::Task& message) {
    switch (row.number) {
      HSSGW_TEXT(1, task_id)
      HSSGW_TEXT(2, task_name)
      HSSGW_WORD(3, scan_type, ScanType)
      HSSGW_WORD(4, start_type, StartType)
      HSSGW_WORD(5, action, HandlingAction)
      case 6:
        SetMillis(*message.mutable_start_time(), Number(value));
        break;
        HSSGW_WORD(7, task_status, TaskStatus)
        HSSGW_INT32(8, host_num)
        HSSGW_INT32(9, success_host_num)
        HSSGW_INT32(10, fail_host_num)
        HSSGW_INT32(11, cancel_host_num)
        HSSGW_BOOL(12, rescan)
        HSSGW_BOOL(13, whether_paid_task)
      case 15:
        for (ondemand::value host : value.get_array()) {
          Fill(host, *message.add_host_info_list());
        }
        break;
      default:
        break;
    }
  }
  void SetField(const FieldRow& row, ondemand::value& value,
                v1::Host& message) {
    hssgw::SetField(row, value, message);
  }

  KeyFinder task_keys_{TaskSchema()};
  KeyFinder host_keys_{HostSchema()};
};

#undef HSSGW_TEXT
#undef HSSGW_WORD
#undef HSSGW_INT32
#undef HSSGW_BOOL

}  // namespace

void SerializeThroughMessages(ondemand::parser& parser,
                              const simdjson::padded_string& answer,
                              google::protobuf::Arena& arena,
                              std::string& wire) {
  auto* response =
      google::protobuf::Arena::CreateMessage<v1::ListTasksResponse>(&arena);
  Filler filler;
  ondemand::document document = parser.iterate(answer);
  for (ondemand::value row : document["data_list"].get_array()) {
    filler.Fill(row, *response->add_tasks());
  }
  response->SerializeToString(&wire);
}

}  // namespace hssgw
