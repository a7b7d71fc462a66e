// SPDX-License-Identifier: Apache-2.0
#include "tapmask/api/mask_png.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <zlib.h>

namespace tapmask::api {
namespace {

constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
constexpr size_t kPngPieceBytes = 64 * 1024;

std::string BigEndian(uint32_t number) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift & 0xff);
  return text;
}

void AppendChunk(std::string& png, std::string_view type, std::string_view data) {
  png += BigEndian(static_cast<uint32_t>(data.size()));
  const size_t begin = png.size();
  png += type;
  png += data;
  const auto* checked = reinterpret_cast<const Bytef*>(png.data() + begin);
  png += BigEndian(static_cast<uint32_t>(crc32(0, checked, static_cast<uInt>(png.size() - begin))));
}

class Deflater {
 public:
  Deflater() {
    // Speed: rows of a mask repeat, which the fastest level finds as well.
    if (deflateInit(&stream_, Z_BEST_SPEED) != Z_OK) throw std::bad_alloc();
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void Add(const uint8_t* data, size_t size) { Run(data, size, Z_NO_FLUSH); }
  const std::string& Finish() {
    Run(nullptr, 0, Z_FINISH);
    return out_;
  }

 private:
  void Run(const uint8_t* data, size_t size, int flush) {
    stream_.next_in = const_cast<Bytef*>(data);  // zlib's signature; it only reads.
    stream_.avail_in = static_cast<uInt>(size);
    do {
      stream_.next_out = piece_.data();
      stream_.avail_out = static_cast<uInt>(piece_.size());
      deflate(&stream_, flush);
      out_.append(reinterpret_cast<const char*>(piece_.data()), piece_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::array<Bytef, kPngPieceBytes> piece_;
  std::string out_;
};

}  // namespace

std::string MaskPng(const Mask& mask) {
  std::string png(kSignature);
  std::string header = BigEndian(static_cast<uint32_t>(mask.width())) +
                       BigEndian(static_cast<uint32_t>(mask.height()));
  header += '\x08';             // Bits a sample.
  header += std::string(4, 0);  // Grey; deflate; the usual filters; not interlaced.
  AppendChunk(png, "IHDR", header);
  Deflater deflater;
  const uint8_t no_filter = 0;
  for (int y = 0; y < mask.height(); ++y) {
    deflater.Add(&no_filter, 1);
    deflater.Add(mask.Row(y), static_cast<size_t>(mask.width()));
  }
  AppendChunk(png, "IDAT", deflater.Finish());
  AppendChunk(png, "IEND", {});
  return png;
}

}  // namespace tapmask::api
