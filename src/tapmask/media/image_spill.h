// SPDX-License-Identifier: Apache-2.0
// Pictures put aside on disk. For .cc files of media only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tapmask/core/image.h"
#include "tapmask/media/ffmpeg.h"

namespace tapmask {

// A stack of equally sized pictures in a scratch file: each coded alone and without loss (Ut
// Video), so that it can be read in any order. The file is gone with the object.
class ImageSpill {
 public:
  // `folder` is where the file goes. Throws kStorageFull, kUnavailable.
  explicit ImageSpill(const std::filesystem::path& folder);
  ~ImageSpill();

  void Push(const BgrImage& image);
  BgrImage Pop();  // The last one pushed. Must not be empty.
  bool Empty() const { return sizes_.empty(); }

 private:
  void Open(const BgrImage& first);

  std::filesystem::path path_;
  std::fstream file_;
  std::vector<int64_t> sizes_;
  int64_t end_ = 0;
  ffmpeg::CodecPtr encoder_;
  ffmpeg::CodecPtr decoder_;
};

}  // namespace tapmask
