// SPDX-License-Identifier: Apache-2.0
#include "service/http/curl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <string>

#include "service/base/error.h"
#include "tests/simulator/simulator.h"
#include "tests/testing/scripted_socket.h"
#include "tests/testing/test_certificates.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

// One exchange under way.
struct Pending {
  std::promise<absl::StatusOr<HttpResponse>> promise;
  HttpTicket ticket;

  absl::StatusOr<HttpResponse> Wait() { return promise.get_future().get(); }
};

class CurlClientTest : public ::testing::Test {
 protected:
  static CurlClientOptions Plain() { return {.allow_plaintext = true}; }

  std::unique_ptr<Pending> Start(CurlClient& client, HttpRequest request,
                                 absl::Time deadline = absl::InfiniteFuture()) {
    auto pending = std::make_unique<Pending>();
    pending->ticket = client.Send(
        std::move(request), deadline,
        [&promise = pending->promise](absl::StatusOr<HttpResponse> response) {
          promise.set_value(std::move(response));
        });
    return pending;
  }

  absl::StatusOr<HttpResponse> Get(
      const std::string& origin, const CurlClientOptions& options = Plain(),
      absl::Time deadline = absl::InfiniteFuture()) {
    CurlClient client(io_, options);
    return Start(client, {.origin = origin, .path = "/p"}, deadline)->Wait();
  }

  // The cause of what such a server makes of a request.
  std::string CauseOf(const SocketScript& script,
                      const CurlClientOptions& options = Plain()) {
    const ScriptedSocket server({script});
    const auto response = Get(server.origin(), options);
    EXPECT_FALSE(response.ok());
    return FactsOf(response.status()).cause;
  }

  IoThread io_;
};

TEST_F(CurlClientTest, SendsPathAndQueryByteForByte) {
  const ScriptedSocket server({{Read(), Send(kOk), Close()}});
  CurlClient client(io_, Plain());

  const auto response = Start(client, {.origin = server.origin(),
                                       .path = "/a%2Fb/../c",
                                       .query = "q=%20%2B"})
                            ->Wait();

  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, "ok");
  EXPECT_THAT(server.requests().at(0),
              StartsWith("GET /a%2Fb/../c?q=%20%2B HTTP/1.1\r\n"));
}

TEST_F(CurlClientTest, SendsHeadersAsGivenAndNoExpect) {
  const ScriptedSocket server({{Read(), Send(kOk), Close()}});
  CurlClient client(io_, Plain());

  Start(client, {.origin = server.origin(),
                 .path = "/",
                 .headers = {{"X-Sdk-Date", "now"}, {"X-Empty", ""}}})
      ->Wait()
      .IgnoreError();

  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("\r\nX-Sdk-Date: now\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Expect")));
}

TEST_F(CurlClientTest, KeepsAConnectionForTheNextRequest) {
  const ScriptedSocket server(
      {{Read(), Send(kOk), Read(), Send(kOk), Close()}});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};

  EXPECT_TRUE(Start(client, request)->Wait().ok());
  EXPECT_TRUE(Start(client, request)->Wait().ok());

  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlClientTest, RedirectIsAnAnswerAndNotFollowed) {
  const ScriptedSocket server({{Read(),
                                Send("HTTP/1.1 302 Found\r\nLocation: "
                                     "/other\r\nContent-Length: 0\r\n\r\n"),
                                Close()}});

  const auto response = Get(server.origin());

  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 302);
  EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(CurlClientTest, ClosedPooledConnectionIsStaleAndNotAskedTwice) {
  const ScriptedSocket server(
      {{Read(), Send(kOk), Read(), Close()}, {Read(), Send(kOk), Close()}});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_TRUE(Start(client, request)->Wait().ok());

  const auto second = Start(client, request)->Wait();

  EXPECT_EQ(FactsOf(second.status()).cause, "STALE_CONNECTION");
  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(CurlClientTest, FreshConnectionIsNotAKeptOne) {
  const ScriptedSocket server(
      {{Read(), Send(kOk), Close()}, {Read(), Send(kOk), Close()}});
  CurlClient client(io_, Plain());
  HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_TRUE(Start(client, request)->Wait().ok());
  request.fresh_connection = true;

  EXPECT_TRUE(Start(client, request)->Wait().ok());

  EXPECT_EQ(server.connections(), 2);
}

TEST_F(CurlClientTest, CancelReachesTheSocket) {
  const ScriptedSocket server({{Read(), AwaitClient()}});
  CurlClient client(io_, Plain());
  auto pending = Start(client, {.origin = server.origin(), .path = "/"});
  while (server.requests().empty()) {
  }

  pending->ticket.Cancel();

  EXPECT_EQ(pending->Wait().status().code(), absl::StatusCode::kCancelled);
  while (server.clients_gone() == 0) {
  }
}

TEST_F(CurlClientTest, TicketMayBeDroppedAfterTheAnswer) {
  const ScriptedSocket server({{Read(), Send(kOk), Close()}});
  CurlClient client(io_, Plain());
  auto pending = Start(client, {.origin = server.origin(), .path = "/"});

  EXPECT_TRUE(pending->Wait().ok());
  pending->ticket.Cancel();
}

TEST_F(CurlClientTest, DestroyedThreadAnswersWhoStillWaits) {
  const ScriptedSocket server({{Read(), AwaitClient()}});
  std::unique_ptr<Pending> pending;
  {
    IoThread io;
    CurlClient client(io, Plain());
    pending = Start(client, {.origin = server.origin(), .path = "/"});
    while (server.requests().empty()) {
    }
  }

  EXPECT_EQ(pending->Wait().status().code(), absl::StatusCode::kCancelled);
}

TEST_F(CurlClientTest, DeadlineOfTheCallEndsTheAttempt) {
  const ScriptedSocket server({{Read(), AwaitClient()}});

  const auto response =
      Get(server.origin(), Plain(), absl::Now() + absl::Milliseconds(50));

  EXPECT_EQ(response.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(CurlClientTest, BoundOfAnAttemptIsUnavailable) {
  CurlClientOptions options = Plain();
  options.max_attempt = absl::Milliseconds(50);

  EXPECT_EQ(CauseOf({Read(), AwaitClient()}, options), "TIMEOUT");
}

TEST_F(CurlClientTest, StallInTheMiddleOfAnAnswerIsToldApart) {
  CurlClientOptions options = Plain();
  options.stall_timeout = absl::Seconds(1);

  EXPECT_EQ(
      CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
               AwaitClient()},
              options),
      "STALL");
}

TEST_F(CurlClientTest, SlowHeadersEndWithTheAttempt) {
  CurlClientOptions options = Plain();
  options.max_attempt = absl::Milliseconds(50);

  EXPECT_EQ(
      CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nX: "), AwaitClient()}, options),
      "TIMEOUT");
}

TEST_F(CurlClientTest, CloseBeforeAnAnswerIsReset) {
  EXPECT_EQ(CauseOf({Read(), Close()}), "RESET");
}

TEST_F(CurlClientTest, ResetBeforeHeadersIsReset) {
  EXPECT_EQ(CauseOf({Read(), Reset()}), "RESET");
}

TEST_F(CurlClientTest, ResetInHeadersIsReset) {
  EXPECT_EQ(CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nX: y\r\n"), Reset()}),
            "RESET");
}

TEST_F(CurlClientTest, ResetInTheBodyIsReset) {
  EXPECT_EQ(
      CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
               Reset()}),
      "RESET");
}

TEST_F(CurlClientTest, BodyShorterThanAnnouncedIsCutShort) {
  EXPECT_EQ(
      CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
               Close()}),
      "CUT_SHORT");
}

TEST_F(CurlClientTest, GarbageIsNotHttp) {
  EXPECT_EQ(CauseOf({Read(), Send("SSH-2.0-OpenSSH\r\n\r\n"), Close()}),
            "BAD_HTTP");
}

TEST_F(CurlClientTest, BodyOverTheBoundIsTooLarge) {
  CurlClientOptions options = Plain();
  options.max_response_bytes = 1;
  const ScriptedSocket server({{Read(), Send(kOk), Close()}});

  const auto response = Get(server.origin(), options);

  EXPECT_EQ(response.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(FactsOf(response.status()).cause, "TOO_LARGE");
}

TEST_F(CurlClientTest, BoundCountsBytesAfterInflation) {
  // A page of 200 tasks is over 200,000 bytes, and far fewer on the wire.
  simulator::Simulator upstream({.http = {.compress = true}, .iam = [] {
                                   auto iam = simulator::DefaultIam();
                                   iam.fixed_token = "t";
                                   return iam;
                                 }()});
  ASSERT_TRUE(upstream.Start().ok());
  CurlClientOptions options = Plain();
  options.max_response_bytes = 60000;
  CurlClient client(io_, options);

  const auto response =
      Start(client,
            {.origin = upstream.url(),
             .path = "/v5/05c2d0c9a980f47c2f8dc00b23cbef21/antivirus/task",
             .query = "limit=200&offset=0&whether_paid_task=false",
             .headers = {{"X-Auth-Token", "t"}}})
          ->Wait();

  EXPECT_EQ(FactsOf(response.status()).cause, "TOO_LARGE");
}

TEST_F(CurlClientTest, TooManyHeadersAreRefused) {
  CurlClientOptions options = Plain();
  options.max_header_bytes = 100;

  EXPECT_EQ(CauseOf({Read(),
                     Send("HTTP/1.1 200 OK\r\nX: " + std::string(200, 'x') +
                          "\r\n\r\n"),
                     Close()},
                    options),
            "HEADERS_TOO_LARGE");
}

TEST_F(CurlClientTest, NothingListensIsRefused) {
  int port = 0;
  { port = ScriptedSocket({}).port(); }

  const auto response = Get("http://127.0.0.1:" + std::to_string(port));

  EXPECT_EQ(FactsOf(response.status()).cause, "REFUSED");
}

TEST_F(CurlClientTest, NameWithoutAddressIsDns) {
  // `.invalid` has no address anywhere (RFC 6761).
  const auto response = Get("http://nobody.invalid:1");

  EXPECT_EQ(FactsOf(response.status()).cause, "DNS");
}

TEST_F(CurlClientTest, PlainHttpIsRefusedUnlessAllowed) {
  const ScriptedSocket server({{Read(), Send(kOk), Close()}});

  const auto response = Get(server.origin(), CurlClientOptions());

  EXPECT_EQ(FactsOf(response.status()).cause, "PLAINTEXT");
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(CurlClientTest, ProxyOfTheEnvironmentIsNotUsed) {
  const ScriptedSocket server({{Read(), Send(kOk), Close()}});
  setenv("http_proxy", "http://127.0.0.1:1", 1);

  const auto response = Get(server.origin());

  unsetenv("http_proxy");
  EXPECT_TRUE(response.ok()) << response.status();
}

TEST_F(CurlClientTest, ProxyOfTheSettingIsUsed) {
  const ScriptedSocket proxy({{Read(), Send(kOk), Close()}});
  CurlClientOptions options = Plain();
  options.proxy = proxy.origin();

  EXPECT_TRUE(Get("http://upstream.invalid", options).ok());

  EXPECT_THAT(proxy.requests().at(0),
              StartsWith("GET http://upstream.invalid/p HTTP/1.1"));
}

TEST_F(CurlClientTest, MessageHoldsNeitherQueryNorHeader) {
  const ScriptedSocket server({{Read(), Close()}});
  CurlClient client(io_, Plain());

  const auto response =
      Start(client, {.origin = server.origin(),
                     .path = "/",
                     .query = "q=classified",
                     .headers = {{"X-Auth-Token", "classified"}}})
          ->Wait();

  EXPECT_THAT(std::string(response.status().message()),
              Not(HasSubstr("classified")));
}

// HTTPS, as upstream has it; the certificate is the case.
class CurlClientTlsTest : public CurlClientTest {
 protected:
  absl::StatusOr<HttpResponse> GetFrom(const TestCertificates::Files& files,
                                       const std::string& ca_file) {
    simulator::SimulatorOptions options;
    options.http.tls.certificate_file = files.cert;
    options.http.tls.key_file = files.key;
    simulator::Simulator upstream(options);
    const auto port = upstream.Start();
    EXPECT_TRUE(port.ok()) << port.status();
    return Get("https://127.0.0.1:" + std::to_string(*port),
               {.ca_file = ca_file});
  }

  TestCertificates certificates_;
};

TEST_F(CurlClientTlsTest, PrivateAuthorityIsTrustedWhenNamed) {
  const auto response =
      GetFrom(certificates_.Issue("127.0.0.1", 10), certificates_.ca_file());

  EXPECT_TRUE(response.ok()) << response.status();
}

TEST_F(CurlClientTlsTest, PrivateAuthorityIsNotTrustedOtherwise) {
  const auto response = GetFrom(certificates_.Issue("127.0.0.1", 10), "");

  EXPECT_EQ(FactsOf(response.status()).cause, "TLS_UNTRUSTED");
}

TEST_F(CurlClientTlsTest, CertificateOfAnotherNameIsRefused) {
  const auto response = GetFrom(certificates_.Issue("other.example", 10),
                                certificates_.ca_file());

  EXPECT_EQ(FactsOf(response.status()).cause, "TLS_NAME");
}

TEST_F(CurlClientTlsTest, CertificateThatHasEndedIsRefused) {
  const auto response =
      GetFrom(certificates_.Issue("127.0.0.1", -1), certificates_.ca_file());

  EXPECT_EQ(FactsOf(response.status()).cause, "TLS_EXPIRED");
}

TEST_F(CurlClientTlsTest, PlainServerBehindHttpsIsATlsError) {
  const ScriptedSocket server({{Read(), Send(kOk), Close()}});

  const auto response =
      Get("https://127.0.0.1:" + std::to_string(server.port()),
          {.ca_file = certificates_.ca_file()});

  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace hssgw
