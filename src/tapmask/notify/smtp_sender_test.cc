// SPDX-License-Identifier: Apache-2.0
#include "tapmask/notify/smtp_sender.h"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tapmask/core/error.h"
#include "tapmask/notify/mail_message.h"

namespace tapmask {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// Debian's Python, which finds Debian's packages.
constexpr const char* kPython = "/usr/bin/python3";

// smtp_sink.py as a child; its lines can be read.
class Sink {
 public:
  static bool IsThere() {
    static const bool kIsThere =
        std::system(
            "/usr/bin/python3 -c 'import aiosmtpd.smtp' >/dev/null 2>&1 && "
            "command -v openssl >/dev/null") == 0;
    return kIsThere;
  }

  explicit Sink(std::vector<std::string> arguments) {
    std::array<int, 2> in{}, out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) std::abort();
    arguments.insert(arguments.begin(), {kPython, TAPMASK_SMTP_SINK});
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(in[0], STDIN_FILENO);
      ::dup2(out[1], STDOUT_FILENO);
      ::execv(kPython, argv.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    to_child_ = in[1];
    from_child_ = out[0];
    const json hello = Next();
    port = hello.at("port");
    ca = hello.at("ca");
  }
  ~Sink() {
    ::close(to_child_);  // It ends with its input.
    ::close(from_child_);
    ::waitpid(pid_, nullptr, 0);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  json Next() {
    while (true) {
      const size_t end = pending_.find('\n');
      if (end != std::string::npos) {
        const json line = json::parse(pending_.substr(0, end));
        pending_.erase(0, end + 1);
        return line;
      }
      pollfd wait{from_child_, POLLIN, 0};
      std::array<char, 4096> buffer{};
      if (::poll(&wait, 1, 60'000) != 1) throw std::runtime_error("the sink says nothing");
      const ssize_t count = ::read(from_child_, buffer.data(), buffer.size());
      if (count <= 0) throw std::runtime_error("the sink has ended");
      pending_.append(buffer.data(), static_cast<size_t>(count));
    }
  }

  int port = 0;
  std::string ca;

 private:
  pid_t pid_ = -1;
  int to_child_ = -1, from_child_ = -1;
  std::string pending_;
};

std::string FromBase64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(digits.find(c));
    if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  return bytes;
}

class SmtpSenderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Sink::IsThere()) GTEST_SKIP() << "needs Debian's python3-aiosmtpd and openssl";
  }

  SmtpOptions Options(const Sink& sink, SmtpSecurity security = SmtpSecurity::kStartTls) {
    return {.host = "127.0.0.1",
            .port = sink.port,
            .security = security,
            .user = {},
            .password = {},
            .from_address = "noreply@tapmask.example",
            .ca_file = sink.ca,
            .connect_timeout = 30s,
            .total_timeout = 60s};
  }
  SendResult Send(const SmtpOptions& options, std::string_view to,
                  const std::string& message = "Subject: x\r\n\r\nx\r\n") {
    return SmtpSender(options, Log(log_, LogLevel::kDebug)).Send(to, message, {});
  }

  std::ostringstream log_;
};

TEST_F(SmtpSenderTest, DeliversAComposedMailUnderTls) {
  Sink sink({"starttls"});
  Mail mail;
  mail.id = MailId::New();
  mail.link = "/jobs/1";
  const std::string message =
      ComposeMail({.base_url = "https://tapmask.example",
                   .from_address = "noreply@tapmask.example",
                   .language = Language::kGerman},
                  mail, "ann@example.org", *ParseTime("2026-03-01T12:00:00.000Z"));

  ASSERT_EQ(Send(Options(sink), "ann@example.org", message), SendResult::kSent) << log_.str();

  const json got = sink.Next();
  EXPECT_EQ(got.at("mail_from"), "noreply@tapmask.example");
  EXPECT_EQ(got.at("to"), json::array({"ann@example.org"}));
  EXPECT_EQ(got.at("tls"), true);
  EXPECT_EQ(got.at("greeting"), "tapmask.example");
  EXPECT_EQ(FromBase64(got.at("data")), message);
}

TEST_F(SmtpSenderTest, KeepsLinesOfDotsAndLongMessages) {
  Sink sink({"plain"});
  std::string message = "Subject: x\r\n\r\n.\r\n..\r\n.a\r\n";
  for (int i = 0; i < 20'000; ++i) message += "0123456789\r\n";

  ASSERT_EQ(Send(Options(sink, SmtpSecurity::kNone), "ann@example.org", message), SendResult::kSent)
      << log_.str();
  EXPECT_EQ(FromBase64(sink.Next().at("data")), message);
}

TEST_F(SmtpSenderTest, DeliversUnderTlsFromTheFirstByteWithALogin) {
  Sink sink({"tls", "service", "pass word"});
  SmtpOptions options = Options(sink, SmtpSecurity::kTls);
  options.user = "service";
  options.password = "pass word";
  ASSERT_EQ(Send(options, "ann@example.org"), SendResult::kSent) << log_.str();
  const json got = sink.Next();
  EXPECT_EQ(got.at("tls"), true);
  EXPECT_EQ(got.at("login"), true);

  // A wrong password is our mistake, not the mail's.
  options.password = "wrong";
  EXPECT_EQ(Send(options, "ann@example.org"), SendResult::kLater);
}

TEST_F(SmtpSenderTest, SendsNothingInClearWhenTheServerOffersNoTls) {
  Sink sink({"no-starttls", "service", "secret"});
  SmtpOptions options = Options(sink);
  EXPECT_EQ(Send(options, "ann@example.org"), SendResult::kLater);
  options.user = "service";
  options.password = "secret";
  EXPECT_EQ(Send(options, "ann@example.org"), SendResult::kLater);
}

TEST_F(SmtpSenderTest, SendsNothingToAServerThatItCannotTrust) {
  Sink sink({"starttls"});
  SmtpOptions options = Options(sink);
  options.ca_file.clear();
  EXPECT_EQ(Send(options, "ann@example.org"), SendResult::kLater);
  options.ca_file = sink.ca;
  options.host = "localhost";  // Not the name in the certificate.
  EXPECT_EQ(Send(options, "ann@example.org"), SendResult::kLater);
  EXPECT_EQ(Send(Options(sink), "last@example.org"), SendResult::kSent);
  EXPECT_EQ(sink.Next().at("to"), json::array({"last@example.org"}));
}

TEST_F(SmtpSenderTest, TellsWhatMayPassFromWhatMayNot) {
  Sink sink({"plain"});
  SmtpOptions options = Options(sink, SmtpSecurity::kNone);

  EXPECT_EQ(Send(options, "later@example.org"), SendResult::kLater);
  EXPECT_EQ(Send(options, "refused@example.org"), SendResult::kRefused);
  EXPECT_EQ(Send(options, "spam@example.org"), SendResult::kRefused);
  EXPECT_EQ(Send(options, "drop@example.org"), SendResult::kLater);
  options.from_address = "badsender@tapmask.example";
  EXPECT_EQ(Send(options, "ann@example.org"), SendResult::kLater);
  // Servers repeat addresses in what they answer; the log does not.
  EXPECT_NE(log_.str().find("smtp_failed"), std::string::npos);
  EXPECT_EQ(log_.str().find("example"), std::string::npos);
}

TEST_F(SmtpSenderTest, LetsNoSecondCommandThroughInAnAddress) {
  Sink sink({"plain"});
  const SmtpOptions options = Options(sink, SmtpSecurity::kNone);
  EXPECT_EQ(Send(options, "a@example.org>\r\nRCPT TO:<eve@example.org"), SendResult::kRefused);
  EXPECT_EQ(Send(options, "a@example.org\nDATA"), SendResult::kRefused);
  EXPECT_EQ(Send(options, "last@example.org"), SendResult::kSent);
  EXPECT_EQ(sink.Next().at("to"), json::array({"last@example.org"}));
}

// A port of this machine on which nobody ever answers; connecting to it works.
class SilentServer {
 public:
  SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, size) != 0 || ::listen(socket_, 5) != 0 ||
        ::getsockname(socket_, generic, &size) != 0) {
      std::abort();
    }
    port = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(socket_); }
  // Until somebody has connected.
  void Await() {
    pollfd wait{socket_, POLLIN, 0};
    ::poll(&wait, 1, 60'000);
  }
  int port = 0;

 private:
  const int socket_;
};

SmtpOptions SilentOptions(const SilentServer& server) {
  SmtpOptions options;
  options.host = "127.0.0.1";
  options.port = server.port;
  options.from_address = "noreply@tapmask.example";
  return options;
}

TEST(SmtpSender, DoesNotWaitForEverForASilentServer) {
  const SilentServer server;
  SmtpOptions options = SilentOptions(server);
  options.total_timeout = 200ms;
  EXPECT_EQ(SmtpSender(options, Log()).Send("ann@example.org", "x", {}), SendResult::kLater);
}

TEST(SmtpSender, StopsWhenItIsAsked) {
  SilentServer server;
  SmtpSender sender(SilentOptions(server), Log());
  std::stop_source stop;
  std::jthread asking([&] {
    server.Await();
    stop.request_stop();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(sender.Send("ann@example.org", "x", stop.get_token()), SendResult::kLater);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 50s);  // The timeout is 60 s.
}

TEST(SmtpSender, SaysLaterWhenNobodyListens) {
  int port = 0;
  {
    const SilentServer server;
    port = server.port;
  }
  SmtpOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  options.from_address = "noreply@tapmask.example";
  EXPECT_EQ(SmtpSender(options, Log()).Send("ann@example.org", "x", {}), SendResult::kLater);
}

TEST(SmtpSender, RefusesSettingsThatCannotWork) {
  SmtpOptions good;
  good.host = "mail.example.org";
  good.from_address = "noreply@tapmask.example";
  EXPECT_NO_THROW(SmtpSender(good, Log()));
  const auto is_refused = [&](auto change) {
    SmtpOptions options = good;
    change(options);
    try {
      SmtpSender(options, Log());
    } catch (const Error& e) {
      return e.code() == Code::kInvalidArgument;
    }
    return false;
  };
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.host = ""; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.host = "a/b"; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.host = "user@host"; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.port = 0; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.port = 70'000; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.from_address = "nobody"; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.user = "a"; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.user = "a\r\n", o.password = "b"; }));
  EXPECT_TRUE(is_refused([](SmtpOptions& o) { o.total_timeout = 0ms; }));
  EXPECT_TRUE(is_refused(
      [](SmtpOptions& o) { o.security = SmtpSecurity::kNone, o.user = "a", o.password = "b"; }));
  EXPECT_FALSE(is_refused([](SmtpOptions& o) {
    o.security = SmtpSecurity::kNone, o.user = "a", o.password = "b", o.host = "127.0.0.1";
  }));
}

}  // namespace
}  // namespace tapmask
