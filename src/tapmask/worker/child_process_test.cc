// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/child_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/core/error.h"
#include "tapmask/worker/sandbox_test_child.h"

namespace tapmask {
namespace {

using How = ChildEnd::How;
using nlohmann::json;

void ExpectEnd(const ChildEvent& event, How how) {
  const auto* end = std::get_if<ChildEnd>(&event);
  ASSERT_TRUE(end) << TestChild::Described(event);
  EXPECT_EQ(ChildEndName(end->how), ChildEndName(how)) << "status " << end->status;
}

bool IsThere(pid_t id) {
  return kill(id, 0) == 0;
}

std::vector<int> Frame(uint32_t type, uint32_t length, const std::string& payload) {
  std::vector<int> bytes;
  for (const uint32_t number : {type, length}) {
    for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<int>(number >> (8 * i) & 0xff));
  }
  for (const char c : payload) bytes.push_back(static_cast<unsigned char>(c));
  return bytes;
}

TEST(ChildProcess, IsGoneWithItsObject) {
  pid_t id = 0;
  {
    TestChild child;
    child.Start("hang");
    id = child.process().id();
    ASSERT_TRUE(IsThere(id));
  }
  EXPECT_FALSE(IsThere(id));
}

TEST(ChildProcess, SaysHowItWasStopped) {
  TestChild child;
  child.Start("hang");

  EXPECT_EQ(child.process().Kill().how, How::kStopped);
  EXPECT_EQ(child.process().Kill().how, How::kStopped);
  ExpectEnd(child.process().Next(InAMinute()), How::kStopped);
  EXPECT_FALSE(child.process().Start("echo", "1"));
  child.process().Cancel();
}

TEST(ChildProcess, HasNothingOfOurs) {
  TestChild child;
  const FileDescriptor secret(open("/proc/self/status", O_RDONLY));  // Would be inherited.
  ASSERT_TRUE(secret.IsOpen());
  std::ofstream(child.scratch() / "video") << "x";
  const FileDescriptor input(open((child.scratch() / "video").c_str(), O_RDONLY));
  child.options.input = input.get();

  const json found = child.Result("surroundings");

  EXPECT_EQ(found["files"], json({0, 1, 2, kChildChannel, kChildInput}));
  EXPECT_EQ(found["input"], kChildInput);
  EXPECT_EQ(found["folder"], child.scratch().string());
  EXPECT_EQ(getpgid(child.process().id()), child.process().id());
  if (kMemoryIsLimited) {
    EXPECT_EQ(found["environment"], json({"LANG=C"}));
  }
}

TEST(ChildProcess, HasNoInputUnlessOneIsGiven) {
  TestChild child;

  const json found = child.Result("surroundings");

  EXPECT_EQ(found["files"], json({0, 1, 2, kChildChannel}));
  EXPECT_TRUE(found["input"].is_null());
}

TEST(ChildProcess, TakesNoInputThatCanBeWrittenOrIsNoFile) {
  TestChild child;
  const FileDescriptor writable(open((child.scratch() / "video").c_str(), O_RDWR | O_CREAT, 0600));
  const FileDescriptor folder(open(child.scratch().c_str(), O_RDONLY));
  for (const int fd : {writable.get(), folder.get(), 9999}) {
    child.options.input = fd;
    EXPECT_THROW(ChildProcess process(child.options), Error) << fd;
  }
}

TEST(ChildProcess, SaysHowItEnded) {
  for (const auto& [how, expected] :
       {std::pair{"exit", How::kExited}, std::pair{"abort", How::kCrashed},
        std::pair{"signal", How::kCrashed}}) {
    TestChild child;
    child.Start("crash", {{"how", how}});
    const ChildEvent event = child.Outcome();
    if (std::string(how) == "signal" && !kMemoryIsLimited) continue;  // The sanitizer's to say.
    ExpectEnd(event, expected);
  }
}

TEST(ChildProcess, SaysWithWhatItExited) {
  TestChild child;
  child.Instead("ends");

  const ChildEvent event = child.process().Next(InAMinute());

  ExpectEnd(event, How::kExited);
  EXPECT_EQ(std::get<ChildEnd>(event).status, 3);
}

TEST(ChildProcess, TakesAKillThatIsNotOursForTheKernels) {
  TestChild child;
  child.Start("hang");
  kill(child.process().id(), SIGKILL);

  ExpectEnd(child.process().Next(InAMinute()), How::kOutOfMemory);
}

TEST(ChildProcess, ComesBackAtTheDeadlineWhenItHangs) {
  TestChild child;
  child.Start("hang");

  const ChildEvent event =
      child.process().Next(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));

  EXPECT_EQ(std::get<ChildSilence>(event), ChildSilence::kTimedOut);
  EXPECT_TRUE(IsThere(child.process().id()));
}

TEST(ChildProcess, ComesBackWhenStopped) {
  TestChild child;
  child.Start("hang");
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });

  const ChildEvent event = child.process().Next(InAMinute(), stop.get_token());

  EXPECT_EQ(std::get<ChildSilence>(event), ChildSilence::kStopped);
}

TEST(ChildProcess, ComesBackAtTheDeadlineAfterHalfAMessage) {
  TestChild child;
  child.Instead("half");

  const ChildEvent event =
      child.process().Next(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));

  EXPECT_EQ(std::get<ChildSilence>(event), ChildSilence::kTimedOut);
}

TEST(ChildProcess, KillsAChildThatFloods) {
  TestChild child;
  child.Start("flood");

  ChildEvent event = child.process().Next(InAMinute());
  int checkpoints = 0;
  for (; std::holds_alternative<ChildCheckpoint>(event);
       event = child.process().Next(InAMinute())) {
    ++checkpoints;
  }

  ExpectEnd(event, How::kMisbehaved);
  EXPECT_GE(checkpoints, 100);
  EXPECT_FALSE(IsThere(child.process().id()));
}

TEST(ChildProcess, KillsAChildThatSaysWhatItMustNot) {
  const std::vector<std::vector<int>> sayings{
      Frame(4, MessageChannel::kMostBytes + 1, ""),                  // Too long.
      Frame(4, 0xffffffff, ""),                                      // Far too long.
      Frame(77, 0, ""),                                              // No type.
      Frame(102, 2, "{}"),                                           // Ours to say.
      Frame(4, 1, "{"),                                              // No JSON.
      Frame(4, 0, ""),                                               // Neither.
      Frame(2, 41, R"({"stage":"complete","done":1,"total":1}  )"),  // No stage.
      Frame(5, 35, R"({"code":"free_beer","text":"Yours"})"),        // No code.
      Frame(1, 13, R"({"layers":[]})"),                              // Once more ready.
  };
  for (const auto& saying : sayings) {
    TestChild child;
    child.Start("say", {{"bytes", saying}});
    ExpectEnd(child.process().Next(InAMinute()), How::kMisbehaved);
    EXPECT_FALSE(IsThere(child.process().id()));
  }
}

TEST(ChildProcess, KillsAChildThatSpeaksOutOfTurn) {
  for (const char* what : {"ready_twice", "result_before_task"}) {
    TestChild child;
    child.Instead(what);
    ASSERT_TRUE(std::holds_alternative<ChildReady>(child.process().Next(InAMinute())));
    ExpectEnd(child.process().Next(InAMinute()), How::kMisbehaved);
  }
}

TEST(ChildProcess, KillsAChildThatClosesTheChannelAndLivesOn) {
  TestChild child;
  child.Instead("closes");

  ExpectEnd(child.process().Next(InAMinute()), How::kMisbehaved);
  EXPECT_FALSE(IsThere(child.process().id()));
}

TEST(ChildProcess, IsGivenATaskOnlyWhenItIsReady) {
  TestChild child;
  EXPECT_THROW(child.process().Start("echo", "1"), Error);
  child.Start("hang");
  EXPECT_THROW(child.process().Start("echo", "1"), Error);
}

TEST(ChildProcess, TakesNoParametersThatAreNoJson) {
  TestChild child;
  ASSERT_TRUE(std::holds_alternative<ChildReady>(child.process().Next(InAMinute())));

  EXPECT_THROW(child.process().Start("echo", "1},{"), Error);

  ASSERT_TRUE(child.process().Start("echo", "1"));
  EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json(1));
}

// Whoever holds the child, in a process that can be killed. Its number comes out of `told`.
[[noreturn]] void HoldAChild(int told, TestChild& child) {
  const ChildEvent event = child.process().Next(InAMinute());
  if (!std::holds_alternative<ChildReady>(event)) _exit(1);
  const pid_t id = child.process().id();
  if (write(told, &id, sizeof(id)) != sizeof(id)) _exit(1);
  for (;;) pause();
}

// One ends because it hears nothing any more; the other does not listen, so that only the kernel
// can end it.
TEST(ChildProcess, DiesWithItsParent) {
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);  // So that we hear of its end.
  for (const char* instead : {static_cast<const char*>(nullptr), "lives"}) {
    std::array<int, 2> pipe_ends;
    ASSERT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
    FileDescriptor from(pipe_ends[0]), to(pipe_ends[1]);
    TestChild child;  // Here for its folder; the process that holds it cannot clear it away.
    if (instead) child.Instead(instead);
    const pid_t parent = fork();
    ASSERT_GE(parent, 0);
    if (parent == 0) HoldAChild(to.get(), child);
    to = FileDescriptor();
    pid_t id = 0;
    ASSERT_EQ(read(from.get(), &id, sizeof(id)), static_cast<ssize_t>(sizeof(id)));
    const FileDescriptor watch(static_cast<int>(syscall(SYS_pidfd_open, id, 0)));
    ASSERT_TRUE(watch.IsOpen());

    kill(parent, SIGKILL);
    ASSERT_EQ(waitpid(parent, nullptr, 0), parent);

    pollfd on{watch.get(), POLLIN, 0};
    const bool has_ended = poll(&on, 1, 60'000) == 1;
    EXPECT_TRUE(has_ended);
    if (!has_ended) kill(id, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(id, &status, 0), id);
    if (instead) {
      EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
  }
  prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

}  // namespace
}  // namespace tapmask
