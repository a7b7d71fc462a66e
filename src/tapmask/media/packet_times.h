// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>

#include "tapmask/media/input_name.h"
#include "tapmask/media/read_options.h"
#include "tapmask/media/video_reader.h"

namespace tapmask {

// The times of the frames as the file's packets tell them, in shown order, without decoding.
// Nothing when they do not: pictures, packets without a time or with one that is there already.
//
// A promise of the file, not a fact: decoding may give more or fewer frames.
// Throws as VideoReader does, kTooLarge, kCancelled.
std::optional<FrameTimes> TimesOfPackets(const InputName& input, const ReadOptions& options,
                                         const std::stop_token& stop);

}  // namespace tapmask
