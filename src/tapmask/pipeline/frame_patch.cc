// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/frame_patch.h"

#include <cstring>
#include <utility>
#include <vector>
#include <zlib.h>

#include "tapmask/core/archive_values.h"
#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr int kQuickly = 1;  // zlib's level: more takes much longer and spares little.

[[noreturn]] void RefuseAsDamaged() {
  throw Error(Code::kInvalidArgument, "What was saved of the work before is damaged.");
}

std::string Deflated(const std::string& bytes) {
  auto size = compressBound(bytes.size());
  std::string out(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), kQuickly) != Z_OK) {
    throw Error(Code::kInternal, "A frame could not be packed.");
  }
  out.resize(size);
  return out;
}

std::string Inflated(const std::string& packed, size_t bytes) {
  std::string out(bytes, '\0');
  auto size = static_cast<uLongf>(bytes);
  const int result = uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                                reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  if (result != Z_OK || size != bytes) RefuseAsDamaged();
  return out;
}

template <class Sample>
void SavePlane(StateArchive& archive, const Frame& before, const Frame& after, int plane) {
  const int width = before.PlaneWidth(plane);
  Mask changed(width, before.PlaneHeight(plane));
  std::vector<Sample> steps;
  for (int y = 0; y < before.PlaneHeight(plane); ++y) {
    const auto *a = before.Row<Sample>(plane, y), *b = after.Row<Sample>(plane, y);
    if (std::memcmp(a, b, static_cast<size_t>(width) * sizeof(Sample)) == 0) continue;
    uint8_t* row = changed.MutableRow(y);
    Sample last = 0;
    for (int x = 0; x < width; ++x) {
      if (a[x] == b[x]) continue;
      row[x] = 255;
      steps.push_back(static_cast<Sample>(b[x] - last));
      last = b[x];
    }
  }
  archive(changed, steps);
}

template <class Sample>
void RestorePlane(StateArchive& archive, Frame& frame, int plane) {
  Mask changed;
  std::vector<Sample> steps;
  archive(changed, steps);
  const Size size{frame.PlaneWidth(plane), frame.PlaneHeight(plane)};
  if (!(changed.size() == size) || changed.Area() != static_cast<int64_t>(steps.size())) {
    RefuseAsDamaged();
  }
  if (steps.empty()) return;
  auto step = steps.begin();
  for (int y = 0; y < size.height; ++y) {
    const uint8_t* row = changed.Row(y);
    Sample* samples = frame.MutableRow<Sample>(plane, y);
    Sample last = 0;
    for (int x = 0; x < size.width; ++x) {
      if (row[x] == 0) continue;
      last = static_cast<Sample>(last + *step++);
      samples[x] = last;
    }
  }
}

}  // namespace

std::string PatchOf(const Frame& before, const Frame& after) {
  if (!(before.size() == after.size() && before.format() == after.format())) {
    throw Error(Code::kInternal, "An effect changed the kind of a frame.");
  }
  StateArchive planes;
  for (int p = 0; p < before.format().planes(); ++p) {
    if (before.format().bytes_per_sample() == 1) {
      SavePlane<uint8_t>(planes, before, after, p);
    } else {
      SavePlane<uint16_t>(planes, before, after, p);
    }
  }
  uint64_t bytes = planes.bytes().size();
  std::string packed = Deflated(planes.bytes());
  StateArchive archive;
  archive(bytes, packed);
  return archive.bytes();
}

Frame Patched(Frame before, const std::string& patch) {
  StateArchive archive(patch);
  uint64_t bytes = 0;
  std::string packed;
  archive(bytes, packed);
  constexpr uint64_t kMostExpansion = 1100;  // Of zlib's, a little more than 1032.
  if (bytes > (packed.size() + 1) * kMostExpansion) RefuseAsDamaged();
  StateArchive planes(Inflated(packed, bytes));
  for (int p = 0; p < before.format().planes(); ++p) {
    if (before.format().bytes_per_sample() == 1) {
      RestorePlane<uint8_t>(planes, before, p);
    } else {
      RestorePlane<uint16_t>(planes, before, p);
    }
  }
  if (!planes.AtEnd()) RefuseAsDamaged();
  return before;
}

}  // namespace tapmask
