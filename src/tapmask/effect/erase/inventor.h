// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include <opencv2/core/mat.hpp>

#include "tapmask/effect/erase/scene_motion.h"

namespace tapmask {

// Makes up what no frame shows: a smooth fill from what is around, made anew for every frame, with
// texture from patches of the picture, made once and carried along the motion, so that nothing
// boils.
class Inventor {
 public:
  // Fills `missing` (8U, one for each plane) in the planes (8U or 16U), whose other samples are all
  // set. `back`: the motion to the frame of the call before; null: that was another shot, or
  // nothing was made up there.
  void Fill(std::vector<cv::Mat>& planes, const std::vector<cv::Mat>& missing, const Motion* back,
            const cv::Size& working_size, int max_value);

  void Archive(StateArchive& archive) { archive(layers_, textures_, next_texture_); }

 private:
  // Texture of one plane, as it was made in one frame. It is read from there ever after, so that it
  // does not blur from frame to frame.
  struct Texture {
    cv::Rect box;
    cv::Mat values;  // 32F over `box`: on top of the smooth fill.
    void Archive(StateArchive& archive) { archive(box, values); }
  };
  // What of one plane was made up in a frame.
  struct Layer {
    cv::Rect box;
    cv::Mat texture;  // 32S over `box`: which one; -1: none.
    cv::Mat place;    // 32FC2 over `box`: where in it, in samples of the plane.
    void Archive(StateArchive& archive) { archive(box, texture, place); }
  };
  Layer CarriedOn(size_t plane, const cv::Mat& missing, const Motion* back) const;
  cv::Mat Values(size_t plane, const Layer& layer) const;
  void AddTexture(std::vector<cv::Mat>& planes, const std::vector<cv::Mat>& missing,
                  const std::vector<cv::Mat>& smooth, const cv::Size& working_size, int max_value);
  void DropUnused(size_t plane, const Layer& layer);

  std::vector<Layer> layers_;                     // Of the frame before.
  std::vector<std::map<int, Texture>> textures_;  // Of each plane.
  int next_texture_ = 0;
};

}  // namespace tapmask
