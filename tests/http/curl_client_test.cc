// SPDX-License-Identifier: Apache-2.0
#include "service/http/curl_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/http/curl_client_fixture.h"
#include "tests/testing/status_matchers.h"

namespace hssgw {
namespace {

using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const SocketScript kTwoAnswers = {Read(), Send(kOk), Read(), Send(kOk),
                                  AwaitClient()};

TEST_F(CurlClientTest, SendsPathAndQueryByteForByte) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  const auto response = Ask({.origin = server.origin(),
                             .path = "/a%2Fb/../c/./%7e",
                             .query = "q=%20%2B&e=&q=a;b"});

  EXPECT_THAT(response, IsOkAndHolds(Field(&HttpResponse::body, "ok")));
  EXPECT_THAT(
      server.requests().at(0),
      StartsWith("GET /a%2Fb/../c/./%7e?q=%20%2B&e=&q=a;b HTTP/1.1\r\n"));
}

TEST_F(CurlClientTest, SendsHeadersAsGiven) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  const auto response =
      Ask({.origin = server.origin(),
           .path = "/",
           .headers = {{"X-Sdk-Date", "now"}, {"X-Empty", ""}, {"X-B", " "}}});

  EXPECT_THAT(response, IsOk());
  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("\r\nHost: " + server.authority() + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Sdk-Date: now\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-B:\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nUser-Agent: hss-gateway\r\n"));
}

TEST_F(CurlClientTest, SendsTheBodyOfAPostWithoutExpect) {
  const ScriptedSocket server({{Read(), Send(kOk)}});

  const auto response = Ask({.method = "POST",
                             .origin = server.origin(),
                             .path = "/v3/auth/tokens",
                             .body = std::string(5000, 'x')});

  EXPECT_THAT(response, IsOk());
  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, StartsWith("POST /v3/auth/tokens HTTP/1.1\r\n"));
  EXPECT_THAT(request, EndsWith("\r\n\r\n" + std::string(5000, 'x')));
  EXPECT_THAT(request, Not(HasSubstr("Expect")));
  EXPECT_THAT(request, Not(HasSubstr("Content-Type")));
}

TEST_F(CurlClientTest, AnswerHasStatusHeadersAndBody) {
  const ScriptedSocket server(
      {{Read(), Send("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n"
                     "HTTP/1.1 404 Not Found\r\nX-Request-Id:  r-1 \r\n"
                     "X-Folded: a\r\n  b\r\nContent-Length: 3\r\n\r\nno!")}});

  const auto response = Get(server.origin());

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "no!");
  EXPECT_EQ(HeaderValue(response->headers, "x-request-id"), "r-1");
  EXPECT_EQ(HeaderValue(response->headers, "X-Folded"), "a b");
  EXPECT_EQ(HeaderValue(response->headers, "X-Early"), "");
}

TEST_F(CurlClientTest, ReadsChunkedAnswers) {
  const ScriptedSocket server(
      {{Read(), Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")}});

  EXPECT_THAT(Get(server.origin()),
              IsOkAndHolds(Field(&HttpResponse::body, "abcde")));
}

TEST_F(CurlClientTest, RedirectIsAnAnswerAndNotFollowed) {
  const ScriptedSocket other({{Read(), Send(kOk)}});
  const ScriptedSocket server(
      {{Read(), Send("HTTP/1.1 302 Found\r\nLocation: " + other.origin() +
                     "/\r\nContent-Length: 0\r\n\r\n")}});

  const auto response = Ask({.origin = server.origin(),
                             .path = "/",
                             .headers = {{"Authorization", "secret"}}});

  EXPECT_THAT(response, IsOkAndHolds(Field(&HttpResponse::status, 302)));
  EXPECT_EQ(other.connections(), 0U);
}

TEST_F(CurlClientTest, KeepsAConnectionForTheNextRequest) {
  const ScriptedSocket server({kTwoAnswers});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};

  EXPECT_THAT(Start(client, request).Wait(), IsOk());
  EXPECT_THAT(Start(client, request).Wait(), IsOk());

  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(CurlClientTest, FreshConnectionIsNotAKeptOne) {
  const ScriptedSocket server({kTwoAnswers, kTwoAnswers});
  CurlClient client(io_, Plain());
  HttpRequest request{.origin = server.origin(), .path = "/"};
  ASSERT_THAT(Start(client, request).Wait(), IsOk());
  request.fresh_connection = true;

  EXPECT_THAT(Start(client, request).Wait(), IsOk());

  EXPECT_EQ(server.connections(), 2U);
}

TEST_F(CurlClientTest, SpeaksToAnIpv6Address) {
  const ScriptedSocket server({{Read(), Send(kOk)}}, {.address = "::1"});
  if (server.port() == 0) GTEST_SKIP() << "no IPv6 on this machine";

  EXPECT_THAT(Get(server.origin()), IsOk());

  EXPECT_THAT(server.requests().at(0),
              HasSubstr("\r\nHost: " + server.authority() + "\r\n"));
}

TEST_F(CurlClientTest, CancelReachesTheSocket) {
  ScriptedSocket server({{Read(), AwaitClient()}});
  CurlClient client(io_, Plain());
  Pending pending = Start(client, {.origin = server.origin(), .path = "/"});
  ASSERT_TRUE(server.AwaitRequests(1));

  pending.Drop();

  EXPECT_THAT(pending.Wait(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(server.AwaitClientsGone(1));
}

TEST_F(CurlClientTest, TicketMayBeDroppedAfterTheAnswer) {
  const ScriptedSocket server({{Read(), Send(kOk)}});
  CurlClient client(io_, Plain());
  Pending pending = Start(client, {.origin = server.origin(), .path = "/"});

  EXPECT_THAT(pending.Wait(), IsOk());
  pending.Drop();
}

TEST_F(CurlClientTest, TicketMayBeDroppedInTheCallback) {
  const ScriptedSocket server({{Read(), AwaitClient()}});
  CurlClient client(
      io_, {.allow_plaintext = true, .max_attempt = absl::Milliseconds(50)});
  std::promise<void> done;
  std::promise<HttpTicket> given;
  given.set_value(client.Send(
      {.origin = server.origin(), .path = "/"}, absl::InfiniteFuture(),
      [&, ticket =
              given.get_future()](const absl::StatusOr<HttpResponse>&) mutable {
        ticket.get().Cancel();
        done.set_value();
      }));

  done.get_future().get();
}

TEST_F(CurlClientTest, TicketMayOutliveClientAndThread) {
  const ScriptedSocket server({{Read(), AwaitClient()}});
  std::optional<Pending> pending;
  {
    IoThread io;
    CurlClient client(io, Plain());
    pending.emplace(client, HttpRequest{.origin = server.origin(), .path = "/"},
                    absl::InfiniteFuture());
  }

  EXPECT_THAT(pending->Wait(), StatusIs(absl::StatusCode::kCancelled));
  pending->Drop();
}

TEST_F(CurlClientTest, ExchangeOutlivesItsClient) {
  ScriptedSocket server({{Read(), AwaitRelease(), Send(kOk)}});
  std::optional<CurlClient> client(std::in_place, io_, Plain());
  Pending pending = Start(*client, {.origin = server.origin(), .path = "/"});
  ASSERT_TRUE(server.AwaitRequests(1));

  client.reset();
  server.Release();

  EXPECT_THAT(pending.Wait(), IsOk());
}

TEST_F(CurlClientTest, AnswersOnTheIoThreadEvenWhatIsRefusedAtOnce) {
  CurlClient client(io_, Plain());
  std::promise<std::thread::id> answered;
  std::promise<std::thread::id> posted;

  const HttpTicket ticket =
      client.Send({.origin = "not an origin"}, absl::InfiniteFuture(),
                  [&](const absl::StatusOr<HttpResponse>&) {
                    answered.set_value(std::this_thread::get_id());
                  });
  io_.Post([&] { posted.set_value(std::this_thread::get_id()); });

  EXPECT_EQ(answered.get_future().get(), posted.get_future().get());
}

TEST_F(CurlClientTest, CallbackMaySendAgain) {
  const ScriptedSocket server({kTwoAnswers});
  CurlClient client(io_, Plain());
  const HttpRequest request{.origin = server.origin(), .path = "/"};
  std::promise<absl::StatusOr<HttpResponse>> second;
  HttpTicket next;

  const HttpTicket first = client.Send(
      request, absl::InfiniteFuture(),
      [&](const absl::StatusOr<HttpResponse>&) {
        next = client.Send(request, absl::InfiniteFuture(),
                           [&](absl::StatusOr<HttpResponse> response) {
                             second.set_value(std::move(response));
                           });
      });

  EXPECT_THAT(second.get_future().get(), IsOk());
}

// The promise throws if an answer came twice, and Wait fails if none came.
TEST_F(CurlClientTest, AnswersExactlyOnceWhereverItIsCancelled) {
  constexpr size_t kRequests = 64;
  const ScriptedSocket server(
      std::vector<SocketScript>(kRequests, {Read(), Send(kOk)}));
  CurlClient client(io_, Plain());
  std::vector<Pending> pending;
  std::vector<HttpTicket> tickets;
  for (size_t i = 0; i < kRequests; ++i) {
    pending.push_back(Start(
        client,
        {.origin = server.origin(), .path = "/", .fresh_connection = true}));
    tickets.push_back(pending.back().TakeTicket());
  }

  std::thread canceller([&] { tickets.clear(); });

  for (Pending& one : pending) {
    EXPECT_THAT(one.Wait(),
                AnyOf(IsOk(), StatusIs(absl::StatusCode::kCancelled)));
  }
  canceller.join();
}

TEST_F(CurlClientTest, TicketMayBeDroppedWhileTheThreadEnds) {
  for (int i = 0; i < 50; ++i) {
    std::optional<IoThread> io(std::in_place);
    CurlClient client(*io, Plain());
    Pending pending =
        Start(client, {.origin = "http://127.0.0.1:1", .path = "/"});
    std::thread dropper(
        [ticket = pending.TakeTicket()]() mutable { ticket.Cancel(); });

    io.reset();

    EXPECT_THAT(pending.Wait(), Not(IsOk()));
    dropper.join();
  }
}

// --- more exchanges than connections ----------------------------------------

class CurlClientWithOneConnectionTest : public CurlClientTest {
 protected:
  Pending Next(absl::Time deadline = absl::InfiniteFuture()) {
    return Start(client_, {.origin = server_.origin(), .path = "/"}, deadline);
  }

  ScriptedSocket server_{
      {{Read(), AwaitRelease(), Send(kOk), Read(), Send(kOk), AwaitClient()}}};
  CurlClient client_{io_, {.allow_plaintext = true, .max_connections = 1}};
};

TEST_F(CurlClientWithOneConnectionTest, NextWaitsAndUsesTheSame) {
  Pending first = Next();
  Pending second = Next();
  ASSERT_TRUE(server_.AwaitRequests(1));

  server_.Release();

  EXPECT_THAT(first.Wait(), IsOk());
  EXPECT_THAT(second.Wait(), IsOk());
  EXPECT_EQ(server_.connections(), 1U);
}

TEST_F(CurlClientWithOneConnectionTest, WaitEndsAtTheDeadline) {
  Pending first = Next();
  Pending second = Next(absl::Now() + absl::Milliseconds(20));

  EXPECT_THAT(second.Wait(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  server_.Release();
  EXPECT_THAT(first.Wait(), IsOk());
  EXPECT_THAT(server_.requests(), SizeIs(1));
}

TEST_F(CurlClientWithOneConnectionTest, CancelledWaiterLeavesTheLine) {
  Pending first = Next();
  Pending second = Next();
  Pending third = Next();

  second.Drop();

  EXPECT_THAT(second.Wait(), StatusIs(absl::StatusCode::kCancelled));
  server_.Release();
  EXPECT_THAT(first.Wait(), IsOk());
  EXPECT_THAT(third.Wait(), IsOk());
}

TEST_F(CurlClientWithOneConnectionTest, FailureFreesTheConnection) {
  Pending first = Next();
  Pending second = Next();
  ASSERT_TRUE(server_.AwaitRequests(1));

  first.Drop();

  EXPECT_THAT(first.Wait(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(second.Wait(), Not(IsOk()));  // There is no second script.
  EXPECT_TRUE(server_.AwaitConnections(2));
}

}  // namespace
}  // namespace hssgw
