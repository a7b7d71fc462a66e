// SPDX-License-Identifier: Apache-2.0
#include "tapmask/core/archive_values.h"

#include <string>
#include <utility>
#include <vector>

#include "tapmask/core/error.h"
#include "tapmask/core/rle.h"

namespace tapmask {
namespace {

constexpr int kLongestSide = 1 << 15;

// Of a picture, to be saved or restored.
Size ArchiveSize(StateArchive& archive, Size size) {
  archive(size);
  const bool can_be = size.width >= 0 && size.height >= 0 && size.width <= kLongestSide &&
                      size.height <= kLongestSide;
  if (!can_be) throw Error(Code::kInvalidArgument, "What was saved of the work before is damaged.");
  return size;
}

}  // namespace

void Archive(StateArchive& archive, Mask& mask) {
  const Size size = ArchiveSize(archive, mask.size());
  std::string runs;  // A mask is mostly nothing.
  if (archive.saves() && size.width > 0) runs = EncodeRle(mask);
  archive(runs);
  if (archive.saves()) return;
  mask = size.width > 0 ? DecodeRle(size.width, size.height, runs) : Mask();
}

void Archive(StateArchive& archive, BgrImage& image) {
  const Size size = ArchiveSize(archive, image.size());
  const size_t count =
      size_t{3} * static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
  std::vector<uint8_t> samples;
  if (archive.saves() && count > 0) samples.assign(image.data(), image.data() + count);
  archive(samples);
  if (archive.saves()) return;
  if (samples.size() != count) {
    throw Error(Code::kInvalidArgument, "What was saved of the work before is damaged.");
  }
  image = count > 0 ? BgrImage(size.width, size.height, std::move(samples)) : BgrImage();
}

void Archive(StateArchive& archive, MaskRecord& record) {
  archive(record.object, record.frame, record.pts, record.state, record.confidence, record.mask);
}

}  // namespace tapmask
