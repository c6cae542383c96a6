// SPDX-License-Identifier: Apache-2.0
// TLS with upstream, and proxies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "service/http/curl_client.h"
#include "tests/http/curl_client_fixture.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_certificates.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const SocketScript kTlsAnswer = {StartTls(), Read(), Send(kOk), Close()};
constexpr int kDays = 10;

class CurlClientTlsTest : public CurlClientTest {
 protected:
  ScriptedSocketOptions Showing(const TestCertificates::Files& files) const {
    return {.cert_file = files.cert, .key_file = files.key};
  }
  ScriptedSocketOptions Valid() const {
    return Showing(certificates_.Issue("127.0.0.1", kDays));
  }
  CurlClientOptions Trusting() const {
    return {.ca_file = certificates_.ca_file()};
  }
  std::string CauseOfTls(const ScriptedSocketOptions& shown,
                         const CurlClientOptions& options) {
    const ScriptedSocket server({kTlsAnswer}, shown);
    return CauseOf(Get(server.tls_origin(), options));
  }

  const TestCertificates certificates_;
};

TEST_F(CurlClientTlsTest, PrivateAuthorityIsTrustedWhenNamed) {
  EXPECT_EQ(CauseOfTls(Valid(), Trusting()), "OK");
}

TEST_F(CurlClientTlsTest, PrivateAuthorityIsNotTrustedOtherwise) {
  EXPECT_EQ(CauseOfTls(Valid(), {}), "TLS_UNTRUSTED");
}

// Both authorities go by one name: only the signature tells them apart.
TEST_F(CurlClientTlsTest, AnotherAuthorityOfThatNameIsNotTrusted) {
  const TestCertificates others;

  EXPECT_EQ(CauseOfTls(Valid(), {.ca_file = others.ca_file()}),
            "TLS_UNTRUSTED");
}

TEST_F(CurlClientTlsTest, CertificateOfAnotherNameIsRefused) {
  EXPECT_EQ(CauseOfTls(Showing(certificates_.Issue("other.example", kDays)),
                       Trusting()),
            "TLS_NAME");
}

TEST_F(CurlClientTlsTest, CertificateOfAnotherAddressIsRefused) {
  EXPECT_EQ(
      CauseOfTls(Showing(certificates_.Issue("127.0.0.2", kDays)), Trusting()),
      "TLS_NAME");
}

TEST_F(CurlClientTlsTest, CertificateThatHasEndedIsRefused) {
  EXPECT_EQ(
      CauseOfTls(Showing(certificates_.Issue("127.0.0.1", -1)), Trusting()),
      "TLS_EXPIRED");
}

TEST_F(CurlClientTlsTest, RequestIsNotSentToWhomIsNotTrusted) {
  const ScriptedSocket server({kTlsAnswer}, Valid());

  EXPECT_THAT(Get(server.tls_origin(), {}), Not(IsOk()));

  EXPECT_THAT(server.requests(), SizeIs(0));
}

TEST_F(CurlClientTlsTest, PlainServerBehindHttpsIsATlsError) {
  const ScriptedSocket server({{Send("HTTP/1.1 400 Bad Request\r\n\r\n")}});

  EXPECT_EQ(CauseOf(Get(server.tls_origin(), Trusting())), "TLS");
}

TEST_F(CurlClientTlsTest, TlsBefore12IsRefused) {
  ScriptedSocketOptions old = Valid();
  old.max_tls_version = TLS1_1_VERSION;

  EXPECT_EQ(CauseOfTls(old, Trusting()), "TLS");
}

TEST_F(CurlClientTlsTest, Tls12IsSpoken) {
  ScriptedSocketOptions old = Valid();
  old.max_tls_version = TLS1_2_VERSION;

  EXPECT_EQ(CauseOfTls(old, Trusting()), "OK");
}

TEST_F(CurlClientTlsTest, ResetInTheHandshakeIsReset) {
  const ScriptedSocket server({{ReadByte(), Reset()}});

  EXPECT_EQ(CauseOf(Get(server.tls_origin(), Trusting())), "RESET");
}

TEST_F(CurlClientTlsTest, AuthorityFileThatIsNotThereIsATlsError) {
  EXPECT_EQ(CauseOfTls(Valid(), {.ca_file = "/nowhere/ca.pem"}), "TLS");
}

TEST_F(CurlClientTlsTest, KeepsATlsConnectionToo) {
  const ScriptedSocket server(
      {{StartTls(), Read(), Send(kOk), Read(), Send(kOk), AwaitClient()}},
      Valid());
  CurlClient client(io_, Trusting());
  const HttpRequest request{.origin = server.tls_origin(), .path = "/"};

  EXPECT_THAT(Start(client, request).Wait(), IsOk());
  EXPECT_THAT(Start(client, request).Wait(), IsOk());

  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(CurlClientTlsTest, StaleTlsConnectionIsNotAskedTwice) {
  const ScriptedSocket server(
      {{StartTls(), Read(), Send(kOk), Read(), Close()}, kTlsAnswer}, Valid());
  CurlClient client(io_, Trusting());
  const HttpRequest request{.origin = server.tls_origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());

  EXPECT_EQ(CauseOf(Start(client, request).Wait()), "STALE_CONNECTION");

  EXPECT_THAT(server.requests(), SizeIs(2));
}

// What OpenSSL has taken from the socket, as the rest of a record, is not seen
// there.
TEST_F(CurlClientTlsTest, BytesBehindAnAnswerAreNotTheNextOne) {
  const std::string body(100'000, 'x');
  const std::string forged =
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
  const ScriptedSocket server(
      {{StartTls(), Read(),
        Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body +
             forged),
        AwaitClient()},
       kTlsAnswer},
      Valid());
  CurlClient client(io_, Trusting());
  const HttpRequest request{.origin = server.tls_origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());

  const auto second = Start(client, request).Wait();

  ASSERT_THAT(second, IsOk());
  EXPECT_NE(second->body, "forged");
}

// --- a certificate of ours --------------------------------------------------

class CurlClientMutualTlsTest : public CurlClientTlsTest,
                                public ::testing::WithParamInterface<int> {
 protected:
  ScriptedSocketOptions Demanding() const {
    ScriptedSocketOptions options = Valid();
    options.client_ca_file = certificates_.ca_file();
    options.max_tls_version = GetParam();
    return options;
  }
};

TEST_P(CurlClientMutualTlsTest, CertificateIsShownWhenAsked) {
  const TestCertificates::Files ours = certificates_.IssueClient("gateway");
  CurlClientOptions options = Trusting();
  options.client_cert_file = ours.cert;
  options.client_key_file = ours.key;

  EXPECT_EQ(CauseOfTls(Demanding(), options), "OK");
}

TEST_P(CurlClientMutualTlsTest, MissingCertificateIsATlsError) {
  EXPECT_EQ(CauseOfTls(Demanding(), Trusting()), "TLS");
}

TEST_P(CurlClientMutualTlsTest, CertificateThatDoesNotLoadIsATlsError) {
  CurlClientOptions options = Trusting();
  options.client_cert_file = "/nowhere/client.pem";

  EXPECT_EQ(CauseOfTls(Demanding(), options), "TLS");
}

INSTANTIATE_TEST_SUITE_P(Versions, CurlClientMutualTlsTest,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& of) {
                           return of.param == TLS1_2_VERSION ? "Tls12"
                                                             : "Tls13";
                         });

// --- proxies ----------------------------------------------------------------

class CurlClientProxyTest : public CurlClientTlsTest {
 protected:
  static CurlClientOptions Through(const std::string& proxy) {
    return {.proxy = proxy, .allow_plaintext = true};
  }
};

TEST_F(CurlClientProxyTest, EnvironmentNamesNone) {
  constexpr const char* kNames[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                    "all_proxy", "ALL_PROXY"};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads it meanwhile.
  for (const char* name : kNames) setenv(name, "http://127.0.0.1:1", 1);
  const ScriptedSocket server({{Read(), Send(kOk)}});
  const ScriptedSocket tls_server({kTlsAnswer}, Valid());

  const auto plain = Get(server.origin());
  const auto tls = Get(tls_server.tls_origin(), Trusting());

  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  for (const char* name : kNames) unsetenv(name);
  EXPECT_THAT(plain, IsOk());
  EXPECT_THAT(tls, IsOk());
}

TEST_F(CurlClientProxyTest, EnvironmentExemptsNobody) {
  const ScriptedSocket proxy({{Read(), Send(kOk)}});
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  setenv("no_proxy", "*", 1);

  const auto response = Get("http://upstream.invalid", Through(proxy.origin()));

  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  unsetenv("no_proxy");
  EXPECT_THAT(response, IsOk());
}

TEST_F(CurlClientProxyTest, SettingNamesOne) {
  const ScriptedSocket proxy({{Read(), Send(kOk)}});

  EXPECT_THAT(Get("http://upstream.invalid", Through(proxy.origin())), IsOk());

  EXPECT_THAT(proxy.requests().at(0),
              StartsWith("GET http://upstream.invalid/p HTTP/1.1"));
}

TEST_F(CurlClientProxyTest, TunnelHidesTheRequestFromTheProxy) {
  const ScriptedSocket proxy(
      {{Read(), Send("HTTP/1.1 200 Connection established\r\n\r\n"), StartTls(),
        Read(), Send(kOk)}},
      Showing(certificates_.Issue("upstream.invalid", kDays)));
  CurlClientOptions options = Trusting();
  options.proxy = proxy.origin();

  const auto response = Ask({.origin = "https://upstream.invalid",
                             .path = "/p",
                             .headers = {{"Authorization", "secret"}}},
                            options);

  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(response->headers, SizeIs(1));
  EXPECT_THAT(proxy.requests().at(0),
              StartsWith("CONNECT upstream.invalid:443 HTTP/1.1"));
  EXPECT_THAT(proxy.requests().at(0), Not(HasSubstr("secret")));
  EXPECT_THAT(proxy.requests().at(1), HasSubstr("Authorization: secret"));
}

TEST_F(CurlClientProxyTest, CertificateBehindATunnelIsUpstreams) {
  const ScriptedSocket proxy(
      {{Read(), Send("HTTP/1.1 200 Connection established\r\n\r\n"), StartTls(),
        Read(), Send(kOk)}},
      Showing(certificates_.Issue("other.example", kDays)));
  CurlClientOptions options = Trusting();
  options.proxy = proxy.origin();

  EXPECT_EQ(CauseOf(Get("https://upstream.invalid", options)), "TLS_NAME");
}

TEST_F(CurlClientProxyTest, TunnelThatIsRefusedIsTheProxys) {
  const ScriptedSocket proxy(
      {{Read(), Send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"),
        Close()}});

  EXPECT_EQ(CauseOf(Get("https://upstream.invalid", Through(proxy.origin()))),
            "PROXY");
}

TEST_F(CurlClientProxyTest, TunnelThatBreaksIsTheProxys) {
  const ScriptedSocket proxy({{Read(), Reset()}});

  EXPECT_EQ(CauseOf(Get("https://upstream.invalid", Through(proxy.origin()))),
            "PROXY");
}

TEST_F(CurlClientProxyTest, NobodyListensIsTheProxys) {
  std::string origin;
  { origin = ScriptedSocket({}).origin(); }

  EXPECT_EQ(CauseOf(Get("http://upstream.invalid", Through(origin))), "PROXY");
}

TEST_F(CurlClientProxyTest, ProxyOverTlsSeesOurCertificate) {
  ScriptedSocketOptions demanding = Valid();
  demanding.client_ca_file = certificates_.ca_file();
  const ScriptedSocket proxy({kTlsAnswer}, demanding);
  const TestCertificates::Files ours = certificates_.IssueClient("gateway");
  CurlClientOptions options = Through(proxy.tls_origin());
  options.proxy_ca_file = certificates_.ca_file();
  options.client_cert_file = ours.cert;
  options.client_key_file = ours.key;

  EXPECT_THAT(Get("http://upstream.invalid", options), IsOk());
}

TEST_F(CurlClientProxyTest, ProxyOverTlsLetsNobodyThroughWithoutACertificate) {
  ScriptedSocketOptions demanding = Valid();
  demanding.client_ca_file = certificates_.ca_file();
  const ScriptedSocket proxy({kTlsAnswer}, demanding);
  CurlClientOptions options = Through(proxy.tls_origin());
  options.proxy_ca_file = certificates_.ca_file();

  EXPECT_EQ(CauseOf(Get("http://upstream.invalid", options)), "PROXY");
}

TEST_F(CurlClientProxyTest, ProxyOverTlsIsNotTrustedUnknown) {
  const ScriptedSocket proxy({kTlsAnswer}, Valid());

  EXPECT_EQ(
      CauseOf(Get("http://upstream.invalid", Through(proxy.tls_origin()))),
      "PROXY");
}

}  // namespace
}  // namespace hssgw
