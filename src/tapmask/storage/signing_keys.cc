// SPDX-License-Identifier: Apache-2.0
#include "tapmask/storage/signing_keys.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sstream>
#include <sys/file.h>
#include <utility>

#include <openssl/rand.h>

#include "tapmask/core/error.h"
#include "tapmask/storage/file_descriptor.h"
#include "tapmask/storage/hex.h"
#include "tapmask/storage/local/posix_file.h"
#include "tapmask/storage/secret_file.h"

namespace tapmask {
namespace {

constexpr std::string_view kFirstLine = "tapmask-signing-keys 1";
constexpr size_t kMostFileBytes = 64'000;

SigningKey NewKey(Time now) {
  SigningKey key;
  std::array<uint8_t, 4> id{};
  if (RAND_bytes(id.data(), id.size()) != 1 ||
      RAND_bytes(key.secret.data(), static_cast<int>(key.secret.size())) != 1) {
    throw Error(Code::kInternal, "A key cannot be made.", "RAND_bytes");
  }
  key.id = ToHex(id);
  key.made_at = now;
  return key;
}

std::vector<SigningKey> Read(const std::filesystem::path& file) {
  const std::optional<std::string> text = ReadSecretFile(file, kMostFileBytes);
  if (!text) return {};
  const auto refuse = [&file] {
    throw Error(Code::kInvalidArgument,
                "The file of signing keys " + file.string() +
                    " is damaged: remove it, and a new one is made; links that were given out "
                    "stop working.");
  };
  std::istringstream in(*text);
  std::string line;
  if (!std::getline(in, line) || line != kFirstLine) refuse();
  std::vector<SigningKey> keys;
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string time, secret, more;
    SigningKey key;
    std::array<uint8_t, 4> id{};
    if (!(fields >> key.id >> time >> secret) || (fields >> more)) refuse();
    const std::optional<Time> made_at = ParseTime(time);
    if (!made_at || !FromHex(key.id, id) || ToHex(id) != key.id || !FromHex(secret, key.secret)) {
      refuse();
    }
    key.made_at = *made_at;
    keys.push_back(std::move(key));
  }
  if (keys.empty()) refuse();
  return keys;
}

void Write(const std::filesystem::path& file, const std::vector<SigningKey>& keys) {
  std::string text = std::string(kFirstLine) + "\n";
  for (const SigningKey& key : keys) {
    text += key.id + " " + TimeText(key.made_at) + " " + ToHex(key.secret) + "\n";
  }
  WriteSecretFile(file, text);
}

// Held while the file is read and written anew, so that no process's key is lost.
FileDescriptor LockOf(const std::filesystem::path& file) {
  if (file.has_parent_path()) MakeFolders(file.parent_path());
  const std::filesystem::path path = file.string() + ".lock";
  FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.IsOpen()) ThrowErrno(errno, "opening", path);
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) ThrowErrno(errno, "locking", path);
  }
  return lock;
}

}  // namespace

SigningKeys SigningKeys::LoadOrMake(const std::filesystem::path& file, Time now) {
  SigningKeys keys;
  keys.keys_ = Read(file);
  if (!keys.keys_.empty()) return keys;
  const FileDescriptor lock = LockOf(file);
  keys.keys_ = Read(file);
  if (keys.keys_.empty()) {
    keys.keys_.push_back(NewKey(now));
    Write(file, keys.keys_);
  }
  return keys;
}

SigningKeys SigningKeys::Rotate(const std::filesystem::path& file,
                                std::chrono::milliseconds max_age, Time now) {
  const FileDescriptor lock = LockOf(file);
  SigningKeys keys;
  keys.keys_ = Read(file);
  if (!keys.keys_.empty() && now - keys.keys_.front().made_at < max_age) return keys;
  // A key is out of use from when the next one was made; an hour more for processes that have not
  // read the file since, and for clocks that differ.
  std::vector<SigningKey> kept{NewKey(now)};
  Time replaced_at = now;
  for (SigningKey& key : keys.keys_) {
    if (now - replaced_at > kLongestSignature + std::chrono::hours(1)) break;
    replaced_at = key.made_at;
    kept.push_back(std::move(key));
  }
  Write(file, kept);
  keys.keys_ = std::move(kept);
  return keys;
}

const SigningKey* SigningKeys::Find(std::string_view id) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [id](const SigningKey& key) { return key.id == id; });
  return found == keys_.end() ? nullptr : &*found;
}

}  // namespace tapmask
