// SPDX-License-Identifier: Apache-2.0
#include "tapmask/effect/redact.h"

#include "tapmask/core/error.h"
#include "tapmask/effect/classic_styles.h"
#include "tapmask/effect/plane_mask.h"
#include "tapmask/effect/secure_fill.h"
#include "tapmask/effect/soft_edge.h"

namespace tapmask {

std::optional<RedactStyle> RedactStyleFromName(std::string_view name) {
  for (const RedactStyle style : {RedactStyle::kSecure, RedactStyle::kGaussian,
                                  RedactStyle::kPixelate, RedactStyle::kSolid}) {
    if (RedactStyleName(style) == name) return style;
  }
  return std::nullopt;
}

std::string_view RedactStyleName(RedactStyle style) {
  switch (style) {
    case RedactStyle::kSecure: return "secure";
    case RedactStyle::kGaussian: return "gaussian";
    case RedactStyle::kPixelate: return "pixelate";
    case RedactStyle::kSolid: return "solid";
  }
  return "secure";
}

Frame Redactor::Apply(const Frame& frame, const Mask& mask, bool full_range) const {
  if (mask.size() != frame.size()) {
    throw Error(Code::kInternal, "A mask does not fit its frame.", "Redactor::Apply");
  }
  if (mask.BoundingBox().Empty()) return frame;

  const bool has_edge =
      options_.style == RedactStyle::kGaussian || options_.style == RedactStyle::kPixelate;
  const SoftEdge edge(mask, has_edge ? options_.feather_px : 0);
  Frame result = frame;
  for (int plane = 0; plane < frame.format().planes(); ++plane) {
    const Mask plane_mask = PlaneMask(mask, frame, plane);
    switch (options_.style) {
      case RedactStyle::kSecure: FillSecurely(frame, plane, plane_mask, result); break;
      case RedactStyle::kGaussian: BlurPlane(frame, plane, plane_mask, edge, result); break;
      case RedactStyle::kPixelate: PixelatePlane(frame, plane, plane_mask, edge, result); break;
      case RedactStyle::kSolid: BlackenPlane(frame, plane, plane_mask, full_range, result); break;
    }
  }
  return result;
}

}  // namespace tapmask
