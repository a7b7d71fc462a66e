// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/input_file.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

[[noreturn]] void RefuseDescriptor(const InputName& input, const char* why) {
  throw Error(Code::kUnsupportedMedia,
              fmt::format("{} was handed over as {}; hand over an opened file.", input.name(), why),
              fmt::format("descriptor {}", *input.descriptor()));
}

void CheckDescriptor(const InputName& input) {
  const int descriptor = *input.descriptor();
  struct stat facts {};
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fstat(descriptor, &facts) != 0) {
    RefuseDescriptor(input, "a descriptor that is not open");
  }
  if (S_ISFIFO(facts.st_mode)) RefuseDescriptor(input, "a pipe");
  if (S_ISDIR(facts.st_mode)) RefuseDescriptor(input, "a folder");
  if (!S_ISREG(facts.st_mode)) RefuseDescriptor(input, "something that is not a file");
  if ((flags & O_ACCMODE) == O_WRONLY || (flags & O_PATH)) {
    RefuseDescriptor(input, "a file that is not open for reading");
  }
}

}  // namespace

void CheckInputFile(const std::filesystem::path& file, std::string_view what) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) {
    throw Error(Code::kNotFound,
                fmt::format("There is no file {}; check the name.", file.string()));
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw Error(Code::kUnsupportedMedia,
                fmt::format("{} is not a file; name {}.", file.string(), what));
  }
  if (access(file.c_str(), R_OK) != 0) {
    throw Error(Code::kUnsupportedMedia,
                fmt::format("{} cannot be read; check its permissions.", file.string()));
  }
}

InputFile::InputFile(const InputName& input, std::string_view what) {
  if (input.descriptor()) {
    CheckDescriptor(input);
    descriptor_ = *input.descriptor();
  } else {
    CheckInputFile(input.name(), what);
    // Should a pipe have taken the file's place meanwhile, opening it does not wait for a writer.
    descriptor_ = open(input.name().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    owned_ = true;
  }
  struct stat facts {};
  if (descriptor_ < 0 || fstat(descriptor_, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    if (owned_ && descriptor_ >= 0) close(descriptor_);
    throw Error(Code::kUnsupportedMedia, fmt::format("{} cannot be read.", input.name()));
  }
  size_bytes_ = facts.st_size;
}

InputFile::~InputFile() {
  if (owned_) close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      owned_(std::exchange(other.owned_, false)),
      size_bytes_(other.size_bytes_) {}

int64_t InputFile::ReadAt(int64_t offset, std::span<uint8_t> to) const {
  size_t done = 0;
  while (done < to.size()) {
    const ssize_t got =
        pread(descriptor_, to.data() + done, to.size() - done, offset + static_cast<off_t>(done));
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -int64_t{errno};
    done += static_cast<size_t>(got);
  }
  return static_cast<int64_t>(done);
}

FileIdentity IdentityOf(const InputName& input) {
  struct stat facts {};
  const int result =
      input.descriptor() ? fstat(*input.descriptor(), &facts) : stat(input.name().c_str(), &facts);
  if (result != 0) return {};
  return {facts.st_dev, facts.st_ino, facts.st_size,
          facts.st_mtim.tv_sec * int64_t{1'000'000'000} + facts.st_mtim.tv_nsec};
}

}  // namespace tapmask
