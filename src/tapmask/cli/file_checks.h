// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tapmask {

// The files that a command reads and writes, as the user named them; empty: not used.
struct NamedFiles {
  std::string input = {};                // A video file or a picture pattern.
  std::string output = {};               // A video file or a picture pattern.
  std::filesystem::path masks = {};      // To read: a folder or a masks.jsonl.
  std::filesystem::path masks_out = {};  // To write: a folder.
  std::filesystem::path report = {};     // To write.
};

// Finds, before any work is done, what would go wrong at its end: an input that is not there, a
// place that cannot be written, a file that would overwrite another one in use.
//
// Throws Error: kNotFound and kUnsupportedMedia for the input and the masks to read,
// kInvalidArgument for everything to write.
void CheckFiles(const NamedFiles& files);

// Writes `text` to `path`; the file appears whole or not at all.
// Throws as TemporaryFile does.
void WriteTextFile(const std::filesystem::path& path, const std::string& text);

}  // namespace tapmask
