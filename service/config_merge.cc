// SPDX-License-Identifier: Apache-2.0
#include "service/config_merge.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"

namespace hssgw {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;

bool IsDuration(const FieldDescriptor& field) {
  return field.message_type() == google::protobuf::Duration::descriptor();
}

void FillList(const Message& source, const FieldDescriptor& field,
              Message& target) {
  const auto& reflection = *target.GetReflection();
  const int size = reflection.FieldSize(target, &field);
  const bool messages = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  for (int i = 0; messages && i < size; ++i) {
    FillFrom(reflection.GetRepeatedMessage(source, &field, 0),
             *reflection.MutableRepeatedMessage(&target, &field, i));
  }
  for (int i = 0; size == 0 && i < reflection.FieldSize(source, &field); ++i) {
    if (messages) {
      reflection.AddMessage(&target, &field)
          ->CopyFrom(reflection.GetRepeatedMessage(source, &field, i));
    } else {
      reflection.AddString(&target, &field,
                           reflection.GetRepeatedString(source, &field, i));
    }
  }
}

// A field that `target` lacks.
void CopyField(const Message& source, const FieldDescriptor& field,
               Message& target) {
  const auto& reflection = *target.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&target, &field,
                                  reflection.GetString(source, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&target, &field,
                                reflection.GetBool(source, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnum(&target, &field,
                                reflection.GetEnum(source, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&target, &field,
                                 reflection.GetInt32(source, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&target, &field,
                                 reflection.GetInt64(source, &field));
    default:
      reflection.MutableMessage(&target, &field)
          ->CopyFrom(reflection.GetMessage(source, &field));
  }
}

}  // namespace

void FillFrom(const Message& source, Message& target) {
  const auto& reflection = *target.GetReflection();
  std::vector<const FieldDescriptor*> given;
  reflection.ListFields(source, &given);
  for (const FieldDescriptor* field : given) {
    if (field->is_repeated()) {
      FillList(source, *field, target);
    } else if (!reflection.HasField(target, field)) {
      CopyField(source, *field, target);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
               !IsDuration(*field)) {
      FillFrom(reflection.GetMessage(source, field),
               *reflection.MutableMessage(&target, field));
    }
  }
}

bool HasTlsAddress(const hss::gateway::config::v1::Listen& listen) {
  return std::any_of(listen.grpc().begin(), listen.grpc().end(),
                     [](const std::string& address) {
                       return absl::StartsWith(address, "tls:");
                     });
}

GatewayConfig WithoutOverruled(GatewayConfig file, const GatewayConfig& flags) {
  if (!flags.listen().grpc().empty() && HasTlsAddress(file.listen()) &&
      !HasTlsAddress(flags.listen())) {
    file.mutable_listen()->clear_tls();  // The certificate of what is gone.
  }
  if (file.profiles().empty()) return file;
  auto& profile = *file.mutable_profiles(0);
  const auto& chosen = flags.profiles(0);
  if (!chosen.region().empty() || !chosen.endpoint().empty()) {
    profile.clear_region();
    profile.clear_endpoint();
  }
  const auto& credential = chosen.credential();
  if (!credential.auth_token_file().empty()) {
    profile.clear_credential();
  } else if (!credential.ak_file().empty() || !credential.sk_file().empty()) {
    profile.mutable_credential()->clear_auth_token_file();
  }
  return file;
}

}  // namespace hssgw
