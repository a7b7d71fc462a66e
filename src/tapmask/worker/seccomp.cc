// SPDX-License-Identifier: Apache-2.0
#include "tapmask/worker/seccomp.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <initializer_list>
#include <linux/prctl.h>
#include <memory>
#include <sched.h>
#include <seccomp.h>
#include <system_error>
#include <unistd.h>

#include "tapmask/worker/child_process.h"

namespace tapmask {
namespace {

// Those of another processor, and those younger than the library, have no number: left out.
constexpr std::array kAllowed{
    // Memory.
    "brk", "madvise", "membarrier", "mmap", "mprotect", "mremap", "munmap",
    // Threads.
    "exit", "exit_group", "futex", "getpid", "getppid", "gettid", "rseq", "sched_getaffinity",
    "sched_getparam", "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min",
    "sched_yield", "set_robust_list", "set_tid_address",
    // Time.
    "clock_getres", "clock_gettime", "clock_nanosleep", "gettimeofday", "nanosleep",
    "restart_syscall", "time", "times",
    // Signals, of its own.
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack",
    // What it is and has.
    "getcpu", "getegid", "geteuid", "getgid", "getrandom", "getrlimit", "getrusage", "getuid",
    "sysinfo", "uname",
    // Files: which ones, landlock decides.
    "access", "faccessat", "faccessat2", "fstat", "fstatfs", "getcwd", "getdents64", "lstat",
    "mkdir", "mkdirat", "newfstatat", "open", "openat", "readlink", "readlinkat", "rename",
    "renameat", "renameat2", "rmdir", "stat", "statfs", "statx", "unlink", "unlinkat",
    // What is open.
    "close", "copy_file_range", "fadvise64", "fallocate", "fdatasync", "fsync", "ftruncate",
    "lseek", "pread64", "preadv", "pwrite64", "pwritev", "read", "readv", "sendfile",
    "sync_file_range", "write", "writev"};

// How a sanitizer finds out what can be read. In its builds alone.
constexpr std::array kOfSanitizers{"pipe", "pipe2"};

// Libraries try these and go on when they are not there.
constexpr std::array kNotThere{"clone3",  "get_mempolicy",    "set_mempolicy", "mbind",
                               "openat2", "map_shadow_stack", "memfd_create"};
constexpr std::array kNotPermitted{"sched_setaffinity",
                                   "sched_setattr",
                                   "sched_setparam",
                                   "sched_setscheduler",
                                   "setpriority",
                                   "getpriority",
                                   "ioprio_set",
                                   "ioprio_get",
                                   "mlock",
                                   "mlock2"};

// Calls younger than the kernel of Debian 12: as if the kernel were that old, or a newer C library
// would end here.
constexpr int kFirstYoungCall = 451, kLastYoungCall = 511;

class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release) {
    if (!context_) Note(-ENOMEM);
  }

  void Set(scmp_filter_attr attribute, uint32_t value) {
    if (context_) Note(seccomp_attr_set(context_.get(), attribute, value));
  }
  void Add(uint32_t action, int call, std::initializer_list<scmp_arg_cmp> when = {}) {
    if (call == __NR_SCMP_ERROR || !context_) return;
    const int error = seccomp_rule_add_array(context_.get(), action, call,
                                             static_cast<unsigned>(when.size()), when.begin());
    // A call that has no number on this processor.
    if (error != -EDOM) Note(error);
  }
  void Add(uint32_t action, const char* call, std::initializer_list<scmp_arg_cmp> when = {}) {
    Add(action, seccomp_syscall_resolve_name(call), when);
  }
  void Load() {
    if (error_ == 0) Note(seccomp_load(context_.get()));
  }
  int error() const { return error_; }

 private:
  void Note(int error) {
    if (error_ == 0 && error < 0) error_ = error;
  }

  const std::unique_ptr<void, decltype(&seccomp_release)> context_;
  int error_ = 0;
};

scmp_arg_cmp Argument(unsigned number, scmp_compare how, uint64_t a, uint64_t b = 0) {
  return {number, how, a, b};
}

// Copying a file sets the copy's mode; that of the input must stay as it is. Descriptors above it
// are those with a bit above its own, and three more. The kernel looks at the lower half alone, so
// nothing else may be compared. No second descriptor of it can be made: dup is not on the list.
void AllowChangingModes(Filter& filter) {
  static_assert(kChildInput == 4);
  constexpr uint64_t kLowerHalf = 0xffffffff;
  for (int bit = 3; bit < 16; ++bit) {
    const uint64_t mask = uint64_t{1} << bit;
    filter.Add(SCMP_ACT_ALLOW, "fchmod", {Argument(0, SCMP_CMP_MASKED_EQ, mask, mask)});
  }
  for (const uint64_t fd : {5, 6, 7}) {
    filter.Add(SCMP_ACT_ALLOW, "fchmod", {Argument(0, SCMP_CMP_MASKED_EQ, kLowerHalf, fd)});
  }
}

void AddRules(Filter& filter) {
  for (const char* call : kAllowed) filter.Add(SCMP_ACT_ALLOW, call);
  if (!kMemoryIsLimited) {
    for (const char* call : kOfSanitizers) filter.Add(SCMP_ACT_ALLOW, call);
  }
  for (const char* call : kNotThere) filter.Add(SCMP_ACT_ERRNO(ENOSYS), call);
  for (const char* call : kNotPermitted) filter.Add(SCMP_ACT_ERRNO(EPERM), call);
  for (int call = kFirstYoungCall; call <= kLastYoungCall; ++call) {
    filter.Add(SCMP_ACT_ERRNO(ENOSYS), call);
  }

  // Threads, no processes; clone3 keeps its flags where no filter sees them.
  constexpr uint64_t kThread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
  filter.Add(SCMP_ACT_ALLOW, "clone", {Argument(0, SCMP_CMP_MASKED_EQ, kThread, kThread)});
  // abort() and std::terminate.
  const auto own = static_cast<uint64_t>(getpid());
  filter.Add(SCMP_ACT_ALLOW, "tgkill", {Argument(0, SCMP_CMP_EQ, own)});
  // Limits are read, not set; of itself.
  filter.Add(SCMP_ACT_ALLOW, "prlimit64",
             {Argument(0, SCMP_CMP_EQ, 0), Argument(2, SCMP_CMP_EQ, 0)});
  for (const int command : {F_GETFD, F_SETFD, F_GETFL}) {
    filter.Add(SCMP_ACT_ALLOW, "fcntl",
               {Argument(1, SCMP_CMP_MASKED_EQ, 0xffffffff, static_cast<uint64_t>(command))});
  }
  AllowChangingModes(filter);
  // Whether something is a terminal: nothing is.
  filter.Add(SCMP_ACT_ERRNO(ENOTTY), "ioctl");
  // Names of threads and of memory.
  for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_SET_VMA}) {
    filter.Add(SCMP_ACT_ALLOW, "prctl",
               {Argument(0, SCMP_CMP_MASKED_EQ, 0xffffffff, static_cast<uint64_t>(option))});
  }
}

}  // namespace

SandboxLayer RestrictCalls() {
  SandboxLayer layer{std::string(sandbox_layer::kSeccomp), false, {}};
  Filter filter;
  filter.Set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  filter.Set(SCMP_FLTATR_CTL_NNP, 0);    // Set already, and its failure is another layer's.
  filter.Set(SCMP_FLTATR_CTL_TSYNC, 1);  // Threads that a library has started are in it as well.
  filter.Set(SCMP_FLTATR_CTL_OPTIMIZE, 2);
  AddRules(filter);
  filter.Load();
  layer.works = filter.error() == 0;
  if (filter.error() != 0) layer.why_not = std::generic_category().message(-filter.error());
  return layer;
}

}  // namespace tapmask
