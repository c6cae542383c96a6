// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/scripted_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/simulator/raw_client.h"

namespace hssgw::simulator {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr char kRequest[] = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

TEST(ScriptedSocketTest, AnswersAndRecordsTheHead) {
  ScriptedSocket server;
  server.Play({ReadHead(), Send(HttpAnswer(200, "{}")), Close()});
  RawClient client(server.port());

  client.Send(kRequest);
  const RawClient::Received received = client.ReadToEnd();

  EXPECT_THAT(received.bytes, StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(received.end, RawClient::End::kClosed);
  EXPECT_THAT(server.heads(), ElementsAre(kRequest));
}

TEST(ScriptedSocketTest, ResetsInTheMiddle) {
  ScriptedSocket server;
  server.Play(
      {ReadHead(), Send("HTTP/1.1 200 OK\r\nConte"), AwaitRelease(), Reset()});
  RawClient client(server.port());

  client.Send(kRequest);
  client.ReadSome();
  server.Release();

  EXPECT_EQ(client.ReadToEnd().end, RawClient::End::kReset);
}

TEST(ScriptedSocketTest, PlaysOneScriptPerConnection) {
  ScriptedSocket server;
  server.Play({Send("one")});
  server.Play({Send("two")});
  server.PlayOtherwise({Send("more")});

  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "one");
  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "two");
  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "more");
  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "more");
  EXPECT_EQ(server.connections(), 4U);
}

TEST(ScriptedSocketTest, HoldsAnAnswerUntilReleased) {
  ScriptedSocket server;
  server.Play({ReadHead(), AwaitRelease(), Send("late")});
  RawClient client(server.port());

  client.Send(kRequest);
  ASSERT_TRUE(server.AwaitHeads(1));
  EXPECT_FALSE(server.AwaitPlayed(1, absl::Milliseconds(20)));
  server.Release();

  EXPECT_EQ(client.ReadToEnd().bytes, "late");
  EXPECT_TRUE(server.AwaitPlayed(1));
}

TEST(ScriptedSocketTest, NoticesAPeerThatLeaves) {
  ScriptedSocket server;
  server.Play({ReadHead(), AwaitClose()});
  {
    RawClient client(server.port());
    client.Send(kRequest);
    ASSERT_TRUE(server.AwaitHeads(1));
  }

  EXPECT_TRUE(server.AwaitPeersGone(1));
}

TEST(ScriptedSocketTest, DripsByteByByte) {
  ScriptedSocket server;
  server.Play(
      {Drip("slow", absl::Milliseconds(1)), Wait(absl::ZeroDuration())});

  EXPECT_EQ(RawClient(server.port()).ReadToEnd().bytes, "slow");
}

TEST(ScriptedSocketTest, EndsWhileConnectionsHang) {
  ScriptedSocket server;
  server.PlayOtherwise({ReadHead(), AwaitRelease()});
  RawClient client(server.port());
  client.Send(kRequest);
  ASSERT_TRUE(server.AwaitHeads(1));
}

}  // namespace
}  // namespace hssgw::simulator
