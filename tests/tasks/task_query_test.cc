// SPDX-License-Identifier: Apache-2.0
#include "service/tasks/task_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "service/base/error.h"

namespace hssgw {
namespace {

using ::hss::antivirus::v1::ListTasksRequest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

const QueryScope& Scope() {
  static const auto& scope =
      *new QueryScope{.profile = "default", .projects = {"main", "other"}};
  return scope;
}

std::vector<std::string> FieldsRefused(const ListTasksRequest& request) {
  std::vector<std::string> fields;
  const auto query = TaskQuery::FromProto(request, Scope());
  for (const FieldViolation& violation : FactsOf(query.status()).violations) {
    EXPECT_THAT(violation.description, Not(IsEmpty()));
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(TaskQueryTest, EmptyRequestReadsEverythingOfTheDefaultProject) {
  const auto query = TaskQuery::FromProto(ListTasksRequest(), Scope());

  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->project_id(), "main");
  EXPECT_EQ(query->filter(), LegFilter());
  EXPECT_FALSE(query->whether_paid_task().has_value());
  EXPECT_TRUE(query->with_hosts());
}

TEST(TaskQueryTest, TakesEveryFieldAtItsBound) {
  ListTasksRequest request;
  auto& filter = *request.mutable_filter();
  filter.set_enterprise_project_id(std::string(256, 'x'));
  filter.set_task_name(std::string(128, 'x'));
  filter.set_host_name(std::string(256, 'x'));
  filter.set_private_ip(std::string(128, 'x'));
  filter.set_public_ip(std::string(128, 'x'));
  filter.mutable_begin_time()->set_seconds(-62135596800);
  filter.mutable_end_time()->set_seconds(253402300799);
  filter.mutable_end_time()->set_nanos(999999999);

  EXPECT_THAT(FieldsRefused(request), IsEmpty());
}

TEST(TaskQueryTest, TakesTheLongestLastDaysAndAWindowOfOneMoment) {
  ListTasksRequest days;
  days.mutable_filter()->set_last_days(90);
  ListTasksRequest moment;
  moment.mutable_filter()->mutable_begin_time()->set_seconds(7);
  moment.mutable_filter()->mutable_end_time()->set_seconds(7);

  EXPECT_THAT(FieldsRefused(days), IsEmpty());
  EXPECT_THAT(FieldsRefused(moment), IsEmpty());
}

TEST(TaskQueryTest, TurnsEnumsIntoUpstreamsWords) {
  ListTasksRequest request;
  auto& filter = *request.mutable_filter();
  filter.set_task_status(hss::antivirus::v1::TASK_STATUS_FINISH);
  filter.add_host_task_status(hss::antivirus::v1::HOST_TASK_STATUS_SUCCESS);
  filter.add_host_task_status(hss::antivirus::v1::HOST_TASK_STATUS_FAIL);
  filter.add_host_task_status(hss::antivirus::v1::HOST_TASK_STATUS_SUCCESS);

  const auto query = TaskQuery::FromProto(request, Scope());

  EXPECT_EQ(query->filter().task_status, "finish");
  EXPECT_THAT(query->filter().host_task_status, ElementsAre("fail", "success"));
}

TEST(TaskQueryTest, NamesEveryFieldThatIsWrongAtOnce) {
  ListTasksRequest request;
  request.set_project_id("a/b");
  request.set_max_tasks(-1);
  request.mutable_filter()->set_last_days(91);
  request.mutable_filter()->set_task_name(std::string(129, 'x'));

  EXPECT_THAT(FieldsRefused(request),
              ElementsAre("project_id", "filter.task_name", "filter.last_days",
                          "max_tasks"));
}

TEST(TaskQueryTest, NeverEchoesAValue) {
  ListTasksRequest request;
  request.set_project_id("se/cret");

  const auto query = TaskQuery::FromProto(request, Scope());

  EXPECT_THAT(std::string(query.status().message()),
              Not(testing::HasSubstr("cret")));
}

TEST(TaskQueryTest, ProjectThatIsNotServedIsPermissionDenied) {
  ListTasksRequest request;
  request.set_project_id("unknown");

  const auto query = TaskQuery::FromProto(request, Scope());

  EXPECT_EQ(query.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(FactsOf(query.status()).reason, Reason::kCallerNotAllowed);
}

TEST(TaskQueryTest, CountsCharactersNotBytes) {
  ListTasksRequest request;
  std::string name;
  for (int i = 0; i < 128; ++i) name += "描";
  request.mutable_filter()->set_task_name(name);

  EXPECT_TRUE(TaskQuery::FromProto(request, Scope()).ok());
}

struct Bound {
  const char* name;
  const char* field;
  std::function<void(ListTasksRequest&)> spoil;

  friend void PrintTo(const Bound& bound, std::ostream* out) {
    *out << bound.name;
  }
};

class TaskQueryBoundTest : public ::testing::TestWithParam<Bound> {};

TEST_P(TaskQueryBoundTest, IsRefusedByName) {
  ListTasksRequest request;
  GetParam().spoil(request);

  EXPECT_THAT(FieldsRefused(request), ElementsAre(GetParam().field));
}

std::string Long(size_t size) { return std::string(size, 'x'); }

INSTANTIATE_TEST_SUITE_P(
    EveryField, TaskQueryBoundTest,
    testing::Values(
        Bound{"ProjectIdForm", "project_id",
              [](auto& r) { r.set_project_id("a b"); }},
        Bound{"ProjectIdLength", "project_id",
              [](auto& r) { r.set_project_id(Long(257)); }},
        Bound{"EnterpriseProject", "filter.enterprise_project_id",
              [](auto& r) {
                r.mutable_filter()->set_enterprise_project_id(Long(257));
              }},
        Bound{"TaskName", "filter.task_name",
              [](auto& r) { r.mutable_filter()->set_task_name(Long(129)); }},
        Bound{"HostName", "filter.host_name",
              [](auto& r) { r.mutable_filter()->set_host_name(Long(257)); }},
        Bound{"PrivateIp", "filter.private_ip",
              [](auto& r) { r.mutable_filter()->set_private_ip(Long(129)); }},
        Bound{"PublicIp", "filter.public_ip",
              [](auto& r) { r.mutable_filter()->set_public_ip(Long(129)); }},
        Bound{"LastDaysZero", "filter.last_days",
              [](auto& r) { r.mutable_filter()->set_last_days(0); }},
        Bound{"LastDaysLarge", "filter.last_days",
              [](auto& r) { r.mutable_filter()->set_last_days(91); }},
        Bound{"LastDaysWithBegin", "filter.last_days",
              [](auto& r) {
                r.mutable_filter()->set_last_days(1);
                r.mutable_filter()->mutable_begin_time()->set_seconds(1);
              }},
        Bound{"TimesReversed", "filter.end_time",
              [](auto& r) {
                r.mutable_filter()->mutable_begin_time()->set_seconds(2);
                r.mutable_filter()->mutable_end_time()->set_seconds(1);
              }},
        Bound{"BeginTimeNanos", "filter.begin_time",
              [](auto& r) {
                r.mutable_filter()->mutable_begin_time()->set_nanos(-1);
              }},
        Bound{"EndTimeNanos", "filter.end_time",
              [](auto& r) {
                r.mutable_filter()->mutable_end_time()->set_nanos(1000000000);
              }},
        Bound{"BeginTimeYear", "filter.begin_time",
              [](auto& r) {
                r.mutable_filter()->mutable_begin_time()->set_seconds(
                    -62135596801);
              }},
        Bound{"EndTimeYear", "filter.end_time",
              [](auto& r) {
                r.mutable_filter()->mutable_end_time()->set_seconds(
                    253402300800);
              }},
        Bound{"TaskStatus", "filter.task_status",
              [](auto& r) {
                r.mutable_filter()->set_task_status(
                    static_cast<hss::antivirus::v1::TaskStatus>(9));
              }},
        Bound{"HostTaskStatus", "filter.host_task_status[0]",
              [](auto& r) {
                r.mutable_filter()->add_host_task_status(
                    static_cast<hss::antivirus::v1::HostTaskStatus>(9));
              }},
        Bound{"HostTaskStatusUnset", "filter.host_task_status[0]",
              [](auto& r) {
                r.mutable_filter()->add_host_task_status(
                    hss::antivirus::v1::HOST_TASK_STATUS_UNSPECIFIED);
              }},
        Bound{"View", "view",
              [](auto& r) {
                r.set_view(static_cast<hss::antivirus::v1::TaskView>(7));
              }},
        Bound{"MaxTasks", "max_tasks", [](auto& r) { r.set_max_tasks(-1); }},
        Bound{"Staleness", "freshness.max_staleness",
              [](auto& r) {
                r.mutable_freshness()->mutable_max_staleness()->set_seconds(-1);
              }},
        Bound{"StalenessOnError", "freshness.max_staleness_on_error",
              [](auto& r) {
                r.mutable_freshness()
                    ->mutable_max_staleness_on_error()
                    ->set_nanos(-1);
              }}),
    [](const auto& bound) { return std::string(bound.param.name); });

}  // namespace
}  // namespace hssgw
