// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace tapmask {

// Says which input is meant: a video file or picture pattern by its name, or a file that somebody
// else has opened and hands over as a descriptor.
//
// A descriptor is never said by a text: every text is a name, also "fd:4", so nothing that a user
// writes becomes a descriptor. Whoever hands one over keeps it open as long as the input is used;
// it is read at given places only, so its own position neither matters nor moves, and several
// readers may share it. It is never closed here.
class InputName {
 public:
  InputName(std::string name) : name_(std::move(name)) {}
  InputName(const char* name) : name_(name) {}
  InputName(const std::filesystem::path& path) : name_(path.string()) {}

  // `shown_name` is what texts and reports call it, e.g. "original.mp4".
  static InputName OfDescriptor(int descriptor, std::string shown_name) {
    InputName input(std::move(shown_name));
    input.descriptor_ = descriptor;
    return input;
  }

  const std::string& name() const { return name_; }
  std::optional<int> descriptor() const { return descriptor_; }

 private:
  std::string name_;
  std::optional<int> descriptor_;
};

}  // namespace tapmask
