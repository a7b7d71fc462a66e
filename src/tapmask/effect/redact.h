// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "tapmask/core/frame.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// How a masked place looks. What each protects against: docs/redaction.md.
enum class RedactStyle {
  kSecure,    // A soft fill made from samples outside the mask alone.
  kGaussian,  // A 99x99 Gaussian at 1080p, scaled with the frame. Can be undone in part.
  kPixelate,  // Mean colours of large blocks. Can be undone in part.
  kSolid,     // Black.
};

std::optional<RedactStyle> RedactStyleFromName(std::string_view name);  // "secure", ...
std::string_view RedactStyleName(RedactStyle style);

// Hides what lies under a mask, in the decoder's own samples: any planar 8 to 16 bit format.
//
// Samples outside the mask are never touched. A chroma sample that touches the mask counts as
// masked. Frames stand alone: nothing is carried from one to the next, so any number of threads
// may each use an instance of their own and get the same samples.
//
// kSecure. Non-interference: for equal masks, two frames that differ only under the mask give
// equal results. The fill is a membrane (Laplace's equation with the samples around the mask as
// its border, Perez et al. 2003, "Poisson image editing", with zero guidance), which meets the
// picture without a step, blended towards its own Gaussian blur with growing depth. The border is
// averaged over the samples around it, more widely the deeper in the fill, so that noise and
// texture do not make it boil. A fixed grain that depends on the place alone, at most 1 grey level
// of 8 bit in luma and half a level in chroma, keeps it from banding. A mask that covers the whole
// frame gives mid grey.
class Redactor {
 public:
  struct Options {
    RedactStyle style = RedactStyle::kSecure;
    // Width in luma samples of the soft edge of kGaussian and kPixelate, inside the mask.
    // The caller keeps it below the growth of the mask, so that the object itself is fully hidden.
    double feather_px = 0;
  };
  explicit Redactor(Options options) : options_(options) {}

  // `mask` has the frame's size and orientation (coded). Returns the frame itself when it is empty.
  // `full_range` steers what black and grey are in luma and chroma.
  Frame Apply(const Frame& frame, const Mask& mask, bool full_range) const;

 private:
  const Options options_;
};

}  // namespace tapmask
