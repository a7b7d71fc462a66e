// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tapmask/core/geometry.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// How the decoder's picture is shown. Three spaces, all with the origin at the outer corner of
// the top left sample:
//   coded   the decoder's samples, as stored
//   mask    upright stored samples: coded, turned by `quarter_turns`; masks live here
//   shown   upright, square pixels: mask space stretched in x by the pixel aspect; points live here
struct FrameGeometry {
  Size coded;
  int quarter_turns = 0;  // Clockwise quarter turns that make the coded picture upright: 0 to 3.
  Rational coded_aspect{1, 1};  // Pixel aspect of the coded picture, width : height.

  Size MaskSize() const;
  Rational MaskAspect() const;  // Pixel aspect of upright stored pixels.
  Size ShownSize() const;       // Width = round(stored width x pixel aspect).

  Point2f MaskFromShown(Point2f in_shown) const;
  Point2f ShownFromMask(Point2f in_mask) const;
  // Boxes are rounded outwards.
  Rect MaskFromShown(const Rect& in_shown) const;

  // Turns an upright mask into the decoder's orientation.
  Mask CodedFromMask(const Mask& in_mask) const { return Rotate(in_mask, 4 - quarter_turns); }
  Mask MaskFromCoded(const Mask& in_coded) const { return Rotate(in_coded, quarter_turns); }
};

}  // namespace tapmask
