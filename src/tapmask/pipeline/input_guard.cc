// SPDX-License-Identifier: Apache-2.0
#include "tapmask/pipeline/input_guard.h"

#include "tapmask/core/error.h"
#include "tapmask/media/picture_pattern.h"

namespace tapmask {

std::vector<FileIdentity> InputGuard::Look() const {
  const auto pattern = PatternOf(input_);
  if (!pattern) return {IdentityOf(input_)};
  std::vector<FileIdentity> all;
  const PicturePattern::Span span = pattern->Find();
  for (int64_t i = span.first; i < span.first + span.count; ++i) {
    all.push_back(IdentityOf(pattern->Path(i)));
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
