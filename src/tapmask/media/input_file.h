// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "tapmask/media/input_name.h"

namespace tapmask {

// Every file that a user names to be read goes through here before it is opened: a pipe or a device
// would keep the program waiting, or never end. Links are followed.
//
// `what` is what should have been named, such as "a video file".
// Throws Error: kNotFound, kUnsupportedMedia when it is no regular file or may not be read.
void CheckInputFile(const std::filesystem::path& file, std::string_view what);

// An opened regular file that is read at given places.
//
// Opened by name it is closed with the object; a descriptor that was handed over stays open.
// Const calls may come from several threads.
class InputFile {
 public:
  // Throws as `CheckInputFile` does; kUnsupportedMedia also for a descriptor that is closed, or of
  // a pipe, folder or device, or cannot be read from.
  InputFile(const InputName& input, std::string_view what);
  ~InputFile();
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;

  int64_t size_bytes() const { return size_bytes_; }  // When it was opened.

  // Reads up to `to.size()` bytes, fewer only at the end of the file. Less than 0: -errno.
  int64_t ReadAt(int64_t offset, std::span<uint8_t> to) const;

 private:
  int descriptor_ = -1;
  bool owned_ = false;
  int64_t size_bytes_ = 0;
};

// The device, inode, size and time of the last change of what `input` (a file) is now; all zero
// when it cannot be looked at.
struct FileIdentity {
  uint64_t device = 0, inode = 0;
  int64_t size_bytes = 0, changed_ns = 0;
  bool operator==(const FileIdentity&) const = default;
};
FileIdentity IdentityOf(const InputName& input);

}  // namespace tapmask
