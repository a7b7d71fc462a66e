// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tapmask/core/coordinates.h"
#include "tapmask/core/frame.h"
#include "tapmask/core/geometry.h"

namespace tapmask {

// SMPTE ST 2086: the display that HDR material was graded on. Chromaticities are CIE 1931 x, y of
// red, green, blue, white; luminance in cd/m2.
struct MasteringDisplay {
  std::array<Rational, 8> chromaticities{};
  Rational min_luminance;
  Rational max_luminance;
  bool operator==(const MasteringDisplay&) const = default;
};

// CTA-861.3: the light of the brightest sample and of the brightest frame on average, in cd/m2.
struct ContentLight {
  unsigned max_content = 0;
  unsigned max_frame_average = 0;
  bool operator==(const ContentLight&) const = default;
};

// How the picture must be turned to be shown, as the container's display matrix says.
struct Orientation {
  bool mirrored = false;         // Flip left to right first, then turn.
  double clockwise_degrees = 0;  // [0, 360)
  // The clockwise quarter turns, when that is all there is to it.
  std::optional<int> QuarterTurns() const;
};

struct AudioInfo {
  int stream = 0;
  std::string codec;
  int channels = 0;
  int sample_rate = 0;
  std::string language;  // ISO 639-2, or empty.
};

// A stream that is neither the video that is worked on nor sound.
struct OtherStream {
  enum class Kind { kVideo, kCoverArt, kTextSubtitle, kBitmapSubtitle, kData, kAttachment };
  int stream = 0;
  Kind kind = Kind::kData;
  std::string codec;   // FFmpeg's name, or the four-character code.
  std::string detail;  // "480x270", a language, ...
};

// What a file says of itself, before its frames are decoded.
struct VideoInfo {
  std::string container;    // "mov", "matroska", "avi", "pictures"
  std::string file_format;  // "mp4", "mov", "webm", "mkv", "avi"; empty for pictures.
  bool cut_off = false;     // The file is shorter than it says.
  int64_t file_bytes = 0;

  int stream = 0;            // The video stream that is worked on.
  std::string codec;         // FFmpeg's name: "h264", "hevc", ...
  std::string pixel_format;  // FFmpeg's name of what the decoder gives.
  PixelFormat format;        // How frames come out of VideoReader.
  bool has_alpha = false;
  FrameGeometry geometry;   // As frames come out of VideoReader.
  Orientation orientation;  // As the file says; baked in when it is not quarter turns alone.
  ColorInfo color;
  FieldOrder field_order = FieldOrder::kProgressive;
  std::optional<MasteringDisplay> mastering_display;
  std::optional<ContentLight> content_light;
  bool has_dolby_vision = false;
  bool has_spherical = false;

  Rational time_base{1, 1000};
  Rational frame_rate{25, 1};   // Average; 25 when the file does not say.
  int64_t frames = 0;           // As the file says; 0 when it does not.
  double start_seconds = 0;     // Where players begin to count: the earliest time of all tracks.
  double duration_seconds = 0;  // 0 when the file does not say.

  std::vector<AudioInfo> audio;
  std::vector<OtherStream> others;
  int chapters = 0;
};

}  // namespace tapmask
