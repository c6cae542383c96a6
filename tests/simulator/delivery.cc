// SPDX-License-Identifier: Apache-2.0
#include "tests/simulator/delivery.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace hssgw::simulator {
namespace {

struct TransportWord {
  Transport transport;
  std::string_view word;
};
constexpr std::array<TransportWord, 20> kWords = {{
    {Transport::kPlain, "plain"},
    {Transport::kChunked, "chunked"},
    {Transport::kGzip, "gzip"},
    {Transport::kGzipCut, "gzip_cut"},
    {Transport::kTruncated, "truncated"},
    {Transport::kLengthTooLong, "length_too_long"},
    {Transport::kLengthTooShort, "length_too_short"},
    {Transport::kChunkedCut, "chunked_cut"},
    {Transport::kSlowBody, "slow_body"},
    {Transport::kStallBody, "stall_body"},
    {Transport::kSlowHeaders, "slow_headers"},
    {Transport::kStallHeaders, "stall_headers"},
    {Transport::kNoAnswer, "no_answer"},
    {Transport::kOddHeaders, "odd_headers"},
    {Transport::kNoise, "noise"},
    {Transport::kCloseBeforeHeaders, "close_before_headers"},
    {Transport::kResetBeforeHeaders, "reset_before_headers"},
    {Transport::kResetInHeaders, "reset_in_headers"},
    {Transport::kResetAfterHeaders, "reset_after_headers"},
    {Transport::kResetInBody, "reset_in_body"},
}};

// A reset throws away what the peer has not read yet, so give it a moment.
constexpr absl::Duration kBeforeReset = absl::Milliseconds(50);

constexpr absl::Duration kPollStep = absl::Milliseconds(50);

std::string Head(const Reply& reply, const std::string& framing) {
  std::string head = absl::StrCat(
      "HTTP/1.1 ", reply.status, " ", std::string(StatusWords(reply.status)),
      "\r\nContent-Type: ", reply.content_type, "\r\n", framing, "\r\n");
  for (const auto& [name, value] : reply.headers) {
    absl::StrAppend(&head, name, ": ", value, "\r\n");
  }
  return head + "\r\n";
}

std::string LengthOf(size_t length) {
  return absl::StrCat("Content-Length: ", length);
}

std::string Chunk(std::string_view bytes) {
  return absl::StrFormat("%x\r\n", bytes.size()).append(bytes).append("\r\n");
}

// Sends `text` at a rate in steps of at least a millisecond.
void Drip(Connection& connection, std::string_view text, int64_t per_second) {
  const int64_t rate = std::max<int64_t>(per_second, 1);
  const auto step = static_cast<size_t>(std::max<int64_t>(rate / 100, 1));
  const absl::Duration pause =
      absl::Seconds(1) * static_cast<int64_t>(step) / rate;
  while (!text.empty()) {
    if (!connection.Send(text.substr(0, step))) return;
    text.remove_prefix(std::min(step, text.size()));
    if (!text.empty() && !connection.Wait(pause)) return;
  }
}

void SendThenReset(Connection& connection, std::string_view bytes) {
  if (!bytes.empty() && connection.Send(bytes)) connection.Wait(kBeforeReset);
  connection.ResetOnClose();
}

void SendThenHold(Connection& connection, std::string_view bytes,
                  absl::Duration hold) {
  if (connection.Send(bytes)) connection.WaitUntilGone(hold);
}

void DeliverOddHeaders(Connection& connection, const Reply& reply) {
  Reply odd = reply;
  odd.headers.emplace_back("x-oDD-cAsE", "   blanks around\t ");
  odd.headers.emplace_back("X-Empty", "");
  odd.headers.emplace_back("X-Large", std::string(8192, 'x'));
  odd.headers.emplace_back("X-Bytes", "\xE4\xB8\xAD\xFF");
  odd.headers.emplace_back("Set-Cookie", "a=1");
  odd.headers.emplace_back("Set-Cookie", "b=2");
  connection.Send(
      Head(odd, "cONTENT-lENGTH:" + std::to_string(reply.body.size())) +
      reply.body);
}

// Bodies that end too early or are of another length than announced.
void DeliverBadLength(const Reply& reply, Transport transport,
                      Connection& connection) {
  const std::string_view body = reply.body;
  const std::string_view half = body.substr(0, body.size() / 2);
  if (transport == Transport::kTruncated) {
    connection.Send(Head(reply, LengthOf(body.size())).append(half));
  } else if (transport == Transport::kLengthTooLong) {
    connection.Send(Head(reply, LengthOf(body.size() + 10)).append(body));
  } else if (transport == Transport::kLengthTooShort) {
    connection.Send(Head(reply, LengthOf(half.size())).append(body));
  } else {
    connection.Send(
        Head(reply, "Transfer-Encoding: chunked").append(Chunk(half)));
  }
}

void DeliverReset(const Reply& reply, Transport transport,
                  Connection& connection) {
  const std::string head = Head(reply, LengthOf(reply.body.size()));
  if (transport == Transport::kResetBeforeHeaders) {
    SendThenReset(connection, "");
  } else if (transport == Transport::kResetInHeaders) {
    SendThenReset(connection, std::string_view(head).substr(0, 40));
  } else if (transport == Transport::kResetAfterHeaders) {
    SendThenReset(connection, head);
  } else {
    SendThenReset(connection,
                  head + reply.body.substr(0, reply.body.size() / 2));
  }
}

void DeliverSlowly(const Reply& reply, const Delivery& delivery,
                   Connection& connection) {
  const std::string head = Head(reply, LengthOf(reply.body.size()));
  const auto half_of = [](const std::string& text) {
    return text.substr(0, text.size() / 2);
  };
  switch (delivery.transport) {
    case Transport::kSlowBody:
      if (!connection.Send(head)) return;
      return Drip(connection, reply.body, delivery.bytes_per_second);
    case Transport::kSlowHeaders:
      Drip(connection, head, delivery.bytes_per_second);
      connection.Send(reply.body);
      return;
    case Transport::kStallBody:
      return SendThenHold(connection, head + half_of(reply.body),
                          delivery.hold);
    case Transport::kStallHeaders:
      return SendThenHold(connection, half_of(head), delivery.hold);
    default:
      return SendThenHold(connection, "", delivery.hold);
  }
}

void DeliverRaw(const Reply& reply, const Delivery& delivery,
                Connection& connection) {
  connection.TakeOver();
  if (!connection.Wait(delivery.before_body)) return;
  switch (delivery.transport) {
    case Transport::kTruncated:
    case Transport::kLengthTooLong:
    case Transport::kLengthTooShort:
    case Transport::kChunkedCut:
      return DeliverBadLength(reply, delivery.transport, connection);
    case Transport::kResetBeforeHeaders:
    case Transport::kResetInHeaders:
    case Transport::kResetAfterHeaders:
    case Transport::kResetInBody:
      return DeliverReset(reply, delivery.transport, connection);
    case Transport::kOddHeaders:
      return DeliverOddHeaders(connection, reply);
    case Transport::kNoise:
      connection.Send("\x16\x03 this is not HTTP\r\n\r\n");
      return;
    case Transport::kCloseBeforeHeaders:
      return;
    default:
      return DeliverSlowly(reply, delivery, connection);
  }
}

// The body in chunks after a wait that notices a peer who leaves.
void DeliverChunked(Reply reply, absl::Duration before_body,
                    Connection& connection, httplib::Response& response) {
  const std::string type = reply.content_type;
  response.set_chunked_content_provider(
      type, [body = std::make_shared<const std::string>(std::move(reply.body)),
             before_body, &connection](size_t, httplib::DataSink& sink) {
        constexpr size_t kPiece = 128 * 1024;
        absl::Duration left = before_body;
        while (left > absl::ZeroDuration()) {
          const absl::Duration step = std::min(left, kPollStep);
          if (!connection.Wait(step) || !sink.is_writable()) return false;
          left -= step;
        }
        for (size_t at = 0; at < body->size(); at += kPiece) {
          if (!sink.is_writable()) return false;
          sink.write(body->data() + at, std::min(kPiece, body->size() - at));
        }
        sink.done();
        return true;
      });
}

}  // namespace

std::optional<Transport> TransportFromWord(std::string_view word) {
  for (const TransportWord& known : kWords) {
    if (known.word == word) return known.transport;
  }
  return std::nullopt;
}

std::string_view ToWord(Transport transport) {
  for (const TransportWord& known : kWords) {
    if (known.transport == transport) return known.word;
  }
  return "plain";
}

std::vector<Transport> AllTransports() {
  std::vector<Transport> all;
  for (const TransportWord& known : kWords) all.push_back(known.transport);
  return all;
}

bool SendsStatus(Transport transport) {
  switch (transport) {
    case Transport::kStallHeaders:
    case Transport::kNoAnswer:
    case Transport::kNoise:
    case Transport::kCloseBeforeHeaders:
    case Transport::kResetBeforeHeaders:
    case Transport::kResetInHeaders:
      return false;
    default:
      return true;
  }
}

void Deliver(Reply reply, const Delivery& delivery, Connection& connection,
             httplib::Response& response) {
  if (!connection.Wait(delivery.before_headers)) {
    connection.TakeOver();
    return;
  }
  const bool gzip = delivery.transport == Transport::kGzip ||
                    delivery.transport == Transport::kGzipCut;
  if (gzip) {
    reply.headers.emplace_back("Content-Encoding", "gzip");
    reply.body = Gzip(reply.body);
    if (delivery.transport == Transport::kGzipCut) {
      reply.body.resize(reply.body.size() / 2);
    }
  }
  const bool chunked = delivery.transport == Transport::kChunked;
  if (!gzip && !chunked && delivery.transport != Transport::kPlain) {
    return DeliverRaw(reply, delivery, connection);
  }
  response.status = reply.status;
  for (const auto& [name, value] : reply.headers) {
    response.headers.emplace(name, value);
  }
  if (chunked || delivery.before_body > absl::ZeroDuration()) {
    return DeliverChunked(std::move(reply), delivery.before_body, connection,
                          response);
  }
  response.set_header("Content-Type", reply.content_type);
  response.body = std::move(reply.body);
}

std::string Gzip(std::string_view text) {
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8,
               Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  std::string input(text);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace hssgw::simulator
