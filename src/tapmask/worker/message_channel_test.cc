// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/message_channel.h"

#include <array>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

using std::chrono::steady_clock;
using Silence = MessageChannel::Silence;

std::string Header(uint32_t type, uint32_t length) {
  std::string bytes;
  for (const uint32_t number : {type, length}) {
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  }
  return bytes;
}

class MessageChannelTest : public testing::Test {
 protected:
  MessageChannelTest() {
    auto [ours, its] = MessageChannel::MakeSockets();
    parent_.emplace(std::move(ours), MessageChannel::Side::kParent);
    raw_ = std::move(its);
  }
  void Say(const std::string& bytes) {
    ASSERT_EQ(write(raw_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  MessageChannel::Received Read() {
    return parent_->Read(steady_clock::now() + std::chrono::minutes(1), {});
  }
  MessageChannel::Received ReadWhatIsThere() { return parent_->Read(steady_clock::now(), {}); }

  std::optional<MessageChannel> parent_;
  FileDescriptor raw_;  // The child's end.
};

void ExpectMessage(const MessageChannel::Received& received, MessageType type,
                   const std::string& payload) {
  const auto* message = std::get_if<Message>(&received);
  ASSERT_TRUE(message) << static_cast<int>(std::get<Silence>(received));
  EXPECT_EQ(message->type, type);
  EXPECT_EQ(message->payload, payload);
}

TEST_F(MessageChannelTest, CarriesMessagesBothWays) {
  MessageChannel child(std::move(raw_), MessageChannel::Side::kChild);

  ASSERT_TRUE(parent_->Write({MessageType::kTask, R"({"name":"a"})"}, std::nullopt));
  ASSERT_TRUE(parent_->Write({MessageType::kCancel, {}}, std::nullopt));
  ASSERT_TRUE(child.Write({MessageType::kResult, "7"}, std::nullopt));
  ASSERT_TRUE(child.Write({MessageType::kReady, {}}, std::nullopt));

  ExpectMessage(child.Read(std::nullopt, {}), MessageType::kTask, R"({"name":"a"})");
  ExpectMessage(child.Read(std::nullopt, {}), MessageType::kCancel, "");
  ExpectMessage(Read(), MessageType::kResult, "7");
  ExpectMessage(Read(), MessageType::kReady, "");
}

TEST_F(MessageChannelTest, CarriesTheLargestMessage) {
  MessageChannel child(std::move(raw_), MessageChannel::Side::kChild);
  const std::string payload(MessageChannel::kMostBytes, 'x');

  const std::jthread writer([&] { child.Write({MessageType::kResult, payload}, std::nullopt); });

  ExpectMessage(Read(), MessageType::kResult, payload);
}

TEST_F(MessageChannelTest, DoesNotSendWhatIsOverTheLimit) {
  const Message large{MessageType::kTask, std::string(MessageChannel::kMostBytes + 1, 'x')};

  EXPECT_THROW(parent_->Write(large, std::nullopt), Error);
}

TEST_F(MessageChannelTest, PutsAMessageTogetherFromSingleBytes) {
  for (const char c : Header(4, 3) + "abc") {
    ASSERT_TRUE(std::holds_alternative<Silence>(ReadWhatIsThere()));
    Say(std::string(1, c));
  }

  ExpectMessage(Read(), MessageType::kResult, "abc");
}

TEST_F(MessageChannelTest, KeepsHalfAMessageWhenTimeIsOver) {
  Say(Header(4, 10) + "half");
  EXPECT_EQ(std::get<Silence>(ReadWhatIsThere()), Silence::kTimedOut);

  Say(" done!" + Header(4, 1) + "x");

  ExpectMessage(Read(), MessageType::kResult, "half done!");
  ExpectMessage(Read(), MessageType::kResult, "x");
}

TEST_F(MessageChannelTest, CallsALengthOverTheLimitMisbehaviourBeforeThePayloadComes) {
  Say(Header(4, MessageChannel::kMostBytes + 1));

  EXPECT_EQ(std::get<Silence>(Read()), Silence::kMisbehaved);
}

TEST_F(MessageChannelTest, CallsTheLargestNumbersMisbehaviour) {
  Say(Header(0xffffffff, 0xffffffff));

  EXPECT_EQ(std::get<Silence>(Read()), Silence::kMisbehaved);
}

TEST_F(MessageChannelTest, CallsTypesThatAChildNeverSendsMisbehaviour) {
  for (const uint32_t type : {0U, 6U, 100U, 101U, 102U, 103U, 104U}) {
    auto [ours, its] = MessageChannel::MakeSockets();
    MessageChannel parent(std::move(ours), MessageChannel::Side::kParent);
    const std::string bytes = Header(type, 0);
    ASSERT_EQ(write(its.get(), bytes.data(), bytes.size()), 8);

    EXPECT_EQ(std::get<Silence>(parent.Read(std::nullopt, {})), Silence::kMisbehaved) << type;
  }
}

TEST_F(MessageChannelTest, SaysWhatCameBeforeTheEndAndThenTheEnd) {
  Say(Header(4, 1) + "7" + Header(4, 9) + "half");
  raw_ = FileDescriptor();

  ExpectMessage(Read(), MessageType::kResult, "7");
  EXPECT_EQ(std::get<Silence>(Read()), Silence::kClosed);
  EXPECT_EQ(std::get<Silence>(Read()), Silence::kClosed);
}

TEST_F(MessageChannelTest, WakesUpWhenStopped) {
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });

  EXPECT_EQ(std::get<Silence>(parent_->Read(std::nullopt, stop.get_token())), Silence::kStopped);
}

TEST_F(MessageChannelTest, GivesWhatIsThereAlsoWhenStopped) {
  std::stop_source stop;
  stop.request_stop();
  Say(Header(4, 1) + "7");

  ExpectMessage(parent_->Read(std::nullopt, stop.get_token()), MessageType::kResult, "7");
  EXPECT_EQ(std::get<Silence>(parent_->Read(std::nullopt, stop.get_token())), Silence::kStopped);
}

TEST_F(MessageChannelTest, DoesNotWaitForAnEndThatDoesNotRead) {
  const Message message{MessageType::kTask, std::string(MessageChannel::kMostBytes, 'x')};

  EXPECT_FALSE(parent_->Write(message, steady_clock::now() + std::chrono::milliseconds(10)));
}

TEST_F(MessageChannelTest, WritingToAClosedEndFailsWithoutASignal) {
  raw_ = FileDescriptor();

  EXPECT_FALSE(parent_->Write({MessageType::kCancel, {}}, std::nullopt));
}

}  // namespace
}  // namespace tapmask
