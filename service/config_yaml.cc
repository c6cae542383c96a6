// SPDX-License-Identifier: Apache-2.0
#include "service/config_yaml.h"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "service/config_values.h"
#include "service/tasks/proto_time.h"

namespace hssgw {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

constexpr size_t kMaxShown = 60;
// Far more than there are settings. Aliases can make a small file say more than
// there is time to read.
constexpr int kMaxNodes = 10000;

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == google::protobuf::Duration::descriptor();
}

bool IsSize(const FieldDescriptor& field) {
  return absl::EndsWith(field.name(), "_bytes");
}

bool IsQuoted(const YAML::Node& node) { return node.Tag() == "!"; }

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text.substr(0, kMaxShown)),
                      text.size() > kMaxShown ? "..." : "", "\"");
}

std::string Shown(const YAML::Node& node) {
  if (node.IsMap()) return "a map";
  if (node.IsSequence()) return "a list";
  if (!node.IsScalar()) return "nothing";
  return absl::StrCat(Quoted(node.Scalar()),
                      IsQuoted(node) ? " in quotes" : "");
}

std::string KeysOf(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) {
    names.push_back(type.field(i)->name());
  }
  return absl::StrJoin(names, ", ");
}

// What a value of the field looks like, for a complaint.
std::string WantOf(const FieldDescriptor& field) {
  if (IsDuration(field)) return "a duration such as 250ms, 20s or 1h";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return "text";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return WordsOf(*field.enum_type());
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return absl::StrCat("a map of ", KeysOf(*field.message_type()));
    default:
      return IsSize(field) ? "a size such as 64MiB" : "a whole number";
  }
}

// A plain scalar, not in quotes, as the value of `field`. False: it is none.
bool SetPlain(const std::string& text, const FieldDescriptor& field,
              Message& message) {
  const auto& reflection = *message.GetReflection();
  if (IsDuration(field)) {
    const auto duration = ParseDurationWord(text);
    if (!duration.has_value()) return false;
    reflection.MutableMessage(&message, &field)->CopyFrom(ToProto(*duration));
    return true;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.SetBool(&message, &field, text == "true");
      return text == "true" || text == "false";
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t number = 0;
      if (!absl::SimpleAtoi(text, &number)) return false;
      reflection.SetInt32(&message, &field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto size = ParseSizeWord(text);
      if (!IsSize(field) || !size.has_value()) return false;
      reflection.SetInt64(&message, &field, *size);
      return true;
    }
    default:
      return false;
  }
}

bool SetScalar(const YAML::Node& node, const FieldDescriptor& field,
               Message& message) {
  if (!node.IsScalar()) return false;
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.is_repeated()) {
        reflection.AddString(&message, &field, node.Scalar());
      } else {
        reflection.SetString(&message, &field, node.Scalar());
      }
      return true;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = FindWord(*field.enum_type(), node.Scalar());
      if (value == nullptr) return false;
      reflection.SetEnum(&message, &field, value);
      return true;
    }
    default:
      return !IsQuoted(node) && SetPlain(node.Scalar(), field, message);
  }
}

class Reader {
 public:
  Reader(absl::string_view file, YamlReading& reading)
      : file_(file), reading_(reading) {}

  void ReadDocument(const std::string& text, Message& message) {
    std::vector<YAML::Node> documents;
    try {
      documents = YAML::LoadAll(text);
    } catch (const YAML::Exception& error) {
      return Complain(error.mark.line + 1, "",
                      absl::StrCat("this is no YAML: ", error.msg));
    }
    if (documents.empty()) return;
    if (documents.size() > 1) {
      Complain(documents[1].Mark().line + 1, "", "want one document, got more");
    }
    if (documents[0].IsNull()) return;
    if (documents[0].IsMap()) return ReadMap(documents[0], "", message);
    Complain(documents[0].Mark().line + 1, "",
             absl::StrCat("want a map of ", KeysOf(*message.GetDescriptor()),
                          ", got ", Shown(documents[0])));
  }

 private:
  void ReadMap(const YAML::Node& map, const std::string& prefix,
               Message& message) {
    std::set<std::string> seen;
    for (const auto& pair : map) {
      if (IsTooMuch(pair.first)) return;
      const int line = pair.first.Mark().line + 1;
      if (!pair.first.IsScalar()) {
        Complain(line, prefix, "a key is no name");
        continue;
      }
      const std::string& key = pair.first.Scalar();
      const std::string path =
          prefix.empty() ? key : absl::StrCat(prefix, ".", key);
      const auto* field = message.GetDescriptor()->FindFieldByName(key);
      if (field == nullptr) {
        Complain(line, absl::Utf8SafeCEscape(path.substr(0, 2 * kMaxShown)),
                 absl::StrCat("unknown key; known here: ",
                              KeysOf(*message.GetDescriptor())));
      } else if (!seen.insert(key).second) {
        Complain(line, path,
                 absl::StrCat("said before, in line ", reading_.lines[path]));
      } else {
        ReadField(pair.second, path, line, *field, message);
      }
    }
  }

  void ReadField(const YAML::Node& node, const std::string& path, int line,
                 const FieldDescriptor& field, Message& message) {
    reading_.lines[path] = line;
    if (field.is_repeated()) {
      ReadList(node, path, line, field, message);
    } else if (IsSubmessage(field) && node.IsMap()) {
      ReadMap(node, path,
              *message.GetReflection()->MutableMessage(&message, &field));
    } else if (!SetScalar(node, field, message)) {
      ComplainOfValue(line, path, WantOf(field), node);
    }
  }

  void ReadList(const YAML::Node& list, const std::string& path, int line,
                const FieldDescriptor& field, Message& message) {
    if (!list.IsSequence()) {
      return ComplainOfValue(line, path, "a list", list);
    }
    for (size_t i = 0; i < list.size(); ++i) {
      const YAML::Node node = list[i];
      if (IsTooMuch(node)) return;
      const std::string element = absl::StrCat(path, "[", i, "]");
      if (node.Mark().line >= 0 && !node.IsNull()) line = node.Mark().line + 1;
      reading_.lines[element] = line;
      if (IsSubmessage(field)) {
        // Also a bad one has its place, or later ones would move.
        Message& added = *message.GetReflection()->AddMessage(&message, &field);
        if (node.IsMap()) {
          ReadMap(node, element, added);
          continue;
        }
      } else if (SetScalar(node, field, message)) {
        continue;
      }
      ComplainOfValue(line, element, WantOf(field), node);
    }
  }

  // Counts a node that is read; says once that there are too many.
  bool IsTooMuch(const YAML::Node& node) {
    ++nodes_;
    if (nodes_ == kMaxNodes) {
      Complain(node.Mark().line + 1, "",
               absl::StrCat("want at most ", kMaxNodes,
                            " keys and list elements, what aliases repeat "
                            "included"));
    }
    return nodes_ >= kMaxNodes;
  }

  static bool IsSubmessage(const FieldDescriptor& field) {
    return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
           !IsDuration(field);
  }

  void ComplainOfValue(int line, const std::string& path,
                       const std::string& want, const YAML::Node& node) {
    Complain(line, path, absl::StrCat("want ", want, ", got ", Shown(node)));
  }

  void Complain(int line, const std::string& path,
                const std::string& sentence) {
    reading_.problems.push_back(absl::StrCat(
        file_, ":", line, ": ", path, path.empty() ? "" : ": ", sentence));
  }

  const std::string file_;
  YamlReading& reading_;
  int nodes_ = 0;
};

void WriteMap(const Message& message, YAML::Emitter& out);

void WriteValue(const Message& message, const FieldDescriptor& field,
                YAML::Emitter& out) {
  const auto& reflection = *message.GetReflection();
  if (IsDuration(field)) {
    google::protobuf::Duration duration;
    duration.CopyFrom(reflection.GetMessage(message, &field));
    out << FormatDurationWord(FromProto(duration));
    return;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      out << YAML::DoubleQuoted << reflection.GetString(message, &field);
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      out << reflection.GetBool(message, &field);
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      out << WordOf(*reflection.GetEnum(message, &field));
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      out << reflection.GetInt32(message, &field);
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      out << FormatSizeWord(reflection.GetInt64(message, &field));
      return;
    default:
      WriteMap(reflection.GetMessage(message, &field), out);
  }
}

void WriteList(const Message& message, const FieldDescriptor& field,
               YAML::Emitter& out) {
  const auto& reflection = *message.GetReflection();
  const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (!messages) out << YAML::Flow;
  out << YAML::BeginSeq;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (messages) {
      WriteMap(reflection.GetRepeatedMessage(message, &field, i), out);
    } else {
      out << YAML::DoubleQuoted
          << reflection.GetRepeatedString(message, &field, i);
    }
  }
  out << YAML::EndSeq;
}

void WriteMap(const Message& message, YAML::Emitter& out) {
  out << YAML::BeginMap;
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    out << YAML::Key << field.name() << YAML::Value;
    field.is_repeated() ? WriteList(message, field, out)
                        : WriteValue(message, field, out);
  }
  out << YAML::EndMap;
}

}  // namespace

YamlReading ReadYaml(absl::string_view file, const std::string& text,
                     Message& message) {
  YamlReading reading;
  Reader(file, reading).ReadDocument(text, message);
  return reading;
}

std::string WriteYaml(const Message& message) {
  YAML::Emitter out;
  WriteMap(message, out);
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace hssgw
