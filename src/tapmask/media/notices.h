// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace tapmask {

// Everything about the output that is not as in the input, in words for the user: printed on
// stderr and listed in the report. Each sentence stands once.
struct Notices {
  std::vector<std::string> changed;   // Kept, but not as it was.
  std::vector<std::string> left_out;  // Could not be kept.
  std::vector<std::string> scrubbed;  // Removed on purpose, to protect people.
  std::vector<std::string> warnings;  // The input was not whole.

  static void Add(std::vector<std::string>& list, std::string text) {
    if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
  }
};

}  // namespace tapmask
