// SPDX-License-Identifier: Apache-2.0
// Fits and judges the confidence of a tap on made-up films, of which the truth is known.
//
//   cmake --build build/release --target tap_confidence && build/release/bench/tap_confidence
//   [FILMS]
//
// On each film (60 by default) two places are tapped at random on every object of two frames.
// Logistic regression of "the chosen candidate's IoU is at least 0.5" on its score and its expected
// overlap is fitted on films with odd numbers; the reliability of what the program says is printed
// for those with even numbers.
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "tapmask/motion/opencv_threads.h"
#include "tapmask/scene/scene.h"
#include "tapmask/track/classical/candidate_score.h"
#include "tapmask/track/classical/candidates.h"
#include "tapmask/track/classical/region.h"
#include "tapmask/track/classical/tap_picture.h"

namespace tapmask {
namespace {

constexpr int kThreads = 2;
constexpr std::array<int, 6> kNeighbours{-6, -3, -1, 1, 3, 6};
constexpr int kFrames = 60;

struct Tap {
  double score = 0, overlap = 0;  // What is fitted on.
  double said = 0;                // The program's confidence.
  bool right = false;
};

// Films that differ in everything the options can change.
SceneOptions OptionsOf(int film) {
  SceneOptions options;
  options.width = 854;
  options.height = 480;
  options.frames = kFrames;
  options.seed = static_cast<uint64_t>(film);
  options.pan_px = film * 37 % 7 * 60 - 60;
  options.zoom = 0.9 + 0.06 * (film % 6);
  options.shake_px = film % 4;
  options.noise = film % 5 * 2.0;
  options.occluder = film % 2 == 1;
  options.second_object = film % 3 == 0 ? 1 : 0;
  options.still = film % 7 == 6;
  options.leaves = film % 5 == 4;
  return options;
}

AnalysisFrame FrameOf(const Scene& scene, int index) {
  return {index, index / 25.0, scene.Render(index).image};
}

Tap Judge(const TapPyramid& pyramid, const cv::Point& tap, const cv::Mat& truth) {
  const std::vector<cv::Mat> pool = GrowCandidates(pyramid, tap, kThreads);
  const Ranking ranking = Rank(pyramid.full, pool, tap, kThreads);
  const size_t best = Best(ranking);
  return {ranking.score[best], ranking.ExpectedOverlap(best), ConfidenceOf(ranking, best),
          RegionOverlap(pool[best], truth) >= 0.5};
}

void TapFilm(int film, std::vector<Tap>& taps) {
  const Scene scene(OptionsOf(film));
  cv::RNG random(static_cast<uint64_t>(film));
  for (const int index : {7, 31}) {
    const Scene::Rendered shown = scene.Render(index);
    const AnalysisFrame frame{index, index / 25.0, shown.image};
    std::vector<AnalysisFrame> neighbours;
    for (const int offset : kNeighbours) neighbours.push_back(FrameOf(scene, index + offset));
    const TapPyramid pyramid = MakeTapPyramid(frame, neighbours, kThreads);
    for (const Mask& mask : shown.objects) {
      if (mask.Area() < 300) continue;
      const cv::Mat truth(mask.height(), mask.width(), CV_8U, const_cast<uint8_t*>(mask.data()));
      std::vector<cv::Point> inside;
      cv::findNonZero(truth, inside);
      for (int i = 0; i < 2; ++i) {
        const cv::Point at = inside[static_cast<size_t>(random.uniform(0, int(inside.size())))];
        const cv::Point tap =
            TapGridPixel({at.x + 0.5, at.y + 0.5}, frame.image.size(), pyramid.full.size());
        taps.push_back(Judge(pyramid, tap, ScaleRegion(truth, pyramid.full.size())));
      }
    }
  }
}

double Sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

// Newton's method on the log likelihood, with a little ridge on the slopes.
cv::Vec3d Fit(const std::vector<Tap>& taps) {
  constexpr double kRidge = 0.3;
  cv::Vec3d weights(0, 0, 0);
  for (int round = 0; round < 50; ++round) {
    cv::Vec3d gradient(kRidge * weights[0], kRidge * weights[1], 0);
    cv::Matx33d curvature = cv::Matx33d::diag(cv::Vec3d(kRidge, kRidge, 1e-6));
    for (const Tap& tap : taps) {
      const cv::Vec3d x(tap.score, tap.overlap, 1);
      const double p = Sigmoid(weights.dot(x));
      gradient += (p - double(tap.right)) * x;
      curvature += p * (1 - p) * (x * x.t());
    }
    weights -= curvature.solve(gradient, cv::DECOMP_CHOLESKY);
  }
  return weights;
}

void PrintReliability(const std::vector<Tap>& taps) {
  double error = 0;
  fmt::print("| said | taps | mean said | right |\n|---|---|---|---|\n");
  for (int bin = 0; bin < 10; ++bin) {
    double said = 0, right = 0, count = 0;
    for (const Tap& tap : taps) {
      if (std::min(9, static_cast<int>(tap.said * 10)) != bin) continue;
      said += tap.said, right += tap.right, ++count;
    }
    if (count == 0) continue;
    error += std::abs(said - right) / static_cast<double>(taps.size());
    fmt::print("| {:.1f} to {:.1f} | {} | {:.2f} | {:.2f} |\n", bin / 10.0, (bin + 1) / 10.0, count,
               said / count, right / count);
  }
  fmt::print("\nexpected calibration error {:.3f}\n", error);
}

}  // namespace
}  // namespace tapmask

int main(int argc, char** argv) {
  using namespace tapmask;
  UseNoOpenCvThreads();
  const int films = argc > 1 ? std::atoi(argv[1]) : 60;
  std::vector<Tap> to_fit, to_judge;
  for (int film = 1; film <= films; ++film) TapFilm(film, film % 2 == 1 ? to_fit : to_judge);
  const cv::Vec3d weights = Fit(to_fit);
  fmt::print("{} taps: logit = {:.1f} score + {:.1f} expected overlap {:+.1f}\n\n", to_fit.size(),
             weights[0], weights[1], weights[2]);
  PrintReliability(to_judge);
}
