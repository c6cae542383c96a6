// SPDX-License-Identifier: Apache-2.0
// Reads the fields of one JSON object and says what is wrong with it: another
// type, a name nobody asked for. Used for everything people write for the
// simulator.
//
// Threads: one. Fails: in Finish(), with the first error.
#ifndef HSSGW_TESTS_SIMULATOR_JSON_READER_H_
#define HSSGW_TESTS_SIMULATOR_JSON_READER_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace hssgw::simulator {

class JsonReader {
 public:
  // `what` begins every error. `object` must outlive the reader.
  JsonReader(std::string what, const nlohmann::json& object);

  // Each is true if the field is there and of the type. A duration is a text
  // such as "250ms".
  bool Read(const char* name, std::string& value);
  bool Read(const char* name, bool& value);
  bool Read(const char* name, int& value);
  bool Read(const char* name, int64_t& value);
  bool Read(const char* name, uint64_t& value);
  bool Read(const char* name, double& value);
  bool Read(const char* name, absl::Duration& value);

  // Null if absent.
  const nlohmann::json* Find(const char* name);

  void Fail(const std::string& name, const std::string& want);

  absl::Status Finish();

 private:
  const std::string what_;
  const nlohmann::json& object_;
  std::set<std::string> known_;
  absl::Status status_;
};

}  // namespace hssgw::simulator

#endif  // HSSGW_TESTS_SIMULATOR_JSON_READER_H_
