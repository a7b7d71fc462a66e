// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace tapmask {

// A key of AES-256, wiped when it goes.
class FileKey {
 public:
  FileKey() = default;
  FileKey(const FileKey&) = default;
  FileKey& operator=(const FileKey&) = default;
  ~FileKey();

  std::array<uint8_t, 32> bytes{};
};

// The key that the keys of all files of a store are made of.
class MasterKey {
 public:
  using Id = std::array<uint8_t, 8>;

  explicit MasterKey(const FileKey& key);
  // A file with 32 bytes, or with 64 hex digits and perhaps a line end, that others may not read
  // (ReadSecretFile). `openssl rand -hex 32` makes one. Throws kInvalidArgument.
  static MasterKey FromFile(const std::filesystem::path& path);

  // Tells keys apart and says nothing about them.
  const Id& id() const { return id_; }

  // HKDF-SHA256 with a salt that is drawn for each file; `name` binds the file to its place.
  FileKey DeriveFor(std::span<const uint8_t, 32> salt, std::string_view name) const;

 private:
  FileKey key_;
  Id id_{};
};

}  // namespace tapmask
