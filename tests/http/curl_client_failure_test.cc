// SPDX-License-Identifier: Apache-2.0
// What a network and a peer can do, and the cause that is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "service/http/curl_client.h"
#include "tests/http/curl_client_fixture.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::testing::AllOf;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kHeadOfNine[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx";

class CurlClientFailureTest : public CurlClientTest {};

// --- connections that break -------------------------------------------------

TEST_F(CurlClientFailureTest, NothingListensIsRefused) {
  std::string origin;
  { origin = ScriptedSocket({}).origin(); }

  const auto response = Get(origin);

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(CauseOf(response), "REFUSED");
  EXPECT_EQ(FactsOf(response.status()).reason, Reason::kUpstreamUnavailable);
}

TEST_F(CurlClientFailureTest, CloseBeforeAnAnswerIsReset) {
  EXPECT_EQ(CauseOf({Read(), Close()}), "RESET");
}

TEST_F(CurlClientFailureTest, ResetBeforeHeadersIsReset) {
  EXPECT_EQ(CauseOf({Read(), Reset()}), "RESET");
}

TEST_F(CurlClientFailureTest, ResetInHeadersIsReset) {
  EXPECT_EQ(CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nX: y\r\n"), Reset()}),
            "RESET");
}

TEST_F(CurlClientFailureTest, ResetInTheBodyIsReset) {
  EXPECT_EQ(CauseOf({Read(), Send(kHeadOfNine), Reset()}), "RESET");
}

TEST_F(CurlClientFailureTest, BodyShorterThanAnnouncedIsCutShort) {
  EXPECT_EQ(CauseOf({Read(), Send(kHeadOfNine), Close()}), "CUT_SHORT");
}

TEST_F(CurlClientFailureTest, ChunksWithoutAnEndAreCutShort) {
  EXPECT_EQ(
      CauseOf({Read(),
               Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3\r\nabc\r\n"),
               Close()}),
      "CUT_SHORT");
}

// --- kept connections -------------------------------------------------------

class CurlClientStaleTest : public CurlClientTest,
                            public ::testing::WithParamInterface<SocketStep> {};

TEST_P(CurlClientStaleTest, IsToldAndNotAskedTwice) {
  const ScriptedSocket server(
      {{Read(), Send(kOk), Read(), GetParam()}, {Read(), Send(kOk)}});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());

  const auto second = Start(client, request).Wait();

  EXPECT_THAT(second, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(CauseOf(second), "STALE_CONNECTION");
  EXPECT_THAT(server.requests(), SizeIs(2));
  EXPECT_EQ(server.connections(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Ends, CurlClientStaleTest,
                         ::testing::Values(Close(), Reset()),
                         [](const auto& of) {
                           return of.param.kind == SocketStep::Kind::kClose
                                      ? "Closed"
                                      : "Reset";
                         });

TEST_F(CurlClientFailureTest, StaleConnectionIsNotReplacedByAnotherKeptOne) {
  const SocketScript script = {Read(), AwaitRelease(), Send(kOk), Read(),
                               Close()};
  ScriptedSocket server({script, script});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};
  Pending first = Start(client, request);
  Pending second = Start(client, request);
  ASSERT_TRUE(server.AwaitRequests(2));
  server.Release();
  ASSERT_THAT(first.Wait(), IsOk());
  ASSERT_THAT(second.Wait(), IsOk());

  EXPECT_EQ(CauseOf(Start(client, request).Wait()), "STALE_CONNECTION");

  EXPECT_THAT(server.requests(), SizeIs(3));
}

TEST_F(CurlClientFailureTest, FreshConnectionFollowsAStaleOne) {
  const ScriptedSocket server(
      {{Read(), Send(kOk), Read(), Close()}, {Read(), Send(kOk)}});
  CurlClient client(io_, Plain());
  HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());
  ASSERT_EQ(CauseOf(Start(client, request).Wait()), "STALE_CONNECTION");
  request.fresh_connection = true;

  EXPECT_THAT(Start(client, request).Wait(), IsOk());
}

TEST_F(CurlClientFailureTest, ConnectionKnownToBeClosedIsNotTried) {
  ScriptedSocket server({{Read(), Send(kOk), Close()}, {Read(), Send(kOk)}});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());
  ASSERT_TRUE(server.AwaitClosed(1));

  EXPECT_THAT(Start(client, request).Wait(), IsOk());
}

TEST_F(CurlClientFailureTest, AnswerThatBreaksOnAKeptConnectionIsNotStale) {
  const ScriptedSocket server(
      {{Read(), Send(kOk), Read(), Send(kHeadOfNine), Reset()}});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());

  EXPECT_EQ(CauseOf(Start(client, request).Wait()), "RESET");
}

// What follows the announced length could pass for the answer to the next
// request, which another caller may have asked.
class CurlClientExcessTest : public CurlClientTest,
                             public ::testing::WithParamInterface<size_t> {};

TEST_P(CurlClientExcessTest, BytesBehindAnAnswerAreNotTheNextOne) {
  const std::string answer =
      absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", GetParam(),
                   "\r\n\r\n", std::string(GetParam(), 'x'));
  const std::string forged =
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
  const ScriptedSocket server(
      {{Read(), Send(answer + forged), AwaitClient()}, {Read(), Send(kOk)}});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());

  const auto second = Start(client, request).Wait();

  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->body, "ok");
  EXPECT_THAT(server.requests(), SizeIs(2));
}

// libcurl reads a short answer at once with what follows, a long one in pieces
// that end where it should.
INSTANTIATE_TEST_SUITE_P(Sizes, CurlClientExcessTest,
                         ::testing::Values(2, 100'000),
                         ::testing::PrintToStringParamName());

// --- time -------------------------------------------------------------------

TEST_F(CurlClientFailureTest, DeadlineOfTheCallEndsTheAttempt) {
  ScriptedSocket server({{Read(), AwaitClient()}});

  const auto response =
      Get(server.origin(), Plain(), absl::Now() + absl::Milliseconds(50));

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(FactsOf(response.status()).reason, Reason::kDeadlineNear);
  EXPECT_TRUE(server.AwaitClientsGone(1));
}

TEST_F(CurlClientFailureTest, DeadlineCountsWhileConnecting) {
  const ScriptedSocket server({{AwaitClient()}});

  const auto response =
      Get(server.tls_origin(), {}, absl::Now() + absl::Milliseconds(50));

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(CurlClientFailureTest, DeadlineThatHasPassedAsksNobody) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  const auto response = Get(server.origin(), Plain(), absl::InfinitePast());

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(server.connections(), 0U);
}

TEST_F(CurlClientFailureTest, BoundOfAnAttemptIsATimeout) {
  CurlClientOptions options = Plain();
  options.max_attempt = absl::Milliseconds(50);
  const ScriptedSocket server({{Read(), AwaitClient()}});

  const auto response =
      Get(server.origin(), options, absl::Now() + absl::Minutes(5));

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(CauseOf(response), "TIMEOUT");
}

TEST_F(CurlClientFailureTest, SlowHeadersEndWithTheAttempt) {
  CurlClientOptions options = Plain();
  options.max_attempt = absl::Milliseconds(50);

  EXPECT_EQ(
      CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nX: "), AwaitClient()}, options),
      "TIMEOUT");
}

TEST_F(CurlClientFailureTest, HandshakeThatHangsIsAConnectTimeout) {
  const ScriptedSocket server({{AwaitClient()}});

  const auto response =
      Get(server.tls_origin(), {.connect_timeout = absl::Milliseconds(50)});

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(CauseOf(response), "CONNECT_TIMEOUT");
}

TEST_F(CurlClientFailureTest, StallInTheMiddleOfAnAnswerIsToldApart) {
  CurlClientOptions options = Plain();
  options.stall_timeout = absl::Milliseconds(50);
  ScriptedSocket server({{Read(), Send(kHeadOfNine), AwaitClient()}});

  EXPECT_EQ(CauseOf(Get(server.origin(), options)), "STALL");

  EXPECT_TRUE(server.AwaitClientsGone(1));
}

TEST_F(CurlClientFailureTest, ThinkingBeforeAnAnswerIsNotAStall) {
  CurlClientOptions options = Plain();
  options.stall_timeout = absl::Milliseconds(5);
  ScriptedSocket server({{Read(), AwaitRelease(), Send(kOk)}});
  const Timer timer = io_.At(absl::Now() + absl::Milliseconds(60),
                             [&server] { server.Release(); });

  EXPECT_THAT(Get(server.origin(), options), IsOk());
}

// --- size -------------------------------------------------------------------

std::string Gzip(const std::string& text) {
  std::string zipped(compressBound(text.size()) + 32, '\0');
  z_stream stream = {};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8,
               Z_DEFAULT_STRATEGY);
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(zipped.data());
  stream.avail_out = static_cast<uInt>(zipped.size());
  deflate(&stream, Z_FINISH);
  zipped.resize(stream.total_out);
  deflateEnd(&stream);
  return zipped;
}

std::string GzipAnswer(const std::string& text) {
  const std::string body = Gzip(text);
  return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n",
                      "Content-Length: ", body.size(), "\r\n\r\n", body);
}

CurlClientOptions BodiesUpTo(size_t bytes) {
  return {.allow_plaintext = true, .max_response_bytes = bytes};
}

TEST_F(CurlClientFailureTest, BodyAtTheBoundIsTaken) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  EXPECT_THAT(Get(server.origin(), BodiesUpTo(2)),
              IsOkAndHolds(Field(&HttpResponse::body, "ok")));
}

TEST_F(CurlClientFailureTest, BodyAnnouncedOverTheBoundIsTooLarge) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  const auto response = Get(server.origin(), BodiesUpTo(1));

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(CauseOf(response), "TOO_LARGE");
}

TEST_F(CurlClientFailureTest, BodyThatGrowsOverTheBoundIsTooLarge) {
  EXPECT_EQ(CauseOf({Read(), Send("HTTP/1.1 200 OK\r\n\r\nok"), AwaitClient()},
                    BodiesUpTo(1)),
            "TOO_LARGE");
}

TEST_F(CurlClientFailureTest, BoundCountsBytesAfterInflation) {
  const std::string bomb = GzipAnswer(std::string(10 << 20, 'x'));
  ASSERT_LT(bomb.size(), 100000U);

  EXPECT_EQ(CauseOf({Read(), Send(bomb), AwaitClient()}, BodiesUpTo(1 << 20)),
            "TOO_LARGE");
}

TEST_F(CurlClientFailureTest, CompressedBodyIsInflated) {
  const ScriptedSocket server({{Read(), Send(GzipAnswer("tasks"))}});

  EXPECT_THAT(Get(server.origin()),
              IsOkAndHolds(Field(&HttpResponse::body, "tasks")));
  EXPECT_THAT(server.requests().at(0), HasSubstr("Accept-Encoding: gzip"));
}

TEST_F(CurlClientFailureTest, BodyThatDoesNotInflateIsBadEncoding) {
  EXPECT_EQ(CauseOf({Read(),
                     Send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
                          "Content-Length: 9\r\n\r\nnot gzip!"),
                     AwaitClient()}),
            "BAD_ENCODING");
}

TEST_F(CurlClientFailureTest, TooManyHeadersAreRefused) {
  CurlClientOptions options = Plain();
  options.max_header_bytes = 100;
  const ScriptedSocket server(
      {{Read(),
        Send("HTTP/1.1 200 OK\r\nX: " + std::string(200, 'x') + "\r\n\r\n"),
        AwaitClient()}});

  const auto response = Get(server.origin(), options);

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(CauseOf(response), "HEADERS_TOO_LARGE");
}

TEST_F(CurlClientFailureTest, HeaderLineWithoutEndIsRefused) {
  EXPECT_EQ(CauseOf({Read(),
                     Send("HTTP/1.1 200 OK\r\nX: " + std::string(200000, 'x')),
                     AwaitClient()}),
            "HEADERS_TOO_LARGE");
}

// --- what is not HTTP -------------------------------------------------------

TEST_F(CurlClientFailureTest, AnotherProtocolIsNotHttp) {
  EXPECT_EQ(CauseOf({Read(), Send("SSH-2.0-OpenSSH\r\n\r\n"), Close()}),
            "BAD_HTTP");
}

TEST_F(CurlClientFailureTest, LengthThatIsNoNumberIsBadHttp) {
  EXPECT_EQ(
      CauseOf({Read(), Send("HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n"),
               AwaitClient()}),
      "BAD_HTTP");
}

TEST_F(CurlClientFailureTest, BrokenChunkIsBadHttp) {
  EXPECT_EQ(
      CauseOf({Read(),
               Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "zz\r\nabc\r\n"),
               AwaitClient()}),
      "BAD_HTTP");
}

// --- what is told, and what is not asked ------------------------------------

TEST_F(CurlClientFailureTest, MessageNamesTheHostAndNoSecret) {
  const ScriptedSocket server({{Read(), Close()}});

  const auto response = Ask({.origin = server.origin(),
                             .path = "/v5/classified",
                             .query = "q=classified",
                             .headers = {{"X-Auth-Token", "classified"}},
                             .body = "classified"});

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kUnavailable,
                                 AllOf(HasSubstr(server.authority()),
                                       Not(HasSubstr("classified")))));
}

TEST_F(CurlClientFailureTest, PlainHttpIsRefusedUnlessAllowed) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  const auto response = Get(server.origin(), {});

  EXPECT_THAT(response, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(CauseOf(response), "PLAINTEXT");
  EXPECT_EQ(server.connections(), 0U);
}

TEST_F(CurlClientFailureTest, HeaderThatBreaksItsLineIsNotSent) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  const auto response = Ask({.origin = server.origin(),
                             .path = "/",
                             .headers = {{"X-Auth-Token", "t\r\nX-Evil: 1"}}});

  EXPECT_EQ(CauseOf(response), "BAD_REQUEST");
  EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace hssgw
