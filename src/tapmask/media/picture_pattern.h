// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tapmask/media/input_name.h"

namespace tapmask {

// A numbered picture pattern as users write it: one %d or %0Nd in the file name and a picture
// suffix, e.g. "frames/%05d.jpg".
struct PicturePattern {
  std::filesystem::path folder;
  std::string before;  // Of the file name, before the number.
  std::string after;   // With the suffix.
  int digits = 0;      // Padded to that many; 0: not padded.

  // Nothing when `text` is no such pattern, i.e. an ordinary file name.
  static std::optional<PicturePattern> Parse(std::string_view text);

  std::filesystem::path Path(int64_t number) const;

  // The number of the picture that has this file name; nothing when it is none of the pattern.
  std::optional<int64_t> NumberOf(std::string_view name) const;

  // True when something with the name of one of the pictures is there.
  bool AnyThere() const;

  // The numbers of the pictures that are there, ascending.
  // Throws kNotFound when there is none, kInvalidArgument when the sequence has a hole (a frame
  // left out would shift all later ones), kUnsupportedMedia when one is no file that can be read.
  struct Span {
    int64_t first = 0;
    int64_t count = 0;
  };
  Span Find() const;
};

// Nothing when `input` is a file, by its name or as a descriptor.
std::optional<PicturePattern> PatternOf(const InputName& input);

}  // namespace tapmask
