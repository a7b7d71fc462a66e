// SPDX-License-Identifier: Apache-2.0
// Entry point of the worker's unit tests: the program starts itself once more as a child.
#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tapmask/worker/child_process.h"
#include "tapmask/worker/sandbox_json.h"
#include "tapmask/worker/sandbox_test_child.h"
#include "tapmask/worker/sandbox_test_tasks.h"

namespace {

void Say(const std::string& bytes) {
  (void)!write(tapmask::kChildChannel, bytes.data(), bytes.size());
}

std::string Framed(tapmask::MessageType type, const std::string& payload) {
  std::string bytes;
  for (const auto number : {static_cast<uint32_t>(type), static_cast<uint32_t>(payload.size())}) {
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  }
  return bytes + payload;
}

[[noreturn]] void LiveOn() {
  for (;;) pause();
}

// Children that are none, outside any sandbox. Returns when nothing is to be done instead.
void BehaveBadly() {
  using tapmask::MessageType;
  std::array<char, 4096> peeked{};
  // The setup comes in one piece.
  const ssize_t got = recv(tapmask::kChildChannel, peeked.data(), peeked.size(), MSG_PEEK);
  if (got <= 8) return;
  const auto setup = tapmask::ChildSetupFromJson({peeked.data() + 8, peeked.data() + got});
  std::ifstream file(setup.limits.scratch_folder / tapmask::kInsteadFile);
  std::string what;
  if (!(file >> what)) return;
  if (what == "ends") _exit(3);
  if (what == "closes") {
    close(tapmask::kChildChannel);
    LiveOn();
  }
  if (what == "lives") {
    Say(Framed(MessageType::kReady, R"({"layers":[]})"));
    LiveOn();
  }
  if (what == "ready_twice") {
    for (int i = 0; i < 2; ++i) Say(Framed(MessageType::kReady, R"({"layers":[]})"));
    LiveOn();
  }
  if (what == "result_before_task") {
    Say(Framed(MessageType::kReady, R"({"layers":[]})"));
    Say(Framed(MessageType::kResult, "{}"));
    LiveOn();
  }
  if (what == "half") {
    Say(Framed(MessageType::kReady, R"({"layers":[]})").substr(0, 13));
    LiveOn();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == tapmask::kChildArgument) {
    BehaveBadly();
    tapmask::ChildTasks tasks = tapmask::TestTasks();
    tapmask::AddPipelineTasks(tasks);
    return tapmask::ChildMain(tasks);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
