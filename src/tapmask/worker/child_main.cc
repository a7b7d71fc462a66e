// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_main.h"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <mutex>
#include <new>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>

#include "tapmask/core/bounded_queue.h"
#include "tapmask/core/error.h"
#include "tapmask/worker/child_process.h"
#include "tapmask/worker/message_channel.h"
#include "tapmask/worker/sandbox.h"
#include "tapmask/worker/sandbox_json.h"

namespace tapmask {
namespace {

using nlohmann::json;

constexpr int kNoParent = 2;
constexpr std::chrono::milliseconds kBetweenReports{250};
constexpr size_t kStages = static_cast<size_t>(JobStage::kEncoding) + 1;
constexpr const char* kOurFault = "Something went wrong; please try again.";

std::string TextOf(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Sending for any thread.
class Sender {
 public:
  explicit Sender(MessageChannel& channel) : channel_(channel) {}

  void Send(MessageType type, std::string payload) {
    const std::lock_guard lock(mutex_);
    if (!channel_.Write({type, std::move(payload)}, std::nullopt)) _exit(0);
  }

 private:
  std::mutex mutex_;
  MessageChannel& channel_;
};

void Replace(std::string& text, const std::string& what, std::string_view by) {
  if (what.empty()) return;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

// One sentence as the parent takes it, without paths that the user did not give.
std::string Shown(std::string text, const std::filesystem::path& scratch) {
  Replace(text, (scratch / "").string(), "");
  Replace(text, scratch.string(), "the scratch folder");
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
  }
  if (text.size() > MessageChannel::kMostSentenceBytes) return kOurFault;
  return text.empty() ? kOurFault : text;
}

// The codes that a task may end with; the others are of requests and do not come from one.
std::string_view CodeOfTask(const Error& error) {
  if (error.reason() != Reason::kNone) return ReasonName(error.reason());
  switch (error.code()) {
    case Code::kInvalidArgument:
    case Code::kUnsupportedMedia:
    case Code::kTooLarge:
    case Code::kNotFound:
    case Code::kConflict:
    case Code::kStorageFull:
    case Code::kUnavailable:
    case Code::kCancelled: return CodeName(error.code());
    case Code::kUnauthenticated:
    case Code::kForbidden:
    case Code::kQuotaExceeded:
    case Code::kRateLimited:
    case Code::kInternal: return CodeName(Code::kInternal);
  }
  return CodeName(Code::kInternal);
}

void SendFailure(Sender& sender, std::string_view code, std::string text) {
  sender.Send(MessageType::kFailed, TextOf({{"code", code}, {"text", std::move(text)}}));
}

struct Work {
  json task;
  std::stop_source stop;
};

class Context final : public ChildContext {
 public:
  Context(Sender& sender, const ChildSetup& setup, std::stop_token stop)
      : sender_(sender), setup_(setup), stop_(std::move(stop)) {}

  void Report(const Progress& progress) override {
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(mutex_);
      // By stage: stages that take turns with each frame must not come to a flood.
      auto& reported = reported_.at(static_cast<size_t>(progress.stage));
      if (reported && now - *reported < kBetweenReports) return;
      reported = now;
    }
    sender_.Send(MessageType::kProgress, TextOf({{"stage", JobStageName(progress.stage)},
                                                 {"done", progress.frames_done},
                                                 {"total", progress.frames_total}}));
  }
  void Checkpoint(const json& state) override {
    sender_.Send(MessageType::kCheckpoint, TextOf(state));
  }
  std::stop_token stop() const override { return stop_; }
  std::optional<int> input() const override {
    return setup_.has_input ? std::optional(kChildInput) : std::nullopt;
  }
  const std::filesystem::path& scratch_folder() const override {
    return setup_.limits.scratch_folder;
  }

 private:
  Sender& sender_;
  const ChildSetup& setup_;
  const std::stop_token stop_;
  std::mutex mutex_;
  // Protected by mutex_:
  std::array<std::optional<std::chrono::steady_clock::time_point>, kStages> reported_;
};

void Serve(const ChildTasks& tasks, const Work& work, const ChildSetup& setup, Sender& sender) {
  const auto& scratch = setup.limits.scratch_folder;
  try {
    const auto task = tasks.find(work.task.at("name").get<std::string>());
    if (task == tasks.end()) throw Error(Code::kInternal, kOurFault, "no such task");
    Context context(sender, setup, work.stop.get_token());
    sender.Send(MessageType::kResult, TextOf(task->second(work.task.at("parameters"), context)));
  } catch (const Error& error) {
    SendFailure(sender, CodeOfTask(error), Shown(error.public_text(), scratch));
  } catch (const std::bad_alloc&) {
    SendFailure(sender, "out_of_memory",
                "The video takes more memory than a job may have; cut or scale it.");
  } catch (...) {
    SendFailure(sender, CodeName(Code::kInternal), kOurFault);
  }
}

// Hears the parent while a task runs.
void Listen(MessageChannel& channel, BoundedQueue<Work>& queue) {
  std::stop_source current{std::nostopstate};
  for (;;) {
    auto received = channel.Read(std::nullopt, {});
    auto* message = std::get_if<Message>(&received);
    // Nobody listens any more.
    if (!message)
      _exit(std::get<MessageChannel::Silence>(received) == MessageChannel::Silence::kClosed
                ? 0
                : kNoParent);
    if (message->type == MessageType::kTask) {
      auto task = json::parse(message->payload, nullptr, false);
      if (task.is_discarded()) _exit(kNoParent);
      current = std::stop_source();
      queue.Push({std::move(task), current});
    } else if (message->type == MessageType::kCancel) {
      current.request_stop();
    }
  }
}

}  // namespace

int ChildMain(const ChildTasks& tasks, const std::function<void()>& before_sandbox) {
  if (fcntl(kChildChannel, F_GETFD) < 0) return kNoParent;
  MessageChannel channel(FileDescriptor(kChildChannel), MessageChannel::Side::kChild);
  Sender sender(channel);
  ChildSetup setup;
  std::vector<SandboxLayer> layers;
  try {
    const auto received = channel.Read(std::nullopt, {});
    const auto* message = std::get_if<Message>(&received);
    if (!message || message->type != MessageType::kSetup) return kNoParent;
    setup = ChildSetupFromJson(message->payload);
    if (before_sandbox) before_sandbox();
    layers = EnterSandbox(setup.limits);
    const std::string missing = MissingLayers(layers);
    if (setup.requires_all_layers && !missing.empty()) {
      throw Error(Code::kUnavailable,
                  "This machine cannot shut the work on videos in; ask whoever runs the server.",
                  missing);
    }
  } catch (const Error& error) {
    SendFailure(sender, CodeOfTask(error), Shown(error.public_text(), setup.limits.scratch_folder));
    return 1;
  } catch (...) {
    SendFailure(sender, CodeName(Code::kInternal), kOurFault);
    return 1;
  }

  BoundedQueue<Work> queue(1);
  const std::jthread listener([&] { Listen(channel, queue); });
  sender.Send(MessageType::kReady, ToJson(layers));
  while (const std::optional<Work> work = queue.Pop()) Serve(tasks, *work, setup, sender);
  _exit(0);
}

}  // namespace tapmask
