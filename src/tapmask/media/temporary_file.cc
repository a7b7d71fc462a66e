// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/temporary_file.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <random>
#include <string>
#include <system_error>
#include <unistd.h>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr int kMostAttempts = 100;

std::filesystem::path FolderOf(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

std::string UnforeseenName() {
  static constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;  // Of the name only; nothing in the file depends on it.
  std::string letters;
  for (int i = 0; i < 12; ++i) letters += kLetters[random() % kLetters.size()];
  return ".tapmask." + letters + ".part";
}

[[noreturn]] void CannotMake(const std::filesystem::path& folder, int reason) {
  if (reason == ENOSPC || reason == EDQUOT) {
    throw Error(Code::kStorageFull, "The disk is full; free some space and try again.");
  }
  throw Error(Code::kInvalidArgument,
              "Nothing can be written to the folder " + folder.string() +
                  "; check that it exists and that you may write there.",
              std::generic_category().message(reason));
}

}  // namespace

TemporaryFile::TemporaryFile(std::filesystem::path target) : target_(std::move(target)) {
  for (int attempt = 0;; ++attempt) {
    path_ = FolderOf(target_) / UnforeseenName();
    const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd >= 0) {
      close(fd);
      return;
    }
    if (errno != EEXIST || attempt == kMostAttempts) CannotMake(FolderOf(target_), errno);
  }
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  if (!committed_) std::filesystem::remove(path_, ignored);
}

void TemporaryFile::Write(std::string_view bytes) const {
  std::ofstream file(path_, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) throw Error(Code::kStorageFull, "The disk is full; free some space and try again.");
}

void TemporaryFile::Sync() const {
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  const int result = fsync(fd);
  const int reason = errno;
  close(fd);
  if (result != 0 && (reason == ENOSPC || reason == EIO || reason == EDQUOT)) {
    throw Error(Code::kStorageFull, "The disk is full; free some space and try again.");
  }
}

void TemporaryFile::Commit() {
  std::error_code error;
  std::filesystem::rename(path_, target_, error);
  if (error) {
    throw Error(Code::kUnavailable,
                target_.string() + " could not be put in place; check that you may write there.",
                error.message());
  }
  committed_ = true;
}

TemporaryFolder::TemporaryFolder(const std::filesystem::path& parent) {
  const std::filesystem::path folder = parent.empty() ? std::filesystem::path(".") : parent;
  std::string name = (folder / ".tapmask.XXXXXX").string();
  if (!mkdtemp(name.data())) CannotMake(folder, errno);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace tapmask
