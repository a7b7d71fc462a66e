// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tapmask/core/frame.h"
#include "tapmask/core/geometry.h"
#include "tapmask/core/image.h"
#include "tapmask/core/mask.h"

namespace tapmask {

// A made-up film with known truth: a textured background under pan, zoom and shake, a moving
// articulated figure, an occluder, light change and noise. It is the sample that a new user sees,
// and what the tests run on. Every frame is made from the options and its index alone (counter
// based noise), so frames may be asked for in any order and are equal on every machine.
struct SceneOptions {
  int width = 960;  // 32 to 8192 pixels.
  int height = 540;
  int frames = 120;               // 1 to 1,000,000.
  double frames_per_second = 25;  // Above 0, to 1000.
  uint64_t seed = 1;
  double pan_px = 120;  // How far the camera pans over the whole film, at 540 lines; -4000 to 4000.
  double zoom = 1.12;   // Size of the world in the last frame, against the first; 0.5 to 4.
  double shake_px = 1.5;       // Standard deviation of the hand's shake, at 540 lines; 0 to 50.
  double noise = 2.0;          // Standard deviation in 8-bit grey levels; 0 to 64.
  double light_change = 0.12;  // Share by which the light dims and comes back; 0 to 1.
  bool occluder = true;        // A post that the figure passes behind.
  int second_object = 0;       // 1: a ball rolls through as well, in front of all; it is object 2.
  int cut_frame = 0;           // > 0: another place, without anybody, from this frame to twice it.
  bool leaves = false;         // The figure walks out of the picture and comes back.
  bool still = false;          // No motion at all: camera, figure and light stand; noise stays.
};

// Copies share the painted places. Several threads may render at the same time.
class Scene {
 public:
  // Paints the places, which takes about as long as twenty frames.
  // Throws kInvalidArgument when the options are outside their ranges.
  explicit Scene(const SceneOptions& options);

  struct Rendered {
    BgrImage image;             // With the objects.
    BgrImage plate;             // The same without them: the clean plate (same noise and light).
    std::vector<Mask> objects;  // Truth: visible pixels of object 1, 2, ...
    Mask shadow;                // Pixels outside all objects that their shadows may touch.
  };
  // `frame` is one of the film's. `image` and `plate` differ nowhere but in the objects, one pixel
  // of soft edge around them, and `shadow`.
  Rendered Render(int frame) const;

  // A point well inside object `object` in the first frame.
  Point2f FirstPoint(int object = 1) const;

  const SceneOptions& options() const { return options_; }

 private:
  struct Places;
  SceneOptions options_;
  std::shared_ptr<const Places> places_;
};

// 8-bit 4:2:0 with BT.709 limited range, as the encoders take it; chroma is the mean of 2x2 pixels.
// Sides must be even.
Frame YuvFromBgr(const BgrImage& image);

}  // namespace tapmask
