// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace tapmask {

// A file beside the one that is to be written, which is gone with this object unless it was moved
// into place. Not thread-safe. Every function throws kStorageFull when the disk is full,
// kUnavailable for what else goes wrong with it.
class PartFile {
 public:
  // Throws kInvalidArgument when no file can be made at `beside`.
  explicit PartFile(const std::filesystem::path& beside);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  int64_t size() const { return size_; }
  void Append(std::string_view text);
  void Flush();
  // Fills `into` with what was appended at `offset`, and flushed.
  void Read(int64_t offset, std::string& into) const;
  // Over a file that was there, and durably. The last call.
  void MoveTo(const std::filesystem::path& path);

 private:
  void WriteAll(std::string_view text);

  std::filesystem::path path_;
  int fd_ = -1;
  int64_t size_ = 0;
  std::string buffer_;
};

// Says that no mask track can be written at `path`, for the reason `error` (an errno).
[[noreturn]] void ThrowCannotCreate(const std::filesystem::path& path, int error);

}  // namespace tapmask
