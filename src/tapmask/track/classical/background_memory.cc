// SPDX-License-Identifier: Apache-2.0
#include "tapmask/track/classical/background_memory.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "tapmask/motion/archive_mat.h"
#include "tapmask/track/classical/mask_shape.h"

namespace tapmask {
namespace {

constexpr float kMinAge = 0.7f;  // Younger memories, blended with nothing, are not believed.
constexpr float kStartAge = 3;
constexpr float kMaxAge = 10;
constexpr float kLearningRate = 0.25f;
constexpr float kSuspicion = -0.5f;  // Log odds above which a pixel may be the object.
constexpr int kGuard = 5;            // Diameter by which the mask is grown before learning.

}  // namespace

void BackgroundMemory::Start(const WorkingFrame& frame, const cv::Mat& mask) {
  frame.features.lab_fine.convertTo(lab_, CV_32F);
  age_ = cv::Mat(mask.size(), CV_32F, cv::Scalar(0));
  age_.setTo(kStartAge, Grown(mask, kGuard) == 0);
  box_ = frame.bounds();
}

void BackgroundMemory::Move(const WorkingFrame& frame, const Homography& camera,
                            const cv::Mat& flows, const cv::Rect& box) {
  cv::Mat source(box.size(), CV_32FC2);
  for (int y = 0; y < box.height; ++y) {
    auto* to = source.ptr<cv::Vec2f>(y);
    const auto* flow = frame.came_from.ptr<cv::Vec2f>(box.y + y) + box.x;
    const uint8_t* follows = flows.ptr(box.y + y) + box.x;
    for (int x = 0; x < box.width; ++x) {
      if (follows[x]) {
        to[x] = flow[x];
      } else {
        const Point2f p = camera.Map(box.x + x, box.y + y);
        to[x] = {static_cast<float>(p.x), static_cast<float>(p.y)};
      }
    }
  }
  cv::Mat lab, age;
  cv::remap(lab_, lab, source, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::remap(age_, age, source, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_CONSTANT);
  lab.copyTo(lab_(box));
  age.copyTo(age_(box));
  box_ = box;
}

cv::Mat BackgroundMemory::Difference(const WorkingFrame& frame) const {
  const cv::Mat lab = lab_(box_), age = age_(box_);
  const cv::Mat now = frame.features.lab_fine(box_);
  cv::Mat distance(box_.size(), CV_32F, cv::Scalar(0));
  cv::Mat known(box_.size(), CV_32F, cv::Scalar(0));
  for (int y = 0; y < box_.height; ++y) {
    for (int x = 0; x < box_.width; ++x) {
      if (age.at<float>(y, x) < kMinAge) continue;
      // The nearest of 3x3: the memory may be a pixel off.
      const auto& c = now.at<cv::Vec3b>(y, x);
      float best = 1e9f;
      for (int py = std::max(0, y - 1); py <= std::min(box_.height - 1, y + 1); ++py) {
        for (int px = std::max(0, x - 1); px <= std::min(box_.width - 1, x + 1); ++px) {
          if (age.at<float>(py, px) < kMinAge) continue;
          const auto& b = lab.at<cv::Vec3f>(py, px);
          const float dl = b[0] - c[0], da = b[1] - c[1], db = b[2] - c[2];
          best = std::min(best, 0.5f * dl * dl + da * da + db * db);
        }
      }
      distance.at<float>(y, x) = std::sqrt(best);
      known.at<float>(y, x) = 1;
    }
  }
  // A mean over neighbours, of what is known.
  cv::Mat sum, weight;
  cv::GaussianBlur(distance, sum, cv::Size(), 1.2);
  cv::GaussianBlur(known, weight, cv::Size(), 1.2);
  cv::Mat out = sum / cv::max(weight, 1e-3);
  out.setTo(-1, known == 0);
  return out;
}

void BackgroundMemory::Update(const WorkingFrame& frame, const cv::Mat& mask,
                              const cv::Mat& logit) {
  const cv::Mat guarded = Grown(mask, kGuard);
  cv::Mat kept_lab = lab_(box_).clone(), kept_age = age_(box_).clone();
  for (int y = 0; y < box_.height; ++y) {
    for (int x = 0; x < box_.width; ++x) {
      const cv::Point p(box_.x + x, box_.y + y);
      if (guarded.at<uint8_t>(p) || logit.at<float>(p) > kSuspicion) continue;
      float& age = kept_age.at<float>(y, x);
      auto& b = kept_lab.at<cv::Vec3f>(y, x);
      const auto& c = frame.features.lab_fine.at<cv::Vec3b>(p);
      const float rate = age < kMinAge ? 1.0f : kLearningRate;
      for (int k = 0; k < 3; ++k) b[k] += (c[k] - b[k]) * rate;
      age = std::clamp(age + 0.5f, 1.0f, kMaxAge);
    }
  }
  frame.features.lab_fine.convertTo(lab_, CV_32F);
  age_.setTo(kStartAge);
  kept_lab.copyTo(lab_(box_));
  kept_age.copyTo(age_(box_));
}

void BackgroundMemory::Archive(StateArchive& archive) {
  archive(box_, lab_, age_);
}

}  // namespace tapmask
