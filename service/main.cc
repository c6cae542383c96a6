// SPDX-License-Identifier: Apache-2.0
// hss-gateway: the wiring diagram.
#include <pthread.h>
#include <sys/prctl.h>

#include <csignal>
#include <cstdio>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "service/auth/credential_authorizer.h"
#include "service/auth/static_credential_source.h"
#include "service/base/log.h"
#include "service/base/metrics.h"
#include "service/base/worker_pool.h"
#include "service/config.h"
#include "service/hss/call_budget.h"
#include "service/hss/rest_page_source.h"
#include "service/hss/upstream_state.h"
#include "service/http/curl_client.h"
#include "service/http/io_thread.h"
#include "service/rpc/health_service.h"
#include "service/rpc/server.h"
#include "service/rpc/task_service.h"
#include "service/tasks/caching_page_source.h"
#include "service/tasks/page_cache.h"
#include "service/tasks/refresh_ahead.h"
#include "service/tasks/resume_keys.h"
#include "service/tasks/resume_token.h"
#include "service/tasks/upstream_habits.h"

namespace hssgw {
namespace {

constexpr int kExitBadInput = 2;
// Decoding takes a fraction of a millisecond a page.
constexpr int kDecodeThreads = 2;

// A line for each line of the message.
int Complain(const absl::Status& status) {
  for (const auto line : absl::StrSplit(status.message(), '\n')) {
    std::fprintf(stderr, "hss-gateway: %s\n", std::string(line).c_str());
  }
  return kExitBadInput;
}

// Blocks the signals that end the program in every thread; Wait takes them.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    sigaddset(&signals_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  void Wait() const {
    int signal = 0;
    sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_;
};

// Written to a file beside it first: who reads it sees a whole port or none.
absl::Status WritePortFile(const std::string& path, int port) {
  if (path.empty()) return absl::OkStatus();
  const std::string draft = absl::StrCat(path, ".tmp");
  std::FILE* file = std::fopen(draft.c_str(), "w");
  const bool written = file != nullptr && std::fprintf(file, "%d\n", port) > 0;
  if (file != nullptr) std::fclose(file);
  if (written && std::rename(draft.c_str(), path.c_str()) == 0) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--port-file ", path, " cannot be written"));
}

// What upstream does, as a name of the health service.
std::function<void(UpstreamState)> TellOf(HealthService& health) {
  return [&health](UpstreamState state) {
    health.Set(kUpstreamHealthName, state == UpstreamState::kServes
                                        ? HealthService::State::kServing
                                        : HealthService::State::kNotServing);
  };
}

// The program, bottom up: each part uses only those above it. Leaving the
// function destroys them top down: the server first, the I/O thread last.
int Serve(const Config& config, const Credential& credential,
          const StopSignals& stop) {
  Metrics metrics;
  metrics.SetBuildInfo(kVersion);
  metrics.SetBudgetLimit(config.budget_name, config.budget.calls);
  HealthService health;
  IoThread io;
  CurlClient http(io, config.http);
  StaticCredentialSource credentials(credential);
  CredentialAuthorizer authorizer(credentials, io);
  CallBudget budget(config.budget, io);
  WorkerPool decode_pool(kDecodeThreads);
  RestPageSource upstream(config.origin, {.http = http,
                                          .authorizer = authorizer,
                                          .budget = budget,
                                          .decode_pool = decode_pool,
                                          .clock = io,
                                          .metrics = metrics,
                                          .upstream_is = TellOf(health)});
  PageCache cache(config.cache_bytes);
  CachingPageSource pages({.upstream = upstream,
                           .cache = cache,
                           .forecast = budget,
                           .clock = io,
                           .metrics = metrics,
                           .calls_are_free = budget.unlimited()});
  UpstreamHabits habits(config.time_format);
  RefreshAhead ahead({.pages = pages,
                      .cache = cache,
                      .habits = habits,
                      .forecast = budget,
                      .clock = io});
  const auto keys = ResumeKeys::Open(config.resume_key_files, io);
  if (!keys.ok()) return Complain(keys.status());
  if (config.resume_key_files.empty()) {
    LogWarning("resume tokens end with this process",
               {{"why", "resume.key_files is empty"}});
  }
  const ResumeTokens tokens(**keys, config.resume_lifetime);
  TaskService tasks({.scope = {.profile = config.profile,
                               .endpoint = config.origin,
                               .projects = config.projects},
                     .calls_are_free = budget.unlimited()},
                    {.pages = ahead,
                     .habits = habits,
                     .forecast = budget,
                     .tokens = tokens,
                     .clock = io,
                     .cache = &cache,
                     .freshness = config.freshness},
                    metrics);
  Server server(health);
  if (absl::Status s = server.Start(config.listen, tasks); !s.ok()) {
    return Complain(s);
  }
  if (absl::Status s =
          WritePortFile(config.port_file, server.listeners().port());
      !s.ok()) {
    return Complain(s);
  }
  LogInfo("serving",
          {{"addresses", absl::StrJoin(server.listeners().Bound(), ",")},
           {"upstream", config.origin},
           {"calls_per_minute", config.budget.calls}});
  stop.Wait();
  LogInfo("draining", {{"grace", absl::FormatDuration(config.drain_grace)}});
  server.Drain(config.drain_grace);
  LogInfo("stopped");
  return 0;
}

int Main(int argc, char** argv) {
  // No core and no debugger may see the credential.
  prctl(PR_SET_DUMPABLE, 0);
  const StopSignals stop;  // Before the first thread.
  const auto invocation = ParseCommandLine(argc, argv, ProcessEnvironment);
  if (!invocation.ok()) return Complain(invocation.status());
  if (invocation->text.has_value()) {
    std::fputs(invocation->text->c_str(), stdout);
    return 0;
  }
  const Config& config = invocation->config;
  StartLogging(config.log);
  const auto credential =
      ReadConfiguredCredential(config.credential_files, ProcessEnvironment);
  if (!credential.ok()) return Complain(credential.status());
  return Serve(config, *credential, stop);
}

}  // namespace
}  // namespace hssgw

int main(int argc, char** argv) { return hssgw::Main(argc, argv); }
