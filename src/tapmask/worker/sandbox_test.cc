// SPDX-License-Identifier: Apache-2.0
// Everything that a child must not do is tried by one.
#include "tapmask/worker/sandbox.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tapmask/worker/sandbox_test_child.h"
#include "tapmask/worker/sandbox_test_tasks.h"

namespace tapmask {
namespace {

using How = ChildEnd::How;
using nlohmann::json;

ChildEvent OutcomeOf(TestChild& child, const char* task, const json& parameters) {
  child.Start(task, parameters);
  return child.Outcome();
}

void ExpectEnd(const ChildEvent& event, How how, const std::string& what = {}) {
  const auto* end = std::get_if<ChildEnd>(&event);
  ASSERT_TRUE(end) << what << ": " << TestChild::Described(event);
  EXPECT_EQ(ChildEndName(end->how), ChildEndName(how)) << what << ", status " << end->status;
}

TEST(Sandbox, EndsChildrenThatTryWhatIsForbidden) {
  SKIP_WITHOUT(sandbox_layer::kSeccomp);
  std::vector<std::string> things;
  {
    TestChild child;
    things = child.Result("forbidden things").get<std::vector<std::string>>();
  }
  ASSERT_GT(things.size(), 25u);
  for (const std::string& thing : things) {
    TestChild child;
    std::ofstream(child.scratch() / "video") << "x";
    const FileDescriptor input(open((child.scratch() / "video").c_str(), O_RDONLY));
    child.options.input = input.get();
    ExpectEnd(OutcomeOf(child, "forbidden", {{"what", thing}}), How::kForbiddenCall, thing);
    EXPECT_EQ(std::filesystem::status(child.scratch() / "video").permissions() &
                  std::filesystem::perms::owner_read,
              std::filesystem::perms::owner_read)
        << thing;
  }
}

TEST(Sandbox, ReachesNoListenerOnThisMachine) {
  SKIP_WITHOUT(sandbox_layer::kSeccomp);
  const FileDescriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof(address);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), bytes), 0);
  ASSERT_EQ(listen(listener.get(), 5), 0);
  ASSERT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &bytes), 0);

  TestChild child;
  ExpectEnd(OutcomeOf(child, "forbidden", {{"what", "socket"}, {"port", ntohs(address.sin_port)}}),
            How::kForbiddenCall);

  EXPECT_EQ(accept(listener.get(), nullptr, nullptr), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST(Sandbox, OpensNoFilesOutsideTheScratchFolder) {
  SKIP_WITHOUT(sandbox_layer::kLandlock);
  TestChild child;
  const Scratch another{{}};
  std::ofstream(another.folder() / "canary") << "x";
  child.Start("echo");
  TestChild::ResultOf(child.Outcome());
  for (const std::string& path :
       {std::string("/etc/passwd"), std::string("/proc/self/maps"), std::string("/proc/self/exe"),
        std::string("/"), std::string("/tmp"), std::string(".."), std::string("/dev/null"),
        (another.folder() / "canary").string(), fmt::format("/proc/self/fd/{}", kChildChannel)}) {
    ASSERT_TRUE(child.process().Start("open", json{{"path", path}, {"write", false}}.dump()));
    const json error = TestChild::ResultOf(child.Outcome());
    // The last is a socket, which nobody opens.
    EXPECT_TRUE(error == EACCES || error == ENXIO) << path << " " << error;
  }
  for (const std::string& path :
       {(another.folder() / "canary").string(), (another.folder() / "new").string(),
        std::string("../new"), std::string("/dev/null"), std::string("/proc/self/mem")}) {
    ASSERT_TRUE(child.process().Start("open", json{{"path", path}, {"write", true}}.dump()));
    EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json(EACCES)) << path;
  }
  EXPECT_FALSE(std::filesystem::exists(another.folder() / "new"));
}

// The way to open the input once more, for writing.
TEST(Sandbox, CannotOpenTheInputForWriting) {
  SKIP_WITHOUT(sandbox_layer::kLandlock);
  const Scratch another{{}};
  std::ofstream(another.folder() / "video") << "the video";
  const FileDescriptor input(open((another.folder() / "video").c_str(), O_RDONLY));
  TestChild child;
  child.options.input = input.get();

  EXPECT_EQ(child.Result("open",
                         {{"path", fmt::format("/proc/self/fd/{}", kChildInput)}, {"write", true}}),
            json(EACCES));
}

TEST(Sandbox, DoesNotFollowALinkOutOfTheScratchFolder) {
  SKIP_WITHOUT(sandbox_layer::kLandlock);
  TestChild child;
  std::filesystem::create_symlink("/etc/passwd", child.scratch() / "link");

  EXPECT_EQ(child.Result("open", {{"path", "link"}, {"write", false}}), json(EACCES));
}

TEST(Sandbox, WorksWithFilesOfTheScratchFolder) {
  TestChild child;

  EXPECT_EQ(child.Result("files"), json({{"bytes", 4}, {"names", {"g"}}}));
}

TEST(Sandbox, ReadsWhatIsNamedAsReadable) {
  const Scratch another{{}};
  std::ofstream(another.folder() / "model") << "x";
  std::ofstream(another.folder() / "other") << "x";
  TestChild child;
  child.options.limits.readable = {another.folder() / "model", another.folder() / "not there"};
  const auto model = (another.folder() / "model").string();

  EXPECT_EQ(child.Result("open", {{"path", model}, {"write", false}}), json(0));

  SKIP_WITHOUT(sandbox_layer::kLandlock);
  for (const auto& [name, write] : {std::pair{"model", true}, std::pair{"other", false}}) {
    const json wanted{{"path", (another.folder() / name).string()}, {"write", write}};
    ASSERT_TRUE(child.process().Start("open", wanted.dump()));
    EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json(EACCES)) << name;
  }
}

TEST(Sandbox, StartsThreads) {
  TestChild child;

  EXPECT_EQ(child.Result("threads", {{"threads", 16}}), json(16));
}

TEST(Sandbox, SetsTheLimits) {
  TestChild child;
  child.options.limits.memory_bytes = int64_t{3} << 30;
  child.options.limits.cpu_seconds = 77;
  child.options.limits.file_bytes = 12345;
  child.options.limits.open_files = 20;

  const json limits = child.Result("surroundings")["limits"];

  if (kMemoryIsLimited) {
    EXPECT_EQ(limits["memory"], int64_t{3} << 30);
  }
  EXPECT_EQ(limits["processor"], 77);
  EXPECT_EQ(limits["file"], 12345);
  EXPECT_EQ(limits["files"], 20);
  EXPECT_EQ(limits["core"], 0);
}

TEST(Sandbox, BoundsMemory) {
  if (!kMemoryIsLimited) GTEST_SKIP() << "sanitizers take more addresses than any limit";
  TestChild child;
  child.options.limits.memory_bytes = int64_t{1} << 30;

  const ChildEvent event = OutcomeOf(child, "take memory", {});

  ASSERT_TRUE(std::holds_alternative<ChildFailed>(event)) << TestChild::Described(event);
  EXPECT_EQ(std::get<ChildFailed>(event).code, "out_of_memory");
  ASSERT_TRUE(child.process().Start("echo", "1"));  // It was given back.
  EXPECT_EQ(TestChild::ResultOf(child.Outcome()), json(1));
}

TEST(Sandbox, BoundsProcessorTime) {
  for (const bool ignores : {false, true}) {
    TestChild child;
    child.options.limits.cpu_seconds = 1;

    ExpectEnd(OutcomeOf(child, "burn", {{"ignores", ignores}}), How::kTooMuchTime);
  }
}

TEST(Sandbox, BoundsFiles) {
  TestChild child;
  child.options.limits.file_bytes = 100'000;

  ExpectEnd(OutcomeOf(child, "fill file", {{"bytes", 80'000}}), How::kFileTooLarge);

  EXPECT_EQ(std::filesystem::file_size(child.scratch() / "big"), 100'000u);
}

TEST(Sandbox, HasANetworkOfItsOwn) {
  SKIP_WITHOUT(sandbox_layer::kNamespaces);
  TestChild child;
  const json found = child.Result("surroundings");

  EXPECT_EQ(found["network"].get<std::string>().substr(0, 5), "net:[");
  EXPECT_NE(found["network"], std::filesystem::read_symlink("/proc/self/ns/net").string());
}

// As the kernel says it.
TEST(Sandbox, LeavesTheChildWithoutRights) {
  TestChild child;
  child.Start("hang");
  std::ifstream file(fmt::format("/proc/{}/status", child.process().id()));
  std::map<std::string, std::string> facts;
  for (std::string name, value; file >> name && std::getline(file >> std::ws, value);) {
    facts[name] = value;
  }

  EXPECT_EQ(facts["NoNewPrivs:"], "1");
  EXPECT_EQ(facts["CapEff:"], "0000000000000000");
  EXPECT_EQ(facts["CapPrm:"], "0000000000000000");
  if (LayerWorks(sandbox_layer::kSeccomp)) {
    EXPECT_EQ(facts["Seccomp:"], "2");
  }
}

TEST(ProbeSandbox, SaysOfEachLayerWhetherItWorks) {
  const auto layers = ProbeSandbox();

  const std::array names{sandbox_layer::kChildProcess, sandbox_layer::kNoNewPrivileges,
                         sandbox_layer::kLimits,       sandbox_layer::kNamespaces,
                         sandbox_layer::kLandlock,     sandbox_layer::kSeccomp};
  ASSERT_EQ(layers.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(layers[i].name, names[i]);
    EXPECT_EQ(layers[i].works, layers[i].why_not.empty()) << layers[i].why_not;
  }
  EXPECT_TRUE(layers[0].works);
}

TEST(ProbeSandbox, LeavesThisProcessAsItWas) {
  ProbeSandbox();

  EXPECT_TRUE(std::ifstream("/etc/passwd").good());
  EXPECT_GE(FileDescriptor(socket(AF_INET, SOCK_STREAM, 0)).get(), 0);
}

TEST(ProbeSandbox, SaysWhatAChildFinds) {
  const auto probed = ProbeSandbox();
  TestChild child;
  const ChildEvent event = child.process().Next(InAMinute());
  ASSERT_TRUE(std::holds_alternative<ChildReady>(event)) << TestChild::Described(event);
  const auto& found = std::get<ChildReady>(event).layers;

  ASSERT_EQ(found.size() + 1, probed.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].name, probed[i + 1].name);
    EXPECT_EQ(found[i].works, probed[i + 1].works) << found[i].name << found[i].why_not;
  }
}

TEST(ProbeSandbox, GivesUpOnAProbeThatTakesTooLong) {
  const auto layers = ProbeSandbox(std::chrono::milliseconds(0));

  ASSERT_EQ(layers.size(), 6u);
  // A probe that was faster still is none that fails.
  EXPECT_TRUE(layers[1].works || !layers[1].why_not.empty());
}

TEST(MissingLayers, NamesThoseThatDoNotWork) {
  const std::vector<SandboxLayer> layers{
      {"a", true, ""}, {"b", false, "too old"}, {"c", false, "off"}};

  EXPECT_EQ(MissingLayers(layers), "b (too old); c (off)");
  EXPECT_EQ(MissingLayers(std::vector<SandboxLayer>{}), "");
}

}  // namespace
}  // namespace tapmask
