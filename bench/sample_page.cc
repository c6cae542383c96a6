// SPDX-License-Identifier: Apache-2.0
#include "bench/sample_page.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace hssgw {
namespace {

using Random = std::mt19937;  // NOLINT(cert-*): the same in every run

std::string SampleId(Random& random) {
  return absl::StrFormat("%08x-%04x-%04x-%04x-%08x%04x", random(),
                         random() % 65536, random() % 65536, random() % 65536,
                         random(), random() % 65536);
}

const char* OneOf(Random& random, std::initializer_list<const char*> words) {
  return words.begin()[random() % words.size()];
}

std::string SampleHost(Random& random, bool chinese) {
  const char* name = chinese ? "生产环境-数据库服务器" : "agentcompile";
  return absl::StrCat(
      R"({"host_id":")", SampleId(random), R"(","host_name":")", name, "-",
      random() % 10000, R"(","agent_id":")", SampleId(random),
      SampleId(random).substr(0, 28), R"(","private_ip":"172.16.)",
      random() % 256, ".", random() % 256, R"(","public_ip":"100.85.)",
      random() % 256, ".", random() % 256, R"(","asset_value":")",
      OneOf(random, {"important", "common", "test"}), R"(","start_time":)",
      1737532317458 + random() % 100000000, R"(,"run_duration":)",
      random() % 5000, R"(,"scan_progress":")", random() % 101,
      R"(%","virus_num":)", random() % 5, R"(,"scan_file_num":)",
      random() % 1000000, R"(,"host_task_status":")",
      OneOf(random, {"scanning", "success", "fail"}), R"(","os_type":")",
      OneOf(random, {"Linux", "Windows"}),
      R"(","host_status":"ACTIVE","agent_status":")",
      OneOf(random, {"online", "offline", "installed"}),
      R"(","protect_status":"opened","os_name":"EulerOS","os_version":"2.5",)",
      R"("deleted":false,"whether_using_quota":)", random() % 2, "}");
}

std::string SampleTask(Random& random, const SampleShape& shape) {
  std::string task = absl::StrCat(
      R"({"task_id":")", SampleId(random), R"(","task_name":")",
      shape.chinese ? "快速查杀" : "Quick Scan", "-20250122",
      random() % 1000000, R"(","scan_type":"quick","start_type":"now",)",
      R"("action":"manual","start_time":)", 1737532317458 - random() % 1000000,
      R"(,"task_status":"finish","host_num":)", shape.hosts_per_task,
      R"(,"success_host_num":)", random() % 9,
      R"(,"fail_host_num":0,"cancel_host_num":0,"host_info_list":[)");
  for (int i = 0; i < shape.hosts_per_task; ++i) {
    absl::StrAppend(&task, i == 0 ? "" : ",",
                    SampleHost(random, shape.chinese));
  }
  return task + R"(],"rescan":false,"whether_paid_task":false})";
}

}  // namespace

std::string SamplePage(const SampleShape& shape) {
  Random random(1);
  std::string page =
      absl::StrCat(R"({"total_num":)", shape.tasks, R"(,"data_list":[)");
  for (int i = 0; i < shape.tasks; ++i) {
    absl::StrAppend(&page, i == 0 ? "" : ",", SampleTask(random, shape));
  }
  return page + "]}";
}

}  // namespace hssgw
