// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/sandbox_test_tasks.h"

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <new>
#include <string>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tapmask/core/error.h"
#include "tapmask/worker/child_process.h"

extern char** environ;

namespace tapmask {
namespace {

using nlohmann::json;

void Connect(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  (void)connect(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof(address));
}

// Every one of them must end the child.
const std::map<std::string, std::function<void(const json&)>>& Forbidden() {
  static const std::map<std::string, std::function<void(const json&)>> things{
      {"socket", [](const json& p) { Connect(p.value("port", 9)); }},
      {"unix socket", [](const json&) { (void)socket(AF_UNIX, SOCK_STREAM, 0); }},
      {"send", [](const json&) { (void)send(kChildChannel, "x", 1, 0); }},
      {"execve",
       [](const json&) {
         std::array<char*, 1> none{};
         (void)execve("/bin/true", none.data(), none.data());
       }},
      {"fork", [](const json&) { (void)fork(); }},
      {"vfork", [](const json&) { (void)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); }},
      {"ptrace", [](const json&) { (void)ptrace(PTRACE_ATTACH, getppid(), nullptr, nullptr); }},
      {"read of another's memory",
       [](const json&) {
         char byte = 0;
         iovec here{&byte, 1}, there{&byte, 1};
         (void)process_vm_readv(getppid(), &here, 1, &there, 1, 0);
       }},
      {"kill", [](const json&) { (void)kill(getppid(), SIGTERM); }},
      {"tgkill of another",
       [](const json&) { (void)syscall(SYS_tgkill, getppid(), getppid(), SIGTERM); }},
      {"mount", [](const json&) { (void)mount("none", "/", "tmpfs", 0, nullptr); }},
      {"chroot", [](const json&) { (void)chroot("/"); }},
      {"unshare", [](const json&) { (void)syscall(SYS_unshare, 0x10000000); }},
      {"bpf", [](const json&) { (void)syscall(SYS_bpf, 0, nullptr, 0); }},
      {"io_uring", [](const json&) { (void)syscall(SYS_io_uring_setup, 1, nullptr); }},
      {"keyctl", [](const json&) { (void)syscall(SYS_keyctl, 0, 0, 0, 0, 0); }},
      {"perf", [](const json&) { (void)syscall(SYS_perf_event_open, nullptr, 0, 0, -1, 0); }},
      {"userfaultfd", [](const json&) { (void)syscall(SYS_userfaultfd, 0); }},
      {"pidfd", [](const json&) { (void)syscall(SYS_pidfd_open, getppid(), 0); }},
      {"symlink", [](const json&) { (void)symlink("/etc/passwd", "out.mp4"); }},
      {"link", [](const json&) { (void)link("a", "b"); }},
      {"device", [](const json&) { (void)mknod("d", S_IFCHR | 0600, 0); }},
      {"chmod", [](const json&) { (void)chmod(".", 0777); }},
      {"chown", [](const json&) { (void)chown(".", 0, 0); }},
      {"mode of the input", [](const json&) { (void)fchmod(kChildInput, 0); }},
      {"mode of the input by a number that the kernel cuts",
       [](const json&) { (void)syscall(SYS_fchmod, 0x100000000L + kChildInput, 0); }},
      {"dup", [](const json&) { (void)dup(kChildInput); }},
      {"dup by fcntl", [](const json&) { (void)fcntl(kChildInput, F_DUPFD_CLOEXEC, 5); }},
      {"more memory",
       [](const json&) {
         const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
         (void)setrlimit(RLIMIT_AS, &all);
       }},
      {"dumpable", [](const json&) { (void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }},
      {"life without the parent", [](const json&) { (void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0); }},
      {"truncate by name", [](const json&) { (void)truncate("/etc/hostname", 0); }},
  };
  return things;
}

void WriteRaw(const std::string& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t put = write(kChildChannel, &bytes[at], bytes.size() - at);
    if (put <= 0) _exit(1);
    at += static_cast<size_t>(put);
  }
}

[[noreturn]] void Hang() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));  // Until the parent loses patience.
}

[[noreturn]] void Burn() {
  volatile uint64_t turns = 0;
  for (;;) turns = turns + 1;
}

json FilesOpen() {
  json open_ones = json::array();
  for (int fd = 0; fd < 1024; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) open_ones.push_back(fd);
  }
  return open_ones;
}

json Limit(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  getrlimit(resource, &limit);
  return limit.rlim_cur;
}

void AddGoodOnes(ChildTasks& tasks) {
  tasks["echo"] = [](const json& p, ChildContext&) { return p; };
  tasks["report"] = [](const json& p, ChildContext& context) -> json {
    const int frames = p.at("frames");
    for (int i = 0; i < frames; ++i) context.Report({JobStage::kTracking, i, frames});
    for (int i = 0; i < frames; ++i) {  // In turns.
      context.Report({JobStage::kProcessing, i, frames});
      context.Report({JobStage::kEncoding, i, frames});
    }
    return frames;
  };
  tasks["checkpoint"] = [](const json&, ChildContext& context) -> json {
    context.Checkpoint({{"window", 7}});
    return true;
  };
  tasks["wait"] = [](const json&, ChildContext& context) -> json {
    context.Report({JobStage::kTracking, 0, 0});
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, context.stop(), [] { return false; });
    throw Error(Code::kCancelled, "The work was cancelled.");
  };
  tasks["throw"] = [](const json& p, ChildContext& context) -> json {
    const std::string what = p.at("what");
    if (what == "media") throw Error(Code::kUnsupportedMedia, "This is no video.", "secret");
    if (what == "nothing") {
      throw Error(Code::kInvalidArgument, "Nothing is there.").Because(Reason::kNoObject);
    }
    if (what == "forbidden") throw Error(Code::kForbidden, "You may not.");
    if (what == "path") {
      const auto& folder = context.scratch_folder();
      throw Error(Code::kStorageFull,
                  "No room for " + (folder / "a.mp4").string() + " in " + folder.string() + ".");
    }
    if (what == "lines") throw Error(Code::kTooLarge, "Too\nlarge\xff.");
    if (what == "long") throw Error(Code::kTooLarge, std::string(5000, 'x'));
    if (what == "memory") throw std::bad_alloc();
    throw 7;
  };
  tasks["text"] = [](const json& p, ChildContext&) -> json {
    return std::string(p.at("bytes").get<size_t>(), 'x');
  };
  tasks["surroundings"] = [](const json&, ChildContext& context) -> json {
    json environment = json::array();
    for (char** one = environ; *one; ++one) environment.push_back(*one);
    std::array<char, 256> network{};
    const bool has_name = readlink("/proc/self/ns/net", network.data(), network.size() - 1) > 0;
    return {{"environment", environment},
            {"files", FilesOpen()},
            {"input", context.input() ? json(*context.input()) : json()},
            {"folder", std::filesystem::current_path().string()},
            {"network", has_name ? network.data() : ""},
            {"limits",
             {{"memory", Limit(RLIMIT_AS)},
              {"processor", Limit(RLIMIT_CPU)},
              {"file", Limit(RLIMIT_FSIZE)},
              {"files", Limit(RLIMIT_NOFILE)},
              {"core", Limit(RLIMIT_CORE)}}}};
  };
  tasks["read input"] = [](const json&, ChildContext& context) -> json {
    std::array<char, 100> bytes{};
    const ssize_t got = pread(context.input().value_or(-1), bytes.data(), bytes.size(), 0);
    return std::string(bytes.data(), static_cast<size_t>(std::max<ssize_t>(0, got)));
  };
  // The error of opening, 0 for none.
  tasks["open"] = [](const json& p, ChildContext&) -> json {
    const std::string path = p.at("path");
    const int fd = open(path.c_str(), p.at("write") ? O_WRONLY | O_CREAT : O_RDONLY, 0600);
    return fd >= 0 ? 0 : errno;
  };
  tasks["files"] = [](const json&, ChildContext& context) -> json {
    const auto& scratch = context.scratch_folder();
    std::filesystem::create_directories(scratch / "a" / "b");
    const int fd = open((scratch / "a" / "f").c_str(), O_RDWR | O_CREAT, 0600);
    if (write(fd, "hello", 5) != 5 || ftruncate(fd, 4) != 0 || fsync(fd) != 0) return "write";
    close(fd);
    std::filesystem::copy_file(scratch / "a" / "f", scratch / "g");
    std::filesystem::rename(scratch / "g", scratch / "a" / "b" / "g");
    const auto bytes = std::filesystem::file_size(scratch / "a" / "b" / "g");
    json names = json::array();
    for (const auto& entry : std::filesystem::directory_iterator(scratch / "a" / "b")) {
      names.push_back(entry.path().filename().string());
    }
    std::filesystem::remove_all(scratch / "a");
    return {{"bytes", bytes}, {"names", names}};
  };
  tasks["threads"] = [](const json& p, ChildContext&) -> json {
    std::atomic<int> ran{0};
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < p.at("threads").get<int>(); ++i) threads.emplace_back([&] { ++ran; });
    }
    return ran.load();
  };
}

void AddBadOnes(ChildTasks& tasks) {
  tasks["forbidden"] = [](const json& p, ChildContext&) -> json {
    Forbidden().at(p.at("what"))(p);
    return "still here";
  };
  tasks["forbidden things"] = [](const json&, ChildContext&) -> json {
    json names = json::array();
    for (const auto& [name, thing] : Forbidden()) names.push_back(name);
    return names;
  };
  tasks["take memory"] = [](const json&, ChildContext&) -> json {
    constexpr size_t kBlock = 16 << 20;
    std::vector<std::unique_ptr<char[]>> blocks;
    for (;;) {
      blocks.emplace_back(new char[kBlock]);
      for (size_t i = 0; i < kBlock; i += 1 << 20) blocks.back()[i] = 1;
    }
  };
  tasks["burn"] = [](const json& p, ChildContext&) -> json {
    if (p.at("ignores")) std::signal(SIGXCPU, SIG_IGN);
    const std::jthread other([] { Burn(); });
    Burn();
  };
  tasks["fill file"] = [](const json& p, ChildContext& context) -> json {
    const int fd = open((context.scratch_folder() / "big").c_str(), O_WRONLY | O_CREAT, 0600);
    const std::string bytes(p.at("bytes").get<size_t>(), 'x');
    for (int i = 0; i < 3; ++i) (void)!write(fd, bytes.data(), bytes.size());
    return "still here";
  };
  tasks["crash"] = [](const json& p, ChildContext&) -> json {
    const std::string how = p.at("how");
    if (how == "abort") std::abort();
    if (how == "exit") _exit(3);
    (void)std::raise(SIGSEGV);
    return "still here";
  };
  tasks["hang"] = [](const json&, ChildContext&) -> json { Hang(); };
  tasks["say"] = [](const json& p, ChildContext&) -> json {
    const std::vector<uint8_t> bytes = p.at("bytes");
    WriteRaw({bytes.begin(), bytes.end()});
    Hang();
  };
  tasks["flood"] = [](const json&, ChildContext& context) -> json {
    for (;;) context.Checkpoint(1);
  };
}

}  // namespace

ChildTasks TestTasks() {
  ChildTasks tasks;
  AddGoodOnes(tasks);
  AddBadOnes(tasks);
  return tasks;
}

}  // namespace tapmask
