// SPDX-License-Identifier: Apache-2.0
#include "bench/arena_messages.h"

#include <array>
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

void Assign(std::string& field, ondemand::value& value) {
  const std::string_view text = Text(value);
  field.assign(text.data(), text.size());
}

// What a person would write, by field number, with the cheapest setters.
using Value = ondemand::value;
template <typename T>
using Setter = void (*)(const FieldRow& row, Value& value, T& message);

constexpr auto kHostSetters = std::to_array<Setter<v1::Host>>(
    {[](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_host_id(), value);
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_host_name(), value);
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_private_ip(), value);
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_public_ip(), value);
     },
     [](const FieldRow& row, Value& value, v1::Host& message) {
       message.set_asset_value(static_cast<v1::AssetValue>(Word(row, value)));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       SetMillis(*message.mutable_start_time(), Number(value));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       message.mutable_run_duration()->set_seconds(Number(value));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_scan_progress(), value);
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       message.set_virus_num(static_cast<int32_t>(Number(value)));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       message.set_scan_file_num(Number(value));
     },
     [](const FieldRow& row, Value& value, v1::Host& message) {
       message.set_host_task_status(
           static_cast<v1::HostTaskStatus>(Word(row, value)));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_fail_reason(), value);
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       message.set_deleted(Flag(value));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       message.set_whether_using_quota(static_cast<int32_t>(Number(value)));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_agent_id(), value);
     },
     [](const FieldRow& row, Value& value, v1::Host& message) {
       message.set_os_type(static_cast<v1::OsType>(Word(row, value)));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_host_status(), value);
     },
     [](const FieldRow& row, Value& value, v1::Host& message) {
       message.set_agent_status(static_cast<v1::AgentStatus>(Word(row, value)));
     },
     [](const FieldRow& row, Value& value, v1::Host& message) {
       message.set_protect_status(
           static_cast<v1::ProtectStatus>(Word(row, value)));
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_os_name(), value);
     },
     [](const FieldRow&, Value& value, v1::Host& message) {
       Assign(*message.mutable_os_version(), value);
     }});

constexpr auto kTaskSetters = std::to_array<Setter<v1::Task>>(
    {[](const FieldRow&, Value& value, v1::Task& message) {
       Assign(*message.mutable_task_id(), value);
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       Assign(*message.mutable_task_name(), value);
     },
     [](const FieldRow& row, Value& value, v1::Task& message) {
       message.set_scan_type(static_cast<v1::ScanType>(Word(row, value)));
     },
     [](const FieldRow& row, Value& value, v1::Task& message) {
       message.set_start_type(static_cast<v1::StartType>(Word(row, value)));
     },
     [](const FieldRow& row, Value& value, v1::Task& message) {
       message.set_action(static_cast<v1::HandlingAction>(Word(row, value)));
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       SetMillis(*message.mutable_start_time(), Number(value));
     },
     [](const FieldRow& row, Value& value, v1::Task& message) {
       message.set_task_status(static_cast<v1::TaskStatus>(Word(row, value)));
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       message.set_host_num(static_cast<int32_t>(Number(value)));
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       message.set_success_host_num(static_cast<int32_t>(Number(value)));
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       message.set_fail_host_num(static_cast<int32_t>(Number(value)));
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       message.set_cancel_host_num(static_cast<int32_t>(Number(value)));
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       message.set_rescan(Flag(value));
     },
     [](const FieldRow&, Value& value, v1::Task& message) {
       message.set_whether_paid_task(Flag(value));
     }});

class Filler {
 public:
  void Fill(Value value, v1::Host& host) {
    size_t index = KeyFinder::kNone;
    for (ondemand::field field : value.get_object()) {
      index = host_keys_.Find(field.key().raw(), index);
      if (index == KeyFinder::kNone) continue;
      const FieldRow& row = HostSchema().rows[index];
      kHostSetters[row.number - 1](row, field.value(), host);
    }
  }

  void Fill(Value value, v1::Task& task) {
    size_t index = KeyFinder::kNone;
    for (ondemand::field field : value.get_object()) {
      index = task_keys_.Find(field.key().raw(), index);
      if (index == KeyFinder::kNone) continue;
      const FieldRow& row = TaskSchema().rows[index];
      if (row.kind == FieldKind::kHosts) {
        for (Value host : field.value().get_array()) {
          Fill(host, *task.add_host_info_list());
        }
      } else {
        kTaskSetters[row.number - 1](row, field.value(), task);
      }
    }
  }

 private:
  KeyFinder task_keys_{TaskSchema()};
  KeyFinder host_keys_{HostSchema()};
};

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
