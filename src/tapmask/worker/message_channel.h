// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "tapmask/storage/file_descriptor.h"

namespace tapmask {

// What the worker and its child say to each other. The payload is JSON text, or empty where
// nothing stands.
enum class MessageType : uint32_t {
  // From the child.
  kReady = 1,       // The sandbox is closed: {"layers":[{"name","works","why_not"}]}
  kProgress = 2,    // {"stage","done","total"}
  kCheckpoint = 3,  // Anything: where a further attempt may go on.
  kResult = 4,      // Anything: the task is done.
  kFailed = 5,      // {"code","text"}: the task is over.
  // To the child.
  kSetup = 101,   // SandboxLimits and what else it has to know before any task; once.
  kTask = 102,    // {"name","parameters"}; a further one only after the one before has ended.
  kCancel = 103,  // The task should end soon; it may be over already.
};

struct Message {
  MessageType type = MessageType::kCancel;
  std::string payload;
};

// Messages in frames over a stream socket: type and length (little endian, 32 bits each), then the
// payload. A reader takes nothing on trust: a type that the other side never sends and a length
// over the limit are misbehaviour, found out before a byte of the payload is stored.
//
// Not thread-safe, but `Read` may run beside `Write`.
class MessageChannel {
 public:
  enum class Side { kParent, kChild };  // Which of the two this end is.

  // Payload bytes, either way: masks of one frame at most, as run lengths.
  static constexpr size_t kMostBytes = 4 << 20;
  static constexpr size_t kMostSentenceBytes = 500;  // Of the text in kFailed.

  enum class Silence {
    kClosed,      // The other side has ended, or closed its end.
    kTimedOut,    // Nothing whole has come by the deadline; what has come is kept.
    kStopped,     // `stop` was requested.
    kMisbehaved,  // What has come is not of this protocol; nothing more can be read.
  };
  using Received = std::variant<Message, Silence>;
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;  // Nothing: for ever.

  MessageChannel(FileDescriptor socket, Side side);

  // Waits for a whole message. What has arrived counts, also when the deadline is over or `stop`
  // was requested. Sleeps while it waits.
  Received Read(Deadline deadline, const std::stop_token& stop);

  // False when it could not be handed over whole: the other side has closed, or has not read by
  // the deadline. The stream is broken then. Throws kInternal for a payload over the limit.
  bool Write(const Message& message, Deadline deadline);

  void Close() { socket_ = FileDescriptor(); }

  // Both ends of a new channel, the parent's first. Throws kUnavailable.
  static std::pair<FileDescriptor, FileDescriptor> MakeSockets();

 private:
  std::optional<Received> TakeFromBuffer();

  FileDescriptor socket_;
  const Side side_;
  std::string buffer_;  // What has arrived of the next message and beyond.
};

}  // namespace tapmask
