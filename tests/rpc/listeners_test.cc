// SPDX-License-Identifier: Apache-2.0
#include "service/rpc/listeners.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "service/rpc/health_service.h"
#include "tests/e2e/child.h"
#include "tests/testing/test_certificates.h"

namespace hssgw {
namespace {

using ::testing::HasSubstr;

struct Started {
  absl::Status status;
  std::unique_ptr<HealthService> service = std::make_unique<HealthService>();
  std::unique_ptr<Listeners> listeners = std::make_unique<Listeners>();
  std::unique_ptr<grpc::Server> server;
};

Started Start(const ListenOptions& options) {
  Started started;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.RegisterService(started.service.get());
  started.status = started.listeners->AddTo(builder, options);
  if (!started.status.ok()) return started;
  started.server = builder.BuildAndStart();
  started.status = started.listeners->AfterStart(started.server != nullptr);
  return started;
}

std::string ErrorOf(const std::string& address) {
  return std::string(Start({.addresses = {address}}).status.message());
}

mode_t ModeOf(const std::string& path) {
  struct stat found = {};
  EXPECT_EQ(stat(path.c_str(), &found), 0);
  return found.st_mode & 07777;
}

class ListenersTest : public ::testing::Test {
 protected:
  TempFolder folder_;
};

TEST_F(ListenersTest, PortZeroLetsTheSystemChoose) {
  const Started started = Start({.addresses = {"127.0.0.1:0"}});

  ASSERT_TRUE(started.status.ok()) << started.status;
  EXPECT_GT(started.listeners->port(), 0);
}

TEST_F(ListenersTest, SeveralAddressesAreServedAtOnce) {
  const Started started =
      Start({.addresses = {"127.0.0.1:0", "unix:" + folder_.Path("a.sock")}});

  ASSERT_TRUE(started.status.ok()) << started.status;
  EXPECT_EQ(started.listeners->Bound().size(), 2U);
}

TEST_F(ListenersTest, AddressBeyondLoopbackIsRefused) {
  EXPECT_THAT(ErrorOf("0.0.0.0:0"), HasSubstr("only loopback"));
  EXPECT_THAT(ErrorOf("tls:10.0.0.1:50051"), HasSubstr("only loopback"));
}

TEST_F(ListenersTest, AddressWithoutPortIsRefused) {
  EXPECT_THAT(ErrorOf("127.0.0.1"), HasSubstr("want host:port"));
  EXPECT_THAT(ErrorOf("127.0.0.1:70000"), HasSubstr("want host:port"));
}

TEST_F(ListenersTest, PortInUseIsNamed) {
  const Started first = Start({.addresses = {"127.0.0.1:0"}});
  const std::string address =
      "127.0.0.1:" + std::to_string(first.listeners->port());

  EXPECT_THAT(ErrorOf(address), HasSubstr(address + "\": cannot be bound"));
}

TEST_F(ListenersTest, SocketHasTheModeAsked) {
  const std::string path = folder_.Path("a.sock");
  const Started started =
      Start({.addresses = {"unix:" + path}, .unix_mode = 0660});

  ASSERT_TRUE(started.status.ok()) << started.status;
  EXPECT_EQ(ModeOf(path), 0660U);
}

TEST_F(ListenersTest, SocketFileIsGoneAfterTheEnd) {
  const std::string path = folder_.Path("a.sock");
  { const Started started = Start({.addresses = {"unix:" + path}}); }

  EXPECT_TRUE(std::filesystem::is_empty(folder_.Path("")));
}

TEST_F(ListenersTest, SocketOfAnotherIsNotRemovedAtTheEnd) {
  const std::string address = "unix:" + folder_.Path("a.sock");
  auto first = std::make_unique<Started>(Start({.addresses = {address}}));
  std::filesystem::remove(folder_.Path("a.sock"));
  const Started second = Start({.addresses = {address}});
  ASSERT_TRUE(second.status.ok()) << second.status;

  first.reset();

  EXPECT_TRUE(std::filesystem::exists(folder_.Path("a.sock")));
}

TEST_F(ListenersTest, StaleSocketIsRemoved) {
  const std::string path = folder_.Path("a.sock");
  {
    Started started = Start({.addresses = {"unix:" + path}});
    // As after a crash: the file stays, nobody listens.
    std::filesystem::create_hard_link(path, folder_.Path("kept"));
  }
  std::filesystem::rename(folder_.Path("kept"), path);

  EXPECT_TRUE(Start({.addresses = {"unix:" + path}}).status.ok());
}

TEST_F(ListenersTest, SocketOfALivingServerIsNotTaken) {
  const std::string address = "unix:" + folder_.Path("a.sock");
  const Started first = Start({.addresses = {address}});

  EXPECT_THAT(ErrorOf(address), HasSubstr("in use"));
}

TEST_F(ListenersTest, OrdinaryFileIsNotRemoved) {
  const std::string path = folder_.Path("a.sock");
  WriteText(path, "precious");

  EXPECT_THAT(ErrorOf("unix:" + path), HasSubstr("no socket"));
  EXPECT_EQ(ReadText(path), "precious");
}

TEST_F(ListenersTest, WorldWritableDirectoryIsRefused) {
  const std::string directory = folder_.Path("open");
  std::filesystem::create_directory(directory);
  chmod(directory.c_str(), 01777);

  EXPECT_THAT(ErrorOf("unix:" + directory + "/a.sock"),
              HasSubstr("world-writable directory"));
}

TEST_F(ListenersTest, TlsWithoutCertificateIsRefused) {
  EXPECT_THAT(ErrorOf("tls:127.0.0.1:0"), HasSubstr("--tls-cert"));
}

TEST_F(ListenersTest, NameThatLooksLikeLoopbackIsRefused) {
  EXPECT_THAT(ErrorOf("127.example.org:0"), HasSubstr("only loopback"));
  EXPECT_THAT(ErrorOf("127.0.0.1.example.org:0"), HasSubstr("only loopback"));
}

TEST_F(ListenersTest, LocalhostIsTheLoopbackAddress) {
  const Started started = Start({.addresses = {"localhost:0"}});

  ASSERT_TRUE(started.status.ok()) << started.status;
  EXPECT_THAT(started.listeners->Bound().front(),
              testing::StartsWith("127.0.0.1:"));
}

TEST_F(ListenersTest, PathLongerThanASocketMayHaveIsRefused) {
  EXPECT_THAT(ErrorOf("unix:/" + std::string(103, 'x')),
              HasSubstr("at most 103 bytes"));
  EXPECT_TRUE(ParseListenAddress("unix:/" + std::string(102, 'x')).ok());
}

TEST_F(ListenersTest, MaskOfTheProcessIsTheSameAfterwards) {
  const mode_t before = umask(022);
  const Started started =
      Start({.addresses = {"unix:" + folder_.Path("a.sock")}});

  ASSERT_TRUE(started.status.ok()) << started.status;
  EXPECT_EQ(umask(before), 022U);
}

TEST_F(ListenersTest, TlsServesItsCertificate) {
  const TestCertificates certificates;
  const auto files = certificates.Issue("localhost", 1);
  const Started started =
      Start({.addresses = {"tls:127.0.0.1:0"}, .tls = {files.cert, files.key}});
  ASSERT_TRUE(started.status.ok()) << started.status;
  started.service->Set("", HealthService::State::kServing);
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("localhost");
  const auto stub = grpc::health::v1::Health::NewStub(grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(started.listeners->port()),
      grpc::SslCredentials(
          {.pem_root_certs = ReadText(certificates.ca_file())}),
      arguments));
  grpc::ClientContext context;
  grpc::health::v1::HealthCheckResponse response;

  const grpc::Status status = stub->Check(&context, {}, &response);

  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(ListenersTest, KeyOfAnotherCertificateIsRefused) {
  const TestCertificates certificates;
  const auto files = certificates.Issue("localhost", 1);
  const auto other = certificates.Issue("127.0.0.1", 1);

  const auto started =
      Start({.addresses = {"tls:127.0.0.1:0"}, .tls = {files.cert, other.key}});

  EXPECT_THAT(std::string(started.status.message()),
              HasSubstr(other.key + " is the key of another certificate"));
}

TEST_F(ListenersTest, UnreadableCertificateIsNamed) {
  const auto started =
      Start({.addresses = {"tls:127.0.0.1:0"},
             .tls = {"/nowhere/cert.pem", "/nowhere/key.pem"}});

  EXPECT_THAT(std::string(started.status.message()),
              HasSubstr("/nowhere/cert.pem"));
}

}  // namespace
}  // namespace hssgw
