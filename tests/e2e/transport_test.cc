// SPDX-License-Identifier: Apache-2.0
// The ways from the real gateway to upstream, as its settings choose them:
// IPv6, TLS, certificates, proxies.
#include <gmock/gmock.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/grpc_tool.h"
#include "tests/e2e/stack.h"
#include "tests/simulator/simulator.h"
#include "tests/testing/scripted_socket.h"
#include "tests/testing/test_certificates.h"

namespace hssgw {
namespace {

using ::google::rpc::ErrorInfo;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr int kDays = 1;
constexpr char kFreeTasks[] = R"({"filter": {"whether_paid_task": false}})";

std::string OneTask() {
  constexpr absl::string_view kBody =
      R"({"total_num":1,"data_list":[{"task_id":"t-1","start_time":1000}]})";
  return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", kBody.size(),
                      "\r\n\r\n", kBody);
}

SocketScript Answering(std::vector<SocketStep> first = {}) {
  first.push_back(Read());
  first.push_back(Send(OneTask()));
  first.push_back(AwaitClient());
  return first;
}

class TransportTest : public ::testing::Test {
 protected:
  static ToolAnswer List(const StackOptions& options) {
    const Stack stack(options);
    if (!stack.up()) return {.output = "the gateway did not start"};
    return MakeCppTool()->List(stack.target(), kFreeTasks);
  }
  static std::string CauseOf(const ToolAnswer& answer) {
    const auto info = answer.Get<ErrorInfo>();
    if (!info.has_value()) return answer.code == 0 ? "OK" : answer.output;
    EXPECT_EQ(answer.code, grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(info->reason(), "UPSTREAM_UNAVAILABLE");
    const auto cause = info->metadata().find("cause");
    return cause == info->metadata().end() ? "" : cause->second;
  }
  static void ExpectOneTask(const ToolAnswer& answer) {
    EXPECT_EQ(answer.code, grpc::StatusCode::OK) << answer.output;
    ASSERT_THAT(answer.Tasks(), SizeIs(1));
    EXPECT_EQ(answer.Tasks()[0].task_id(), "t-1");
  }

  std::vector<std::string> OurCertificate() const {
    const TestCertificates::Files ours = authority_.IssueClient("gateway");
    return {"--client-cert", ours.cert, "--client-key", ours.key};
  }

  TestCertificates authority_;
};

// --- IPv6 -------------------------------------------------------------------

TEST_F(TransportTest, UpstreamMayHaveAnIpv6Address) {
  const ScriptedSocket upstream({Answering()}, {.address = "::1"});
  if (upstream.port() == 0) GTEST_SKIP() << "this machine has no ::1";

  ExpectOneTask(List({.endpoint = upstream.origin()}));

  EXPECT_THAT(upstream.requests(),
              ElementsAre(HasSubstr("Host: " + upstream.authority() + "\r\n")));
}

TEST_F(TransportTest, CertificateMayBeOfAnIpv6Address) {
  const TestCertificates::Files files = authority_.Issue("::1", kDays);
  const ScriptedSocket upstream(
      {Answering({StartTls()})},
      {.cert_file = files.cert, .key_file = files.key, .address = "::1"});
  if (upstream.port() == 0) GTEST_SKIP() << "this machine has no ::1";

  ExpectOneTask(List({.gateway_flags = {"--ca-file", authority_.ca_file()},
                      .endpoint = upstream.tls_origin()}));
}

// --- TLS --------------------------------------------------------------------

// A simulator that shows such a certificate, and a gateway before it.
class TlsUpstreamTest : public TransportTest {
 protected:
  std::string CauseWith(const TestCertificates::Files& files,
                        std::vector<std::string> gateway_flags,
                        const std::string& client_ca = "") {
    simulator::Simulator upstream(
        {.http = {.tls = {files.cert, files.key, client_ca}},
         .tasks = {.count = 10}});
    const auto port = upstream.Start();
    if (!port.ok()) return std::string(port.status().message());
    return CauseOf(List({.gateway_flags = std::move(gateway_flags),
                         .endpoint = upstream.url()}));
  }
  std::vector<std::string> Trusting() const {
    return {"--ca-file", authority_.ca_file()};
  }
};

TEST_F(TlsUpstreamTest, PrivateAuthorityIsTrustedWhenNamed) {
  EXPECT_EQ(CauseWith(authority_.Issue("127.0.0.1", kDays), Trusting()), "OK");
}

TEST_F(TlsUpstreamTest, PrivateAuthorityIsNotTrustedOtherwise) {
  EXPECT_EQ(CauseWith(authority_.Issue("127.0.0.1", kDays), {}),
            "TLS_UNTRUSTED");
}

TEST_F(TlsUpstreamTest, CertificateOfAnotherNameIsTold) {
  EXPECT_EQ(CauseWith(authority_.Issue("hss.example.com", kDays), Trusting()),
            "TLS_NAME");
}

TEST_F(TlsUpstreamTest, CertificateThatHasEndedIsTold) {
  EXPECT_EQ(CauseWith(authority_.Issue("127.0.0.1", -kDays), Trusting()),
            "TLS_EXPIRED");
}

TEST_F(TlsUpstreamTest, OurCertificateIsShownWhereItIsAskedFor) {
  std::vector<std::string> flags = Trusting();
  for (const std::string& flag : OurCertificate()) flags.push_back(flag);

  EXPECT_EQ(CauseWith(authority_.Issue("127.0.0.1", kDays), flags,
                      authority_.ca_file()),
            "OK");
}

TEST_F(TlsUpstreamTest, CertificateThatWeDoNotHaveIsATlsError) {
  EXPECT_EQ(CauseWith(authority_.Issue("127.0.0.1", kDays), Trusting(),
                      authority_.ca_file()),
            "TLS");
}

// --- proxies ----------------------------------------------------------------

using ProxyTest = TransportTest;

TEST_F(ProxyTest, IsTakenFromTheSetting) {
  const ScriptedSocket proxy({Answering()});

  ExpectOneTask(List({.gateway_flags = {"--proxy", proxy.origin()},
                      .endpoint = "http://upstream.invalid"}));

  EXPECT_THAT(proxy.requests(),
              ElementsAre(StartsWith("GET http://upstream.invalid/v5/")));
}

TEST_F(ProxyTest, IsNeverTakenFromTheEnvironment) {
  const ScriptedSocket upstream({Answering()});
  const ScriptedSocket proxy({Answering()});
  std::vector<std::string> environment = {"no_proxy="};
  for (const char* name : {"http_proxy", "HTTP_PROXY", "https_proxy",
                           "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    environment.push_back(absl::StrCat(name, "=", proxy.origin()));
  }

  ExpectOneTask(List(
      {.gateway_environment = environment, .endpoint = upstream.origin()}));

  EXPECT_EQ(proxy.connections(), 0U);
}

TEST_F(ProxyTest, SeesNothingOfWhatATunnelCarries) {
  const TestCertificates::Files files =
      authority_.Issue("upstream.invalid", kDays);
  const ScriptedSocket proxy(
      {Answering({Read(), Send("HTTP/1.1 200 Connection established\r\n\r\n"),
                  StartTls()})},
      {.cert_file = files.cert, .key_file = files.key});

  ExpectOneTask(List({.gateway_flags = {"--proxy", proxy.origin(), "--ca-file",
                                        authority_.ca_file()},
                      .endpoint = "https://upstream.invalid"}));

  ASSERT_THAT(proxy.requests(), SizeIs(2));
  EXPECT_THAT(proxy.requests()[0], StartsWith("CONNECT upstream.invalid:443 "));
  EXPECT_THAT(proxy.requests()[0], Not(HasSubstr("Authorization")));
}

// A proxy over TLS that asks who comes.
class MutualTlsProxyTest : public TransportTest {
 protected:
  ToolAnswer ListThrough(const ScriptedSocket& proxy,
                         std::vector<std::string> flags) {
    flags.insert(flags.end(), {"--proxy", proxy.tls_origin(), "--ca-file",
                               authority_.ca_file()});
    return List({.gateway_flags = std::move(flags),
                 .endpoint = "http://upstream.invalid"});
  }

  const TestCertificates::Files files_ = authority_.Issue("127.0.0.1", kDays);
  const ScriptedSocketOptions demanding_ = {
      .cert_file = files_.cert,
      .key_file = files_.key,
      .client_ca_file = authority_.ca_file()};
};

TEST_F(MutualTlsProxyTest, IsShownOurCertificate) {
  const ScriptedSocket proxy({Answering({StartTls()})}, demanding_);

  ExpectOneTask(ListThrough(proxy, OurCertificate()));
}

TEST_F(MutualTlsProxyTest, LetsNobodyThroughWithoutOne) {
  const ScriptedSocket proxy({Answering({StartTls()})}, demanding_);

  EXPECT_EQ(CauseOf(ListThrough(proxy, {})), "PROXY");
}

}  // namespace
}  // namespace hssgw
