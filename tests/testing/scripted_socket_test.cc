// SPDX-License-Identifier: Apache-2.0
#include "tests/testing/scripted_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/simulator/raw_client.h"

namespace hssgw {
namespace {

using ::hssgw::simulator::RawClient;
using ::testing::ElementsAre;

constexpr char kRequest[] = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(ScriptedSocketTest, SendsWhatItShouldAndRecordsTheRequest) {
  const ScriptedSocket server({{Read(), Send("answer"), Close()}});
  RawClient client(server.port());

  client.Send(kRequest);
  const RawClient::Received received = client.ReadToEnd();

  EXPECT_EQ(received.bytes, "answer");
  EXPECT_EQ(received.end, RawClient::End::kClosed);
  EXPECT_THAT(server.requests(), ElementsAre(kRequest));
}

TEST(ScriptedSocketTest, ReadsTheBodyThatWasAnnounced) {
  const ScriptedSocket server({{Read(), Read(), Send("both")}});
  RawClient client(server.port());
  const std::string post = "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";

  client.Send(post + kRequest);

  EXPECT_EQ(client.ReadToEnd().bytes, "both");
  EXPECT_THAT(server.requests(), ElementsAre(post, kRequest));
}

TEST(ScriptedSocketTest, ResetsWhenReleased) {
  ScriptedSocket server({{ReadByte(), Send("half"), AwaitRelease(), Reset()}});
  RawClient client(server.port());

  client.Send("x");
  EXPECT_EQ(client.ReadSome(), "half");
  server.Release();

  EXPECT_EQ(client.ReadToEnd().end, RawClient::End::kReset);
}

TEST(ScriptedSocketTest, PlaysOneScriptAConnectionAndClosesTheRest) {
  const ScriptedSocket server({{Send("one")}, {Send("two")}});

  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "one");
  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "two");
  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "");
  EXPECT_EQ(server.connections(), 3U);
}

TEST(ScriptedSocketTest, NoticesAClientThatLeaves) {
  ScriptedSocket server({{Read(), AwaitClient()}, {Read()}});
  for (size_t left = 1; left <= 2; ++left) {
    {
      RawClient client(server.port());
      if (left == 1) client.Send(kRequest);
      ASSERT_TRUE(server.AwaitConnections(left));
    }
    EXPECT_TRUE(server.AwaitClientsGone(left));
    EXPECT_TRUE(server.AwaitClosed(left));
  }
  EXPECT_TRUE(server.AwaitRequests(1));
}

TEST(ScriptedSocketTest, EndsWhileConnectionsHang) {
  ScriptedSocket server({{Read(), AwaitRelease()}, {Read()}});
  RawClient waits(server.port());
  waits.Send(kRequest);
  ASSERT_TRUE(server.AwaitRequests(1));
  const RawClient says_nothing(server.port());
  ASSERT_TRUE(server.AwaitConnections(2));
}

TEST(ScriptedSocketTest, HasNoPortWhereItCannotListen) {
  // An address of documentation (RFC 5737), on no machine.
  const ScriptedSocket server({}, {.address = "192.0.2.1"});

  EXPECT_EQ(server.port(), 0);
}

}  // namespace
}  // namespace hssgw
