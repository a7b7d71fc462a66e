// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "tapmask/scene/actors.h"
#include "tapmask/scene/scene.h"

namespace tapmask::scene_internal {

// Where the camera and everybody is in each frame: the script of the film. All from the options
// and the frame's index.
class Film {
 public:
  explicit Film(const SceneOptions& options);

  struct Camera {
    Vec origin;       // The world's point at the picture's top left corner.
    float scale = 1;  // Pixels a world unit.
  };
  Camera CameraAt(int frame) const;
  // All of the world that any frame shows, and the largest scale that it is shown at.
  Bounds Shown() const;
  float LargestScale() const;

  bool IsOtherPlace(int frame) const;  // The shot behind the cut; nobody is there.
  float LightAt(int frame) const;
  Pose FigureAt(int frame) const;
  std::optional<Ball> BallAt(int frame) const;
  std::optional<float> post_x() const { return post_x_; }

 private:
  double Seconds(int frame) const;
  double Share(int frame) const;  // Of the film, 0 to 1.
  Camera SteadyCamera(double share) const;
  // The world's x at `at` of the picture's width (0 to 1), shake aside.
  float WorldX(double at, double share) const;
  struct Walk {
    double at;      // Of the picture's width.
    double facing;  // -1 to 1.
  };
  Walk WalkAt(double seconds, double share) const;

  SceneOptions options_;
  double unit_px_;         // Pixels a world unit in the first frame.
  double width_, height_;  // Of the first picture, in world units.
  std::optional<float> post_x_;
};

}  // namespace tapmask::scene_internal
