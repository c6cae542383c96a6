// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/simulator.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/simulator/control.h"
#include "tests/simulator/escaping.h"

namespace hssgw::simulator {
namespace {

constexpr std::string_view kControlPrefix = "/simulator/";
constexpr std::string_view kTaskListSuffix = "/antivirus/task";
constexpr std::string_view kApiPrefix = "/v5/";
constexpr size_t kMaxLoggedBody = 4096;

// The project of /v5/{project_id}/antivirus/task; nothing for another path.
std::optional<std::string> ProjectOf(std::string_view path) {
  if (path.substr(0, kApiPrefix.size()) != kApiPrefix) return std::nullopt;
  path.remove_prefix(kApiPrefix.size());
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  if (path.substr(slash) != kTaskListSuffix) return std::nullopt;
  return PercentDecode(path.substr(0, slash), Plus::kLiteral);
}

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time,
                          absl::UTCTimeZone());
}

}  // namespace

IamOptions DefaultIam() {
  IamOptions options;
  options.keys = {{kDefaultAccessKey, kDefaultSecretKey, ""}};
  options.projects = {{kDefaultProjectId, kDefaultRegion}};
  return options;
}

// One request on its way through.
struct Simulator::Exchange {
  absl::Time start;
  int64_t connection = 0;
  std::string request_id;
  std::string path;
  std::optional<std::string> project;  // Set: the task list.
  bool iam = false;
  std::string verdict;
  std::string fault;
};

Simulator::Simulator(SimulatorOptions options)
    : options_(std::move(options)),
      churn_(list_, options_.tasks),
      quota_(options_.quota),
      iam_(options_.iam),
      server_(
          options_.http,
          [this](const SignedRequest& request, Connection& connection,
                 httplib::Response& response) {
            Handle(request, connection, response);
          },
          {.on_connection =
               [this] { ledger_.Count([](Counters& c) { ++c.connections; }); },
           .on_disconnect =
               [this] {
                 ledger_.Count([](Counters& c) { ++c.disconnects_seen; });
               }}) {
  Reset();
}

Simulator::~Simulator() { Stop(); }

absl::StatusOr<int> Simulator::Start() {
  absl::StatusOr<int> port = server_.Start();
  if (port.ok()) port_ = *port;
  return port;
}

void Simulator::Stop() { server_.Stop(); }

std::string Simulator::url() const {
  const bool tls = !options_.http.tls.certificate_file.empty();
  return absl::StrCat(tls ? "https" : "http", "://127.0.0.1:", port_.load());
}

Counters Simulator::counters() const {
  Counters counters = ledger_.counters();
  counters.faults_fired = faults_.fired();
  return counters;
}

void Simulator::Regenerate(const TaskDataOptions& data) {
  list_.Replace(GenerateTasks(data));
  churn_.SetData(data);
  const std::lock_guard lock(mu_);
  task_data_ = data;
}

TaskDataOptions Simulator::task_data() const {
  const std::lock_guard lock(mu_);
  return task_data_;
}

void Simulator::set_latency(absl::Duration latency) {
  latency_nanos_ = absl::ToInt64Nanoseconds(latency);
}

void Simulator::Reset() {
  faults_.Clear();
  for (const FaultRule& rule : options_.faults) AddFault(rule);
  Regenerate(options_.tasks);
  churn_.Set(options_.churn);
  quota_.Set(options_.quota);
  quota_.Forget();
  iam_.Reset();
  set_latency(options_.latency);
  ledger_.Reset();
}

std::string Simulator::NextRequestId() {
  return absl::StrFormat("%032x", ++next_request_);
}

void Simulator::Handle(const SignedRequest& request, Connection& connection,
                       httplib::Response& response) {
  Exchange exchange{.start = Now(),
                    .connection = connection.id(),
                    .request_id = NextRequestId(),
                    .path = std::string(SplitTarget(request.target).first)};
  if (exchange.path.substr(0, kControlPrefix.size()) == kControlPrefix) {
    return Deliver(AnswerControl(*this, request), {}, connection, response);
  }
  if (request.method == "GET") exchange.project = ProjectOf(exchange.path);
  exchange.iam = exchange.path.substr(0, 4) == "/v3/";
  ledger_.Count([&exchange](Counters& counters) {
    ++counters.requests;
    if (exchange.iam) ++counters.iam_requests;
  });
  if (exchange.project) ledger_.BeginList(exchange.start);

  const std::optional<FaultBook::Fired> fired =
      faults_.Next(request.method, request.target, exchange.start);
  Delivery delivery;
  if (exchange.project) {
    delivery.before_body = absl::Nanoseconds(latency_nanos_.load());
  }
  Reply reply;
  if (fired && fired->action.replaces_answer()) {
    reply = MakeReply(fired->action, exchange.request_id);
  } else {
    reply = Answer(request, exchange);
  }
  if (fired) {
    exchange.fault = fired->name.empty() ? "(unnamed)" : fired->name;
    if (fired->action.delivery) {
      const absl::Duration latency = delivery.before_body;
      delivery = *fired->action.delivery;
      delivery.before_body = std::max(delivery.before_body, latency);
    }
    const auto& added = fired->action.headers;
    reply.headers.insert(reply.headers.end(), added.begin(), added.end());
  }
  reply.headers.emplace_back("X-Request-Id", exchange.request_id);
  if (exchange.iam) {
    reply.headers.emplace_back("X-IAM-Trace-Id", exchange.request_id);
  }
  reply.headers.emplace_back("Date", HttpDate(Now()));
  Record(request, exchange, SendsStatus(delivery.transport) ? reply.status : 0);
  if (exchange.project) connection.WhenAnswered([this] { ledger_.EndList(); });
  Deliver(std::move(reply), delivery, connection, response);
}

std::optional<Reply> Simulator::Refuse(const SignedRequest& request,
                                       Exchange& exchange) {
  Admission admission =
      iam_.Admit(request, exchange.start, exchange.request_id);
  exchange.verdict = admission.verdict;
  if (!admission.refusal) return std::nullopt;
  ledger_.Count([&admission](Counters& counters) {
    ++counters.refusals[admission.verdict];
    ++counters.signature_failures;
  });
  return admission.refusal;
}

Reply Simulator::Answer(const SignedRequest& request, Exchange& exchange) {
  if (exchange.project) {
    return AnswerList(request, exchange);
  }
  if (exchange.path == "/v3/auth/tokens" && request.method == "POST") {
    return iam_.CreateToken(request, exchange.start);
  }
  if (exchange.path == "/v3/projects" && request.method == "GET") {
    std::optional<Reply> refusal = Refuse(request, exchange);
    return refusal ? *std::move(refusal) : iam_.ListProjects(request);
  }
  return GatewayError(
      404, "APIGW.0101",
      "The API does not exist or has not been published in the environment",
      exchange.request_id);
}

Reply Simulator::AnswerList(const SignedRequest& request, Exchange& exchange) {
  if (std::optional<Reply> refusal = Refuse(request, exchange)) {
    return *std::move(refusal);
  }
  if (!quota_.Take(exchange.start)) {
    ledger_.Count([](Counters& counters) { ++counters.throttled; });
    const QuotaOptions quota = quota_.options();
    return ThrottleError(quota.calls, PeriodWords(quota.period),
                         exchange.request_id);
  }
  if (!iam_.HasProject(*exchange.project)) {
    return GatewayError(403, "APIGW.0302",
                        "The IAM user is not authorized to access the API.",
                        exchange.request_id);
  }
  CountUnknownParameters(request);
  const auto checked =
      ReadListQuery(SplitTarget(request.target).second, options_.rules);
  if (const auto* const error = std::get_if<ListError>(&checked)) {
    return HssError(400, error->code, error->message);
  }
  ListQuery query = std::get<ListQuery>(checked);
  if (options_.max_rows > 0) {
    query.limit = std::min(query.limit, options_.max_rows);
  }
  const ListPage page = list_.Read(query, exchange.start);
  churn_.AfterListRequest();
  ledger_.Count([&page](Counters& counters) {
    counters.rows_sent += static_cast<int64_t>(page.rows.size());
  });
  return {.body = PageBody(page, TotalNum(page.total))};
}

void Simulator::CountUnknownParameters(const SignedRequest& request) {
  constexpr std::array<std::string_view, 12> kKnown = {"enterprise_project_id",
                                                       "task_name",
                                                       "offset",
                                                       "limit",
                                                       "last_days",
                                                       "begin_time",
                                                       "end_time",
                                                       "task_status",
                                                       "host_name",
                                                       "private_ip",
                                                       "public_ip",
                                                       "whether_paid_task"};
  for (const NameValue& pair : ReadQuery(SplitTarget(request.target).second)) {
    const std::string& name = pair.first;
    if (name == "host_task_status" ||
        std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) {
      continue;
    }
    ledger_.Count(
        [&name](Counters& counters) { ++counters.unknown_parameters[name]; });
  }
}

std::string Simulator::TotalNum(int64_t total) const {
  const std::string& mode = options_.total_num;
  if (mode == "missing") return "";
  if (mode == "null") return "null";
  if (mode == "text") return absl::StrCat("\"", total, "\"");
  int64_t added = 0;
  if (mode != "exact" && absl::SimpleAtoi(mode, &added)) total += added;
  return std::to_string(std::max<int64_t>(total, 0));
}

void Simulator::Record(const SignedRequest& request, const Exchange& exchange,
                       int status) {
  ledger_.Add(
      {.time = exchange.start,
       .connection = exchange.connection,
       .method = request.method,
       .target = request.target,
       .headers = CutSecrets(request.headers),
       .body = exchange.iam ? "" : request.body.substr(0, kMaxLoggedBody),
       .verdict = exchange.verdict,
       .status = status,
       .request_id = exchange.request_id,
       .fault = exchange.fault});
}

}  // namespace hssgw::simulator
