// SPDX-License-Identifier: Apache-2.0
// How answers travel: late, slow, cut short, reset; and who notices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulator/raw_client.h"
#include "tests/simulator/simulator_fixture.h"

namespace hssgw::simulator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kStatusLine[] = "HTTP/1.1 200 OK\r\n";

class DeliveryTest : public SimulatorFixture {
 protected:
  // Each transport goes by its own connection.
  RawClient::Received GetRaw() {
    RawClient client(port_);
    Ask(client);
    return client.ReadToEnd();
  }
  void SetTransport(Transport transport) {
    FaultRule rule{.count = 1};
    rule.action.delivery = Delivery{.transport = transport,
                                    .hold = absl::Milliseconds(30),
                                    .bytes_per_second = 10'000'000};
    simulator_->AddFault(rule);
  }

  // What a client sees must be counted a moment later at most.
  void AwaitDisconnects(int64_t count) {
    std::promise<void> never;
    auto future = never.get_future();
    for (int i = 0; i < 500; ++i) {
      if (simulator_->counters().disconnects_seen >= count) return;
      future.wait_for(std::chrono::milliseconds(10));
    }
  }

  static void Ask(RawClient& client) {
    client.Send("GET " + kPage + " HTTP/1.1\r\nHost: h\r\nX-Auth-Token: " +
                kToken + "\r\nConnection: close\r\n\r\n");
  }
};

TEST_F(DeliveryTest, LatencySeesAClientLeave) {
  Start({.latency = absl::Seconds(30)});
  {
    RawClient client(port_);
    Ask(client);
    EXPECT_THAT(client.ReadSome(), StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(simulator_->counters().lists_in_flight, 1);
  }
  AwaitDisconnects(1);

  EXPECT_EQ(simulator_->counters().disconnects_seen, 1);
  EXPECT_EQ(simulator_->counters().lists_in_flight, 0);
}

TEST_F(DeliveryTest, StopInterruptsWhatWaits) {
  Start({.latency = absl::Minutes(5)});
  RawClient client(port_);
  Ask(client);
  client.ReadSome();

  simulator_->Stop();

  EXPECT_EQ(simulator_->counters().disconnects_seen, 0);
}

TEST_F(DeliveryTest, ManyConnectionsAreServedAtOnce) {
  Start({.latency = absl::Minutes(5)});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 64; ++i) {
    clients.push_back(std::make_unique<RawClient>(port_));
    Ask(*clients.back());
  }
  // A head has come, so its answer is waiting for the body.
  for (const auto& client : clients) {
    EXPECT_THAT(client->ReadSome(), StartsWith(kStatusLine));
  }
  EXPECT_EQ(simulator_->counters().lists_in_flight, 64);
}

struct TransportCase {
  Transport transport;
  RawClient::End end;
  const char* begins;  // What the client gets to see.
};

class TransportTest : public DeliveryTest,
                      public testing::WithParamInterface<TransportCase> {};

TEST_P(TransportTest, EndsAsItShould) {
  Start();
  SetTransport(GetParam().transport);

  const RawClient::Received received = GetRaw();

  EXPECT_EQ(received.end, GetParam().end);
  EXPECT_THAT(received.bytes, StartsWith(GetParam().begins));
  EXPECT_THAT(GetRaw().bytes, StartsWith("HTTP/1.1 200"));
}

INSTANTIATE_TEST_SUITE_P(
    All, TransportTest,
    testing::Values(
        TransportCase{Transport::kPlain, RawClient::End::kClosed, kStatusLine},
        TransportCase{Transport::kChunked, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kGzip, RawClient::End::kClosed, kStatusLine},
        TransportCase{Transport::kGzipCut, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kTruncated, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kLengthTooLong, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kLengthTooShort, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kChunkedCut, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kSlowBody, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kStallBody, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kSlowHeaders, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kStallHeaders, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kNoAnswer, RawClient::End::kClosed, ""},
        TransportCase{Transport::kOddHeaders, RawClient::End::kClosed,
                      kStatusLine},
        TransportCase{Transport::kNoise, RawClient::End::kClosed, "\x16\x03"},
        TransportCase{Transport::kCloseBeforeHeaders, RawClient::End::kClosed,
                      ""},
        TransportCase{Transport::kResetBeforeHeaders, RawClient::End::kReset,
                      ""},
        TransportCase{Transport::kResetInHeaders, RawClient::End::kReset,
                      kStatusLine},
        TransportCase{Transport::kResetAfterHeaders, RawClient::End::kReset,
                      kStatusLine},
        TransportCase{Transport::kResetInBody, RawClient::End::kReset,
                      kStatusLine}),
    [](const auto& param) {
      return std::string(ToWord(param.param.transport));
    });

TEST_F(DeliveryTest, TruncatedBodyKeepsItsAnnouncedLength) {
  Start();
  const std::string whole = Get(kPage)->body;
  SetTransport(Transport::kTruncated);

  const std::string bytes = GetRaw().bytes;

  EXPECT_THAT(
      bytes,
      HasSubstr("Content-Length: " + std::to_string(whole.size()) + "\r\n"));
  EXPECT_EQ(bytes.substr(bytes.find("\r\n\r\n") + 4),
            whole.substr(0, whole.size() / 2));
}

TEST_F(DeliveryTest, GzipBodyIsTheSameInflated) {
  Start();
  const std::string whole = Get(kPage)->body;
  SetTransport(Transport::kGzip);

  const auto answer = Get(kPage);

  EXPECT_EQ(answer->get_header_value("Content-Encoding"), "gzip");
  EXPECT_EQ(answer->body, whole);  // httplib inflates.
}

}  // namespace
}  // namespace hssgw::simulator
