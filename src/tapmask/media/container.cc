// SPDX-License-Identifier: Apache-2.0
#include "tapmask/media/container.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <span>
#include <string>

#include "tapmask/core/error.h"

namespace tapmask {
namespace {

constexpr std::string_view kAccepted = "mp4, mov, avi, webm and mkv files are accepted";

uint64_t BigEndian(const uint8_t* p, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | p[i];
  return value;
}

// Reads exactly `size` bytes at `offset`; false when the file does not have them.
bool ReadAt(const InputFile& file, int64_t offset, uint8_t* to, size_t size) {
  return file.ReadAt(offset, std::span(to, size)) == static_cast<int64_t>(size);
}

// ISO/IEC 14496-12: boxes of 4 bytes size, 4 bytes type, and 8 bytes size when the first is 1.
bool MovIsCutOff(const InputFile& file, int64_t file_bytes) {
  int64_t offset = 0;
  for (int boxes = 0; offset < file_bytes && boxes < 100'000; ++boxes) {
    std::array<uint8_t, 16> head{};
    if (!ReadAt(file, offset, head.data(), 8)) return true;
    uint64_t size = BigEndian(head.data(), 4);
    if (size == 0) return false;  // To the end of the file.
    if (size == 1) {
      if (!ReadAt(file, offset, head.data(), 16)) return true;
      size = BigEndian(head.data() + 8, 8);
    }
    if (size < 8 || size > static_cast<uint64_t>(file_bytes - offset)) return size >= 8;
    offset += static_cast<int64_t>(size);
  }
  return false;
}

// RFC 8794: the EBML header, then the segment with its own size; all ones means unknown.
bool MatroskaIsCutOff(const InputFile& file, int64_t file_bytes) {
  std::array<uint8_t, 12> head{};
  int64_t offset = 4;
  for (int element = 0; element < 2; ++element) {
    if (!ReadAt(file, offset, head.data(), 8) || head[0] == 0) return true;
    int length = 1;
    while (!(head[0] & (0x80 >> (length - 1)))) ++length;
    uint64_t size = BigEndian(head.data(), length) & ((uint64_t{1} << (7 * length)) - 1);
    if (size == (uint64_t{1} << (7 * length)) - 1) return false;
    offset += length;
    if (size > static_cast<uint64_t>(file_bytes - offset)) return true;
    offset += static_cast<int64_t>(size);
    if (element == 0) {
      if (!ReadAt(file, offset, head.data(), 4) || BigEndian(head.data(), 4) != 0x18538067) {
        return false;  // Something stands between; leave it to the demuxer.
      }
      offset += 4;
    }
  }
  return false;
}

// A chain of RIFF chunks, the later ones called AVIX.
bool AviIsCutOff(const InputFile& file, int64_t file_bytes) {
  int64_t offset = 0;
  std::array<uint8_t, 8> head{};
  while (offset + 8 <= file_bytes) {
    if (!ReadAt(file, offset, head.data(), 8)) return true;
    if (std::memcmp(head.data(), "RIFF", 4) != 0) return false;
    const auto size = static_cast<int64_t>(uint32_t{head[4]} | uint32_t{head[5]} << 8 |
                                           uint32_t{head[6]} << 16 | uint32_t{head[7]} << 24);
    if (offset + 8 + size > file_bytes) return true;
    offset += 8 + size + size % 2;
  }
  return false;
}

// RFC 8794: the element DocType of the EBML header.
bool IsWebm(std::span<const uint8_t> head, size_t got) {
  constexpr std::string_view kDocType = "\x42\x82\x84webm";
  const std::string_view text(reinterpret_cast<const char*>(head.data()), got);
  return text.find(kDocType) != std::string_view::npos;
}

bool LooksLikeText(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (data[i] < 9 || (data[i] > 13 && data[i] < 32)) return false;
  }
  return true;
}

}  // namespace

std::string_view ContainerName(Container container) {
  switch (container) {
    case Container::kMov: return "mov";
    case Container::kMatroska: return "matroska";
    case Container::kAvi: return "avi";
  }
  return "";
}

ContainerInfo SniffContainer(const InputName& input) {
  return SniffContainer(InputFile(input, "a video file"));
}

ContainerInfo SniffContainer(const InputFile& file) {
  ContainerInfo info;
  info.file_bytes = file.size_bytes();
  if (info.file_bytes == 0) {
    throw Error(Code::kUnsupportedMedia, "The file is empty; choose a video file.");
  }
  std::array<uint8_t, 64> head{};
  const auto got = static_cast<size_t>(std::max<int64_t>(0, file.ReadAt(0, head)));
  const auto begins = [&](std::string_view text, size_t at) {
    return got >= at + text.size() && std::memcmp(head.data() + at, text.data(), text.size()) == 0;
  };
  if (begins("\x1a\x45\xdf\xa3", 0)) {
    info.container = Container::kMatroska;
    info.format = IsWebm(head, got) ? "webm" : "mkv";
    info.cut_off = MatroskaIsCutOff(file, info.file_bytes);
    return info;
  }
  if (begins("RIFF", 0) && begins("AVI ", 8)) {
    info.container = Container::kAvi;
    info.format = "avi";
    info.cut_off = AviIsCutOff(file, info.file_bytes);
    return info;
  }
  for (std::string_view box : {"ftyp", "moov", "mdat", "wide", "free", "skip", "pnot"}) {
    if (begins(box, 4)) {
      info.container = Container::kMov;
      // Files older than the brands have none.
      info.format = begins("ftyp", 4) && !begins("qt  ", 8) ? "mp4" : "mov";
      info.cut_off = MovIsCutOff(file, info.file_bytes);
      return info;
    }
  }
  if (begins("#EXTM3U", 0) || begins("ffconcat", 0) || begins("<?xml", 0) || begins("<MPD", 0)) {
    throw Error(Code::kUnsupportedMedia,
                "This file is a playlist, not a video; export it as one mp4 file and try again.");
  }
  if (LooksLikeText(head.data(), got)) {
    throw Error(Code::kUnsupportedMedia,
                "This file is text, not a video; " + std::string(kAccepted) + ".");
  }
  throw Error(Code::kUnsupportedMedia,
              "This file is not a video that can be worked on; " + std::string(kAccepted) + ".");
}

}  // namespace tapmask
