// SPDX-License-Identifier: Apache-2.0
// Names that are not found, and names that take long: the program's getaddrinfo
// is replaced, so that no name service is asked.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "service/base/mutex.h"
#include "service/http/curl_client.h"
#include "tests/http/curl_client_fixture.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

// Holds those who ask for a name under `slow.invalid`. Never destroyed: a
// resolver thread may outlive the test.
class SlowNames {
 public:
  void Hold() {
    MutexLock lock(mu_);
    held_ = true;
    asked_ = 0;
  }
  void Release() {
    MutexLock lock(mu_);
    held_ = false;
    changed_.SignalAll();
  }
  void WaitForRelease() {
    MutexLock lock(mu_);
    ++asked_;
    changed_.SignalAll();
    while (held_) changed_.Wait(mu_);
  }
  void WaitUntilAsked() {
    MutexLock lock(mu_);
    while (asked_ == 0) changed_.Wait(mu_);
  }

 private:
  Mutex mu_;
  CondVar changed_;
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  int asked_ ABSL_GUARDED_BY(mu_) = 0;
};

SlowNames& Slow() {
  static SlowNames& names = *new SlowNames();
  return names;
}

class NameResolutionTest : public CurlClientTest {
 protected:
  NameResolutionTest() { Slow().Hold(); }
  ~NameResolutionTest() override { Slow().Release(); }
};

TEST_F(NameResolutionTest, NameWithoutAddressIsDns) {
  const auto response = Get("http://nobody.invalid");

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kUnavailable,
                                 testing::HasSubstr("nobody.invalid")));
  EXPECT_EQ(CauseOf(response), "DNS");
}

TEST_F(NameResolutionTest, ProxyWithoutAddressIsTheProxys) {
  EXPECT_EQ(CauseOf(Get("http://upstream.invalid",
                        {.proxy = "http://nobody.invalid:3128",
                         .allow_plaintext = true})),
            "PROXY");
}

TEST_F(NameResolutionTest, SlowNameIsAConnectTimeout) {
  CurlClientOptions options = Plain();
  options.connect_timeout = absl::Milliseconds(50);

  EXPECT_EQ(CauseOf(Get("http://a.slow.invalid", options)), "CONNECT_TIMEOUT");
}

TEST_F(NameResolutionTest, CancelDoesNotWaitForASlowName) {
  const ScriptedSocket server({{Read(), Send(kOk)}});
  CurlClient client(io_, Plain());
  Pending slow =
      Start(client, {.origin = "http://b.slow.invalid", .path = "/"});
  Slow().WaitUntilAsked();

  slow.Drop();

  EXPECT_THAT(slow.Wait(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(Start(client, {.origin = server.origin(), .path = "/"}).Wait(),
              IsOk());
}

TEST_F(NameResolutionTest, EndOfTheThreadDoesNotWaitForASlowName) {
  std::optional<IoThread> io(std::in_place);
  CurlClient client(*io, Plain());
  Pending slow =
      Start(client, {.origin = "http://c.slow.invalid", .path = "/"});
  Slow().WaitUntilAsked();

  io.reset();

  EXPECT_THAT(slow.Wait(), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace hssgw

// Takes the place of libc's for libcurl too.
extern "C" int getaddrinfo(const char* node, const char* service,
                           const addrinfo* hints, addrinfo** result) {
  const absl::string_view name = node == nullptr ? "" : node;
  if (absl::EndsWith(name, ".slow.invalid")) hssgw::Slow().WaitForRelease();
  if (absl::EndsWith(name, ".invalid")) return EAI_NONAME;
  using Function =
      int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto real =
      reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return real(node, service, hints, result);
}
