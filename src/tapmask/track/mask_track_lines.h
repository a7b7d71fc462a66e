// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "tapmask/core/mask_record.h"
#include "tapmask/track/mask_track.h"

namespace tapmask {

// The lines of a mask track (`docs/mask_track.md`) as text and back; internal to MaskTrackWriter
// and MaskTrackReader.

inline constexpr size_t kMaxMaskTrackLineBytes = size_t{64} << 20;

// Each ends with a line feed.
std::string HeaderLine(const MaskTrackHeader& header);
std::string RecordLine(const MaskRecord& record);
std::string EndLine(int64_t frames);

struct ParsedRecord {
  MaskTrackReader::Summary summary;
  std::string counts;  // The mask; known to fit the header's size and the summary's box.
};
struct ParsedEnd {
  int64_t frames = 0;
};

// These take whatever a file holds and throw kInvalidArgument with a sentence that names `line`
// (from 1) when it is not what the format says.
MaskTrackHeader ParseHeaderLine(std::string_view text, int64_t line);
std::variant<ParsedRecord, ParsedEnd> ParseLine(std::string_view text, int64_t line,
                                                const MaskTrackHeader& header);

// Throws the error that these functions throw: "Line 7 of the mask file `what`; ...".
[[noreturn]] void RefuseLine(int64_t line, std::string_view what);

}  // namespace tapmask
