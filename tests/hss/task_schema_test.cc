// SPDX-License-Identifier: Apache-2.0
// The table of the decoder against the descriptors that protoc generated.
#include "service/hss/task_schema.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "hss/antivirus/v1/task_service.pb.h"

namespace hssgw {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::EnumDescriptor;
using ::google::protobuf::FieldDescriptor;
using ::hss::antivirus::v1::Host;
using ::hss::antivirus::v1::ListTasksResponse;
using ::hss::antivirus::v1::Task;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Pair {
  const char* name;
  const MessageSchema& schema;
  const Descriptor* descriptor;
};

std::string FieldType(FieldKind kind) {
  switch (kind) {
    case FieldKind::kText:
      return "string";
    case FieldKind::kWord:
      return "enum";
    case FieldKind::kMillis:
      return "google.protobuf.Timestamp";
    case FieldKind::kSeconds:
      return "google.protobuf.Duration";
    case FieldKind::kInt32:
      return "optional int32";
    case FieldKind::kInt64:
      return "optional int64";
    case FieldKind::kBool:
      return "optional bool";
    case FieldKind::kHosts:
      return "repeated hss.antivirus.v1.Host";
  }
  return "";
}

std::string FieldType(const FieldDescriptor& field) {
  std::string type = field.is_repeated() ? "repeated " : "";
  if (field.has_optional_keyword()) type += "optional ";
  type += field.type() == FieldDescriptor::TYPE_MESSAGE
              ? field.message_type()->full_name()
              : std::string(field.type_name());
  return type;
}

// FOO_BAR_IMPORTANT of FooBar is "important"; case apart.
std::string WordOf(const EnumDescriptor& type, int number) {
  const std::string zero = type.FindValueByNumber(0)->name();
  const size_t prefix = zero.size() - std::string("UNSPECIFIED").size();
  std::string word = type.FindValueByNumber(number)->name().substr(prefix);
  for (char& c : word) c = static_cast<char>(std::tolower(c));
  return word;
}

class TaskSchemaTest : public testing::TestWithParam<Pair> {};

TEST_P(TaskSchemaTest, RowsAreFieldsOfTheMessage) {
  for (const FieldRow& row : GetParam().schema.rows) {
    const FieldDescriptor* field =
        GetParam().descriptor->FindFieldByName(std::string(row.key));
    ASSERT_NE(field, nullptr) << row.key;
    EXPECT_EQ(field->number(), static_cast<int>(row.number)) << row.key;
    EXPECT_EQ(FieldType(*field), FieldType(row.kind)) << row.key;
  }
}

TEST_P(TaskSchemaTest, FieldsOfTheMessageAreRows) {
  std::set<std::string> left;
  for (int i = 0; i < GetParam().descriptor->field_count(); ++i) {
    left.insert(GetParam().descriptor->field(i)->name());
  }

  for (const FieldRow& row : GetParam().schema.rows) {
    left.erase(std::string(row.key));
  }
  left.erase("unrecognized");
  left.erase("host_info_list_continues");  // said by frames, not by upstream

  EXPECT_THAT(left, IsEmpty());
}

TEST_P(TaskSchemaTest, WordsAreTheValuesOfTheEnum) {
  for (const FieldRow& row : GetParam().schema.rows) {
    if (row.kind != FieldKind::kWord) continue;
    const EnumDescriptor& type =
        *GetParam()
             .descriptor->FindFieldByName(std::string(row.key))
             ->enum_type();
    ASSERT_EQ(type.value_count(), static_cast<int>(row.words.size()) + 1);
    for (int i = 0; i < static_cast<int>(row.words.size()); ++i) {
      std::string word(row.words[static_cast<size_t>(i)]);
      for (char& c : word) c = static_cast<char>(std::tolower(c));
      EXPECT_EQ(word, WordOf(type, i + 1)) << row.key;
    }
  }
}

TEST_P(TaskSchemaTest, UnrecognizedIsTheMap) {
  const FieldDescriptor* field =
      GetParam().descriptor->FindFieldByName("unrecognized");

  EXPECT_TRUE(field->is_map());
  EXPECT_EQ(field->number(), static_cast<int>(GetParam().schema.unrecognized));
}

TEST_P(TaskSchemaTest, KeysFitIntoOneComparison) {
  std::set<std::string> keys;
  for (const FieldRow& row : GetParam().schema.rows) {
    EXPECT_LE(row.key.size(), QuotedWord::kMaxSize) << row.key;
    EXPECT_TRUE(keys.insert(std::string(row.key)).second) << row.key;
    for (const absl::string_view word : row.words) {
      EXPECT_LE(word.size(), QuotedWord::kMaxSize) << word;
    }
  }
}

std::string TestName(const testing::TestParamInfo<Pair>& tested) {
  return tested.param.name;
}

INSTANTIATE_TEST_SUITE_P(
    Tables, TaskSchemaTest,
    testing::Values(Pair{"Task", TaskSchema(), Task::descriptor()},
                    Pair{"Host", HostSchema(), Host::descriptor()}),
    TestName);

TEST(TaskSchemaRolesTest, IndexedFieldsAreMarkedOnce) {
  std::vector<std::string> marked;

  for (const FieldRow& row : TaskSchema().rows) {
    if (row.role != FieldRole::kNone) marked.emplace_back(row.key);
  }

  EXPECT_THAT(marked,
              ElementsAre("task_id", "start_time", "whether_paid_task"));
  EXPECT_EQ(TaskSchema().rows.front().key, "task_id");
}

TEST(TaskSchemaRolesTest, TasksFieldIsThatOfTheResponse) {
  EXPECT_EQ(ListTasksResponse::descriptor()->FindFieldByName("tasks")->number(),
            static_cast<int>(kTasksField));
}

TEST(QuotedWordTest, MatchesAWholeWordOnly) {
  const QuotedWord word("fail");
  const auto matches = [&word](const std::string& text) {
    return word.Matches((text + std::string(24, ' ')).c_str());
  };

  EXPECT_TRUE(matches("fail\""));
  EXPECT_FALSE(matches("failed\""));
  EXPECT_FALSE(matches("fai\""));
  EXPECT_FALSE(matches("Fail\""));
}

TEST(QuotedWordTest, NeverMatchesAWordTooLongForIt) {
  const std::string longest(QuotedWord::kMaxSize, 'x');

  EXPECT_TRUE(QuotedWord(longest).Matches((longest + "\"").c_str()));
  EXPECT_FALSE(
      QuotedWord(longest + "x").Matches((longest + "x\"         ").c_str()));
}

}  // namespace
}  // namespace hssgw
