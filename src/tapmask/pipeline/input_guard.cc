// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/input_guard.h"

#include <sys/stat.h>

#include "tapmask/core/error.h"
#include "tapmask/media/picture_pattern.h"

namespace tapmask {

InputGuard::Identity InputGuard::LookAt(const std::filesystem::path& file) {
  struct stat facts {};
  if (stat(file.c_str(), &facts) != 0) return {};
  return {facts.st_dev, facts.st_ino, facts.st_size,
          facts.st_mtim.tv_sec * int64_t{1'000'000'000} + facts.st_mtim.tv_nsec};
}

std::vector<InputGuard::Identity> InputGuard::Look() const {
  const auto pattern = PicturePattern::Parse(input_);
  if (!pattern) return {LookAt(input_)};
  std::vector<Identity> all;
  const PicturePattern::Span span = pattern->Find();
  for (int64_t i = span.first; i < span.first + span.count; ++i) {
    all.push_back(LookAt(pattern->Path(i)));
  }
  return all;
}

void InputGuard::Check() const {
  try {
    if (Look() == seen_) return;
  } catch (const Error&) {
    // Pictures of the input are gone.
  }
  throw Error(Code::kConflict,
              "The input was changed while it was worked on; nothing was written. Try again.");
}

}  // namespace tapmask
