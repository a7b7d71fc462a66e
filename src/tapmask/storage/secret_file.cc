// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/secret_file.h"

#include <cerrno>
#include <fcntl.h>
#include <span>
#include <unistd.h>

#include <openssl/crypto.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/local/posix_file.h"

namespace tapmask {

std::optional<std::string> ReadSecretFile(const std::filesystem::path& path, size_t most_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.IsOpen()) {
    if (errno == ENOENT) return std::nullopt;
    ThrowErrno(errno, "opening", path);
  }
  const struct stat info = StatOf(file, path);
  const auto refuse = [&path](const std::string& why) {
    throw Error(Code::kInvalidArgument, "The key file " + path.string() + " " + why);
  };
  if (!S_ISREG(info.st_mode)) refuse("is not a regular file.");
  if (info.st_uid != ::geteuid() && info.st_uid != 0) {
    refuse("belongs to another user; it must be yours or root's.");
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    refuse("may be read by others; take that away with chmod 600.");
  }
  std::string text(most_bytes + 1, '\0');
  text.resize(ReadAllAt(file, 0, std::as_writable_bytes(std::span(text)), path));
  if (text.size() > most_bytes) {
    OPENSSL_cleanse(text.data(), text.size());
    refuse("is too long to be one.");
  }
  return text;
}

void WriteSecretFile(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  MakeFolders(folder);
  TemporaryBlobFile temporary(folder);
  WriteAll(temporary.file(), std::as_bytes(std::span(text)), temporary.path());
  temporary.Commit(folder / path.filename());
}

}  // namespace tapmask
