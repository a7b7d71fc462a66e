// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/message_channel.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <climits>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr size_t kHeaderBytes = 8;
constexpr size_t kReadBytes = 64 << 10;

uint32_t NumberAt(const std::string& bytes, size_t at) {
  uint32_t number = 0;
  for (size_t i = 0; i < 4; ++i) {
    number |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return number;
}

void Append(std::string& bytes, uint32_t number) {
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
}

// Whether the other side of `side` may send it.
bool IsExpected(uint32_t type, MessageChannel::Side side) {
  switch (static_cast<MessageType>(type)) {
    case MessageType::kReady:
    case MessageType::kProgress:
    case MessageType::kCheckpoint:
    case MessageType::kResult:
    case MessageType::kFailed: return side == MessageChannel::Side::kParent;
    case MessageType::kSetup:
    case MessageType::kTask:
    case MessageType::kCancel: return side == MessageChannel::Side::kChild;
  }
  return false;
}

// Milliseconds until then, for poll: rounded up, so that it does not wake a moment too early.
int Left(const MessageChannel::Deadline& deadline) {
  if (!deadline) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, INT_MAX));
}

// A descriptor that can be read from as soon as the token is stopped. None, when it never will be.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& stop)
      : event_(stop.stop_possible() ? eventfd(0, EFD_CLOEXEC) : -1), callback_(stop, Ring{this}) {
    if (stop.stop_possible() && !event_.IsOpen()) {
      throw Error(Code::kUnavailable, "The system has no free file descriptors; try again later.");
    }
  }
  int fd() const { return event_.get(); }

 private:
  struct Ring {
    StopSignal* signal;
    void operator()() const {
      if (signal->event_.IsOpen()) (void)eventfd_write(signal->event_.get(), 1);
    }
  };
  FileDescriptor event_;
  std::stop_callback<Ring> callback_;  // After what it uses.
};

}  // namespace

MessageChannel::MessageChannel(FileDescriptor socket, Side side)
    : socket_(std::move(socket)), side_(side) {}

std::optional<MessageChannel::Received> MessageChannel::TakeFromBuffer() {
  if (buffer_.size() < kHeaderBytes) return std::nullopt;
  const uint32_t type = NumberAt(buffer_, 0), length = NumberAt(buffer_, 4);
  if (!IsExpected(type, side_) || length > kMostBytes) return Silence::kMisbehaved;
  if (buffer_.size() < kHeaderBytes + length) return std::nullopt;
  Message message{static_cast<MessageType>(type), buffer_.substr(kHeaderBytes, length)};
  buffer_.erase(0, kHeaderBytes + length);
  return message;
}

MessageChannel::Received MessageChannel::Read(Deadline deadline, const std::stop_token& stop) {
  if (auto taken = TakeFromBuffer()) return std::move(*taken);
  if (!socket_.IsOpen()) return Silence::kClosed;
  const bool waits = side_ == Side::kParent;  // The child blocks in read: its sandbox has no poll.
  std::optional<StopSignal> signal;
  if (waits) signal.emplace(stop);
  std::array<char, kReadBytes> bytes;
  for (;;) {
    if (waits) {
      std::array<pollfd, 2> on{pollfd{socket_.get(), POLLIN, 0}, pollfd{signal->fd(), POLLIN, 0}};
      const int ready = poll(on.data(), on.size(), Left(deadline));
      if (ready < 0 && errno == EINTR) continue;
      if (ready < 0) return Silence::kClosed;
      // A sender that never pauses does not put the deadline off.
      const bool is_over = deadline && std::chrono::steady_clock::now() >= *deadline;
      if (on[0].revents == 0) {
        if (on[1].revents != 0) return Silence::kStopped;
        if (is_over) return Silence::kTimedOut;
        continue;
      }
    }
    const ssize_t got = read(socket_.get(), bytes.data(), bytes.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return Silence::kClosed;
    buffer_.append(bytes.data(), static_cast<size_t>(got));
    if (auto taken = TakeFromBuffer()) return std::move(*taken);
    if (waits) {
      if (stop.stop_requested()) return Silence::kStopped;
      if (deadline && std::chrono::steady_clock::now() >= *deadline) return Silence::kTimedOut;
    }
  }
}

bool MessageChannel::Write(const Message& message, Deadline deadline) {
  if (message.payload.size() > kMostBytes) {
    throw Error(Code::kInternal, "Something went wrong; please try again.",
                "a message is over the limit of the channel");
  }
  if (!socket_.IsOpen()) return false;
  std::string bytes;
  bytes.reserve(kHeaderBytes + message.payload.size());
  Append(bytes, static_cast<uint32_t>(message.type));
  Append(bytes, static_cast<uint32_t>(message.payload.size()));
  bytes += message.payload;
  for (size_t at = 0; at < bytes.size();) {
    // The child's sandbox has no send; without a parent it may as well end by SIGPIPE.
    const ssize_t put = side_ == Side::kChild ? write(socket_.get(), &bytes[at], bytes.size() - at)
                                              : send(socket_.get(), &bytes[at], bytes.size() - at,
                                                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put >= 0) {
      at += static_cast<size_t>(put);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN || side_ == Side::kChild) return false;
    pollfd on{socket_.get(), POLLOUT, 0};
    const int ready = poll(&on, 1, Left(deadline));
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && deadline && std::chrono::steady_clock::now() >= *deadline) return false;
  }
  return true;
}

std::pair<FileDescriptor, FileDescriptor> MessageChannel::MakeSockets() {
  std::array<int, 2> ends;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    throw Error(Code::kUnavailable, "The system has no free file descriptors; try again later.",
                std::generic_category().message(errno));
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

}  // namespace tapmask
